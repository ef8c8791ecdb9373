import { bareAddresses } from './addresses.ts'
import { cardWords } from './card-words.ts'
import { stripInvisible } from './charset.ts'
import { decodeHeaderText, unfold } from './header-words.ts'
import { parseMailDate } from './mail-date.ts'
import { contentStart, HEADERS, readHeaders, withLineFeeds } from './mail-headers.ts'
import type { Headers } from './mail-headers.ts'
import { partText, TEXT_LIMIT } from './part-text.ts'
import { walkParts } from './part-walker.ts'
import type { TextPart, WalkedParts } from './part-walker.ts'

/** What the index keeps of a message. */
export interface IndexedMail {
  /** Decoded; empty when there is none. */
  subject: string
  /** Sender as text, `Anna Rossi <anna@example.com>`; empty when there is none. */
  from: string
  /** All recipients (To, Cc, Bcc) as one text. */
  to: string
  /** Date header, else the newest Received; ms UTC. */
  date: number | null
  /** Without angle brackets. */
  messageId: string | null
  /** Words of the body, at most 64 KiB of UTF-8. */
  text: string
  /** Decoded names of the attachments, at most 200. */
  attachments: string[]
  /** True for what a reader calls an attachment: not inline images, not signatures. */
  hasAttachment: boolean
  /**
   * Addresses, lower case, each once: Delivered-To, X-Original-To, Envelope-To, then To and Cc, at last the `for` of the
   * newest Received (mailing lists and blind copies).
   */
  owners: string[]
  /** Address of From, lower case: the owner of mail that was sent and never delivered here. */
  fromAddress: string | null
  /** True when a transport header (Received, Delivered-To) tells that the message came in. */
  delivered: boolean
  /** Bytes of the longest line without its line end when over 998 (the limit of RFC 5322), else 0. */
  longestLine: number
  /** False for bytes that do not begin like a message: no header field that mail has. */
  looksLikeMail: boolean
}

/** RFC 5322, 2.1.1: no line should be longer, so shorter ones need not be told apart. */
const LINE_LIMIT = 998
/** Below this a plain part may be a mere "please see the HTML version". */
const SHORT_PLAIN = 400
const HEADER_TEXT_LIMIT = 8192

/**
 * Everything the index wants of a message in one pass over its bytes; attachments are skipped undecoded. Never throws,
 * whatever the bytes are; time and memory are linear in the message, nesting is followed 50 levels deep.
 */
export function extractForIndex(message: Buffer): IndexedMail {
  try {
    return extract(withLineFeeds(message))
  } catch {
    // No input is known to come here; one that does must not stop the index of a million others.
    return emptyMail()
  }
}

function emptyMail(): IndexedMail {
  return {
    subject: '',
    from: '',
    to: '',
    date: null,
    messageId: null,
    text: '',
    attachments: [],
    hasAttachment: false,
    owners: [],
    fromAddress: null,
    delivered: false,
    longestLine: 0,
    looksLikeMail: false,
  }
}

function extract(message: Buffer): IndexedMail {
  const mail = emptyMail()
  mail.longestLine = longestLine(message)
  const start = contentStart(message)
  const headers = readHeaders(message, start, message.length)
  mail.looksLikeMail = headers.known > 0
  if (!mail.looksLikeMail && looksLikeCard(message, start)) {
    const card = cardWords(
      partText(message, { start, end: message.length, encoding: 'identity', charset: 'utf-8' }),
    )
    mail.subject = card.title
    mail.text = cut(stripInvisible(card.text))
    return mail
  }
  const walked = walkParts(message, headers)
  readEnvelope(mail, headers)
  mail.attachments = walked.names
  mail.hasAttachment = walked.hasAttachment
  const text: string[] = []
  collectText(message, walked, text, mail)
  for (const header of walked.nestedHeaders) text.push(shown(header))
  mail.text = cut(stripInvisible(text.join('\n')))
  return mail
}

function readEnvelope(mail: IndexedMail, headers: Headers): void {
  const value = (name: number): string | undefined => headers.values[name]
  mail.subject = shown(value(HEADERS.subject))
  const from = value(HEADERS.from) ?? value(HEADERS.sender)
  mail.from = shown(from)
  mail.fromAddress = from === undefined ? null : (bareAddresses(from, 1)[0] ?? null)
  mail.to = [HEADERS.to, HEADERS.cc, HEADERS.bcc]
    .map((name) => shown(value(name)))
    .filter((text) => text !== '')
    .join(', ')
  const id = value(HEADERS.messageId)
  if (id !== undefined) {
    const bare = unfold(id)
      .replace(/^[^<]*<|>[^>]*$/g, '')
      .trim()
    mail.messageId = bare === '' ? null : bare.slice(0, 998)
  }
  const received = value(HEADERS.received)
  const date = value(HEADERS.date)
  mail.date = date === undefined ? null : parseMailDate(unfold(date))
  if (mail.date === null && received !== undefined) {
    mail.date = parseMailDate(unfold(received.slice(received.lastIndexOf(';') + 1)))
  }
  mail.date ??= parseMailDate(unfold(value(HEADERS.deliveryDate) ?? ''))
  mail.delivered = received !== undefined || value(HEADERS.deliveredTo) !== undefined
  mail.owners = owners(headers, received)
}

function owners(headers: Headers, received: string | undefined): string[] {
  const found: string[] = []
  const add = (list: string[]) => {
    for (const address of list) if (found.length < 64 && !found.includes(address)) found.push(address)
  }
  for (const name of [HEADERS.deliveredTo, HEADERS.originalTo, HEADERS.envelopeTo, HEADERS.to, HEADERS.cc]) {
    const value = headers.values[name]
    if (value !== undefined) add(bareAddresses(value))
  }
  const target = received === undefined ? null : /\bfor\s+<?([^\s<>;]+@[^\s<>;]+)/.exec(received)
  if (target !== null) add(bareAddresses(target[1] as string))
  return found
}

/** A header for people: decoded, unfolded, without invisible characters, bounded. */
function shown(latin1: string | undefined): string {
  if (latin1 === undefined) return ''
  const text = decodeHeaderText(unfold(latin1.slice(0, HEADER_TEXT_LIMIT)))
  return stripInvisible(/[\r\n\t]/.test(text) ? text.replace(/\s+/g, ' ') : text).trim()
}

/** Text of all parts; of alternatives the plain one, unless it says next to nothing beside the HTML. */
function collectText(message: Buffer, walked: WalkedParts, out: string[], mail: IndexedMail): void {
  let length = 0
  const push = (text: string) => {
    out.push(text)
    length += text.length
  }
  const groups = new Map<number, { plain: string; html: TextPart[] }>()
  for (const part of walked.texts) {
    if (length > TEXT_LIMIT) break
    if (part.kind === 'card') {
      const card = cardWords(partText(message, part))
      if (mail.subject === '') mail.subject = card.title
      push(card.text)
    } else if (part.group === 0) {
      push(partText(message, part))
    } else {
      const group = groups.get(part.group) ?? { plain: '', html: [] }
      groups.set(part.group, group)
      if (part.kind === 'html') {
        group.html.push(part)
      } else {
        const text = partText(message, part)
        group.plain += text
        push(text)
      }
    }
  }
  for (const { plain, html } of groups.values()) {
    const raw = html.reduce((sum, part) => sum + part.end - part.start, 0)
    const plainLength = plain.trim().length
    if (raw === 0 || (plainLength > SHORT_PLAIN && raw < plainLength * 60)) continue
    for (const part of html) {
      if (length > TEXT_LIMIT) return
      const words = partText(message, part)
      if (plainLength === 0 || words.length > plainLength * 3 + 40) push(words)
    }
  }
}

function looksLikeCard(message: Buffer, start: number): boolean {
  return /^BEGIN:V(?:CARD|CALENDAR)/i.test(message.toString('latin1', start, start + 16))
}

/** At most 64 KiB of UTF-8, cut at a character. */
function cut(text: string): string {
  if (text.length * 3 <= TEXT_LIMIT) return text
  const bytes = Buffer.from(text.slice(0, TEXT_LIMIT), 'utf8')
  if (bytes.length <= TEXT_LIMIT) return text.slice(0, TEXT_LIMIT)
  let end = TEXT_LIMIT
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

/**
 * Longest line above the limit. It looks back from where a longer line would have to reach, so only about one line
 * end in thirteen is looked for.
 */
function longestLine(message: Buffer): number {
  let longest = LINE_LIMIT
  let start = 0
  const end = message.length
  while (end - start > longest) {
    const eol = message.lastIndexOf(10, start + longest)
    if (eol >= start) {
      start = eol + 1
      continue
    }
    let next = message.indexOf(10, start + longest)
    if (next < 0) next = end
    const length = next - start - (message[next - 1] === 13 ? 1 : 0)
    if (length > longest) longest = length
    start = next + 1
  }
  return longest > LINE_LIMIT ? longest : 0
}
