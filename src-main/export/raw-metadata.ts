import { salvageObjects } from '../backup/json-salvage.ts'
import { parseItemFile, type ParseContext } from '../backup/metadata.ts'
import type { BackupSource } from '../backup/source.ts'
import { inTimeOrder } from '../backup/state-order.ts'
import { findStates } from '../backup/states.ts'
import { decodeText } from '../backup/text.ts'

/** Metadata files over this size are not taken apart. */
const MAX_BYTES = 16 * 1024 * 1024

/** What an item's metadata file holds. */
export interface RawMetadata {
  /** The parsed JSON; undefined when it is torn or none. */
  json: unknown
  /** The file's text, when it could be read. */
  text: string | null
}

/** One state as it stands in the file. */
export interface RawState {
  raw: unknown
  /** Start of validity, ms UTC; null when not recognised. */
  start: number | null
  /** End of validity. */
  end: number | null
}

/** Reads an item's metadata file as it is: plain or gzip, in any encoding. Never throws. */
export function readRawMetadata(source: BackupSource, path: string | null): RawMetadata {
  if (path === null) return { json: undefined, text: null }
  const read = source.read(path, MAX_BYTES)
  if ('refused' in read) return { json: undefined, text: null }
  try {
    const { text } = decodeText(read.bytes)
    return { json: parse(text), text }
  } catch {
    return { json: undefined, text: read.bytes.toString('latin1') }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/**
 * The states of a metadata file as they stand there, in order of time like those of the catalog; of a torn file the
 * complete ones. Without a context the order of the file is kept.
 */
export function rawStates({ json, text }: RawMetadata, context: ParseContext | null): RawState[] {
  let values: unknown[]
  try {
    const value = json === undefined && text !== null ? salvageObjects(text).objects : json
    const found = findStates(value, context?.dialect.statesAt ?? null)
    values = found.states
  } catch {
    return []
  }
  const states = values.map((raw) => ({ raw, ...(context === null ? NO_TIME : timesOf(raw, context)) }))
  return inTimeOrder(states)
}

type Times = Omit<RawState, 'raw'>
const NO_TIME: Times = { start: null, end: null }

function timesOf(raw: unknown, context: ParseContext): Times {
  try {
    const [state] = parseItemFile(Buffer.from(JSON.stringify([raw])), context).states
    return state ? { start: state.start, end: state.end } : NO_TIME
  } catch {
    // Nested deeper than the writer of JSON can follow.
    return NO_TIME
  }
}

/** The file exported for an item that is no mail: its place and its metadata as they are. */
export function metadataDocument(head: Record<string, unknown>, { json, text }: RawMetadata): Buffer {
  if (json !== undefined) {
    try {
      return Buffer.from(`${JSON.stringify({ ...head, metadata: json }, null, 2)}\n`)
    } catch {
      // Nested deeper than the writer can follow: the text itself goes out.
    }
  }
  return Buffer.from(`${JSON.stringify({ ...head, metadataText: text }, null, 2)}\n`)
}
