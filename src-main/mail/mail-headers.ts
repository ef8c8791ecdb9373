/** Header fields the index reads, as places in `Headers.values`. */
export const HEADERS = {
  subject: 0,
  from: 1,
  sender: 2,
  to: 3,
  cc: 4,
  bcc: 5,
  date: 6,
  messageId: 7,
  received: 8,
  deliveredTo: 9,
  originalTo: 10,
  envelopeTo: 11,
  contentType: 12,
  encoding: 13,
  disposition: 14,
  contentId: 15,
  deliveryDate: 16,
  mimeVersion: 17,
  returnPath: 18,
  replyTo: 19,
  inReplyTo: 20,
} as const

const NAMES: Record<string, number> = {
  subject: HEADERS.subject,
  from: HEADERS.from,
  sender: HEADERS.sender,
  to: HEADERS.to,
  cc: HEADERS.cc,
  bcc: HEADERS.bcc,
  date: HEADERS.date,
  'message-id': HEADERS.messageId,
  received: HEADERS.received,
  'delivered-to': HEADERS.deliveredTo,
  'x-original-to': HEADERS.originalTo,
  'envelope-to': HEADERS.envelopeTo,
  'x-envelope-to': HEADERS.envelopeTo,
  'content-type': HEADERS.contentType,
  'content-transfer-encoding': HEADERS.encoding,
  'content-disposition': HEADERS.disposition,
  'content-id': HEADERS.contentId,
  'delivery-date': HEADERS.deliveryDate,
  'mime-version': HEADERS.mimeVersion,
  'return-path': HEADERS.returnPath,
  'reply-to': HEADERS.replyTo,
  'in-reply-to': HEADERS.inReplyTo,
}
/** Fields that may stand several times and whose values are joined with commas. */
const JOINED = new Set<number>([
  HEADERS.to,
  HEADERS.cc,
  HEADERS.bcc,
  HEADERS.deliveredTo,
  HEADERS.originalTo,
  HEADERS.envelopeTo,
])
/** Fields that make a text a mail: MIME fields alone do not, any web page saved from a server has those. */
const COUNTS = new Set<number>(
  Object.values(HEADERS).filter(
    (field) => field !== HEADERS.contentType && field !== HEADERS.encoding && field !== HEADERS.disposition,
  ),
)

/** First letter and length of the wanted names: most other names are told apart without making a string of them. */
const CANDIDATE = new Uint8Array(32 * 32)
for (const name of Object.keys(NAMES)) CANDIDATE[name.length * 32 + (name.charCodeAt(0) & 31)] = 1

const HEADER_BYTES_LIMIT = 2 * 1024 * 1024

export interface Headers {
  /** Raw values as Latin-1, folded, by the numbers of `HEADERS`. */
  values: (string | undefined)[]
  /** First byte of the body. */
  bodyStart: number
  /** How many fields were found that only mail has. */
  known: number
}

/** Old Macintosh mail ends its lines with CR alone; such a message is read as if they were LF. */
export function withLineFeeds(message: Buffer): Buffer {
  if (message.length === 0 || message.subarray(0, 65536).includes(10)) return message
  if (!message.subarray(0, 65536).includes(13)) return message
  const copy = Buffer.from(message)
  for (let at = copy.indexOf(13); at >= 0; at = copy.indexOf(13, at + 1)) copy[at] = 10
  return copy
}

/** Skips what may stand before a message: a byte order mark, blank lines, an mbox `From ` line. */
export function contentStart(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  for (let lines = 0; lines < 100; lines++) {
    let blank = at
    while (blank < bytes.length && (bytes[blank] === 32 || bytes[blank] === 9 || bytes[blank] === 13)) blank++
    if (bytes[blank] === 10) {
      at = blank + 1
      continue
    }
    const mbox = bytes[at] === 62 ? at + 1 : at
    if (bytes.toString('latin1', mbox, mbox + 5) !== 'From ') return at
    const eol = bytes.indexOf(10, at)
    if (eol < 0) return at
    at = eol + 1
  }
  return at
}

/**
 * Reads a header block. Lines without a colon are passed over; the block ends at an empty line. The first of a repeated
 * field counts, recipients are joined.
 */
export function readHeaders(bytes: Buffer, start: number, end: number): Headers {
  const values: (string | undefined)[] = []
  const stop = Math.min(end, start + HEADER_BYTES_LIMIT)
  let known = 0
  let at = start
  while (at < stop) {
    const c = bytes[at] as number
    if (c === 10) return { values, bodyStart: at + 1, known }
    if (c === 13 && bytes[at + 1] === 10) return { values, bodyStart: at + 2, known }
    let eol = bytes.indexOf(10, at)
    if (eol < 0 || eol > stop) eol = stop
    // Folded lines belong to the field; a blank line of white space only does too, as in the libraries.
    while (eol + 1 < stop && (bytes[eol + 1] === 32 || bytes[eol + 1] === 9)) {
      const next = bytes.indexOf(10, eol + 1)
      eol = next < 0 || next > stop ? stop : next
    }
    let colon = at
    const nameStop = Math.min(eol, at + 28)
    while (colon < nameStop && bytes[colon] !== 58) colon++
    if (bytes[colon] === 58) {
      let nameEnd = colon
      while (nameEnd > at && (bytes[nameEnd - 1] === 32 || bytes[nameEnd - 1] === 9)) nameEnd--
      const length = nameEnd - at
      if (length < 32 && CANDIDATE[length * 32 + (c & 31)] === 1) {
        const field = NAMES[bytes.toString('latin1', at, nameEnd).toLowerCase()]
        if (field !== undefined) {
          if (COUNTS.has(field)) known++
          const before = values[field]
          if (before === undefined) values[field] = bytes.toString('latin1', colon + 1, eol)
          else if (JOINED.has(field) && before.length < 65536)
            values[field] = `${before},${bytes.toString('latin1', colon + 1, eol)}`
        }
      }
    }
    at = eol + 1
  }
  return { values, bodyStart: Math.min(at, end), known }
}
