import type { Database } from '../../engine/sqlite.ts'
import { LISTED_SQL, monthOf, typeCode } from '../schema.ts'
import { accountBook } from './accounts.ts'
import { contextOf, snapshot, type QueryContext } from './context.ts'
import { NO_FOLDER } from './folder-book.ts'
import { needsSelection, select, type CatalogView, type Selection } from './selection.ts'

export interface MonthCount {
  /** `YYYY-MM`, UTC. */
  month: string
  messages: number
}

const MESSAGE = typeCode('message')

/** Messages per month (UTC) of a view, oldest first; months without any and messages without a date are left out. */
export function listMonths(db: Database, view: CatalogView, zone: string): MonthCount[] {
  const context = contextOf(db)
  const key = JSON.stringify([
    view.scope,
    view.at,
    view.deleted,
    view.after ?? null,
    view.before ?? null,
    zone,
  ])
  const make = (): MonthCount[] => {
    if (needsSelection(view)) return ofSelection(select(context, view, zone))
    return view.scope.kind === 'folder' ? ofFolder(context, view) : ofTable(context, view)
  }
  return snapshot(context, () => context.remember('months', key, 50, make))
}

function named(counts: Map<number, number>): MonthCount[] {
  return [...counts]
    .filter(([, messages]) => messages > 0)
    .sort(([a], [b]) => a - b)
    .map(([month, messages]) => ({
      month: `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`,
      messages,
    }))
}

/** Rows are sorted by date: a month is looked up only where it changes. */
function ofSelection({ columns, rows }: Selection): MonthCount[] {
  const counts = new Map<number, number>()
  let month = 0
  let end = -Infinity
  for (const row of rows) {
    if (columns.type[row] !== MESSAGE) continue
    const date = columns.date[row]!
    if (date === 0 && columns.ref[row]! < 0) continue
    if (date >= end) {
      month = monthOf(date)
      end = Date.UTC(Math.floor(month / 12), (month % 12) + 1, 1)
    }
    counts.set(month, (counts.get(month) ?? 0) + 1)
  }
  return named(counts)
}

function ofFolder(context: QueryContext, view: CatalogView): MonthCount[] {
  const { scope } = view
  const account = scope.kind === 'folder' ? accountBook(context).byId.get(scope.account) : undefined
  if (scope.kind !== 'folder' || account === undefined) return []
  const modes = view.deleted === 'hide' ? '0' : view.deleted === 'only' ? '1' : '0, 1'
  const dates = context
    .sql(
      `SELECT date FROM item WHERE account = ? AND folder IS ? AND deleted IN (${modes}) AND ${LISTED_SQL} AND type = ${String(MESSAGE)}
        AND date >= ? AND date < ?`,
    )
    .pluck()
    .all(
      account.pk,
      scope.folder === NO_FOLDER ? null : scope.folder,
      view.after ?? Number.MIN_SAFE_INTEGER,
      view.before ?? Number.MAX_SAFE_INTEGER,
    ) as number[]
  const counts = new Map<number, number>()
  for (const date of dates) {
    const month = monthOf(date)
    counts.set(month, (counts.get(month) ?? 0) + 1)
  }
  return named(counts)
}

/** Whole accounts are counted by the ingest; a range of dates is exact to the month (the chart's own filter). */
function ofTable(context: QueryContext, view: CatalogView): MonthCount[] {
  const conditions = ['1']
  const values: number[] = []
  if (view.scope.kind === 'account') {
    const account = accountBook(context).byId.get(view.scope.account)
    if (account === undefined) return []
    conditions.push('account = ?')
    values.push(account.pk)
  }
  if (view.deleted !== 'show') {
    conditions.push('deleted = ?')
    values.push(view.deleted === 'only' ? 1 : 0)
  }
  if (view.after != null) {
    conditions.push('month >= ?')
    values.push(monthOf(view.after))
  }
  if (view.before != null) {
    conditions.push('month <= ?')
    values.push(monthOf(view.before - 1))
  }
  const rows = context
    .sql(
      `SELECT month, sum(messages) AS messages FROM month WHERE ${conditions.join(' AND ')} GROUP BY month`,
    )
    .all(...values) as { month: number; messages: number }[]
  return named(new Map(rows.map(({ month, messages }) => [month, messages])))
}
