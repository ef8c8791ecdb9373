import { setImmediate as nextTurn } from 'node:timers/promises'
import type { QueryContext } from './context.ts'
import { drain } from './order.ts'
import { ColumnsBuilder, loadColumns, type Columns, type FullColumns, type Loaded } from './columns.ts'

interface Entry {
  columns: Columns | FullColumns
  loadedAt: number
  /** How long loading took, ms. */
  took: number
}

interface Cache {
  entries: Map<string, Entry>
  running: Map<string, Promise<void>>
}

const caches = new WeakMap<QueryContext, Cache>()
/** Full columns are large: one for now and one for another time; those of single accounts are small. */
const KEEP = 6
const KEEP_FULL = 2

function cacheOf(context: QueryContext): Cache {
  let cache = caches.get(context)
  if (cache === undefined) caches.set(context, (cache = { entries: new Map(), running: new Map() }))
  return cache
}

/** What is loaded: everything, or one account (by primary key), at a time (null = now). */
export interface Wanted {
  account: number | null
  at: number | null
}

const keyOf = (wanted: Wanted): string => `${String(wanted.account)}@${String(wanted.at)}`

/**
 * Columns of the present revision. While the catalog is still being built the revision rises all the time: then somewhat older ones
 * do ("so far"), so that no more than a tenth of the time goes into loading them.
 */
function recall(context: QueryContext, wanted: Wanted): Columns | FullColumns | null {
  const { entries } = cacheOf(context)
  const key = keyOf(wanted)
  const entry = entries.get(key)
  if (entry === undefined) return null
  const fresh = entry.columns.revision === context.revision()
  const growing = !context.complete() && Date.now() - entry.loadedAt < Math.max(1500, 10 * entry.took)
  if (!fresh && !growing) return null
  entries.delete(key)
  entries.set(key, entry)
  return entry.columns
}

function keep(context: QueryContext, wanted: Wanted, columns: Columns | FullColumns, took: number): void {
  const { entries } = cacheOf(context)
  entries.delete(keyOf(wanted))
  entries.set(keyOf(wanted), { columns, took, loadedAt: Date.now() })
  let full = [...entries.keys()].filter((key) => key.startsWith('null@')).length
  for (const key of entries.keys()) {
    const large = key.startsWith('null@')
    if (entries.size > KEEP || (large && full > KEEP_FULL)) {
      if (large) full--
      entries.delete(key)
    }
  }
}

/** Lets go of columns that are too old before new ones are loaded: of a million rows they take 60 MB. */
function forget(context: QueryContext, wanted: Wanted): void {
  cacheOf(context).entries.delete(keyOf(wanted))
}

const ACCOUNT_NOW = `SELECT pk, account, folder, content, type, deleted, flags, date, size FROM item
  WHERE account = @account AND id > @from AND id <= @to ORDER BY id`
const ACCOUNT_AT = `SELECT s.item, s.account, s.folder, s.content, s.type, s.deleted, s.flags, i.date, i.size
  FROM item i JOIN state s ON s.item = i.pk
  WHERE i.account = @account AND i.id > @from AND i.id <= @to
    AND (s.starts IS NULL OR s.starts <= @at) AND (s.ends IS NULL OR s.ends > @at) ORDER BY i.id, s.n`
const ACCOUNT_STATELESS = `SELECT pk, account, folder, content, type, deleted, flags, date, size FROM item
  WHERE account = @account AND id > @from AND id <= @to AND states = 0`
const ACCOUNT_STEP = `SELECT max(id) FROM (SELECT id FROM item WHERE account = ? AND id > ? ORDER BY id LIMIT 10000)`

/** Rows of one account, without those bits that come from the content. */
function* loadAccount(context: QueryContext, account: number, at: number | null): Generator<void, Columns> {
  const revision = context.revision()
  const builder = new ColumnsBuilder(1000)
  let from = Number.MIN_SAFE_INTEGER
  for (;;) {
    const to = context.sql(ACCOUNT_STEP).pluck().get(account, from) as number | null
    if (to === null) break
    if (at === null) {
      const rows = context.sql(ACCOUNT_NOW).raw().all({ account, from, to }) as Loaded[]
      for (const row of rows) builder.add(row)
    } else {
      for (const row of context.sql(ACCOUNT_AT).raw().all({ account, from, to, at }) as Loaded[])
        builder.add(row)
      for (const row of context.sql(ACCOUNT_STATELESS).raw().all({ account, from, to }) as Loaded[])
        builder.add(row)
    }
    from = to
    yield
  }
  return yield* builder.finishInSteps(revision, at)
}

function load(context: QueryContext, wanted: Wanted): Generator<void, Columns | FullColumns> {
  return wanted.account === null
    ? loadColumns(context, wanted.at)
    : loadAccount(context, wanted.account, wanted.at)
}

/** Columns of everything; loaded at once when they are not there (1.5 s for a million rows: call `warm` first). */
export function fullColumns(context: QueryContext, at: number | null): FullColumns {
  return get(context, { account: null, at }) as FullColumns
}

/** Columns of everything when they are loaded already. */
export function loadedColumns(context: QueryContext, at: number | null): FullColumns | null {
  return recall(context, { account: null, at }) as FullColumns | null
}

/** Columns of one account; bits that come from contents are not set. */
export function accountColumns(context: QueryContext, account: number, at: number | null): Columns {
  return get(context, { account, at })
}

function get(context: QueryContext, wanted: Wanted): Columns | FullColumns {
  const found = recall(context, wanted)
  if (found !== null) return found
  forget(context, wanted)
  const began = performance.now()
  const columns = drain(load(context, wanted))
  keep(context, wanted, columns, performance.now() - began)
  return columns
}

/**
 * Loads columns in small steps, letting everything else in between. Several callers share one load. Resolves at once when they are
 * loaded already.
 */
export async function warm(context: QueryContext, wanted: Wanted): Promise<void> {
  if (recall(context, wanted) !== null) return
  const { running } = cacheOf(context)
  const key = keyOf(wanted)
  const under = running.get(key)
  if (under !== undefined) return under
  forget(context, wanted)
  const work = (async () => {
    const began = performance.now()
    const steps = load(context, wanted)
    for (;;) {
      if (!context.db.open) return
      const step = steps.next()
      if (step.done === true) {
        keep(context, wanted, step.value, performance.now() - began)
        return
      }
      await nextTurn()
    }
  })()
  running.set(key, work)
  try {
    await work
  } finally {
    running.delete(key)
  }
}
