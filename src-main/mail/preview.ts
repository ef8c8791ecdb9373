import PostalMime, { decodeWords } from 'postal-mime'
import type { Address, Attachment, Email } from 'postal-mime'
import { cardWords } from './card-words.ts'
import { stripInvisible } from './charset.ts'
import { htmlToWords } from './html-words.ts'
import { extractForIndex } from './index-walker.ts'
import { contentStart, withLineFeeds } from './mail-headers.ts'
import { takeUuencoded } from './uuencoded.ts'

/** One attachment of a message; `index` names it in later calls. */
export interface MailAttachment {
  index: number
  name: string
  type: string
  /** Decoded bytes. */
  size: number
  /** Shown inside the HTML by its content id. */
  inline: boolean
  /** Without angle brackets. */
  contentId: string | null
}

/** A message taken apart for a person to read. */
export interface MailPreview {
  subject: string | null
  from: string | null
  to: string | null
  cc: string | null
  /** ms UTC. */
  date: number | null
  /** Decoded text part, or text made from the HTML; cut at 1 MB. */
  text: string
  textCut: boolean
  /** The HTML part as it came: hostile, only for `mailFrame`. */
  html: string | null
  attachments: MailAttachment[]
  headers: { name: string; value: string }[]
}

export interface ParsedAttachment extends MailAttachment {
  bytes: Buffer
}

const TEXT_LIMIT = 1_000_000
const MOST_HEADERS = 500
const HEADER_LIMIT = 16_384
/** Limits of the library; beyond them it refuses, and the index's walker gives what it can. */
const LIMITS = { maxNestingDepth: 100, maxHeadersSize: 2 * 1024 * 1024, maxRfc822NestingDepth: 5 }

interface Parts {
  email: Email
  text: string
  html: string | null
  attachments: ParsedAttachment[]
}

/**
 * Takes a message apart with decoded parts. Throws what the library throws when its limits are exceeded.
 * @internal for `mailFrame`
 */
export async function parseParts(message: Buffer): Promise<Parts> {
  const readable = withLineFeeds(message)
  const email = await PostalMime.parse(readable.subarray(contentStart(readable)), LIMITS)
  const html = (email.html ?? '').trim() === '' ? null : (email.html ?? null)
  const parts: { name: string | null; type: string; contentId: string | null; bytes: Buffer }[] =
    email.attachments.map((attachment) => ({
      name: attachment.filename,
      type: cleanType(attachment.mimeType),
      contentId: attachment.contentId?.trim().replace(/^<|>$/g, '') ?? null,
      bytes: contentBytes(attachment),
    }))
  const taken = takeUuencoded(email.text ?? '')
  for (const file of taken.files) {
    parts.push({ name: file.name, type: 'application/octet-stream', contentId: null, bytes: file.bytes })
  }
  const shown = parts.filter((part) => part.name !== null || part.bytes.length > 0)
  const attachments = shown.map((part, index) => ({
    index,
    name: attachmentName(part.name, part.type, index),
    type: part.type,
    size: part.bytes.length,
    inline: part.contentId !== null && html?.includes(`cid:${part.contentId}`) === true,
    contentId: part.contentId,
    bytes: part.bytes,
  }))
  return { email, text: taken.text, html, attachments }
}

/** Never rejects: a message the library refuses is shown as far as the index's walker reads it. */
export async function previewMessage(message: Buffer): Promise<MailPreview> {
  const indexed = extractForIndex(message)
  try {
    const { email, text, html, attachments } = await parseParts(message)
    const shown = bodyText(text, html, attachments)
    return {
      subject: orNull(email.subject) ?? orNull(indexed.subject),
      from: orNull(addressText(email.from === undefined ? [] : [email.from])) ?? orNull(indexed.from),
      to: orNull(addressText(email.to ?? [])),
      cc: orNull(addressText(email.cc ?? [])),
      date: indexed.date,
      text: shown.slice(0, TEXT_LIMIT),
      textCut: shown.length > TEXT_LIMIT,
      html,
      attachments: attachments.map(withoutBytes),
      headers: email.headers.slice(0, MOST_HEADERS).map((header) => ({
        name: header.originalKey,
        value: decodeWords(header.value).slice(0, HEADER_LIMIT),
      })),
    }
  } catch {
    return {
      subject: orNull(indexed.subject),
      from: orNull(indexed.from),
      to: orNull(indexed.to),
      cc: null,
      date: indexed.date,
      text: indexed.text,
      textCut: true,
      html: null,
      attachments: [],
      headers: [],
    }
  }
}

/** Null when there is no attachment of that index. */
export async function attachmentBytes(
  message: Buffer,
  index: number,
): Promise<{ attachment: MailAttachment; bytes: Buffer } | null> {
  try {
    const found = (await parseParts(message)).attachments[index]
    if (found === undefined) return null
    return { attachment: withoutBytes(found), bytes: found.bytes }
  } catch {
    return null
  }
}

function withoutBytes(part: ParsedAttachment): MailAttachment {
  const { index, name, type, size, inline, contentId } = part
  return { index, name, type, size, inline, contentId }
}

function bodyText(text: string, html: string | null, attachments: ParsedAttachment[]): string {
  if (text.trim() !== '') return stripInvisible(text)
  if (html !== null) return stripInvisible(htmlToWords(html, TEXT_LIMIT + 1))
  const card = attachments.find((part) => /^text\/(?:x-)?v?(?:calendar|card)$/.test(part.type))
  return card === undefined ? text : cardWords(card.bytes.toString('utf8')).text
}

function contentBytes(attachment: Attachment): Buffer {
  const content = attachment.content
  if (typeof content === 'string')
    return Buffer.from(content, attachment.encoding === 'base64' ? 'base64' : 'utf8')
  return content instanceof ArrayBuffer
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
}

/** A type that may stand in a header of ours. */
function cleanType(type: string): string {
  return /^[\w.+-]{1,80}\/[\w.+-]{1,80}$/.test(type) ? type.toLowerCase() : 'application/octet-stream'
}

const ENDINGS: Record<string, string> = {
  'message/rfc822': 'eml',
  'text/calendar': 'ics',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'text/plain': 'txt',
  'text/html': 'html',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'application/pdf': 'pdf',
}

function attachmentName(name: string | null, type: string, index: number): string {
  // Some programs write a whole path.
  const last = stripInvisible(name ?? '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .split(/[/\\]/)
    .at(-1)
    ?.trim()
  return last === undefined || last === ''
    ? `attachment-${index + 1}.${ENDINGS[type] ?? 'bin'}`
    : last.slice(0, 255)
}

function addressText(addresses: Address[]): string {
  return addresses
    .slice(0, 1000)
    .map((address) => {
      if (address.group !== undefined) return `${address.name}: ${addressText(address.group)};`
      const mail = address.address
      return address.name === '' || address.name === mail ? mail : `${address.name} <${mail}>`
    })
    .filter((text) => text !== '')
    .join(', ')
}

function orNull(text: string | undefined): string | null {
  const clean = text === undefined ? '' : stripInvisible(text).trim()
  return clean === '' ? null : clean
}
