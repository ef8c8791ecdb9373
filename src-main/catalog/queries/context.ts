import type { Database, Statement } from '../../engine/sqlite.ts'

/**
 * What queries remember of one read-only connection: prepared statements, and answers that stay true for one revision of the
 * catalog. All of it hangs on the connection and goes with it.
 */
export interface QueryContext {
  readonly db: Database
  /** The prepared statement of a text, made once. */
  sql(text: string): Statement
  /** Value of `meta`, null when unset. */
  meta(key: string): string | number | null
  /** Rises whenever rows changed; 0 before the first commit. */
  revision(): number
  /** True when everything under the path has been read. */
  complete(): boolean
  /**
   * Remembers `make()` under `key` until the revision changes; at most `keep` different keys of one `kind`, the least recently used
   * one goes first.
   */
  remember<T>(kind: string, key: string, keep: number, make: () => T): T
  /** What `remember` holds, without making it; undefined when there is none of this revision. */
  recall(kind: string, key: string): unknown
  /** Makes `revision` answer without asking SQLite, inside one transaction; null ends it. */
  pin(revision: number | null): void
  /** Puts something where `remember` and `recall` find it, as true for `revision`. */
  store(kind: string, key: string, keep: number, value: unknown, revision: number): void
}

interface Kept {
  revision: number
  value: unknown
}

const contexts = new WeakMap<Database, QueryContext>()

/** The context of a connection; the same one for every call. */
export function contextOf(db: Database): QueryContext {
  let context = contexts.get(db)
  if (context === undefined) {
    context = createContext(db)
    contexts.set(db, context)
  }
  return context
}

function createContext(db: Database): QueryContext {
  const statements = new Map<string, Statement>()
  const kept = new Map<string, Map<string, Kept>>()

  function sql(text: string): Statement {
    let statement = statements.get(text)
    if (statement === undefined) {
      if (statements.size > 400) statements.clear()
      statement = db.prepare(text)
      statements.set(text, statement)
    }
    return statement
  }
  function meta(key: string): string | number | null {
    const value: unknown = (
      sql('SELECT value FROM meta WHERE key = ?').get(key) as { value: unknown } | undefined
    )?.value
    return typeof value === 'string' || typeof value === 'number' ? value : null
  }
  let pinned: number | null = null
  const revision = (): number => pinned ?? Number(meta('revision') ?? 0)
  function recall(kind: string, key: string): unknown {
    const entries = kept.get(kind)
    const found = entries?.get(key)
    if (entries === undefined || found?.revision !== revision()) return undefined
    entries.delete(key)
    entries.set(key, found)
    return found.value
  }
  function store(kind: string, key: string, keep: number, value: unknown, made: number): void {
    let entries = kept.get(kind)
    if (entries === undefined) kept.set(kind, (entries = new Map<string, Kept>()))
    entries.delete(key)
    entries.set(key, { revision: made, value })
    // Older revisions are never asked for again, and a search's result holds columns of 60 MB for a million rows.
    for (const [old, { revision: at }] of entries) if (at < made) entries.delete(old)
    for (const old of entries.keys()) {
      if (entries.size <= keep) break
      entries.delete(old)
    }
  }
  return {
    db,
    sql,
    meta,
    revision,
    complete: () => Number(meta('complete') ?? 0) === 1,
    recall,
    store,
    pin: (value) => {
      pinned = value
    },
    remember<T>(kind: string, key: string, keep: number, make: () => T): T {
      const found = recall(kind, key) as { made: T } | undefined
      if (found !== undefined) return found.made
      const made = revision()
      const value = make()
      store(kind, key, keep, { made: value }, made)
      return value
    },
  }
}

/** Runs several statements on one state of the catalog, although another connection is writing. */
export function snapshot<T>(context: QueryContext, run: () => T): T {
  if (context.db.inTransaction) return run()
  context.sql('BEGIN').run()
  try {
    context.pin(context.revision())
    return run()
  } finally {
    context.pin(null)
    endTransaction(context)
  }
}

/** Some errors of SQLite end the transaction by themselves. */
function endTransaction({ db, sql }: QueryContext): void {
  if (db.inTransaction) sql('COMMIT').run()
}

/** A JSON array in a column, as strings; anything else is none. */
export function stringList(json: string | null): string[] {
  if (json === null || json === '') return []
  try {
    const parsed: unknown = JSON.parse(json)
    return Array.isArray(parsed) ? parsed.filter((entry): entry is string => typeof entry === 'string') : []
  } catch {
    return []
  }
}
