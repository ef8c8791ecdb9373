import type { Dialect } from './dialect.ts'
import { findDigests } from './digest.ts'
import { salvageObjects } from './json-salvage.ts'
import { StateReader } from './state-reader.ts'
import type { ReadState } from './state-reader.ts'
import { findStates, isRecord } from './states.ts'
import type { FoundStates } from './states.ts'
import { decodeText } from './text.ts'
import type { ItemState } from './types.ts'

export interface ParseContext {
  dialect: Dialect
  /** IANA zone of timestamps that name none; `local` is this computer's. */
  zone: string
  /** Whether a blob of this name is on disk: decides between several strings of digest form. */
  blobExists?: (name: string) => boolean
}

export interface ParsedItem {
  /** In order of time. */
  states: ItemState[]
  condition: 'ok' | 'empty' | 'broken'
  /** Every digest of the file, each once, also those that only a torn text still shows. */
  digests: string[]
  /** What is wrong, one sentence; empty when nothing is. */
  detail: string
  /** The item's id as the content says it; null when it does not. Differs from the file's name when misplaced. */
  id: number | null
  /** Parallel to `states`: the folder where the metadata gives a name or path instead of an id. */
  folderPaths: (string | null)[]
  /** What can still be read of a state in which the text breaks off; it is not among `states`. */
  partial: ItemState | null
}

/** Text beyond this is not parsed as one JSON value but object by object, which keeps memory bounded. */
const MAX_WHOLE_TEXT = 8 * 1024 * 1024
/** Nothing real has more states; of more, the first and last are kept. */
const MAX_STATES = 50_000

const readers = new WeakMap<Dialect, Map<string, StateReader>>()

/** Readers keep what is known of each path, so one is kept per dialect and zone. */
function readerFor(ctx: ParseContext): StateReader {
  let byZone = readers.get(ctx.dialect)
  if (byZone === undefined) {
    byZone = new Map()
    readers.set(ctx.dialect, byZone)
  }
  let reader = byZone.get(ctx.zone)
  if (reader === undefined) {
    reader = new StateReader(ctx.dialect, ctx.zone)
    byZone.set(ctx.zone, reader)
  }
  return reader
}

function emptyItem(condition: ParsedItem['condition'], detail: string, digests: string[] = []): ParsedItem {
  return { states: [], condition, digests, detail, id: null, folderPaths: [], partial: null }
}

/**
 * Parses an item file: an array of states, also wrapped, one object, several values behind each other or one a line; with
 * a byte order mark, as UTF-16, gzip. Of a torn or damaged text the complete states and all digests come back. Never
 * throws; every file ends in data or in one condition with its reason.
 */
export function parseItemFile(bytes: Buffer, ctx: ParseContext): ParsedItem {
  try {
    return parse(bytes, ctx)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return emptyItem('broken', `Not readable: ${reason}.`, safeDigests(bytes))
  }
}

function safeDigests(source: Buffer | string): string[] {
  try {
    return findDigests(source)
  } catch {
    return []
  }
}

function parse(bytes: Buffer, ctx: ParseContext): ParsedItem {
  if (bytes.length === 0) return emptyItem('empty', 'The file has no bytes.')
  const hint = ctx.dialect.statesAt
  const { text, damage } = decodeText(bytes)
  if (text.trim() === '')
    return emptyItem(
      damage === null ? 'empty' : 'broken',
      damage === null ? 'The file holds only blanks.' : `The file is damaged: ${damage}.`,
    )
  let value: unknown
  if (text.length <= MAX_WHOLE_TEXT) {
    try {
      value = JSON.parse(text)
    } catch {
      value = undefined
    }
  }
  if (value === undefined) return fromDamagedText(text, bytes, ctx, damage)
  if (typeof value !== 'object' || value === null) {
    const found = findStates(value, hint)
    if (found.states.length === 0)
      return emptyItem('broken', 'The file holds a single value instead of states.', safeDigests(text))
    return build(found, ctx, damage, text)
  }
  const found = findStates(value, hint)
  if (found.states.length === 0) {
    const isBare = Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0
    return isBare
      ? emptyItem('empty', 'The file holds no state.')
      : emptyItem('broken', 'The file holds no state that can be recognised.', safeDigests(text))
  }
  return withOverwritten(build(found, ctx, damage, text), value, text)
}

/**
 * Where a key stands twice in one object (two files run into each other), JSON keeps the last value only: the digests of
 * the others are taken from the text. Costs a look at each digest, not at each character.
 */
function withOverwritten(item: ParsedItem, value: object, text: string): ParsedItem {
  let missed = false
  for (let at = text.indexOf('="'); at >= 0 && !missed; at = text.indexOf('="', at + 2)) {
    missed = [44, 64, 28].some((length) => {
      const start = at + 1 - length
      return start > 0 && text[start - 1] === '"' && !item.digests.includes(text.slice(start, at + 1))
    })
  }
  if (!missed) return item
  const kept = jsonOf(value)
  const lost = safeDigests(text).filter((digest) => !item.digests.includes(digest) && !kept.includes(digest))
  if (lost.length === 0) return item
  item.digests.push(...lost)
  item.condition = 'broken'
  item.detail = 'The file is damaged: a key stands twice in one state, and only the last one counts.'
  return item
}

/** Empty where the nesting is too deep to be written again. */
function jsonOf(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}

function fromDamagedText(text: string, bytes: Buffer, ctx: ParseContext, damage: string | null): ParsedItem {
  const hint = ctx.dialect.statesAt
  const salvaged = salvageObjects(text)
  // Also in the bytes as they are: damage at the beginning can look like another encoding.
  const digests = [...safeDigests(text), ...safeDigests(bytes)]
  const objects = salvaged.objects
  let found: FoundStates = findStates(objects, hint)
  const only = objects[0]
  // A whole wrapper survived (several values behind each other): its states are meant.
  if (objects.length === 1 && isRecord(only)) found = findStates(only, hint)
  const detail = damage ?? 'its JSON is broken or breaks off'
  const item =
    found.states.length > 0
      ? build(found, ctx, salvaged.whole ? damage : detail, text)
      : emptyItem('broken', `The file is damaged: ${detail}.`)
  item.digests = [...new Set([...item.digests, ...digests])]
  if (salvaged.torn !== null && isRecord(salvaged.torn)) {
    const torn = findStates(salvaged.torn, hint)
    const last = torn.states.at(-1)
    if (last !== undefined) {
      const reader = readerFor(ctx)
      item.partial = reader.finish([reader.read(last, null, ctx.blobExists)])[0]?.state ?? null
    }
  }
  return item
}

function build(found: FoundStates, ctx: ParseContext, damage: string | null, text: string): ParsedItem {
  const reader = readerFor(ctx)
  let { states } = found
  let detail = damage
  if (states.length > MAX_STATES) {
    detail ??= `it holds ${String(states.length)} states; the first and last ${String(MAX_STATES / 2)} were read`
    states = [...states.slice(0, MAX_STATES / 2), ...states.slice(-MAX_STATES / 2)]
  }
  const around = found.outer === null ? null : reader.around(found.outer, found.container, ctx.blobExists)
  const read: ReadState[] = states.map((state, index) => {
    const one = reader.read(state, found.keys?.[index] ?? null, ctx.blobExists)
    return around === null ? one : reader.merge(one, around, index === states.length - 1)
  })
  const rest = found.rest.length === 0 ? null : reader.around(found.rest, null, ctx.blobExists)
  // A blob named beside states that name none is theirs.
  if (rest !== null && read.every(({ digest }) => digest === null))
    for (const one of read) one.digest = rest.digest
  // Of states in the middle of too many, at least the blobs are known.
  let complete = states.length === found.states.length
  const digests = new Set<string>()
  let id: number | null = null
  for (const one of [...read, around, rest]) {
    complete &&= one?.complete ?? true
    for (const digest of one?.digests ?? []) digests.add(digest)
  }
  for (const one of read) id ??= one.id
  if (!complete) {
    detail ??= 'it is nested too deep or holds too many values'
    for (const digest of safeDigests(text)) digests.add(digest)
  }
  const finished = reader.finish(read)
  return {
    states: finished.map(({ state }) => state),
    condition: detail === null ? 'ok' : 'broken',
    digests: [...digests],
    detail: detail === null ? '' : `The file is damaged: ${detail}.`,
    id,
    folderPaths: finished.map(({ folderPath }) => folderPath),
    partial: null,
  }
}
