import type { StoreCell } from '../../../src-main/contract/verify.ts'

/** The letters of folder names under `items/`: base64 as the backup writes it, `,` in the place of `/`. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,'
export const COLUMNS = LETTERS.length

export type CellState = 'sound' | 'notices' | 'errors' | 'empty'
/** In the order of the legend. */
export const CELL_STATES: readonly CellState[] = ['sound', 'notices', 'errors', 'empty']

/** The picture: rows of COLUMNS cells. A folder has its place by its name, so that two pictures can be compared. */
export interface StoreGrid {
  /** Null where there is no such folder. */
  cells: readonly (StoreCell | null)[]
  rows: number
  /** How many folders are in each state; `empty` counts places without a file. */
  counts: Record<CellState, number>
}

export function stateOf(cell: StoreCell | null): CellState {
  if (cell === null) return 'empty'
  if (cell.errors > 0) return 'errors'
  if (cell.notices > 0) return 'notices'
  return cell.files > 0 ? 'sound' : 'empty'
}

/** `items/aP` → `aP`. */
export function folderName(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1)
}

/** Name of the folder that belongs at a place of the picture; null in the rows of other folders. */
export function nameAt(place: number): string | null {
  const first = LETTERS[Math.floor(place / COLUMNS)]
  const second = LETTERS[place % COLUMNS]
  return first !== undefined && second !== undefined ? first + second : null
}

function placeOf(folder: string): number | null {
  const [first = '', second = '', ...rest] = folderName(folder)
  const row = LETTERS.indexOf(first)
  const column = LETTERS.indexOf(second)
  return first !== '' && second !== '' && rest.length === 0 && row >= 0 && column >= 0
    ? row * COLUMNS + column
    : null
}

/** Places every folder; those with other names than the backup writes follow in rows of their own. */
export function storeGrid(cells: readonly StoreCell[]): StoreGrid {
  const placed = new Array<StoreCell | null>(COLUMNS * COLUMNS).fill(null)
  const others: StoreCell[] = []
  for (const cell of cells) {
    const place = placeOf(cell.folder)
    if (place === null || placed[place] !== null) others.push(cell)
    else placed[place] = cell
  }
  const all = [...placed, ...others]
  const rows = Math.ceil(all.length / COLUMNS)
  while (all.length < rows * COLUMNS) all.push(null)
  const counts: Record<CellState, number> = { sound: 0, notices: 0, errors: 0, empty: 0 }
  for (const cell of all) counts[stateOf(cell)]++
  return { cells: all, rows, counts }
}

/** The folders that need a look, most errors first. */
export function worstFolders(cells: readonly StoreCell[], most: number): StoreCell[] {
  return cells
    .filter((cell) => cell.errors + cell.notices > 0)
    .sort((a, b) => b.errors - a.errors || b.notices - a.notices || (a.folder < b.folder ? -1 : 1))
    .slice(0, most)
}

/** Where an arrow key leads from a cell; stays inside of the picture. Null for other keys. */
export function moved(index: number, key: string, rows: number): number | null {
  const last = rows * COLUMNS - 1
  const steps: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - COLUMNS,
    ArrowDown: index + COLUMNS,
    Home: index - (index % COLUMNS),
    End: index - (index % COLUMNS) + COLUMNS - 1,
  }
  const next = steps[key]
  if (next === undefined) return null
  return next < 0 || next > last ? index : next
}
