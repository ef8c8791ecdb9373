/**
 * What the threads of an ingest say to each other. One coordinator (the only writer of the catalog) starts N readers and
 * gives all of them the same list of jobs for a step; they take the next one by an atomic counter, so no reader ever waits for
 * the coordinator while that is busy writing. What readers find comes back in batches.
 */
import type { AccountFolder } from '../../backup/scan.ts'
import type { BlobStatus, ItemState, ProblemKind } from '../../backup/types.ts'
import type { IndexProgress } from '../../contract/backup.ts'
import type { Learned } from './learn.ts'

export interface IngestOptions {
  /** Any path that detectLayout accepts. */
  path: string
  catalogFile: string
  /** IANA zone for timestamps that carry none. */
  zone: string
  /** Reader threads. */
  jobs: number
}

export type IngestProgress = Omit<IndexProgress, 'catalogId'>

/** The fields of `index PATH --json`, and whether it was stopped before the end. */
export interface IngestResult {
  backupPath: string
  catalog: string
  accounts: number
  items: number
  states: number
  messages: number
  blobs: number
  bytes: number
  unclaimed: number
  problems: Record<string, number>
  seconds: number
  stopped: boolean
}

/** An error across threads: enough to make it an ExpectedError again. */
export interface WireError {
  name: string
  message: string
  code: string | null
  why: string | null
  next: string | null
  stack: string | null
}

export type FromCoordinator =
  | { kind: 'progress'; progress: IngestProgress }
  | { kind: 'log'; line: string }
  | { kind: 'done'; result: IngestResult }
  | { kind: 'failed'; error: WireError }

/** Words of the shared memory of one ingest (Int32). */
export const SHARED_STOP = 0
export const SHARED_NEXT = 1
/** Per reader from here: kilobytes sent and not yet taken by the writer. */
export const SHARED_READERS = 8

/** A reader waits when this much of it lies unwritten, kB. */
export const MAX_AHEAD_KB = 16_000

export type Job =
  /** Lists the folders of an account's `items/`. */
  | { kind: 'account'; account: number; folder: AccountFolder }
  /** Reads what changed in some of them (relative paths). */
  | { kind: 'items'; account: number; folder: AccountFolder; dirs: string[] }
  /** Lists some folders of blobs, relative to the Backup Path. */
  | { kind: 'list'; dirs: string[] }
  /** Reads the contents `todo[from]` … `todo[to - 1]` of the step. */
  | { kind: 'read'; from: number; to: number }

/** What the readers need to know in a step. */
export interface StepContext {
  learned: Learned | null
  /** Contents whose blob is to be read, in the order of their folders (shared memory). */
  todo: Uint32Array
  /** Who claims them, as `onlyClaimant` reads it (shared memory). */
  claimants: Uint32Array
  /** pk of accounts whose name is not known. */
  unnamed: number[]
  /** Lower-case addresses of known accounts with the account's UUID; domains. */
  owners: { accounts: [address: string, account: string][]; domains: string[] }
}

export type ToReader = { kind: 'step'; jobs: Job[]; context: StepContext } | { kind: 'close' }

export interface FoundProblem {
  kind: ProblemKind
  path: string
  digest: string | null
  detail: string
}

export interface FoundRefusal {
  uid: number | null
  mode: number | null
  files: number
}

export interface ItemRecord {
  id: number
  /** Null when canonical. */
  path: string | null
  size: number | null
  mtime: number | null
  condition: 'ok' | 'empty' | 'broken' | 'unreadable'
  states: ItemState[]
  /** Every digest in it, also such as no state could be given. */
  digests: string[]
  /** Parallel to `states`: folders told by a path instead of an id; null when none is. */
  folderPaths: (string | null)[] | null
  /** Words for the index, only where no blob tells them. */
  text: string
  problems: FoundProblem[]
}

export interface ReadRecord {
  id: number
  oldDoc: number | null
  /** True when this content was read before: its problems are replaced. */
  again: boolean
  status: BlobStatus
  rule: string | null
  rawSize: number | null
  /** Another copy of the blob was used: its path, size, mtime. */
  moved: { path: string; size: number; mtime: number } | null
  /** Null = keep what the metadata told. */
  subject: string | null
  sender: string | null
  recipients: string | null
  /** Date of the content: of the metadata, else of the message. */
  date: number | null
  hasAttachment: boolean
  /** JSON. */
  attachments: string | null
  owner: string | null
  /** Folded texts of the index. */
  words: [
    subject: string,
    sender: string,
    recipients: string,
    body: string,
    attachments: string,
    tokens: string,
  ]
  /** What its items lack (bits LACKS_*), and what the message says. */
  lacks: number
  mailDate: number | null
  problems: FoundProblem[]
  /** Votes for the name of unnamed accounts: pairs of account and address. */
  votes: [account: number, address: string][]
}

export interface Batch {
  kind: 'batch'
  reader: number
  kb: number
  /** Steps done since the last batch, for the progress (files looked at or blobs read). */
  steps: number
  /** Jobs finished since the last batch. */
  jobs: number
  problems: FoundProblem[]
  refusals: FoundRefusal[]
  items?: { account: number; rows: ItemRecord[]; gone: number[] }
  dirs?: { account: number; folder: AccountFolder; dirs: string[] }
  blobs?: { rows: [digest: string, size: number, mtime: number][]; gone: number[] }
  copies?: { rows: [path: string, digest: string, size: number, mtime: number][]; gone: string[] }
  read?: ReadRecord[]
}

export type FromReader =
  Batch | { kind: 'step-done'; reader: number } | { kind: 'reader-failed'; reader: number; error: WireError }

/** An Error as plain data. */
export function toWire(error: unknown): WireError {
  const e = (error instanceof Error ? error : new Error(String(error))) as Error & {
    code?: unknown
    why?: unknown
    next?: unknown
  }
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  return {
    name: e.name,
    message: e.message,
    code: text(e.code),
    why: text(e.why),
    next: text(e.next),
    stack: text(e.stack),
  }
}

/** The Error again, with its code and advice, so that `toExpectedError` knows it. */
export function fromWire(wire: WireError): Error {
  const error = new Error(wire.message)
  error.name = wire.name
  return Object.assign(error, {
    ...(wire.code === null ? {} : { code: wire.code }),
    ...(wire.why === null ? {} : { why: wire.why }),
    ...(wire.next === null ? {} : { next: wire.next }),
    ...(wire.stack === null ? {} : { stack: wire.stack }),
  })
}
