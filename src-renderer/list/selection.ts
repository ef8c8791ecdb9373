/**
 * Which rows of a list are marked. Rows are known by key, because indices move while the catalog grows. `all` means the
 * whole view, also rows that were never loaded; taking one row out of `all` needs the keys of the rest, which the list
 * loads (see `needsKeys`). The cursor is the row whose preview is shown; the anchor is where a range begins.
 */
export interface Selection {
  readonly all: boolean
  readonly keys: ReadonlySet<string>
  readonly cursor: number
  readonly cursorKey: string | null
  readonly anchor: number
}

export const EMPTY_SELECTION: Selection = {
  all: false,
  keys: new Set(),
  cursor: -1,
  cursorKey: null,
  anchor: -1,
}

/** Most rows an export can name one by one (the contract's limit). */
export const MAX_KEYS = 100_000

/** Plain click or a move by key: this row alone has the cursor; marks are dropped. */
export function moveTo(index: number, key: string | null): Selection {
  return { all: false, keys: new Set(), cursor: index, cursorKey: key, anchor: index }
}

/** The cursor goes on without touching the marks (moving by key while rows are marked). */
export function moveKeeping(selection: Selection, index: number, key: string | null): Selection {
  return { ...selection, cursor: index, cursorKey: key, anchor: index }
}

/** Ctrl-click or Space: marks or unmarks one row. With `all` the caller must have replaced it by keys first. */
export function toggle(selection: Selection, index: number, key: string): Selection {
  const keys = new Set(selection.keys)
  // the row that only had the cursor was what the person saw as chosen: it joins the marks
  if (keys.size === 0 && selection.cursorKey !== null && selection.cursorKey !== key)
    keys.add(selection.cursorKey)
  if (!keys.delete(key)) keys.add(key)
  return { all: false, keys, cursor: index, cursorKey: key, anchor: index }
}

/** Space: marks this row only, without the cursor's row joining. */
export function mark(selection: Selection, index: number, key: string): Selection {
  const keys = new Set(selection.keys)
  if (!keys.delete(key)) keys.add(key)
  return { all: false, keys, cursor: index, cursorKey: key, anchor: index }
}

/** First and last row of the range that a shift-click at `index` means. */
export function rangeTo(selection: Selection, index: number): [number, number] {
  const anchor = selection.anchor < 0 ? index : selection.anchor
  return anchor < index ? [anchor, index] : [index, anchor]
}

/** Shift-click: exactly the rows of the range, anchor kept. */
export function withRange(
  selection: Selection,
  index: number,
  key: string | null,
  keys: Iterable<string>,
): Selection {
  const anchor = selection.anchor < 0 ? index : selection.anchor
  return { all: false, keys: new Set(keys), cursor: index, cursorKey: key, anchor }
}

export function selectAll(selection: Selection): Selection {
  return { ...selection, all: true, keys: new Set() }
}

/** All but one: `keys` are those of the whole view. */
export function allBut(selection: Selection, keys: Iterable<string>, index: number, key: string): Selection {
  const rest = new Set(keys)
  rest.delete(key)
  return { ...selection, all: false, keys: rest, cursor: index, cursorKey: key, anchor: index }
}

export function clearMarks(selection: Selection): Selection {
  return { ...selection, all: false, keys: new Set() }
}

export function isMarked(selection: Selection, key: string): boolean {
  return selection.all || selection.keys.has(key)
}

/** How many rows an action applies to: the marks, else the cursor's row. `total` is the view's. */
export function chosenCount(selection: Selection, total: number): number {
  if (selection.all) return total
  if (selection.keys.size > 0) return selection.keys.size
  return selection.cursorKey === null ? 0 : 1
}

/** Keys an action applies to; null stands for the whole view. */
export function chosenKeys(selection: Selection): string[] | null {
  if (selection.all) return null
  if (selection.keys.size > 0) return [...selection.keys]
  return selection.cursorKey === null ? [] : [selection.cursorKey]
}
