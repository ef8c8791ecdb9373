import type { Dialect } from '../backup/dialect.ts'
import type { AccountFolder, BlobFile } from '../backup/scan.ts'
import type { RawProblem, StoreCell } from './check-types.ts'

/** What a reading thread is started with. */
export interface CheckWorkerData {
  root: string
  zone: string
  dialect: Dialect
  /** Index of each account in `claims` lines. */
  accounts: AccountFolder[]
  /** Folder of a repaired copy that the threads fill while they read; null for a mere check. */
  copyTo: string | null
  /** Tells apart the threads. */
  name: string
}

/** One message to a thread: folders are read whole, in the order given. */
export type CheckJob =
  | { kind: 'metadata'; folders: { account: number; path: string }[] }
  | { kind: 'blobs'; folders: string[] }
  /** Single files of a sample. */
  | { kind: 'files'; files: BlobFile[] }

export interface MetadataBatch {
  kind: 'metadata'
  folders: string[]
  total: number
  ok: number
  problems: RawProblem[]
  /** Lines `account index TAB item id TAB mark TAB digest`; see CLAIM_MARKS. */
  claims: string
  /** Files written to the copy. */
  copied: number
}

export interface BlobBatch {
  kind: 'blobs'
  folders: string[]
  total: number
  ok: number
  bytes: number
  problems: RawProblem[]
  /** Digests of the blobs that have a file, one a line, `!` before one that is not whole; for a misplaced one TAB and its path. */
  present: string
  cells: StoreCell[]
  copied: number
  /** Double gzip undone, misplaced and case-folded blobs put back: only with a copy. */
  mended: number
}

export type CheckBatch = MetadataBatch | BlobBatch

/** What a line of `claims` says of the item: it needs the blob, has it by choice, or is a folder (no digest). */
export const CLAIM_MARKS = { needed: 'n', optional: 'o', folder: 'f' } as const

/** Item files and `account_info` beyond this are cut: nothing real comes near it. Bytes. */
export const MAX_ITEM_FILE = 16 * 1024 * 1024
