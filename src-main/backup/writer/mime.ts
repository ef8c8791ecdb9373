import { encodeText } from './charsets.ts'

/** One MIME entity: header lines (already encoded, ASCII) and the encoded body. */
export interface Entity {
  headers: [name: string, value: string][]
  body: Buffer
}

export type TransferEncoding = '7bit' | '8bit' | 'quoted-printable' | 'base64'

const CRLF = '\r\n'

/** Quoted-printable by RFC 2045, lines of at most 76 characters, line breaks kept as CRLF. */
export function quotedPrintable(bytes: Buffer): Buffer {
  const lines: string[] = []
  let line = ''
  const push = (piece: string): void => {
    if (line.length + piece.length > 75) {
      lines.push(`${line}=`)
      line = ''
    }
    line += piece
  }
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0x0d && bytes[i + 1] === 0x0a) {
      lines.push(line)
      line = ''
      i++
      continue
    }
    const next = bytes[i + 1]
    const atEnd = next === undefined || next === 0x0d
    const plain = (byte >= 33 && byte <= 126 && byte !== 61) || ((byte === 32 || byte === 9) && !atEnd)
    push(plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
  }
  lines.push(line)
  return Buffer.from(lines.join(CRLF), 'latin1')
}

/** Base64 in lines of 76 characters. */
export function base64Lines(bytes: Buffer): Buffer {
  const text = bytes.toString('base64')
  const lines: string[] = []
  for (let i = 0; i < text.length; i += 76) lines.push(text.slice(i, i + 76))
  return Buffer.from(lines.join(CRLF) + CRLF, 'latin1')
}

/** A header text by RFC 2047 where it is not ASCII: `B` or `Q` words of at most 75 characters. */
export function encodedWords(text: string, charset: string, form: 'B' | 'Q'): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text
  const words: string[] = []
  let run = ''
  const encode = (piece: string): { word: string } => {
    const inCharset = encodeText(piece, charset)
    const bytes = inCharset ?? Buffer.from(piece, 'utf8')
    const label = (inCharset ? charset : 'utf-8').toUpperCase()
    const coded =
      form === 'B'
        ? bytes.toString('base64')
        : [...bytes]
            .map((b) =>
              b === 32
                ? '_'
                : /[A-Za-z0-9!*+\-/]/.test(String.fromCharCode(b)) && b < 128
                  ? String.fromCharCode(b)
                  : `=${b.toString(16).toUpperCase().padStart(2, '0')}`,
            )
            .join('')
    return { word: `=?${label}?${form}?${coded}?=` }
  }
  for (const character of text) {
    if (encode(run + character).word.length > 75 && run !== '') {
      words.push(encode(run).word)
      run = ''
    }
    run += character
  }
  words.push(encode(run).word)
  return words.join(' ')
}

/** `Name <address>` with the name quoted or encoded as needed. */
export function mailbox(name: string, address: string, charset: string, form: 'B' | 'Q'): string {
  if (name === '') return address
  if (!/^[\x20-\x7e]*$/.test(name)) return `${encodedWords(name, charset, form)} <${address}>`
  return /^[\w ]+$/.test(name) ? `${name} <${address}>` : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`
}

function folded(name: string, value: string): string {
  const words = value.split(' ')
  let line = `${name}:`
  const lines: string[] = []
  for (const word of words) {
    if (line.length + 1 + word.length > 78 && line.trim() !== '' && line !== `${name}:`) {
      lines.push(line)
      line = ''
    }
    line += ` ${word}`
  }
  lines.push(line)
  return lines.join(CRLF)
}

/** The bytes of an entity: folded headers, empty line, body. */
export function entityBytes(entity: Entity): Buffer {
  const head = entity.headers.map(([name, value]) => folded(name, value)).join(CRLF)
  return Buffer.concat([Buffer.from(head + CRLF + CRLF, 'utf8'), entity.body])
}

export interface TextOptions {
  subtype?: 'plain' | 'html' | 'calendar'
  charset?: string
  encoding?: TransferEncoding
  flowed?: boolean
  /** More parameters of Content-Type, e.g. `method=REQUEST`. */
  parameters?: string
}

/** format=flowed by RFC 3676: long lines broken softly with a trailing space. */
export function flow(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const out: string[] = []
      let current = ''
      for (const word of line.split(' ')) {
        if (current !== '' && current.length + word.length + 1 > 72) {
          out.push(`${current} `)
          current = word
        } else current = current === '' ? word : `${current} ${word}`
      }
      out.push(current)
      return out.join('\n')
    })
    .join('\n')
}

/** A text part; falls back to UTF-8 and to an encoding that fits when the wish cannot be had. */
export function textEntity(text: string, options: TextOptions = {}): Entity {
  const laidOut = (options.flowed ? flow(text) : text).replace(/\r?\n/g, CRLF)
  let charset = options.charset ?? 'utf-8'
  let bytes = encodeText(laidOut, charset)
  if (!bytes) {
    charset = 'utf-8'
    bytes = Buffer.from(laidOut, 'utf8')
  }
  const ascii = bytes.every((byte) => byte < 128)
  let encoding = options.encoding ?? (ascii ? '7bit' : 'quoted-printable')
  if (encoding === '7bit' && !ascii) encoding = '8bit'
  const parameters = [
    `charset=${charset}`,
    ...(options.flowed ? ['format=flowed'] : []),
    ...(options.parameters ? [options.parameters] : []),
  ]
  const body =
    encoding === 'quoted-printable'
      ? quotedPrintable(bytes)
      : encoding === 'base64'
        ? base64Lines(bytes)
        : bytes
  return {
    headers: [
      ['Content-Type', `text/${options.subtype ?? 'plain'}; ${parameters.join('; ')}`],
      ['Content-Transfer-Encoding', encoding],
    ],
    body,
  }
}

/** An attachment or inline part; a name that is not ASCII is written by RFC 2231 and RFC 2047 both, as mailers do. */
export function fileEntity(file: {
  name: string
  type: string
  bytes: Buffer
  contentId?: string
  /** How the name is spelled: both ways (default), only the old way, only RFC 2231. */
  naming?: 'both' | 'rfc2047' | 'rfc2231'
}): Entity {
  const ascii = /^[\x20-\x7e]*$/.test(file.name)
  const old = ascii ? file.name : encodedWords(file.name, 'utf-8', 'B')
  const modern = `filename*=UTF-8''${encodeURIComponent(file.name).replace(/'/g, '%27')}`
  const naming = file.naming ?? 'both'
  const disposition = file.contentId ? 'inline' : 'attachment'
  const rfc822 = file.type === 'message/rfc822'
  return {
    headers: [
      ['Content-Type', naming === 'rfc2231' && !ascii ? file.type : `${file.type}; name="${old}"`],
      [
        'Content-Disposition',
        `${disposition}; ${ascii || naming === 'rfc2047' ? `filename="${old}"` : modern}`,
      ],
      // RFC 2046: a message/rfc822 part is never base64.
      ['Content-Transfer-Encoding', rfc822 ? '8bit' : 'base64'],
      ...(file.contentId ? ([['Content-ID', `<${file.contentId}>`]] as [string, string][]) : []),
    ],
    body: rfc822 ? file.bytes : base64Lines(file.bytes),
  }
}

/** A multipart of any subtype. `boundary` must not occur in the parts. */
export function multipart(subtype: string, boundary: string, parts: Entity[], parameters = ''): Entity {
  const pieces: Buffer[] = []
  for (const part of parts) {
    pieces.push(Buffer.from(`--${boundary}${CRLF}`), entityBytes(part), Buffer.from(CRLF))
  }
  pieces.push(Buffer.from(`--${boundary}--${CRLF}`))
  return {
    headers: [
      ['Content-Type', `multipart/${subtype}; boundary="${boundary}"${parameters ? `; ${parameters}` : ''}`],
    ],
    body: Buffer.concat(pieces),
  }
}

/** A date header by RFC 5322 in the zone `offsetMinutes` east of UTC. */
export function dateHeader(time: number, offsetMinutes: number): string {
  const local = new Date(time + offsetMinutes * 60_000)
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  const two = (n: number): string => String(n).padStart(2, '0')
  const sign = offsetMinutes < 0 ? '-' : '+'
  const zone = Math.abs(offsetMinutes)
  return (
    `${days[local.getUTCDay()]}, ${local.getUTCDate()} ${months[local.getUTCMonth()]} ${local.getUTCFullYear()} ` +
    `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ` +
    `${sign}${two(Math.floor(zone / 60))}${two(zone % 60)}`
  )
}
