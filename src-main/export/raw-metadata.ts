import { gunzipSync } from 'node:zlib'
import type { BackupSource } from '../backup/source.ts'

/** Metadata files over this size are not taken apart. */
const MAX_BYTES = 16 * 1024 * 1024

/** What an item's metadata file holds. */
export interface RawMetadata {
  /** The parsed JSON; undefined when it is torn or none. */
  json: unknown
  /** The file's text, when it could be read. */
  text: string | null
}

/** Reads an item's metadata file as it is: plain or gzip, with or without a byte order mark. Never throws. */
export function readRawMetadata(source: BackupSource, path: string | null): RawMetadata {
  if (path === null) return { json: undefined, text: null }
  const read = source.read(path, MAX_BYTES)
  if ('refused' in read) return { json: undefined, text: null }
  try {
    const packed = read.bytes[0] === 0x1f && read.bytes[1] === 0x8b
    const bytes = packed ? gunzipSync(read.bytes, { maxOutputLength: MAX_BYTES }) : read.bytes
    const text = bytes.toString('utf8').replace(/^\ufeff/, '')
    return { json: parse(text), text }
  } catch {
    return { json: undefined, text: read.bytes.toString('latin1') }
  }
}

/** The states in a parsed metadata file: the array itself, the first array of objects inside, or the object alone. */
export function rawStates(json: unknown): unknown[] {
  if (Array.isArray(json)) return json
  if (typeof json !== 'object' || json === null) return json === undefined ? [] : [json]
  for (const value of Object.values(json)) {
    if (Array.isArray(value) && value.some((entry) => typeof entry === 'object' && entry !== null))
      return value
  }
  return [json]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length < 2) return undefined
    try {
      return lines.map((line) => JSON.parse(line) as unknown)
    } catch {
      return undefined
    }
  }
}

/** The file exported for an item that is no mail: its place and its metadata as they are. */
export function metadataDocument(
  head: Record<string, unknown>,
  raw: RawMetadata,
): { bytes: Buffer; whole: boolean } {
  if (raw.json !== undefined) {
    try {
      return {
        bytes: Buffer.from(`${JSON.stringify({ ...head, metadata: raw.json }, null, 2)}\n`),
        whole: true,
      }
    } catch {
      // Nested deeper than the writer can follow: the text itself goes out.
    }
  }
  return {
    bytes: Buffer.from(`${JSON.stringify({ ...head, metadataText: raw.text }, null, 2)}\n`),
    whole: false,
  }
}
