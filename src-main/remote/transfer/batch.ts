import type { BytePath } from './byte-path.ts'
import type { Part } from './list-local.ts'

/** What proves a file, and what is done with it. */
export interface BatchEntry {
  path: BytePath
  size: number
  mtime: number
  mode: number
  /** Where its bytes begin in the buffer. */
  at: number
  /** The digest in its name; null for files that are named otherwise. */
  digest: string | null
  /** SHA-256 of the whole file (hex), as the source said or an earlier reading gave; null when none is known. */
  sha256: string | null
}

/** Bytes of many small files in one buffer. The buffer is transferred, and comes back with the answer. */
export interface BytesJob {
  kind: 'bytes'
  buffer: ArrayBuffer
  entries: BatchEntry[]
  /** Writes what is proved; else the bytes are only judged. */
  write: boolean
  /** Tells the SHA-256 of every file. */
  hashes: boolean
}

/** Files of a local source: read, judged, and written or handed back in the buffer. */
export interface ReadJob {
  kind: 'read'
  buffer: ArrayBuffer
  entries: BatchEntry[]
  write: boolean
  hashes: boolean
}

/** A large file that lies in the staging folder already, or is brought there from a local source first. */
export interface StagedJob {
  kind: 'staged'
  staged: string
  entry: BatchEntry
  /** Read from the local source. */
  fetch: boolean
}

/** A large file on this machine that goes elsewhere: is it right, and what is its SHA-256? */
export interface JudgeJob {
  kind: 'judge'
  /** Absolute; null: the file of the local source. */
  file: string | null
  entry: BatchEntry
}

/** Files of the target whose time does not fit: are they the ones of the source all the same? */
export interface DoubtJob {
  kind: 'doubt'
  entries: BatchEntry[]
}

export interface ListJob {
  kind: 'list'
  root: string
  ignore: string[]
  part: Part
}

/** Digests that the item files of accounts name. */
export interface DigestsJob {
  kind: 'digests'
  root: string
  paths: BytePath[]
}

export type Job = BytesJob | ReadJob | StagedJob | JudgeJob | DoubtJob | ListJob | DigestsJob

/**
 * `ok`: proved (and written). `as-is`: a damaged blob, twice read alike (and written). `unproved`: neither digest nor
 * SHA-256 fits, or none is known. `unreadable`: a local source refused.
 */
export type EntryState = 'ok' | 'as-is' | 'unproved' | 'unreadable'

export interface EntryVerdict {
  /** Index in the job's entries. */
  index: number
  state: EntryState
  /** Hex; null where the bytes could not be read. */
  sha256: string | null
  detail: string
}

export interface BatchAnswer {
  kind: 'batch'
  /** Everything that is not simply ok; with `hashes`, every entry. */
  verdicts: EntryVerdict[]
  ok: number
  buffer: ArrayBuffer | null
}
