import { NOTICE_KINDS, PROBLEM_KINDS, type ProblemKind } from '../../backup/types.ts'
import type { ProblemRow } from '../../contract/backup.ts'
import type { Database } from '../../engine/sqlite.ts'
import { accountBook } from './accounts.ts'
import { contextOf, snapshot, type QueryContext } from './context.ts'
import { folderBook, folderPath } from './folder-book.ts'

/** Most items named with one problem. */
const MAX_AFFECTED = 20

export type Severity = 'error' | 'notice'

/** An error means loss; a notice does not. */
export function severityOf(kind: ProblemKind): Severity {
  return NOTICE_KINDS.includes(kind) ? 'notice' : 'error'
}

/** How many problems there are of each kind: errors first, then by number. */
export function listProblemKinds(db: Database): { kind: ProblemKind; severity: Severity; count: number }[] {
  const rows = contextOf(db).sql('SELECT kind, count(*) AS count FROM problem GROUP BY kind').all() as {
    kind: string
    count: number
  }[]
  return rows
    .filter((row): row is { kind: ProblemKind; count: number } => isKind(row.kind))
    .map(({ kind, count }) => ({ kind, severity: severityOf(kind), count }))
    .sort((a, b) => a.severity.localeCompare(b.severity) || b.count - a.count || a.kind.localeCompare(b.kind))
}

const isKind = (kind: string): kind is ProblemKind => (PROBLEM_KINDS as readonly string[]).includes(kind)

interface Stored {
  id: number
  kind: ProblemKind
  path: string
  digest: string | null
  detail: string
  item: number | null
  content: number | null
}

/** A page of the problems, all or of one kind, with the items that lean on each. */
export function listProblems(
  db: Database,
  request: { kind?: ProblemKind | undefined; offset: number; limit: number },
): { rows: ProblemRow[]; total: number } {
  const context = contextOf(db)
  return snapshot(context, () => {
    const { kind, offset, limit } = request
    const where = kind === undefined ? '' : 'WHERE kind = ?'
    const values = kind === undefined ? [] : [kind]
    const total = context
      .sql(`SELECT count(*) FROM problem ${where}`)
      .pluck()
      .get(...values) as number
    const found = context
      .sql(
        `SELECT id, kind, path, digest, detail, item, content FROM problem ${where} ORDER BY id LIMIT ? OFFSET ?`,
      )
      .all(...values, limit, offset) as Stored[]
    return { rows: found.map((problem) => problemRow(context, problem)), total }
  })
}

function problemRow(context: QueryContext, problem: Stored): ProblemRow {
  const content = problem.content ?? contentOf(context, problem)
  const items = affectedItems(context, problem.item, content)
  return {
    kind: problem.kind,
    severity: severityOf(problem.kind),
    path: problem.path,
    digest: problem.digest,
    detail: problem.detail,
    affected: items.rows,
    affectedTotal: items.total,
  }
}

/** A problem that names only a digest is about that blob. */
function contentOf(context: QueryContext, problem: Stored): number | null {
  if (problem.digest === null || problem.item !== null) return null
  return (
    (context.sql('SELECT id FROM content WHERE digest = ?').pluck().get(problem.digest) as
      number | undefined) ?? null
  )
}

interface Affected {
  account: number
  id: number
  folder: number | null
  date: number
  subject: string | null
}

function affectedItems(
  context: QueryContext,
  item: number | null,
  content: number | null,
): { rows: ProblemRow['affected']; total: number } {
  const columns = 'i.account, i.id, i.folder, i.date, c.subject'
  let found: Affected[] = []
  let total = 0
  if (item !== null) {
    found = context
      .sql(`SELECT ${columns} FROM item i LEFT JOIN content c ON c.id = i.content WHERE i.pk = ?`)
      .all(item) as Affected[]
    total = found.length
  } else if (content !== null) {
    found = context
      .sql(
        `SELECT ${columns} FROM claim k CROSS JOIN item i ON i.pk = k.item LEFT JOIN content c ON c.id = k.content
          WHERE k.content = ? ORDER BY k.item LIMIT ${String(MAX_AFFECTED)}`,
      )
      .all(content) as Affected[]
    total =
      found.length < MAX_AFFECTED
        ? found.length
        : (context.sql('SELECT count(*) FROM claim WHERE content = ?').pluck().get(content) as number)
  }
  const { byPk } = accountBook(context)
  const rows = found.map((row) => ({
    account: byPk.get(row.account)?.id ?? '',
    accountName: byPk.get(row.account)?.name ?? null,
    id: row.id,
    subject: row.subject,
    folder: folderPath(folderBook(context, row.account, null).get(row.folder)),
    date: row.date,
  }))
  return { rows, total }
}

/** Sentences about an item and the blobs it claims, for its detail view. */
export function problemsOfItem(context: QueryContext, item: number, contents: readonly number[]): string[] {
  const rows = [
    ...(context.sql('SELECT id, detail FROM problem WHERE item = ?').raw().all(item) as [number, string][]),
    ...contents.flatMap(
      (content) =>
        context.sql('SELECT id, detail FROM problem WHERE content = ? LIMIT 50').raw().all(content) as [
          number,
          string,
        ][],
    ),
  ]
  return [...new Map(rows).values()]
}
