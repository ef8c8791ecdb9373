import type { QueryContext } from './context.ts'

/** One state of an item as stored; for items of unreadable metadata the item's own columns. */
export interface StoredState {
  n: number
  account: number
  starts: number | null
  ends: number | null
  type: number
  deleted: number
  folder: number | null
  flags: string
  tags: string | null
  content: number | null
  own: number
  name: string | null
  /** Of the item. */
  date: number
  size: number | null
}

const ALL = `SELECT s.n, s.account, s.starts, s.ends, s.type, s.deleted, s.folder, s.flags, s.tags, s.content, s.own, s.name, i.date, i.size
  FROM state s JOIN item i ON i.pk = s.item WHERE s.item = ? ORDER BY s.n`
const ITSELF = `SELECT 0 AS n, account, NULL AS starts, NULL AS ends, type, deleted, folder, flags, tags, content, 1 AS own, NULL AS name,
  date, size FROM item WHERE pk = ? AND states = 0`

/** All states of an item in time order; empty for items of unreadable metadata. */
export function statesOf(context: QueryContext, item: number): StoredState[] {
  return context.sql(ALL).all(item) as StoredState[]
}

/** True when a state holds at `at`: start ≤ at < end; null start = always before, null end = still. */
export function holdsAt(state: { starts: number | null; ends: number | null }, at: number): boolean {
  return (state.starts === null || state.starts <= at) && (state.ends === null || at < state.ends)
}

/**
 * The state of an item as of `at`: of all that hold then the last one. An item of unreadable metadata is as it is at any
 * time: nothing says otherwise. Null when the item was not there.
 */
export function stateAt(context: QueryContext, item: number, at: number): StoredState | null {
  const states = statesOf(context, item)
  if (states.length === 0) return (context.sql(ITSELF).get(item) as StoredState | undefined) ?? null
  return states.findLast((state) => holdsAt(state, at)) ?? null
}
