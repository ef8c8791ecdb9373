import type { ItemRow } from '../../contract/mail.ts'
import type { Database } from '../../engine/sqlite.ts'
import { LISTED_SQL, sortKey } from '../schema.ts'
import { accountBook, type KnownAccount } from './accounts.ts'
import { contextOf, snapshot, type QueryContext } from './context.ts'
import { NO_FOLDER } from './folder-book.ts'
import { itemRows } from './rows.ts'
import { needsSelection, select, type CatalogView, type Selection } from './selection.ts'

export type Sort = 'date' | 'from' | 'subject' | 'size'

export interface PageRequest {
  sort: Sort
  descending: boolean
  offset: number
  limit: number
}

export interface Page {
  rows: ItemRow[]
  /** The order the rows are in; by date instead of what was asked while a large catalog has no index for it. */
  sort: Sort
  total: number
  /** False while the catalog is built: the total is "so far". */
  totalExact: boolean
  complete: boolean
  revision: number
}

/**
 * One page of a view, and how many rows it has. Equal sort keys are ordered by row key, so that pages neither overlap nor leave
 * anything out while the revision is the same.
 * @param zone IANA zone of dates in a query
 */
export function listPage(db: Database, view: CatalogView, page: PageRequest, zone: string): Page {
  const context = contextOf(db)
  return snapshot(context, () => {
    const { refs, total, sort } = needsSelection(view)
      ? selectedRefs(context, select(context, view, zone), page)
      : indexedRefs(context, view, page)
    const complete = context.complete()
    return {
      rows: itemRows(context, refs, view.at),
      sort,
      total,
      totalExact: complete,
      complete,
      revision: context.revision(),
    }
  })
}

/** How many rows a view has. */
export function countRows(db: Database, view: CatalogView, zone: string): number {
  const context = contextOf(db)
  return snapshot(context, () => {
    if (needsSelection(view)) return select(context, view, zone).rows.length
    const place = placeOf(context, view)
    return place === null ? 0 : totalOf(context, place)
  })
}

// ---- pages of a selection

function selectedRefs(context: QueryContext, selection: Selection, page: PageRequest): Refs {
  const rows = sortedRows(context, selection, page.sort)
  const total = rows.length
  const refs: number[] = []
  for (let i = page.offset; i < Math.min(total, page.offset + page.limit); i++) {
    const row = rows[page.descending ? total - 1 - i : i]!
    refs.push(selection.columns.ref[row]!)
  }
  return { refs, total, sort: page.sort }
}

const orders = new WeakMap<Selection, Map<Sort, Int32Array>>()

/** The rows of a selection in rising order of `sort`; remembered with the selection. */
function sortedRows(context: QueryContext, selection: Selection, sort: Sort): Int32Array {
  if (sort === 'date') return selection.rows
  let known = orders.get(selection)
  if (known === undefined) orders.set(selection, (known = new Map<Sort, Int32Array>()))
  let rows = known.get(sort)
  if (rows === undefined) {
    const { columns } = selection
    if (sort === 'size') {
      const size = (row: number): number => (Number.isNaN(columns.size[row]!) ? -1 : columns.size[row]!)
      rows = selection.rows.slice().sort((a, b) => size(a) - size(b) || a - b)
    } else {
      const keys = textKeys(context, selection, sort)
      rows = selection.rows.slice().sort((a, b) => {
        const one = keys.get(columns.ref[a]!) ?? ''
        const two = keys.get(columns.ref[b]!) ?? ''
        return one < two ? -1 : one > two ? 1 : a - b
      })
    }
    known.set(sort, rows)
  }
  return rows
}

function textKeys(
  context: QueryContext,
  { columns, rows }: Selection,
  sort: 'from' | 'subject',
): Map<number, string> {
  const keys = new Map<number, string>()
  const items: number[] = []
  const contents: number[] = []
  for (const row of rows) {
    const ref = columns.ref[row]!
    if (ref > 0) items.push(ref)
    else contents.push(-ref)
  }
  const itemColumn = sort === 'from' ? 'sender_key' : 'subject_key'
  const itemKeys = context.sql(
    `SELECT j.value, i.${itemColumn} FROM json_each(?) j CROSS JOIN item i ON i.pk = j.value`,
  )
  for (let at = 0; at < items.length; at += 10_000) {
    const part = JSON.stringify(items.slice(at, at + 10_000))
    for (const [pk, key] of itemKeys.raw().all(part) as [number, string][]) keys.set(pk, key)
  }
  const contentColumn = sort === 'from' ? 'sender' : 'subject'
  const contentKeys = context.sql(
    `SELECT j.value, c.${contentColumn} FROM json_each(?) j CROSS JOIN content c ON c.id = j.value`,
  )
  for (let at = 0; at < contents.length; at += 10_000) {
    const part = JSON.stringify(contents.slice(at, at + 10_000))
    for (const [id, text] of contentKeys.raw().all(part) as [number, string | null][])
      keys.set(-id, sortKey(text))
  }
  return keys
}

// ---- pages straight from SQLite's indexes

/** Where the rows of a view lie in the item table. */
interface Place {
  /** One condition per leg; legs differ in `deleted` and are merged by SQLite, each along its index. */
  legs: string[]
  /** Bound values of each leg. */
  values: (number | null)[]
  /** Condition on folder_count that counts the same rows; null when it cannot (a range of dates). */
  counted: { where: string; values: number[] } | null
  /** Tells the view apart from others. */
  key: string
}

const SORT_COLUMNS: Record<Sort, string> = {
  date: 'date',
  from: 'sender_key',
  subject: 'subject_key',
  size: 'size',
}

function placeOf(context: QueryContext, view: CatalogView): Place | null {
  const conditions: string[] = []
  const values: (number | null)[] = []
  const { scope } = view
  let account: KnownAccount | undefined
  if (scope.kind === 'folder' || scope.kind === 'account') {
    account = accountBook(context).byId.get(scope.account)
    if (account === undefined) return null
    conditions.push('account = ?')
    values.push(account.pk)
    if (scope.kind === 'folder') {
      conditions.push('folder IS ?')
      values.push(scope.folder === NO_FOLDER ? null : scope.folder)
    }
  }
  if (view.after != null) {
    conditions.push('date >= ?')
    values.push(view.after)
  }
  if (view.before != null) {
    conditions.push('date < ?')
    values.push(view.before)
  }
  conditions.push(LISTED_SQL)
  const counted = [LISTED_SQL]
  const countedValues: number[] = []
  if (account !== undefined) {
    counted.push('account = ?')
    countedValues.push(account.pk)
  }
  if (scope.kind === 'folder') {
    counted.push('folder = ?')
    countedValues.push(scope.folder)
  }
  const modes = view.deleted === 'hide' ? [0] : view.deleted === 'only' ? [1] : [0, 1]
  return {
    legs: modes.map((deleted) => [...conditions, `deleted = ${String(deleted)}`].join(' AND ')),
    values,
    counted:
      view.after == null && view.before == null
        ? {
            where: [...counted, `deleted IN (${modes.join(', ')})`].join(' AND '),
            values: countedValues,
          }
        : null,
    key: JSON.stringify([view.scope, view.deleted, view.after ?? null, view.before ?? null]),
  }
}

function totalOf(context: QueryContext, place: Place): number {
  return context.remember('total', place.key, 200, () => {
    if (place.counted !== null) {
      const sql = `SELECT coalesce(sum(items), 0) FROM folder_count WHERE ${place.counted.where}`
      return context
        .sql(sql)
        .pluck()
        .get(...place.counted.values) as number
    }
    let total = 0
    for (const leg of place.legs) {
      total += context
        .sql(`SELECT count(*) FROM item WHERE ${leg}`)
        .pluck()
        .get(...place.values) as number
    }
    return total
  })
}

/** A row whose offset in the whole list is known: the next page begins behind it without counting from the top. */
interface Anchor {
  /** Offset of the row after it. */
  offset: number
  key: number | string
  pk: number
}

function anchorsOf(context: QueryContext, key: string): Anchor[] {
  return context.remember('anchors', key, 50, () => [])
}

function indexedRefs(context: QueryContext, view: CatalogView, page: PageRequest): Refs {
  const place = placeOf(context, view)
  if (place === null) return { refs: [], total: 0, sort: page.sort }
  const total = totalOf(context, place)
  const sort = total > SORTED_AT_ONCE && context.meta('sorted') !== 1 ? 'date' : page.sort
  const limit = Math.min(page.limit, total - page.offset)
  if (limit <= 0) return { refs: [], total, sort }
  const anchors = anchorsOf(context, `${place.key} ${sort} ${String(page.descending)}`)
  const near = anchors.reduce<Anchor | null>(
    (best, anchor) =>
      anchor.offset <= page.offset && (best === null || anchor.offset > best.offset) ? anchor : best,
    null,
  )
  const skip = page.offset - (near?.offset ?? 0)
  const fromEnd = total - page.offset - limit
  const rows =
    fromEnd < skip
      ? read(context, place, sort, !page.descending, null, fromEnd, limit).reverse()
      : read(context, place, sort, page.descending, near, skip, limit)
  const last = rows.at(-1)
  // Sizes may be null: nothing can be compared with them, so such lists are always counted from an end.
  if (last !== undefined && rows.length === limit && sort !== 'size' && last[1] !== null) {
    const offset = page.offset + limit
    if (!anchors.some((anchor) => anchor.offset === offset)) {
      anchors.push({ offset, key: last[1], pk: last[0] })
      if (anchors.length > 500) anchors.splice(0, 250)
    }
  }
  return { refs: rows.map(([pk]) => pk), total, sort }
}

interface Refs extends Pick<Page, 'total' | 'sort'> {
  refs: number[]
}

/** As many rows are sorted within a few ms without an index. */
const SORTED_AT_ONCE = 5000

type Found = [pk: number, key: number | string | null]

function read(
  context: QueryContext,
  place: Place,
  sort: Sort,
  descending: boolean,
  after: Anchor | null,
  skip: number,
  limit: number,
): Found[] {
  const column = SORT_COLUMNS[sort]
  const sign = descending ? '<' : '>'
  const direction = descending ? 'DESC' : 'ASC'
  const values: unknown[] = []
  const legs = place.legs.map((leg) => {
    values.push(...place.values)
    if (after === null) return `SELECT pk, ${column} AS k FROM item WHERE ${leg}`
    values.push(after.key, after.pk)
    return `SELECT pk, ${column} AS k FROM item WHERE ${leg} AND (${column}, pk) ${sign} (?, ?)`
  })
  const sql = `${legs.join(' UNION ALL ')} ORDER BY 2 ${direction}, 1 ${direction} LIMIT ? OFFSET ?`
  return context
    .sql(sql)
    .raw()
    .all(...values, limit, skip) as Found[]
}
