import type { CatalogView } from '../../../../../src-main/catalog/queries/selection.ts'
import { STRUCTURE_TYPES } from '../../../../../src-main/catalog/schema.ts'
import type { TinyCatalog, TinyContent, TinyState } from './tiny-catalog.ts'

/** What views hold, word by word and without any index: the lists of the catalog are compared with it. */

/** One row of the naive model. */
export interface ModelRow {
  key: string
  ref: number
  account: number
  state: TinyState
  content: TinyContent | null
  date: number | null
  size: number | null
}

/** The state an item had at a time; null = now. */
export function stateInView(
  states: readonly TinyState[],
  now: TinyState,
  at: number | null,
): TinyState | undefined {
  if (at === null || states.length === 0) return now
  return states
    .filter((s) => (s.starts === null || s.starts <= at) && (s.ends === null || at < s.ends))
    .at(-1)
}

/** All rows there are at a time: items in the state they had, and unclaimed mail. */
export function everything(tiny: TinyCatalog, at: number | null): ModelRow[] {
  const rows: ModelRow[] = []
  for (const item of tiny.items) {
    const state = stateInView(item.states, item.now, at)
    if (state === undefined || STRUCTURE_TYPES.includes(state.type)) continue
    const content = state.content === null ? null : (tiny.contents.get(state.content) ?? null)
    rows.push({
      key: `i${String(item.pk)}`,
      ref: item.pk,
      account: item.account,
      state,
      content,
      date: item.date,
      size: item.size,
    })
  }
  for (const content of tiny.contents.values()) {
    if (content.claims > 0) continue
    const state: TinyState = {
      starts: null,
      ends: null,
      type: 'message',
      deleted: false,
      folder: null,
      flags: '',
      tags: [],
      content: content.id,
    }
    rows.push({
      key: `u${String(content.id)}`,
      ref: -content.id,
      account: 0,
      state,
      content,
      date: content.date,
      size: content.rawSize,
    })
  }
  return rows
}

export type Asks = (row: ModelRow) => boolean

/** The rows of a view that also fit `asks`. */
export function modelOf(tiny: TinyCatalog, view: CatalogView, asks: Asks = () => true): ModelRow[] {
  const { scope } = view
  const account = 'account' in scope ? tiny.accounts.find((a) => a.uuid === scope.account)?.pk : undefined
  return everything(tiny, view.at).filter((row) => {
    if (scope.kind === 'unclaimed') {
      if (row.ref > 0 || (scope.owner !== undefined && row.content?.owner !== scope.owner)) return false
    } else if (scope.kind !== 'search' && row.ref < 0) return false
    if (account !== undefined && row.account !== account) return false
    if (scope.kind === 'folder' && row.state.folder !== (scope.folder === -1 ? null : scope.folder))
      return false
    if (view.deleted === 'hide' && row.state.deleted) return false
    if (view.deleted === 'only' && !row.state.deleted) return false
    if (view.after != null && (row.date === null || row.date < view.after)) return false
    if (view.before != null && (row.date === null || row.date >= view.before)) return false
    return asks(row)
  })
}
