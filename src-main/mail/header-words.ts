import { charsetDecoder, decodeBytes, decodeUnlabelled } from './charset.ts'
import { decodeQuotedPrintable } from './transfer.ts'

const ENCODED_WORD = /=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*)\?=/g

function wordBytes(kind: string, text: string): Buffer {
  if (kind === 'b' || kind === 'B') return Buffer.from(text.replace(/=+(?=[A-Za-z0-9+/])/g, ''), 'base64')
  const raw = Buffer.from(text, 'latin1')
  return decodeQuotedPrintable(raw, 0, raw.length, raw.length, true)
}

function raw8bit(latin1: string): string {
  return /[\x80-\xff]/.test(latin1) ? decodeUnlabelled(Buffer.from(latin1, 'latin1')) : latin1
}

/**
 * A header value as the bytes read as Latin-1, with RFC 2047 words and raw 8-bit text decoded. Words of one charset that
 * follow each other are joined before decoding: many senders cut inside a character.
 */
export function decodeHeaderText(latin1: string): string {
  if (!latin1.includes('=?')) return raw8bit(latin1)
  const parts: string[] = []
  let charset = ''
  let pending: Buffer[] = []
  let last = 0
  const flush = () => {
    if (pending.length > 0)
      parts.push(decodeBytes(pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending), charset))
    pending = []
  }
  ENCODED_WORD.lastIndex = 0
  for (let match = ENCODED_WORD.exec(latin1); match !== null; match = ENCODED_WORD.exec(latin1)) {
    const between = latin1.slice(last, match.index)
    const label = (match[1] as string).toLowerCase().replace(/\*.*$/, '')
    const adjacent = last > 0 && between.trim() === ''
    if (!adjacent) {
      flush()
      parts.push(raw8bit(between))
    } else if (label !== charset || charset.startsWith('iso-2022')) {
      flush()
    }
    charset = label
    pending.push(wordBytes(match[2] as string, match[3] as string))
    last = match.index + match[0].length
  }
  flush()
  parts.push(raw8bit(latin1.slice(last)))
  return parts.join('')
}

/** Folded lines joined, runs of white space made one blank. */
export function unfold(latin1: string): string {
  // Most fields are not folded; looking for single characters is a tenth of what the expression costs.
  const folded = latin1.includes('\n') || latin1.includes('\r') || latin1.includes('\t')
  return folded ? latin1.replace(/[\r\n\t ]+/g, ' ').trim() : latin1.trim()
}

export interface HeaderValue {
  /** Lower case, without parameters and comments. */
  value: string
  /** Parameter names in lower case; RFC 2231 continuations and charsets resolved, RFC 2047 words decoded. */
  params: Map<string, string>
}

const PARAM = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\[^])*)"?|([^;"]*))/g

function percentBytes(text: string): Buffer {
  const raw = Buffer.from(text.replaceAll('=', '=3D').replaceAll('%', '='), 'latin1')
  return decodeQuotedPrintable(raw, 0, raw.length, raw.length)
}

/** Content-Type and Content-Disposition: value and parameters (RFC 2045, RFC 2231), tolerant of what programs really send. */
export function parseHeaderValue(latin1: string): HeaderValue {
  const text = unfold(latin1)
  const semicolon = text.indexOf(';')
  const head = semicolon < 0 ? text : text.slice(0, semicolon)
  const value = (head.includes('(') ? head.replace(/\([^)]*\)?/g, '') : head).trim().toLowerCase()
  const params = new Map<string, string>()
  if (semicolon < 0) return { value, params }
  let extended: Map<string, { index: number; encoded: boolean; text: string }[]> | null = null
  PARAM.lastIndex = semicolon
  for (let match = PARAM.exec(text), n = 0; match !== null && n < 100; match = PARAM.exec(text), n++) {
    const name = (match[1] as string).toLowerCase()
    const quoted = match[2]
    const content =
      quoted === undefined
        ? (match[3] ?? '').replace(/\s+\([^)]*\)\s*$/, '').trim()
        : quoted.includes('\\')
          ? quoted.replace(/\\(["\\])/g, '$1')
          : quoted
    const star = name.indexOf('*')
    if (star < 0) {
      if (!params.has(name)) params.set(name, decodeHeaderText(content))
      continue
    }
    extended ??= new Map()
    const base = name.slice(0, star)
    const index = Number.parseInt(name.slice(star + 1), 10)
    const list = extended.get(base) ?? []
    list.push({ index: Number.isNaN(index) ? 0 : index, encoded: name.endsWith('*'), text: content })
    extended.set(base, list)
  }
  if (extended !== null) {
    for (const [name, list] of extended) params.set(name, joinExtended(list))
  }
  return { value, params }
}

function joinExtended(list: { index: number; encoded: boolean; text: string }[]): string {
  list.sort((a, b) => a.index - b.index)
  let charset = ''
  const first = list[0]
  if (first?.encoded === true) {
    const match = /^([^']*)'[^']*'([^]*)$/.exec(first.text)
    if (match !== null) {
      charset = match[1] as string
      first.text = match[2] as string
    }
  }
  const bytes = Buffer.concat(
    list.map((piece) => (piece.encoded ? percentBytes(piece.text) : Buffer.from(piece.text, 'latin1'))),
  )
  const text =
    charset !== '' && charsetDecoder(charset) !== null ? decodeBytes(bytes, charset) : decodeUnlabelled(bytes)
  // Some senders put an RFC 2047 word into an RFC 2231 parameter.
  return text.includes('=?') ? decodeHeaderText(text) : text
}
