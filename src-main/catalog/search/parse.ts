/**
 * The search language: words that must all be there, `"phrases"`, `word*`, `field:value`, and `-` in front of any of them.
 * Parsing never fails: an unbalanced quote ends at the end, an unknown field or a value that makes no sense is a plain
 * word, and nothing a person types is ever FTS5 syntax (see match.ts).
 */
import { ITEM_TYPES, type ItemType } from '../../backup/types.ts'
import { parseDateRange } from './dates.ts'
import { foldForQuery } from './tokens.ts'

/** Where a text must be found. `any`: subject, addresses, body or attachment names. */
export type TextPlace = 'any' | 'from' | 'to' | 'subject' | 'attachment'

/** What `is:` can ask; all of the state in view. `damaged` and `missing` are about its blob. */
export const IS_WORDS = [
  'deleted',
  'unread',
  'read',
  'flagged',
  'answered',
  'forwarded',
  'draft',
  'sent',
  'unclaimed',
  'damaged',
  'missing',
] as const
export type IsWord = (typeof IS_WORDS)[number]

export type Condition =
  | { kind: 'text'; place: TextPlace; text: string; prefix: boolean }
  /** Part of a folder's path: one name or several joined with `/`, its sub-folders included. */
  | { kind: 'folder'; name: string }
  /** Address, alias, display name (any part of them) or the beginning of the UUID. */
  | { kind: 'account'; name: string }
  | { kind: 'attachment' }
  | { kind: 'tag'; name: string }
  | { kind: 'is'; what: IsWord }
  | { kind: 'type'; type: ItemType }
  | { kind: 'id'; id: number }
  /** `more`: greater than, else less than `bytes` uncompressed bytes. */
  | { kind: 'size'; more: boolean; bytes: number }
  /** The message's date, ms UTC: `from` ≤ date < `until`. */
  | { kind: 'date'; from: number | null; until: number | null }
  /** Asks nothing: a known field without a value yet, or signs that are no words (`&`, `-`). */
  | { kind: 'nothing'; why: 'empty' | 'no-word' }

export type Term = Condition & {
  /** As typed. */
  source: string
  negated: boolean
}

export interface ParsedQuery {
  terms: Term[]
  /**
   * True when words were typed but none of them can be looked for (`***`, an emoji): such a query finds nothing, it does
   * not find everything.
   */
  impossible: boolean
}

export interface ParseContext {
  /** IANA zone of dates without an offset. */
  zone: string
  /** Ms UTC; default: now. */
  now?: number
}

const PLACES: Record<string, TextPlace> = {
  from: 'from',
  sender: 'from',
  to: 'to',
  cc: 'to',
  recipient: 'to',
  subject: 'subject',
  filename: 'attachment',
  attachment: 'attachment',
}
const IS_ALIASES: Record<string, IsWord> = {
  starred: 'flagged',
  replied: 'answered',
  drafts: 'draft',
  unseen: 'unread',
  seen: 'read',
}
const TYPE_ALIASES: Record<string, ItemType> = {
  mail: 'message',
  email: 'message',
  messages: 'message',
  contacts: 'contact',
  event: 'appointment',
  calendar: 'appointment',
  appointments: 'appointment',
  file: 'document',
  documents: 'document',
  tasks: 'task',
  folders: 'folder',
}
const UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
}

function parseSize(value: string): number | null {
  const hit = /^(\d{1,12}(?:[.,]\d{1,6})?)\s*([kmg]?b?)$/i.exec(value)
  if (hit === null) return null
  return Math.round(Number(hit[1]!.replace(',', '.')) * (UNITS[hit[2]!.toLowerCase()] ?? 1))
}

function isWord(value: string): IsWord | null {
  const word = value.toLowerCase()
  return (
    IS_WORDS.find((known) => known === word) ?? (Object.hasOwn(IS_ALIASES, word) ? IS_ALIASES[word]! : null)
  )
}

function itemType(value: string): ItemType | null {
  const word = value.toLowerCase()
  return (
    ITEM_TYPES.find((known) => known === word) ??
    (Object.hasOwn(TYPE_ALIASES, word) ? TYPE_ALIASES[word]! : null)
  )
}

/** `after:` counts from the beginning of a day or month, `before:` up to it, `on:` is all of it. */
function dateCondition(
  field: 'after' | 'before' | 'on',
  value: string,
  context: ParseContext,
): Condition | null {
  const range = parseDateRange(value, context.zone, context.now ?? Date.now())
  if (range === null) return null
  if (field === 'after') return { kind: 'date', from: range.start, until: null }
  if (field === 'before') return { kind: 'date', from: null, until: range.start }
  return { kind: 'date', from: range.start, until: Math.max(range.end, range.start + 1) }
}

const FIELDS: Record<string, (value: string, context: ParseContext) => Condition | null> = {
  in: (name) => ({ kind: 'folder', name }),
  folder: (name) => ({ kind: 'folder', name }),
  account: (name) => ({ kind: 'account', name }),
  tag: (name) => ({ kind: 'tag', name }),
  has: (value) => (/^attachments?$/i.test(value) ? { kind: 'attachment' } : null),
  is: (value) => {
    const what = isWord(value)
    return what === null ? null : { kind: 'is', what }
  },
  type: (value) => {
    const type = itemType(value)
    return type === null ? null : { kind: 'type', type }
  },
  id: (value) => (/^\d{1,15}$/.test(value) ? { kind: 'id', id: Number(value) } : null),
  larger: (value) => sizeCondition(value, true),
  smaller: (value) => sizeCondition(value, false),
  after: (value, context) => dateCondition('after', value, context),
  since: (value, context) => dateCondition('after', value, context),
  newer: (value, context) => dateCondition('after', value, context),
  before: (value, context) => dateCondition('before', value, context),
  until: (value, context) => dateCondition('before', value, context),
  older: (value, context) => dateCondition('before', value, context),
  on: (value, context) => dateCondition('on', value, context),
}

function sizeCondition(value: string, more: boolean): Condition | null {
  const bytes = parseSize(value)
  return bytes === null ? null : { kind: 'size', more, bytes }
}

/** One piece of the query between blanks. */
interface Piece {
  source: string
  negated: boolean
  /** Lower case; null when there is no `field:`. */
  field: string | null
  value: string
  quoted: boolean
}

const QUOTE = /["\u201c\u201d\u201e\u201f\u00ab\u00bb]/
// A field name, then a colon that is not followed by another one; letters only, so that `12:30` and `http://` stay words.
const FIELD = /^([a-z]{2,10}):(?!\/\/)/i

/** Splits at blanks outside of quotes. Linear in the length of the query. */
function split(query: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  while (at < query.length) {
    if (/\s/.test(query[at]!)) {
      at++
      continue
    }
    const start = at
    const negated = query[at] === '-' && at + 1 < query.length && !/\s/.test(query[at + 1]!)
    if (negated) at++
    const named = FIELD.exec(query.slice(at, at + 12))
    const field = named !== null && isField(named[1]!) ? named[1]!.toLowerCase() : null
    if (field !== null) at += field.length + 1
    let value: string
    const quoted = at < query.length && QUOTE.test(query[at]!)
    if (quoted) {
      let end = at + 1
      while (end < query.length && !QUOTE.test(query[end]!)) end++
      value = query.slice(at + 1, end)
      at = Math.min(query.length, end + 1)
    } else {
      let end = at
      // A quote in the middle of a word (`12"`) belongs to the word unless it opens a phrase after a blank.
      while (end < query.length && !/\s/.test(query[end]!)) end++
      value = query.slice(at, end)
      at = end
    }
    pieces.push({ source: query.slice(start, at), negated, field, value, quoted })
  }
  return pieces
}

function isField(name: string): boolean {
  const lower = name.toLowerCase()
  return Object.hasOwn(FIELDS, lower) || Object.hasOwn(PLACES, lower)
}

function textCondition(place: TextPlace, value: string, quoted: boolean): Condition {
  const prefix = !quoted && value.endsWith('*') && !value.endsWith('**')
  const text = prefix ? value.slice(0, -1) : value
  if (!foldForQuery(text, prefix).searchable)
    return { kind: 'nothing', why: text.trim() === '' ? 'empty' : 'no-word' }
  return { kind: 'text', place, text, prefix }
}

function conditionOf(piece: Piece, context: ParseContext): Condition {
  if (piece.field === null) return textCondition('any', piece.value, piece.quoted)
  if (piece.value.trim() === '') return { kind: 'nothing', why: 'empty' }
  if (Object.hasOwn(PLACES, piece.field))
    return textCondition(PLACES[piece.field]!, piece.value, piece.quoted)
  const found = FIELDS[piece.field]!(piece.value.trim(), context)
  return found ?? textCondition('any', `${piece.field}:${piece.value}`, true)
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Understands a query. Never throws, whatever the text. */
export function parseQuery(query: string, context: ParseContext): ParsedQuery {
  // Control characters would end a text inside SQLite; lone surrogates become U+FFFD there. Both can be no part of a word.
  // eslint-disable-next-line no-control-regex
  const clean = query.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(LONE_SURROGATE, '\ufffd')
  const terms = split(clean).map((piece): Term => {
    const condition = conditionOf(piece, context)
    return { ...condition, source: piece.source, negated: piece.negated }
  })
  const asks = terms.some((term) => term.kind !== 'nothing')
  const impossible = !asks && terms.some((term) => term.kind === 'nothing' && term.why === 'no-word')
  return { terms, impossible }
}
