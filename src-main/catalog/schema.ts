/**
 * The catalog of one Backup Path: what its tables mean. The SQL itself is in `migrations/`; this file is the dictionary
 * for everyone who queries. All times are ms since 1970 UTC; `*_mtime` too.
 *
 * meta(key, value)        See MetaKey.
 *
 * account                 One row per directory under `accounts/`.
 *   pk                    Small number; its search token is `acc<pk>` (accountToken).
 *   uuid, name, guessed, display_name, aliases (JSON array), cos, status
 *   folder                Name of the account's first folder in an export, unique without regard to case.
 *   items, messages, deleted, bytes, first, last, last_change
 *                         As in the contract's accountRow; kept by the writer at every commit (bytes, first and last are exact
 *                         from the end of each phase). `messages` counts type message, deleted ones included;
 *                         `deleted` counts items of every type whose last state is deleted.
 *
 * content                 One row per distinct content: a blob (digest not null; `file_size` null = no such file), or the
 *                         metadata of one item that names no blob (digest null). Search hits are contents.
 *   id                    Dense.
 *   doc                   Rowid in `fts`, newest = largest (docBase); null until it can be searched.
 *   path                  Relative path of the blob's file, only when it is not `items/<first 2>/<digest>`.
 *   status                BlobStatus; null = not read yet. For metadata-only contents always null: `digest IS NULL`.
 *   misplaced             1: the file lies in a folder that is not the first two characters of its digest.
 *   subject, sender, recipients, date
 *                         First from the metadata, then from the message itself. `date`: the mailbox's date where metadata tell it,
 *                         else the message's Date header, else the state's start.
 *   raw_size              Uncompressed bytes.
 *   attachments           JSON array of names, null when none.
 *   claims                How many items name it in any state. 0 and a file = unclaimed mail (table index content_unclaimed).
 *   owner, owner_account  Only for unclaimed: likely owner's address, and the account's pk when it is one of ours.
 *   indexed               0 = its text is still to be read, 1 = done (types without text have no `doc` even then).
 *
 * copy                    Blob files in other places than the canonical one (also second copies). content.path names the one in use.
 * owner_vote              Addresses found in the mail of accounts whose name is unknown.
 *
 * claim(content, item)    Every distinct pair over all states: contents to items. (`item.content` is the one shown now.)
 *
 * item                    One row per metadata file. The columns from `type` on describe *now*, the last state.
 *   pk                    The row key `i<pk>`; unclaimed mail is `u<content.id>`.
 *   path                  Relative path of the metadata file, only when not canonical (itemPath).
 *   condition             ok | empty | broken | unreadable.
 *   type                  Index into ITEM_TYPES (typeCode, typeName).
 *   flags, tags           tags: JSON array, null when none.
 *   content               Never null. Last state's blob; where it names none and is deleted (or the type always has a blob) the last
 *                         earlier one; else a metadata-only content of its own.
 *   date                  Never null. Sort key of lists.
 *   size                  Uncompressed bytes, null when unknown.
 *   subject_key, sender_key   Short lower-case sort keys (sortKey).
 *   states, first_start, last_change, ends (end of the last state)
 *   lacks                 Bits LACKS_*: what the metadata did not tell and the message itself fills in once it is read.
 *   extra                 JSON array of contents claimed only by digests outside its states (salvaged from torn metadata); null when none.
 *
 * state(item, n)          All states in time order, n from 0, at least one per item with readable metadata (an item of unreadable
 *                         metadata has item.states = 0 and no rows, but claims of salvaged digests).
 *   ends                  Exclusive; null = still valid. `starts` null = not recognised, counts as "always".
 *   content               As item.content, of this state; null when the item had none yet. own = 1: the state itself names it.
 *
 *   As of T: the state with starts <= T < ends. Items with last_change <= T and item.ends null are as they are now: only the rest needs
 *   `state`.
 *
 * folder_version          States of folders, search folders and mountpoints: names and parents over time.
 *   id                    Item id of the folder; `item` its item.pk.
 *
 * folder_count            Items directly in a folder now, by deleted and type; unread = those with flag `u`.
 * month                   Messages per month now: month = year * 12 + month (0–11), UTC; by deleted.
 *
 * problem                 As Problem of backup/types.ts. `item`, `content`: what it is about; affected items of a content come through `claim`.
 * refusal                 Files that refuse us, once per owner and mode.
 *
 * fts                     FTS5, contentless: subject, sender, recipients, body, attachments, tokens.
 *                         tokens: `acc<pk>` for each claiming account, `hasattachment`, `type<name without _>`, `unclaimed`.
 */
import { ITEM_TYPES } from '../backup/types.ts'
import type { ItemType } from '../backup/types.ts'

/** Marks a SQLite file as a catalog of ours (PRAGMA application_id): "LBct". */
export const APPLICATION_ID = 0x4c426374

/**
 * Keys of `meta`.
 * backupPath realpath · zone IANA · revision integer, rises with every commit that changed rows · phase as in IndexProgress ·
 * complete 1 when everything was read once and nothing of this opening is left · digestRuleUnknown 1|0 · sorted 1 when the secondary
 * sort indexes exist · dialect JSON · states, bytes, unclaimed, messages, items, blobs integers (totals, exact when complete) ·
 * lastChange ms ·  indexedAt ms · foldVersion of search/tokens.ts · dialectFiles: how many files the dialect was learned from
 * dialectFolders: how many item folders there were then
 */
export type MetaKey =
  | 'backupPath'
  | 'zone'
  | 'revision'
  | 'phase'
  | 'complete'
  | 'digestRuleUnknown'
  | 'sorted'
  | 'dialect'
  | 'states'
  | 'bytes'
  | 'unclaimed'
  | 'messages'
  | 'items'
  | 'blobs'
  | 'lastChange'
  | 'indexedAt'
  | 'foldVersion'
  | 'dialectFiles'
  | 'dialectFolders'

/** Bits of `item.lacks`. */
export const LACKS_DATE = 1
export const LACKS_SUBJECT = 2
export const LACKS_SENDER = 4
export const LACKS_SIZE = 8

/** Types that make up the mailbox's structure (folders, tags, …): shown as the tree, never as rows of a list, not searchable. */
export const STRUCTURE_TYPES: readonly ItemType[] = [
  'folder',
  'searchfolder',
  'tag',
  'conversation',
  'flag',
  'virtual_conversation',
  'mountpoint',
  'calendar_group',
]

/**
 * Condition of the partial indexes on `item`: rows of lists. A query must contain exactly this text for SQLite to use them (it then
 * needs no look at the row itself). The codes are those of STRUCTURE_TYPES; a test holds the two together.
 */
export const LISTED_SQL = 'type NOT IN (0,1,2,3,9,11,12,16)'

/** Secondary indexes: built once at the end of the first ingest (building them in one go is several times faster). */
export const SORT_INDEXES: readonly { name: string; sql: string }[] = [
  ['folder_subject', 'account, folder, deleted, subject_key'],
  ['folder_sender', 'account, folder, deleted, sender_key'],
  ['folder_size', 'account, folder, deleted, size'],
  ['account_subject', 'account, deleted, subject_key'],
  ['account_sender', 'account, deleted, sender_key'],
  ['account_size', 'account, deleted, size'],
  ['all_subject', 'deleted, subject_key'],
  ['all_sender', 'deleted, sender_key'],
  ['all_size', 'deleted, size'],
].map(([name, columns]) => ({
  name: `item_${name}`,
  sql: `CREATE INDEX IF NOT EXISTS item_${name} ON item(${columns}) WHERE ${LISTED_SQL}`,
}))

const CODES = new Map<string, number>(ITEM_TYPES.map((type, index) => [type, index]))

/** Number stored for an item type. */
export function typeCode(type: ItemType): number {
  return CODES.get(type) ?? ITEM_TYPES.length - 1
}

/** Item type of a stored number. */
export function typeName(code: number): ItemType {
  return ITEM_TYPES[code] ?? 'unknown'
}

/** Types whose states always have a blob; without one, something is lost. Source: the mailbox keeps these in its blob store. */
export const TYPES_WITH_BLOB: ReadonlySet<ItemType> = new Set([
  'message',
  'document',
  'chat',
  'wiki',
  'invite',
])

/** The FTS token of an account. */
export function accountToken(pk: number): string {
  return `acc${String(pk)}`
}

/** The FTS token of an item type (no underscores: the tokenizer splits at them). */
export function typeToken(type: ItemType): string {
  return `type${type.replaceAll('_', '')}`
}

/** Canonical place of an item's metadata file, relative to the Backup Path. Source: FORMAT.md (2057 → 57/2057, 2 → 02/2). */
export function itemPath(uuid: string, id: number): string {
  return `accounts/${uuid}/items/${String(id % 100).padStart(2, '0')}/${String(id)}`
}

/** Canonical place of a blob, relative to the Backup Path. */
export function blobPath(digest: string): string {
  return `items/${digest.slice(0, 2)}/${digest}`
}

const EPOCH_1990 = 631_152_000_000
const MAX_MINUTE = 2 ** 31 - 1

/** First FTS rowid for a date: minutes since 1990 × 64; 64 contents of a minute have room, more overflow into the next one. */
export function docBase(date: number | null): number {
  if (date === null || !Number.isFinite(date)) return 64
  const minute = Math.min(MAX_MINUTE, Math.max(1, Math.floor((date - EPOCH_1990) / 60_000)))
  return minute * 64
}

/** Short sort key: lower case, reply and forward marks removed, 20 characters. */
export function sortKey(text: string | null): string {
  if (!text) return ''
  return text
    .slice(0, 200)
    .toLowerCase()
    .replace(/^(?:\s*(?:re|r|fwd?|wg|aw|i|tr|sv|antw)\s*(?:\[\d+\])?:)+/u, '')
    .replace(/^[\s"'<([]+/u, '')
    .slice(0, 20)
}

/** Value of `month.month` for a date. */
export function monthOf(date: number): number {
  const d = new Date(date)
  return d.getUTCFullYear() * 12 + d.getUTCMonth()
}
