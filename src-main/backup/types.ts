/**
 * The words of a Backup Path: items, their states, blobs and what can be wrong with them.
 * Every room above `backup/` speaks in these types; all times are milliseconds since 1970 UTC.
 */

/** Item types as the `carbonio` command prints them (lower case), plus `unknown`. Source: the mailbox's item type table. */
export const ITEM_TYPES = [
  'folder',
  'searchfolder',
  'tag',
  'conversation',
  'message',
  'contact',
  'invite',
  'document',
  'note',
  'flag',
  'appointment',
  'virtual_conversation',
  'mountpoint',
  'wiki',
  'task',
  'chat',
  'calendar_group',
  'comment',
  'link',
  'unknown',
] as const
export type ItemType = (typeof ITEM_TYPES)[number]

/** One state of an item: what was true of it from `start` until `end`. */
export interface ItemState {
  /** Start of validity, ms UTC; null when no timestamp was recognised. */
  start: number | null
  /** End of validity, ms UTC, exclusive; null while the state is still valid or when it was not recognised. */
  end: number | null
  type: ItemType
  deleted: boolean
  /** Id of the folder that holds the item, for a folder its parent. */
  folder: number | null
  /** Flag letters as the mailbox writes them (`u` unread, `f` flagged, `r` replied, …), each once. */
  flags: string
  tags: string[]
  /** The blob's name: the digest as written in the metadata. Null when the state names none. */
  digest: string | null
  /** Name of a folder, tag or document; full name of a contact. */
  name: string | null
  subject: string | null
  /** Sender as text, e.g. `Anna Rossi <anna@example.com>`. */
  sender: string | null
  /** Recipients as one text. */
  recipients: string | null
  /** The message's own date (received), ms UTC. */
  date: number | null
  /** Uncompressed size in bytes. */
  size: number | null
}

/** What kind of thing went wrong. The list is closed: the check, the catalog and the screens share it. */
export const PROBLEM_KINDS = [
  'blob-missing',
  'blob-empty',
  'blob-not-gzip',
  'blob-truncated',
  'blob-corrupt',
  'blob-digest-mismatch',
  'blob-double-gzip',
  'blob-misplaced',
  'blob-unreadable',
  'blob-orphan',
  'metadata-unreadable',
  'metadata-empty',
  'metadata-broken',
  'account-info-broken',
  'id-mismatch',
  'link',
  'unexpected-file',
  'case-folded',
  'lmtp-line-too-long',
] as const
export type ProblemKind = (typeof PROBLEM_KINDS)[number]

/** Problems that do not mean loss; everything else is an error. */
export const NOTICE_KINDS: readonly ProblemKind[] = [
  'blob-orphan',
  'unexpected-file',
  'link',
  'lmtp-line-too-long',
]

/** One thing found wrong under a Backup Path. */
export interface Problem {
  kind: ProblemKind
  /** Path relative to the Backup Path, `/` as separator. */
  path: string
  /** The digest concerned, when it is about a blob. */
  digest: string | null
  /** One sentence for a person: what was found. */
  detail: string
}

/**
 * How the bytes of a blob were found.
 * `ok` also covers a blob whose digest was taken over the compressed bytes (very old releases).
 * `digest-mismatch`: the gzip CRC is right, the digest fits no known rule.
 */
export type BlobStatus =
  | 'ok'
  | 'double-gzip'
  | 'digest-mismatch'
  | 'missing'
  | 'empty'
  | 'not-gzip'
  | 'truncated'
  | 'corrupt'
  | 'unreadable'

/** What `account_info` (or, failing that, the mail itself) tells of an account. Password hashes are never kept. */
export interface AccountInfo {
  /** Directory name under `accounts/`, a UUID. */
  id: string
  /** Main address; null when not found. */
  name: string | null
  displayName: string | null
  aliases: string[]
  /** COS name or id as found. */
  cos: string | null
  /** Account status as found (active, locked, closed, …). */
  status: string | null
}
