import { digestInValue } from './digest.ts'
import { plain } from './roles.ts'
import { parseTimestamp } from './timestamps.ts'

/**
 * Where in an item file the states are. Documented is an array of states (FORMAT.md); also understood: an array inside a
 * wrapper, a map of states by number or time, states written as lists, a single state, JSON inside a string.
 */
export interface FoundStates {
  states: unknown[]
  /** What else is in the list: bare values, which may still name a blob. */
  rest: unknown[]
  /** Keys of a map of states, parallel to `states`; null for lists. */
  keys: string[] | null
  /** The list or map itself inside `outer`. */
  container: unknown
  /** What is around the list and may hold values common to all states; null when the list is all there is. */
  outer: unknown
  /** Names that lead from the file's value to the list. */
  path: string[]
}

const STATE_LISTS = new Set(
  (
    'states state itemstates itemstate statelist history histories versions version revisions revision transactions transaction changes change ' +
    'entries entry items item records record events lifecycle life timeline log journal data content values list snapshots ' +
    'stati stato storia cronologia zustaende zustande zustand verlauf historie etats etat historique estados estado historial st sts hist vs h s v'
  ).split(' '),
)
const OTHER_LISTS = new Set(
  (
    'tags tag recipients recipient to cc bcc participants attachments attachment parts flags flag acl acls grants grant attrs attributes fields invites invite ' +
    'replies alarms members emails phones addresses headers labels blobs digests rights shares'
  ).split(' '),
)

const MAX_SEARCH_DEPTH = 4
const MAX_CANDIDATES = 400

type Json = Record<string, unknown>

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A key that numbers or dates the states of a map. */
function isOrderKey(key: string): boolean {
  return (
    /^(?:state|s|v|tx|t|#)?[-_]?\d{1,19}$/i.test(key) ||
    parseTimestamp(key, 'UTC') !== null ||
    /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(key)
  )
}

function stateLikeness(value: unknown): number {
  if (!isRecord(value)) return 0
  let times = 0
  let digests = 0
  let seen = 0
  const look = (inner: unknown): void => {
    if (typeof inner === 'string' && digestInValue(inner) !== null) digests++
    else if (parseTimestamp(inner, 'UTC') !== null) times++
  }
  for (const inner of Object.values(value)) {
    if (++seen > 60) break
    if (isRecord(inner)) Object.values(inner).slice(0, 20).forEach(look)
    else look(inner)
  }
  return Math.min(times, 2) + Math.min(digests, 1) + Math.min(Object.keys(value).length, 6) / 12
}

interface Candidate {
  list: unknown[]
  keys: string[] | null
  container: unknown
  path: string[]
  score: number
}

function listScore(name: string, list: unknown[], depth: number): number {
  const own = plain(name)
  let score = list.length > 1 ? 0.5 : 0
  if (STATE_LISTS.has(own)) score += own.length > 2 ? 3 : 1
  else if ([...STATE_LISTS].some((known) => known.length > 4 && own.endsWith(known))) score += 2
  if (OTHER_LISTS.has(own)) score -= 5
  return score + Math.max(...list.slice(0, 5).map(stateLikeness)) - depth * 0.25
}

function asStates(value: unknown): { list: unknown[]; keys: string[] | null } | null {
  if (Array.isArray(value)) {
    const list = value as unknown[]
    return list.length > 0 && list.slice(0, 50).some(isRecord) ? { list, keys: null } : null
  }
  if (!isRecord(value)) return null
  const keys = Object.keys(value)
  if (keys.length === 0 || !keys.slice(0, 50).every((key) => isOrderKey(key) && isRecord(value[key])))
    return null
  return { list: keys.map((key) => value[key]), keys }
}

function searchList(root: Json, hint: string | null): Candidate | null {
  let best: Candidate | null = null
  let looked = 0
  let level: { value: Json; path: string[] }[] = [{ value: root, path: [] }]
  for (let depth = 0; depth < MAX_SEARCH_DEPTH && level.length > 0; depth++) {
    const next: typeof level = []
    for (const { value, path } of level) {
      for (const key of Object.keys(value)) {
        if (++looked > MAX_CANDIDATES) return best
        const inner = unwrapText(value[key])
        if (typeof inner !== 'object' || inner === null) continue
        const found = asStates(inner)
        if (found !== null) {
          const known = hint !== null && [...path, key].join('/') === hint
          const score = listScore(key, found.list, depth) + (known ? 6 : 0)
          if (score >= 2 && (best === null || score > best.score))
            best = { ...found, container: value[key], path: [...path, key], score }
        } else if (isRecord(inner)) next.push({ value: inner, path: [...path, key] })
      }
    }
    level = next
  }
  return best
}

/** JSON that was written into a string. */
function unwrapText(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > 4 * 1024 * 1024 || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

/** `{"current": {…}, "history": […]}`: the state that is kept apart from the list, when it looks like the others. */
function stateBeside(root: Json, found: Candidate): unknown {
  const sample = found.list.find(isRecord)
  if (sample === undefined) return undefined
  const keys = Object.keys(sample)
  for (const value of Object.values(root)) {
    if (!isRecord(value) || value === found.container) continue
    const shared = keys.filter((key) => Object.hasOwn(value, key)).length
    if (keys.length >= 3 && shared >= keys.length * 0.6) return value
  }
  return undefined
}

/**
 * Finds the states in the value of an item file; `hint` is where they are in the other files of this Backup Path (names
 * joined by `/`). Never throws; nothing recognisable gives an empty list.
 */
export function findStates(input: unknown, hint: string | null = null): FoundStates {
  let value = unwrapText(input)
  const path: string[] = []
  // Wrappers of one key or one element around everything.
  for (let round = 0; round < 4; round++) {
    if (!Array.isArray(value) || value.length === 0) break
    const list = value as unknown[]
    if (list.length === 1 && Array.isArray(list[0]) && (list[0] as unknown[]).slice(0, 50).some(isRecord))
      value = list[0]
    else break
  }
  if (Array.isArray(value)) {
    const list = (value as unknown[]).map(unwrapText)
    if (list.length === 1 && isRecord(list[0])) {
      // One object may be the only state, or a wrapper around the states.
      const inner = searchList(list[0], hint)
      if (inner !== null && inner.score >= 3) return wrapped(list[0], inner, path)
    }
    if (list.some(mayBeState)) return { ...sorted(list), keys: null, container: value, outer: null, path }
    const states = list.length >= 4 ? [list] : []
    return { states, rest: [], keys: null, container: value, outer: null, path }
  }
  const nothing = { states: [], rest: [], keys: null, container: value, outer: null, path }
  if (!isRecord(value)) return nothing
  const map = asStates(value)
  if (map !== null) return { ...nothing, states: map.list, keys: map.keys }
  const inner = searchList(value, hint)
  if (inner !== null) return wrapped(value, inner, path)
  return Object.keys(value).length === 0 ? nothing : { ...nothing, states: [value] }
}

function mayBeState(value: unknown): boolean {
  return isRecord(value) || Array.isArray(value)
}

/** The states of a list, and what else is in it. */
function sorted(list: readonly unknown[]): Pick<FoundStates, 'states' | 'rest'> {
  return { states: list.filter(mayBeState), rest: list.filter((item) => !mayBeState(item)) }
}

function wrapped(root: Json, inner: Candidate, path: string[]): FoundStates {
  const beside = stateBeside(root, inner)
  const states = beside === undefined ? inner.list : [...inner.list, beside]
  const keys = inner.keys === null ? null : beside === undefined ? inner.keys : [...inner.keys, '']
  // A state kept beside would speak for all the others too.
  const outer =
    beside === undefined
      ? root
      : Object.fromEntries(Object.entries(root).filter(([, item]) => item !== beside))
  return {
    ...sorted(states),
    keys,
    container: inner.container,
    outer,
    path: [...path, ...inner.path],
  }
}
