import { parseHeaderValue } from './header-words.ts'
import { HEADERS, readHeaders } from './mail-headers.ts'
import type { Headers } from './mail-headers.ts'
import { decodeTransfer, transferEncoding } from './transfer.ts'
import type { TransferEncoding } from './transfer.ts'

/** Deeper nesting is not followed; real mail stays under ten. */
const DEEPEST = 50
const MOST_PARTS = 5000
const MOST_NAMES = 200
/** Of a nested message that is encoded so much is looked at. */
const NESTED_LIMIT = 512 * 1024

/** A part with text for the index, as a range of the message. */
export interface TextPart {
  kind: 'plain' | 'html' | 'card'
  start: number
  end: number
  encoding: TransferEncoding
  charset: string
  /** Parts of one multipart/alternative share a number; 0 is none. */
  group: number
  /** RFC 3676: a blank at a line's end joins it with the next one and goes. */
  delSp: boolean
  /** What the range belongs to when it is not the message itself: a nested message that came in base64. */
  source?: Buffer
}

export interface WalkedParts {
  texts: TextPart[]
  names: string[]
  hasAttachment: boolean
  /** Raw From, To, Cc and Subject values of nested messages. */
  nestedHeaders: string[]
}

interface Walk extends WalkedParts {
  bytes: Buffer
  attachedCards: boolean
  parts: number
  groups: number
}

/**
 * Finds the text parts and the names of the attachments; nothing is decoded and attachments are not looked into.
 * With `attachedCards` vCards and calendars count as text parts even when they are attached.
 */
export function walkParts(bytes: Buffer, headers: Headers, attachedCards = false): WalkedParts {
  const walk: Walk = {
    bytes,
    attachedCards,
    texts: [],
    names: [],
    hasAttachment: false,
    nestedHeaders: [],
    parts: 0,
    groups: 0,
  }
  visit(walk, headers, bytes.length, 0, 0, 'text/plain', false)
  return walk
}

function visit(
  walk: Walk,
  headers: Headers,
  end: number,
  depth: number,
  group: number,
  defaultType: string,
  related: boolean,
): void {
  walk.parts++
  const rawType = headers.values[HEADERS.contentType]
  const type = rawType === undefined ? null : parseHeaderValue(rawType)
  const rawDisposition = headers.values[HEADERS.disposition]
  const disposition = rawDisposition === undefined ? null : parseHeaderValue(rawDisposition)
  const mime = type?.value.includes('/') === true ? type.value : defaultType
  const encoding = transferEncoding(headers.values[HEADERS.encoding] ?? '')
  const start = Math.min(headers.bodyStart, end)

  if (mime.startsWith('multipart/')) {
    const boundary = type?.params.get('boundary') ?? ''
    if (depth < DEEPEST && splitParts(walk, boundary, start, end, depth, group, mime)) return
    // No usable boundary: what is there is read as text, so that its words are found.
    if (depth < DEEPEST) pushText(walk, 'plain', start, end, encoding, '', group)
    return
  }
  const name = disposition?.params.get('filename') ?? type?.params.get('name') ?? ''
  const attached = disposition !== null && disposition.value === 'attachment'
  if (mime === 'message/rfc822' || mime === 'message/global') {
    if (name !== '') addName(walk, name)
    if (attached) walk.hasAttachment = true
    if (depth < DEEPEST && encoding === 'identity') visitMessage(walk, start, end, depth)
    else if (depth < DEEPEST)
      visitEncoded(walk, decodeTransfer(walk.bytes, start, end, encoding, NESTED_LIMIT), depth)
    return
  }
  const kind = textKind(mime)
  if (
    kind !== null &&
    (!attached || (kind === 'card' && walk.attachedCards)) &&
    (name === '' || kind === 'card' || disposition === null || disposition.value === 'inline')
  ) {
    pushText(
      walk,
      kind,
      start,
      end,
      encoding,
      type?.params.get('charset') ?? '',
      group,
      type?.params.get('delsp')?.toLowerCase() === 'yes',
    )
    if (kind === 'plain' && encoding === 'identity') findUuencoded(walk, start, end)
    if (name !== '' && kind !== 'html') addName(walk, name)
    return
  }
  if (name !== '') addName(walk, name)
  const inline =
    (related || disposition?.value === 'inline') && headers.values[HEADERS.contentId] !== undefined
  if (kind === null && !attached && (inline || /signature|pgp-encrypted/.test(mime))) return
  if (start < end || name !== '') walk.hasAttachment = true
}

const NESTED_HEADERS = [HEADERS.from, HEADERS.to, HEADERS.cc, HEADERS.subject]

/** A nested message adds its text and its main headers as words; its addresses are not those of this message. */
function visitMessage(walk: Walk, start: number, end: number, depth: number): void {
  if (walk.parts >= MOST_PARTS) return
  const headers = readHeaders(walk.bytes, start, end)
  for (const name of NESTED_HEADERS) {
    const value = headers.values[name]
    if (value !== undefined) walk.nestedHeaders.push(value)
  }
  visit(walk, headers, end, depth + 1, 0, 'text/plain', false)
}

/** RFC 2046 forbids encoded messages inside messages; some programs send them. */
function visitEncoded(walk: Walk, decoded: Buffer, depth: number): void {
  const inner: Walk = { ...walk, bytes: decoded, texts: [] }
  visitMessage(inner, 0, decoded.length, depth)
  walk.parts = inner.parts
  walk.groups = inner.groups
  walk.hasAttachment ||= inner.hasAttachment
  for (const part of inner.texts) walk.texts.push({ source: decoded, ...part })
}

/** Visits the parts between the boundary lines; false when there is not one such line. */
function splitParts(
  walk: Walk,
  boundary: string,
  start: number,
  end: number,
  depth: number,
  group: number,
  mime: string,
): boolean {
  const view = walk.bytes.subarray(0, end)
  let text = boundary
  let line = text === '' ? null : findBoundary(view, Buffer.from(`--${text}`, 'latin1'), start)
  if (line === null) {
    text = guessBoundary(view, start)
    if (text === '') return false
    line = findBoundary(view, Buffer.from(`--${text}`, 'latin1'), start)
  }
  const needle = Buffer.from(`--${text}`, 'latin1')
  const inner = mime === 'multipart/alternative' ? ++walk.groups : group
  const defaultType = mime === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
  while (line !== null && !line.last && walk.parts < MOST_PARTS) {
    const next: BoundaryLine | null = findBoundary(view, needle, line.end)
    let partEnd = next === null ? end : next.start
    if (next !== null) {
      // The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1).
      if (partEnd > line.end && view[partEnd - 1] === 10) partEnd--
      if (partEnd > line.end && view[partEnd - 1] === 13) partEnd--
    }
    const headers = readHeaders(view, line.end, partEnd)
    visit(walk, headers, partEnd, depth + 1, inner, defaultType, mime === 'multipart/related')
    line = next
  }
  return true
}

interface BoundaryLine {
  /** First byte of the line. */
  start: number
  /** First byte behind the line. */
  end: number
  /** Closing delimiter. */
  last: boolean
}

/** Next line that is the delimiter, perhaps with `--` and white space behind it. */
function findBoundary(view: Buffer, needle: Buffer, from: number): BoundaryLine | null {
  for (let at = view.indexOf(needle, from); at >= 0; at = view.indexOf(needle, at + needle.length)) {
    if (at > from && view[at - 1] !== 10) continue
    let behind = at + needle.length
    const last = view[behind] === 45 && view[behind + 1] === 45
    if (last) behind += 2
    while (behind < view.length && (view[behind] === 32 || view[behind] === 9 || view[behind] === 13))
      behind++
    if (behind < view.length && view[behind] !== 10) continue
    return { start: at, end: Math.min(behind + 1, view.length), last }
  }
  return null
}

/** Where the header's boundary never occurs, the first line that begins with `--` and is followed by a header will be it. */
function guessBoundary(view: Buffer, start: number): string {
  const match = /(?:^|\n)--([^\s][^\r\n]{0,200}?)[ \t]*\r?\ncontent-/i.exec(
    view.toString('latin1', start, start + 65536),
  )
  return match?.[1] ?? ''
}

const CARD_TYPES = new Set([
  'text/calendar',
  'text/vcard',
  'text/x-vcard',
  'text/directory',
  'text/x-vcalendar',
  'application/ics',
])
const STATUS_TYPES = new Set([
  'message/delivery-status',
  'message/disposition-notification',
  'message/rfc822-headers',
])

function textKind(mime: string): TextPart['kind'] | null {
  if (CARD_TYPES.has(mime)) return 'card'
  if (mime === 'text/html' || mime === 'text/enriched' || mime === 'text/richtext') return 'html'
  if (mime === 'application/xhtml+xml') return 'html'
  if (mime === 'text/rtf' || mime === 'text/css') return null
  return mime.startsWith('text/') || STATUS_TYPES.has(mime) ? 'plain' : null
}

function pushText(
  walk: Walk,
  kind: TextPart['kind'],
  start: number,
  end: number,
  encoding: TransferEncoding,
  charset: string,
  group: number,
  delSp = false,
): void {
  if (start < end) walk.texts.push({ kind, start, end, encoding, charset, group, delSp })
}

function addName(walk: Walk, name: string): void {
  if (walk.names.length >= MOST_NAMES) return
  const clean = name.replace(/\s+/g, ' ').trim().slice(0, 255)
  if (clean !== '') walk.names.push(clean)
}

/** Files that stand uuencoded inside a text part, as mail programs did before MIME. */
function findUuencoded(walk: Walk, start: number, end: number): void {
  const view = walk.bytes.subarray(0, end)
  for (let at = view.indexOf(UU_BEGIN, start); at >= 0; at = view.indexOf(UU_BEGIN, at + 7)) {
    if (at > start && view[at - 1] !== 10) continue
    const match = /^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n/.exec(view.toString('latin1', at, at + 300))
    if (match === null) continue
    addName(walk, match[1] as string)
    walk.hasAttachment = true
    if (walk.names.length >= MOST_NAMES) return
  }
}
const UU_BEGIN = Buffer.from('begin ')
