import type { ItemType } from '../backup/types.ts'
import { messageFileName, safeSegment } from '../mail/names.ts'
import type { ExportBlob, ExportItem } from './export-item.ts'

/** Folder for mail that no metadata claims, and for what is not whole. */
export const UNCLAIMED_DIR = 'Unclaimed'
export const DAMAGED_DIR = 'Damaged'
const UNKNOWN_OWNER = 'unknown'

/** How an item becomes a file. */
export type ItemForm = 'message' | 'contact' | 'calendar' | 'document' | 'container' | 'other'

const FORMS: Partial<Record<ItemType, ItemForm>> = {
  message: 'message',
  chat: 'message',
  invite: 'message',
  contact: 'contact',
  appointment: 'calendar',
  task: 'calendar',
  document: 'document',
  wiki: 'document',
  note: 'document',
  folder: 'container',
  searchfolder: 'container',
  tag: 'container',
  mountpoint: 'container',
  flag: 'container',
  conversation: 'container',
  virtual_conversation: 'container',
  calendar_group: 'container',
}

export function formOf(type: ItemType): ItemForm {
  return FORMS[type] ?? 'other'
}

/** Folders below the target for an item, outermost first. */
export function directoryOf(item: ExportItem, damaged: boolean): string[] {
  const top =
    item.account === null
      ? [UNCLAIMED_DIR, item.accountFolder ?? UNKNOWN_OWNER]
      : [topFolder(item.accountFolder ?? item.account, item.account)]
  return [...(damaged ? [DAMAGED_DIR] : []), ...top, ...item.folders]
}

/** An account must not be mistaken for a folder of ours: its name comes from the evidence. */
function topFolder(folder: string, account: string): string {
  const safe = safeSegment(folder)
  const reserved = [UNCLAIMED_DIR, DAMAGED_DIR].some((name) => name.toLowerCase() === safe.toLowerCase())
  const own = /^(?:manifest|failures|export)(?: \(\d+\))?\.[a-z]+$|^\.lifeboat/i.test(safe)
  return reserved || own ? `${safe} (${account})` : safe
}

/** File name of an item's blob, or of the item itself when `blob` is null. */
export function fileNameOf(item: ExportItem, blob: ExportBlob | null, ext: string): string {
  const subject = blob?.subject ?? item.subject ?? item.name
  return messageFileName({
    date: blob?.date ?? item.date,
    subject,
    id: item.id ?? blob?.digest ?? 'unknown',
    version: blob?.version ?? null,
    ext,
  })
}

/** A document keeps its own name, other versions with ` v1` before the ending. Null when it has none. */
export function documentNameOf(item: ExportItem, blob: ExportBlob, damaged: boolean): string | null {
  const name = item.name?.trim()
  if (!name) return null
  const dot = name.lastIndexOf('.')
  const hasEnding = dot > 0 && name.length - dot <= 16
  const stem = cutBytes(hasEnding ? name.slice(0, dot) : name, 180)
  const ending = hasEnding ? name.slice(dot) : ''
  const version = blob.version === null ? '' : ` v${blob.version}`
  return safeSegment(`${stem}${version}${damaged ? '.partial' : ''}${ending}`)
}

/** Shortens to a number of UTF-8 bytes without cutting a character. */
function cutBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text
  let result = ''
  let bytes = 0
  for (const char of text) {
    bytes += Buffer.byteLength(char)
    if (bytes > limit) break
    result += char
  }
  return result
}
