import type { ItemType } from '../backup/types.ts'

/** One distinct blob of an item, in the order of its states. */
export interface ExportBlob {
  digest: string
  /** Blob file relative to the Backup Path; null when there is none. */
  path: string | null
  /** Null for the blob that the view shows; 1, 2, … for the others, oldest first. */
  version: number | null
  /** Message date, ms UTC; null when unknown. */
  date: number | null
  subject: string | null
}

/** What the export needs of one row of a view: an item, or a piece of unclaimed mail. */
export interface ExportItem {
  /** UUID; null for unclaimed mail. */
  account: string | null
  /** First folder below the target: the account's address, else its UUID; for unclaimed mail the likely owner, null when unknown. */
  accountFolder: string | null
  /** Null for unclaimed mail. */
  id: number | null
  type: ItemType
  deleted: boolean
  flags: string
  /** Folder names inside the mailbox, outermost first. */
  folders: string[]
  /** As shown in lists, ms UTC. */
  date: number | null
  subject: string | null
  /** Name of a document or contact. */
  name: string | null
  /** Metadata file relative to the Backup Path; null for unclaimed mail. */
  metadataPath: string | null
  /** How the metadata file could be read. */
  condition: 'ok' | 'empty' | 'broken' | 'unreadable'
  /** The time the view shows, ms UTC; null = now. */
  at: number | null
  /** All distinct blobs over its states. Empty when no state names one. */
  blobs: ExportBlob[]
}
