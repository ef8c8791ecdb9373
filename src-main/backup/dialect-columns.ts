import { digestFromHex, digestInValue } from './digest.ts'
import { walkLeaves, PathTree } from './leaves.ts'
import type { LeafValue, PathNode } from './leaves.ts'
import { findStates } from './states.ts'
import { parseTimestamp } from './timestamps.ts'

/** The samples of item files as columns: one per path of names, with what its values look like. */

/** Bounds that keep learning quick on hostile samples. */
const MAX_FILES = 4000
const MAX_STATES = 40
const MAX_COLUMNS = 3000
const MAX_OBSERVATIONS = 20_000

export interface Observation {
  file: number
  state: number
  value: LeafValue
}

export interface Column {
  path: string
  segments: string[]
  /** First value of each state that has one. */
  seen: Observation[]
  /** Some state has several values here. */
  multiple: boolean
}

export interface SampleFile {
  /** Item id by the file's name, when known. */
  id: number | null
  states: number
  hasDigest: boolean
}

export interface Table {
  /** Where the states are inside their file, names joined by `/`; null when they are the file's own list. */
  statesAt: string | null
  columns: Column[]
  files: SampleFile[]
}

export function pathKey(node: PathNode<unknown>): string {
  return node.segments().join('/')
}

/** The place where most files that have a wrapper keep their states. */
function placeOfStates(samples: readonly unknown[]): string | null {
  const votes = new Map<string, number>()
  for (const sample of samples.slice(0, MAX_FILES)) {
    const { path, outer } = findStates(sample)
    if (outer !== null && path.length > 0) votes.set(path.join('/'), (votes.get(path.join('/')) ?? 0) + 1)
  }
  let best: string | null = null
  for (const [path, count] of votes) if (best === null || count > (votes.get(best) ?? 0)) best = path
  return best !== null && (votes.get(best) ?? 0) >= Math.max(1, samples.length * 0.1) ? best : null
}

/** Reads the samples into columns. */
export function collectColumns(samples: readonly unknown[], ids: readonly (number | null)[]): Table {
  const tree = new PathTree<Column>()
  const columns: Column[] = []
  const files: SampleFile[] = []
  const statesAt = placeOfStates(samples)
  samples.slice(0, MAX_FILES).forEach((sample, index) => {
    const found = findStates(sample, statesAt)
    const file: SampleFile = { id: ids[index] ?? null, states: found.states.length, hasDigest: false }
    const at = files.push(file) - 1
    const visit = (state: number) => (node: PathNode<Column>, value: LeafValue) => {
      if (typeof value === 'string' && !file.hasDigest && digestInValue(value) !== null) file.hasDigest = true
      let column = node.known
      if (column === null) {
        if (columns.length >= MAX_COLUMNS) return
        column = { path: pathKey(node), segments: node.segments(), seen: [], multiple: false }
        node.known = column
        columns.push(column)
      }
      const last = column.seen.at(-1)
      if (last?.file === at && last.state === state) column.multiple = true
      else if (column.seen.length < MAX_OBSERVATIONS) column.seen.push({ file: at, state, value })
    }
    found.states.slice(0, MAX_STATES).forEach((state, number) => {
      walkLeaves(state, tree.state, visit(number))
      const key = found.keys?.[number]
      if (key !== undefined) visit(number)(tree.state.child('$key'), key)
    })
    if (found.outer !== null) walkLeaves(found.outer, tree.around, visit(0), found.container)
  })
  return { statesAt, columns, files }
}

/** Values that stand for "nothing": a validity that has not ended, an empty field. */
export function isNullish(value: LeafValue): boolean {
  if (value === null || value === '' || value === 0 || value === -1) return true
  if (typeof value === 'number') return value >= 9e15
  if (typeof value !== 'string') return false
  return (
    value === '0' ||
    value === '-1' ||
    value.startsWith('922337203685477') ||
    /^(?:null|none|never|infinity|-|9999-|31\/12\/9999)/i.test(value)
  )
}

export interface Features {
  column: Column
  /** Observations that are not nullish. */
  filled: Observation[]
  nullish: number
  /** Shares (0 to 1) of the filled values. */
  time: number
  integer: number
  boolean: number
  digest: number
  mail: number
  text: number
  /** Distinct filled values, counted up to 5000. */
  distinct: number
  /** Among files with several states: share of neighbours that grow, shrink, stay. */
  pairs: number
  rising: number
  falling: number
  steady: number
}

export function asNumber(value: LeafValue): number | null {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) return Number(value)
  return null
}

function share(list: readonly Observation[], test: (value: LeafValue) => boolean): number {
  if (list.length === 0) return 0
  let hits = 0
  for (const { value } of list) if (test(value)) hits++
  return hits / list.length
}

export function timeOf(value: LeafValue): number | null {
  return parseTimestamp(value, 'UTC')
}

export function digestOfLeaf(value: LeafValue, blobExists?: (name: string) => boolean): string | null {
  if (typeof value !== 'string') return null
  const name = digestInValue(value)
  if (name !== null || blobExists === undefined) return name
  const hex = digestFromHex(value)
  if (hex === null) return null
  return blobExists(hex) ? hex : blobExists(value) ? value : null
}

export function featuresOf(column: Column, blobExists?: (name: string) => boolean): Features {
  const filled = column.seen.filter(({ value }) => !isNullish(value))
  const features: Features = {
    column,
    filled,
    nullish: column.seen.length - filled.length,
    time: share(filled, (value) => timeOf(value) !== null),
    integer: share(filled, (value) => Number.isSafeInteger(asNumber(value))),
    boolean: share(
      filled,
      (value) =>
        typeof value === 'boolean' ||
        value === 1 ||
        value === '1' ||
        /^(?:true|false|yes|no|y|n)$/i.test(String(value)),
    ),
    digest: share(filled, (value) => digestOfLeaf(value, blobExists) !== null),
    mail: share(filled, (value) => typeof value === 'string' && /[^\s@]@[^\s@]/.test(value)),
    text: share(filled, (value) => typeof value === 'string' && asNumber(value) === null),
    distinct: new Set(filled.slice(0, 5000).map(({ value }) => String(value))).size,
    pairs: 0,
    rising: 0,
    falling: 0,
    steady: 0,
  }
  for (let index = 1; index < column.seen.length; index++) {
    const before = column.seen[index - 1]
    const after = column.seen[index]
    if (after === undefined || before?.file !== after.file) continue
    features.pairs++
    const a = timeOf(before.value) ?? asNumber(before.value)
    const b = timeOf(after.value) ?? asNumber(after.value)
    if (String(before.value) === String(after.value)) features.steady++
    else if (a !== null && b !== null && b > a) features.rising++
    else if (a !== null && b !== null && b < a) features.falling++
  }
  if (features.pairs > 0) {
    features.rising /= features.pairs
    features.falling /= features.pairs
    features.steady /= features.pairs
  }
  return features
}

/**
 * Share of neighbouring states where `end` of the earlier is `start` of the later, in whichever order the file has
 * them; an end is never before its own start, which tells the two apart.
 */
export function chained(start: Column, end: Column): number {
  const starts = new Map(start.seen.map(({ file, state, value }) => [file * 1000 + state, timeOf(value)]))
  let pairs = 0
  let forward = 0
  let backward = 0
  for (const { file, state, value } of end.seen) {
    const own = timeOf(value)
    const begin = starts.get(file * 1000 + state)
    const next = starts.get(file * 1000 + state + 1)
    const previous = state > 0 ? starts.get(file * 1000 + state - 1) : undefined
    if (next === undefined && previous === undefined) continue
    pairs++
    if (own === null || begin === undefined || begin === null || own < begin) continue
    // Ends may be written exclusive (the next start) or inclusive (a moment before it).
    if (next != null && Math.abs(next - own) <= 1000) forward++
    if (previous != null && Math.abs(previous - own) <= 1000) backward++
  }
  // The last state of a file has no follower: one pair less per file than states.
  return pairs === 0 ? 0 : Math.min(1, (Math.max(forward, backward) / pairs) * 1.6)
}
