import type { Dialect } from '../backup/dialect.ts'
import type { BackupLayout } from '../backup/layout.ts'
import type { AccountFolder, BlobFile } from '../backup/scan.ts'
import type { CheckProblem, RawProblem, StoreCell } from './check-types.ts'

/** How the metadata of this path are spelled. */
export interface Spelling {
  dialect: Dialect
  /** Whether the id that a content tells can be held against its file's name. */
  trustIds: boolean
}

/** What a reading thread is started with. */
export interface CheckWorkerData {
  layout: BackupLayout
  zone: string
  /** Index of each account in claims. */
  accounts: readonly AccountFolder[]
  /** Folder of a repaired copy that the threads fill while they read; null for a mere check. */
  copyTo: string | null
  /** Tells apart the threads. */
  name: string
  /** Memory in which the thread tells what it reads. */
  pulse: SharedArrayBuffer
  timeoutMs: number
}

/** A folder to read. `account` is -1 for blobs; `after` the last file of it that was read before. */
export interface FolderShare {
  account: number
  path: string
  after: string | null
}

/** Something whose reading failed or hung: tried once more when all the rest was read. */
export interface Later {
  of: 'blobs' | 'metadata'
  account: number
  folder: string
  /** The file; null for the whole folder. */
  path: string | null
}

/** A problem with what leans on it, so that a thread can read the names. */
export interface NamingTask {
  problem: RawProblem
  claimants: readonly Claimant[]
}

export interface Claimant {
  account: number
  item: number
}

/** One message to a thread: folders are read whole, in the order given. */
export type CheckJob =
  /** Learns how the metadata are spelled. */
  | { kind: 'learn' }
  /** Reads account_info and lists the folders of these accounts. */
  | { kind: 'accounts'; accounts: number[] }
  | { kind: 'metadata'; folders: FolderShare[]; spelling: Spelling }
  | { kind: 'blobs'; folders: FolderShare[] }
  /** Names only, for a sample. */
  | { kind: 'list'; folders: string[] }
  /** Single files of a sample. */
  | { kind: 'files'; files: BlobFile[] }
  /** Once more; `givenUp` when it hung again. */
  | { kind: 'again'; later: Later; givenUp: boolean; spelling: Spelling }
  | {
      kind: 'name'
      tasks: NamingTask[]
      spelling: Spelling
      names: ReadonlyMap<string, string | null>
      /** Ids of the folder items of the accounts in question. */
      folders: ReadonlyMap<number, readonly number[]>
    }
  /** Copies everything that is neither an item nor a blob. */
  | { kind: 'rest' }
  /** Takes metadata files from the first of the other copies that has them whole. */
  | { kind: 'heal-metadata'; paths: string[]; from: readonly string[]; spelling: Spelling }
  /** Takes blobs from another copy; `walked` files of a plain folder were looked at before. */
  | { kind: 'heal-blobs'; wanted: string[]; from: string; walked: number }

/** What came out of reading files. */
export interface Batch {
  kind: 'blobs' | 'metadata'
  /** Folders read, to their end (`after` null) or so far. */
  folders: FolderShare[]
  total: number
  ok: number
  /** Compressed bytes of blobs. */
  bytes: number
  problems: RawProblem[]
  later: Later[]
  /**
   * Of metadata, claims: lines `account index TAB item id TAB mark TAB digest`, see CLAIM_MARKS. Of blobs, the digests
   * that have a file: one a line, `!` before one that is not whole; for a misplaced one TAB and its path.
   */
  text: Uint8Array
  /** The same for the table: four words each, see DigestTable. */
  keys: Uint32Array
  cells: StoreCell[]
  /** Files written to the copy. */
  copied: number
  /** Double gzip undone, misplaced and case-folded blobs put back: only with a copy. */
  mended: number
  /** Set when it answers an `again` job. */
  again: Later | null
  /** The job is done. */
  last: boolean
}

export type CheckAnswer =
  | { kind: 'learned'; spelling: Spelling; last: true }
  | {
      kind: 'accounts'
      accounts: { index: number; name: string | null; folders: string[] }[]
      problems: RawProblem[]
      last: true
    }
  | Batch
  | { kind: 'listed'; blobs: BlobFile[]; problems: RawProblem[]; last: true }
  /** In the order of the tasks; null where the problem is none after all. */
  | { kind: 'named'; named: (CheckProblem | null)[]; last: true }
  | { kind: 'rest'; copied: number; problems: RawProblem[]; last: true }
  /** What the healed files name, by path. */
  | {
      kind: 'healed-metadata'
      healed: { path: string; from: string; digests: string[] }[]
      lost: string[]
      last: true
    }
  | { kind: 'healed-blobs'; found: string[]; walked: number; last: boolean }

/** What a line of claims says of the item: it needs the blob, has it by choice, or is a folder (no digest). */
export const CLAIM_MARKS = { needed: 'n', optional: 'o', folder: 'f' } as const

/** Item files and `account_info` beyond this are cut: nothing real comes near it. Bytes. */
export const MAX_ITEM_FILE = 16 * 1024 * 1024
