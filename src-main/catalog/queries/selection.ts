/**
 * Views that no index of SQLite answers: searches, views of another time, unclaimed mail. A selection is the list of all rows of such a
 * view, oldest first, so that totals are exact and every page is a slice.
 */
import type { DeletedMode } from '../../contract/common.ts'
import type { Scope } from '../../contract/mail.ts'
import { typeCode } from '../schema.ts'
import { matchExpression } from '../search/match.ts'
import { parseQuery, type ParsedQuery } from '../search/parse.ts'
import { accountBook, accountsNamed } from './accounts.ts'
import { BIT, ColumnsBuilder, contentBits, type Columns, type FullColumns, type Loaded } from './columns.ts'
import { accountColumns, fullColumns, loadedColumns } from './columns-cache.ts'
import type { QueryContext } from './context.ts'
import { dated, testOf, type Test } from './conditions.ts'
import { stateAt } from './states.ts'

/** A view of the contract without the catalog it belongs to, and the zone in which its query's dates are meant. */
export interface CatalogView {
  scope: Scope
  at: number | null
  deleted: DeletedMode
  after?: number | null | undefined
  before?: number | null | undefined
}

export interface Selection {
  columns: Columns
  /** Rows of `columns`, rising: oldest first. */
  rows: Int32Array
}

/** So many hits are looked up one by one when the columns are not loaded: cheaper than loading them. */
export const FEW = 3000
const NOTHING = new Int32Array(0)

/** Whether the view is answered by a selection; the others go through SQLite's indexes (list.ts). */
export function needsSelection(view: CatalogView): boolean {
  return view.at !== null || view.scope.kind === 'search' || view.scope.kind === 'unclaimed'
}

/** All rows of a view. Remembered until the catalog changes; the last few views are kept. */
export function select(context: QueryContext, view: CatalogView, zone: string): Selection {
  const { scope, at, deleted, after, before } = view
  const key = JSON.stringify([scope, at, deleted, after ?? null, before ?? null, zone])
  return context.remember('selection', key, 8, () => choose(context, view, zone))
}

function choose(context: QueryContext, view: CatalogView, zone: string): Selection {
  const tests = viewTests(view)
  const { scope, at } = view
  switch (scope.kind) {
    case 'folder':
    case 'account': {
      const account = accountBook(context).byId.get(scope.account)
      if (account === undefined) return none(at)
      if (scope.kind === 'folder') {
        const folder = scope.folder
        tests.push((columns, row) => columns.folder[row] === folder)
      }
      return filter(accountColumns(context, account.pk, at), null, tests)
    }
    case 'all':
      return filter(fullColumns(context, at), null, [...tests, (columns, row) => columns.ref[row]! > 0])
    case 'unclaimed':
      return unclaimed(context, view, scope.owner, tests)
    case 'search':
      return search(context, view, zone, scope, tests)
  }
}

function none(at: number | null): Selection {
  return { columns: new ColumnsBuilder(0).finish(0, at), rows: NOTHING }
}

/** Deleted mode and range of dates. */
function viewTests({ deleted, after, before }: CatalogView): Test[] {
  const tests: Test[] = []
  if (deleted !== 'show') {
    const wanted = deleted === 'only' ? BIT.deleted : 0
    tests.push((columns, row) => (columns.bits[row]! & BIT.deleted) === wanted)
  }
  if (after != null) tests.push((columns, row) => columns.date[row]! >= after)
  if (before != null) tests.push((columns, row) => dated(columns, row) && columns.date[row]! < before)
  return tests
}

function filter(columns: Columns, candidates: Int32Array | null, tests: readonly Test[]): Selection {
  const count = candidates === null ? columns.count : candidates.length
  const rows = new Int32Array(count)
  let found = 0
  for (let i = 0; i < count; i++) {
    const row = candidates === null ? i : candidates[i]!
    let fits = true
    for (const test of tests) {
      if (!test(columns, row)) {
        fits = false
        break
      }
    }
    if (fits) rows[found++] = row
  }
  return { columns, rows: found === count ? rows : rows.slice(0, found) }
}

const UNCLAIMED_SQL = `SELECT -id, 0, NULL, id, ${String(typeCode('message'))}, 0, '', date, raw_size, digest, file_size, status, has_attachment
  FROM content INDEXED BY content_unclaimed WHERE claims = 0`

function unclaimed(
  context: QueryContext,
  view: CatalogView,
  owner: string | null | undefined,
  tests: Test[],
): Selection {
  const loaded = loadedColumns(context, view.at)
  if (owner === undefined && loaded !== null) {
    return filter(loaded, null, [(columns, row) => columns.ref[row]! < 0, ...tests])
  }
  const builder = new ColumnsBuilder(1000)
  const rows = (
    owner === undefined
      ? context.sql(UNCLAIMED_SQL).raw().all()
      : context.sql(`${UNCLAIMED_SQL} AND owner IS ?`).raw().all(owner)
  ) as MiniRow[]
  for (const row of rows) addMini(builder, row)
  return filter(builder.finish(context.revision(), view.at), null, tests)
}

/** A row with what its content adds. */
type MiniRow = [
  ...Loaded,
  digest: string | null,
  fileSize: number | null,
  status: string | null,
  hasAttachment: number,
]

function addMini(builder: ColumnsBuilder, row: MiniRow): void {
  const [
    ref,
    account,
    folder,
    content,
    type,
    deleted,
    flags,
    date,
    size,
    digest,
    file_size,
    status,
    has_attachment,
  ] = row
  builder.add(
    [ref, account, folder, content, type, deleted, flags, date, size],
    contentBits({ digest, file_size, status, has_attachment }),
  )
}

// ---- searching

function search(
  context: QueryContext,
  view: CatalogView,
  zone: string,
  scope: Scope & { kind: 'search' },
  tests: Test[],
): Selection {
  const query = parseQuery(scope.query, { zone })
  if (query.impossible) return none(view.at)
  const accounts = accountsOf(context, query, scope.account)
  if (accounts !== null) {
    if (accounts.size === 0) return none(view.at)
    tests.push((columns, row) => accounts.has(columns.account[row]!))
  }
  for (const term of query.terms) {
    const test = testOf(context, term, view.at)
    if (test !== null) tests.push(term.negated ? (columns, row) => !test(columns, row) : test)
  }
  const { include, exclude } = matchExpression(query, accounts === null ? null : [...accounts])
  if (include !== null) return fromHits(context, hitsOf(context, include), view.at, tests)
  const columns =
    accounts?.size === 1 && exclude === null && !asksContent(query)
      ? accountColumns(context, [...accounts][0]!, view.at)
      : fullColumns(context, view.at)
  if (exclude !== null) {
    const out = markContents(columns as FullColumns, hitsOf(context, exclude))
    tests.push((all, row) => out[all.content[row]!] !== 1)
  }
  return filter(columns, null, tests)
}

/** Columns of one account lack the bits of contents. */
function asksContent(query: ParsedQuery): boolean {
  return query.terms.some(
    (term) =>
      term.kind === 'attachment' ||
      (term.kind === 'is' && (term.what === 'damaged' || term.what === 'missing')),
  )
}

/** Accounts that all positive `account:` terms and the scope allow; null = all (and unclaimed mail). */
function accountsOf(context: QueryContext, query: ParsedQuery, only: string | undefined): Set<number> | null {
  let allowed: Set<number> | null = null
  const restrict = (pks: number[]): void => {
    const before = allowed
    allowed = new Set(before === null ? pks : pks.filter((pk) => before.has(pk)))
  }
  if (only !== undefined) {
    const account = accountBook(context).byId.get(only)
    restrict(account === undefined ? [] : [account.pk])
  }
  for (const term of query.terms) {
    if (term.kind === 'account' && !term.negated) restrict(accountsNamed(context, term.name))
  }
  return allowed
}

/** FTS rowids in rising order. */
function hitsOf(context: QueryContext, expression: string): number[] {
  return context.sql('SELECT rowid FROM fts WHERE fts MATCH ?').pluck().all(expression) as number[]
}

function fromHits(
  context: QueryContext,
  hits: number[],
  at: number | null,
  tests: readonly Test[],
): Selection {
  if (hits.length === 0) return none(at)
  const loaded = loadedColumns(context, at)
  if (loaded === null && hits.length <= FEW) {
    return filter(fewRows(context, hits, at), null, tests)
  }
  const columns = loaded ?? fullColumns(context, at)
  return filter(columns, candidates(columns, hits), tests)
}

/** Rows whose content was hit, rising. */
function candidates(columns: FullColumns, hits: number[]): Int32Array {
  const { firstOf, rowsOf } = columns
  if (hits.length > columns.count / 16) {
    const marked = markContents(columns, hits)
    const rows = new Int32Array(columns.count)
    let found = 0
    for (let row = 0; row < columns.count; row++) if (marked[columns.content[row]!] === 1) rows[found++] = row
    return rows.slice(0, found)
  }
  const rows: number[] = []
  eachContent(columns, hits, (content) => {
    for (let i = firstOf[content]!; i < firstOf[content + 1]!; i++) rows.push(rowsOf[i]!)
  })
  return Int32Array.from(rows).sort()
}

function markContents(columns: FullColumns, hits: number[]): Uint8Array {
  const marked = new Uint8Array(columns.firstOf.length)
  eachContent(columns, hits, (content) => {
    marked[content] = 1
  })
  return marked
}

/** Both lists rise: many hits are merged, few are looked up. Hits that are newer than the columns are passed over. */
function eachContent(
  { docs, docContent }: FullColumns,
  hits: number[],
  take: (content: number) => void,
): void {
  let at = 0
  const merge = hits.length > docs.length / 16
  for (const hit of hits) {
    if (merge) while (at < docs.length && docs[at]! < hit) at++
    else at = firstNotBelow(docs, hit, at)
    if (at >= docs.length) return
    if (docs[at] === hit) take(docContent[at]!)
  }
}

function firstNotBelow(docs: Float64Array, wanted: number, from: number): number {
  let low = from
  let high = docs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (docs[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

const HIT = `json_each(?) j CROSS JOIN content c ON c.doc = j.value`
const CONTENT_COLUMNS = 'c.digest, c.file_size, c.status, c.has_attachment'
const FEW_NOW = `SELECT i.pk, i.account, i.folder, i.content, i.type, i.deleted, i.flags, i.date, i.size, ${CONTENT_COLUMNS}
  FROM ${HIT} CROSS JOIN claim k ON k.content = c.id CROSS JOIN item i ON i.pk = k.item AND i.content = c.id`
/** Items whose state then may show the content: which state that is, is found out one by one. */
const FEW_AT = `SELECT DISTINCT k.item, c.id, ${CONTENT_COLUMNS} FROM ${HIT} CROSS JOIN claim k ON k.content = c.id`
const FEW_UNCLAIMED = `SELECT -c.id, 0, NULL, c.id, ${String(typeCode('message'))}, 0, '', c.date, c.raw_size, ${CONTENT_COLUMNS}
  FROM ${HIT} WHERE c.claims = 0 AND c.digest IS NOT NULL`

/** The rows of a few hits, straight from SQLite. */
function fewRows(context: QueryContext, hits: number[], at: number | null): Columns {
  const builder = new ColumnsBuilder(hits.length + 16)
  const json = JSON.stringify(hits)
  if (at === null) for (const row of context.sql(FEW_NOW).raw().all(json) as MiniRow[]) addMini(builder, row)
  else addFewAt(context, builder, json, at)
  for (const row of context.sql(FEW_UNCLAIMED).raw().all(json) as MiniRow[]) addMini(builder, row)
  return builder.finish(context.revision(), at)
}

type FewAt = [
  item: number,
  content: number,
  digest: string | null,
  file_size: number | null,
  status: string | null,
  has_attachment: number,
]

function addFewAt(context: QueryContext, builder: ColumnsBuilder, json: string, at: number): void {
  for (const row of context.sql(FEW_AT).raw().all(json) as FewAt[]) {
    const [item, content, digest, file_size, status, has_attachment] = row
    const state = stateAt(context, item, at)
    if (state?.content !== content) continue
    builder.add(
      [
        item,
        state.account,
        state.folder,
        content,
        state.type,
        state.deleted,
        state.flags,
        state.date,
        state.size,
      ],
      contentBits({ digest, file_size, status, has_attachment }),
    )
  }
}
