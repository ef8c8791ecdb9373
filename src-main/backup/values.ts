import { systemFolderId } from './folders.ts'
import { ITEM_TYPES } from './types.ts'
import type { ItemType } from './types.ts'

/** Reading single values of item metadata: what a value means in a role. `undefined` says: not such a value. */

/** Source: the mailbox's item type table (FORMAT.md "Items"). */
const TYPE_BY_CODE: readonly (ItemType | undefined)[] = [
  undefined,
  // In the table's order; 17 (calendar_group) was `comment` in old releases, which has no number of its own.
  ...ITEM_TYPES.filter((type) => type !== 'comment' && type !== 'unknown'),
]

const TYPE_BY_NAME = new Map<string, ItemType>(
  ITEM_TYPES.filter((type) => type !== 'unknown').map((type) => [type.replaceAll('_', ''), type]),
)
const SYNONYMS: Partial<Record<ItemType, string>> = {
  message: 'messages mail mails email emails msg nachricht messaggio mensaje courriel mailmessage m',
  folder: 'folders cartella ordner dossier carpeta mailfolder fldr',
  searchfolder: 'search savedsearch smartfolder',
  contact: 'contacts kontakt contatto contacto addressbookentry person cn',
  appointment:
    'appointments appt event calendarevent calendaritem calitem termin appuntamento rendezvous cita meeting',
  conversation: 'conv thread conversazione',
  virtual_conversation: 'virtualconv vconv',
  document: 'doc docs file files documents dokument documento',
  mountpoint: 'mount link share sharedfolder',
  task: 'tasks todo aufgabe attivita tarea',
  tag: 'tags label etichetta',
  chat: 'chats im',
  calendar_group: 'calgroup',
}
for (const type of ITEM_TYPES) {
  for (const name of (SYNONYMS[type] ?? '').split(' '))
    if (name !== '' && !TYPE_BY_NAME.has(name)) TYPE_BY_NAME.set(name, type)
}

const typeCache = new Map<string, ItemType | null>()

function typeFromName(value: string): ItemType | null {
  if (/^\d{1,2}$/.test(value)) return TYPE_BY_CODE[Number(value)] ?? null
  const words = value
    .normalize('NFD')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .split(/[^a-z]+/)
    .filter(
      (word) =>
        word !== '' &&
        !['type', 'item', 'typ', 'tipo', 'mailitem', 'kind', 'zimbra', 'mailbox', 'com', 'cs'].includes(word),
    )
  if (words.length > 6) return null
  return (
    TYPE_BY_NAME.get(words.join('')) ??
    (words.length <= 4 ? TYPE_BY_NAME.get(words.at(-1) ?? '') : undefined) ??
    null
  )
}

/** An item type by code (5, `"5"`) or by name in any case (`MESSAGE`, `type_message`, `virtualConversation`). */
export function typeOf(value: unknown): ItemType | undefined {
  if (typeof value === 'number') return TYPE_BY_CODE[value]
  if (typeof value !== 'string' || value.length > 64 || value === '') return undefined
  let found = typeCache.get(value)
  if (found === undefined) {
    found = typeFromName(value)
    if (typeCache.size < 5000) typeCache.set(value, found)
  }
  return found ?? undefined
}

const YES = new Set('true yes y 1 t on si ja oui ok x'.split(' '))
const NO = new Set(
  'false no n 0 f off nein non null none never not_deleted notdeleted undeleted -1'.split(' ').concat(''),
)
const DELETED_RE =
  /^(?:is|was|item|state|op|type|marked|hard|soft)?[_\- ]?(?:del|deleted?|deletion|removed?|purged?|expunged?|erased?|destroyed?|trashed|tombstone|gone|cancellat[oa]|eliminat[oa]|rimoss[oa]|geloescht|gelöscht|entfernt|supprimée?|effacée?|borrad[oa]|eliminad[oa])(?:[_\- ]?(?:item|state|message))?$/i

/** Whether a word says that something was deleted (`DELETED`, `del`, `gelöscht`). */
export function saysDeleted(value: string): boolean {
  return value.length <= 32 && DELETED_RE.test(value.trim())
}

/**
 * A deleted mark: booleans, 0 and 1, their text forms, words like `DELETED`, or the time of deletion. Unset values (0, -1,
 * empty) mean not deleted.
 */
export function deletedOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  // Long.MAX_VALUE means never.
  if (typeof value === 'number') return value > 0 && value < 9e15
  if (typeof value !== 'string') return undefined
  const word = value.trim().toLowerCase()
  if (NO.has(word)) return false
  if (YES.has(word) || saysDeleted(word)) return true
  if (/^\d+$/.test(word)) return word.length < 19 && Number(word) > 0
  if (/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/.test(word)) return !/^(?:0001|9999|1970-01-01)/.test(word)
  return /^(?:active|alive|live|present|ok|valid|created?|updated?|modified|normal|visible|existing|current)$/.test(
    word,
  )
    ? false
    : undefined
}

/** A yes or no of any spelling; `undefined` for everything else. */
export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  if (typeof value !== 'string') return undefined
  const word = value.trim().toLowerCase()
  return YES.has(word) ? true : word !== '' && NO.has(word) ? false : undefined
}

/** A whole number that may be written as text; ids, sizes. */
export function integerOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value)) return undefined
  return Number(value)
}

export interface FolderValue {
  id: number | null
  path: string | null
}

/** A folder reference: an id, text of an id (also `uuid:id`), or a name or path; built-in names give their id. */
export function folderOf(value: unknown): FolderValue | undefined {
  const id = integerOf(value)
  if (id !== undefined) return id > 0 && id < 0xffff_ffff ? { id, path: null } : undefined
  if (typeof value !== 'string' || value === '' || value.length > 4096) return undefined
  const tail = /^(?:[0-9a-f-]{36}|folder|item)[:/](\d{1,10})$/i.exec(value)
  if (tail !== null) return { id: Number(tail[1]), path: null }
  const path = value.replace(/^(?:imap|mailbox|folder):\/*/i, '/')
  return { id: systemFolderId(path), path }
}

/** Letter and bit of every flag. Source: the mailbox's flag table (FORMAT.md "Items"). */
const FLAGS: readonly (readonly [string, number, string])[] = [
  ['s', 1, 'sent fromme'],
  ['a', 2, 'attachment hasattachment attached attachments'],
  ['r', 4, 'replied answered'],
  ['w', 8, 'forwarded'],
  ['f', 32, 'flagged starred'],
  ['d', 64, 'draft'],
  ['x', 128, 'deleted'],
  ['n', 256, 'notified'],
  ['u', 512, 'unread unseen'],
  ['!', 1024, 'high urgent highpriority'],
  ['?', 2048, 'low bulk lowpriority'],
  ['/', 4096, 'versioned'],
  ['p', 16384, 'popped'],
]
const LETTERS_RE = /^[sarwfdxnu!?/p]{0,16}$/
const LETTER_BY_WORD = new Map(
  FLAGS.flatMap(([letter, , names]) => names.split(' ').map((name) => [name, letter] as const)),
)
const ALL_BITS = 0x7fff

/** Flag letters from a bit mask, letters, or words; `''` for none. */
export function flagsOf(value: unknown): string | undefined {
  const bits =
    typeof value === 'number' || (typeof value === 'string' && /^\d{1,6}$/.test(value)) ? Number(value) : null
  if (bits !== null) {
    if (!Number.isInteger(bits) || bits < 0) return undefined
    let letters = ''
    for (const [letter, bit] of FLAGS) if ((bits & bit) !== 0) letters += letter
    return letters
  }
  if (typeof value !== 'string' || value.length > 200) return undefined
  let letters = ''
  if (LETTERS_RE.test(value)) letters = value
  else {
    for (const word of value.toLowerCase().split(/[^a-z]+/)) {
      const letter = LETTER_BY_WORD.get(word)
      if (letter !== undefined) letters += letter
    }
    if (letters === '' && value.trim() !== '') return undefined
  }
  return [...new Set(letters)].join('')
}

/** Whether a number could be a flag bit mask. */
export function isFlagMask(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= ALL_BITS
}

/** Tag names: NUL-, comma- or blank-separated text (the mailbox separates by NUL). */
export function tagsOf(value: string): string[] {
  const parts = value.includes('\u0000') ? value.split('\u0000') : value.split(/[,;]/)
  return parts.map((part) => part.trim()).filter((part) => part !== '' && part.length <= 128)
}

/** Text of a person's field, trimmed to a sane length; `undefined` when there is none. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return text === '' ? undefined : text.slice(0, 4096)
}
