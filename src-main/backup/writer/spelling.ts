import type { ItemLife, LifeState } from './life.ts'

/** A state with its blob already named. */
export interface NamedState extends Omit<LifeState, 'blob'> {
  digest: string | null
  size: number | null
}

/** How the metadata of a synthetic path is spelled: the content of one item file. */
export type Spelling = (item: Pick<ItemLife, 'id' | 'type'>, states: readonly NamedState[]) => string

const FLAG_BITS: Record<string, number> = {
  s: 1,
  a: 2,
  r: 4,
  w: 8,
  f: 32,
  d: 64,
  x: 128,
  n: 256,
  u: 512,
  '!': 1024,
  '?': 2048,
}

/** Numbers of the mailbox's item types (see FORMAT.md of the project's notes; source: the mailbox's type table). */
export const TYPE_NUMBERS: Record<string, number> = {
  folder: 1,
  searchfolder: 2,
  tag: 3,
  conversation: 4,
  message: 5,
  contact: 6,
  invite: 7,
  document: 8,
  note: 9,
  flag: 10,
  appointment: 11,
  virtual_conversation: 12,
  mountpoint: 13,
  wiki: 14,
  task: 15,
  chat: 16,
  calendar_group: 17,
  link: 18,
}

/** The bit mask of flag letters, unread left out (it has a field of its own in the mailbox's rows). */
export function flagBits(flags: string): number {
  let bits = 0
  for (const letter of flags) if (letter !== 'u') bits |= FLAG_BITS[letter] ?? 0
  return bits
}

/** A value by the rules of bencoding, lengths in UTF-8 bytes: how the mailbox embeds metadata in its rows. */
export function bencode(value: string | number | Readonly<Record<string, string | number>>): string {
  if (typeof value === 'number') return `i${Math.trunc(value)}e`
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${value}`
  const keys = Object.keys(value).sort()
  return `d${keys.map((key) => bencode(key) + bencode(value[key] ?? '')).join('')}e`
}

/**
 * The spelling of the sample. The true one is not public: this one uses the names of the mailbox's own
 * rows, times of validity in milliseconds and dates of the rows in seconds.
 */
export const sampleSpelling: Spelling = (item, states) =>
  JSON.stringify(
    states.map((state, index) => ({
      transactionId: Math.floor(state.start / 1000) * 8 + index,
      startDate: state.start,
      endDate: state.end,
      type: item.type,
      deleted: state.deleted,
      ...(state.digest === null ? {} : { blobDigest: state.digest, size: state.size }),
      id: item.id,
      ...(item.type === 'folder' ? { parentId: state.folder } : { folderId: state.folder }),
      indexId: item.type === 'message' ? item.id : 0,
      imapId: item.id,
      date: Math.floor(state.date / 1000),
      dateChanged: Math.floor(state.start / 1000),
      modMetadata: item.id * 3 + index,
      unread: state.flags.includes('u') ? 1 : 0,
      flags: flagBits(state.flags),
      tags: state.tags,
      ...(state.sender === null ? {} : { sender: state.sender }),
      ...(state.recipients === null ? {} : { recipients: state.recipients }),
      ...(state.subject === null ? {} : { subject: state.subject }),
      ...(state.name === null ? {} : { name: state.name }),
      metadata: bencode({ f: state.sender ?? '', s: state.sender ?? '', t: state.recipients ?? '', v: 10 }),
      ...state.extra,
    })),
  )
