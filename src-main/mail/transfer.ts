/** Transfer encodings, decoded from a byte range straight into as much as the index wants. */

const HEX = new Int8Array(256).fill(-1)
for (let i = 0; i < 16; i++) {
  const digit = i.toString(16)
  HEX[digit.charCodeAt(0)] = i
  HEX[digit.toUpperCase().charCodeAt(0)] = i
}

/**
 * Quoted-printable (RFC 2045, 6.7), tolerant: bad escapes stay as they are. `underscore` for RFC 2047's Q.
 * Stops after `limit` decoded bytes.
 */
export function decodeQuotedPrintable(
  bytes: Buffer,
  start: number,
  end: number,
  limit: number,
  underscore = false,
): Buffer {
  const out = Buffer.allocUnsafe(Math.min(end - start, limit))
  const room = out.length
  let at = 0
  let i = start
  while (i < end && at < room) {
    const c = bytes[i] as number
    if (c !== 61) {
      out[at++] = underscore && c === 95 ? 32 : c
      i++
      continue
    }
    const high = HEX[bytes[i + 1] ?? 0] as number
    const low = HEX[bytes[i + 2] ?? 0] as number
    if (i + 2 < end && high >= 0 && low >= 0) {
      out[at++] = (high << 4) | low
      i += 3
      continue
    }
    // A soft line break may carry blanks before its line end; anything else is a literal `=`.
    let j = i + 1
    while (j < end && (bytes[j] === 32 || bytes[j] === 9)) j++
    if (j >= end) {
      i = j
    } else if (bytes[j] === 13 || bytes[j] === 10) {
      i = bytes[j] === 13 && bytes[j + 1] === 10 ? j + 2 : j + 1
    } else {
      out[at++] = 61
      i++
    }
  }
  return out.subarray(0, at)
}

/** Base64 (RFC 2045, 6.8): foreign characters and inner padding are skipped. Decodes at most `limit` bytes. */
export function decodeBase64(bytes: Buffer, start: number, end: number, limit: number): Buffer {
  // 4 characters give 3 bytes; a line end every 60 or more characters is the worst that is common.
  const stop = Math.min(end, start + Math.ceil(limit * 1.5) + 64)
  let text = bytes.toString('latin1', start, stop)
  const pad = text.indexOf('=')
  if (pad >= 0 && /=[^=]*[A-Za-z0-9+/]/.test(text.slice(pad, pad + 4096))) {
    // Joined base64 texts, each with its own padding: Buffer stops at the first one.
    const pieces = text
      .replace(/[^A-Za-z0-9+/=]/g, '')
      .split(/(?<==)(?!=)/)
      .map((piece) => Buffer.from(piece, 'base64'))
    return Buffer.concat(pieces).subarray(0, limit)
  }
  if (/[^A-Za-z0-9+/=\s]/.test(text)) text = text.replace(/[^A-Za-z0-9+/=]/g, '')
  return Buffer.from(text, 'base64').subarray(0, limit)
}

/** uuencode: lines between `begin` and `end`, or bare lines. Decodes at most `limit` bytes. */
export function decodeUu(bytes: Buffer, start: number, end: number, limit: number): Buffer {
  const out = Buffer.allocUnsafe(Math.min(limit, end - start))
  let at = 0
  let lineStart = start
  let inside = false
  while (lineStart < end && at < out.length) {
    let eol = bytes.indexOf(10, lineStart)
    if (eol < 0 || eol > end) eol = end
    const first = bytes[lineStart] as number
    if (bytes.toString('latin1', lineStart, Math.min(lineStart + 6, eol)) === 'begin ') {
      inside = true
    } else if (inside && bytes.toString('latin1', lineStart, Math.min(lineStart + 3, eol)) === 'end') {
      break
    } else if (first > 32 && first <= 96) {
      const length = (first - 32) & 63
      const lineEnd = at + length
      for (let i = lineStart + 1; i + 1 < eol && at < lineEnd; i += 4) {
        const a = ((bytes[i] as number) - 32) & 63
        const b = ((bytes[i + 1] ?? 32) - 32) & 63
        const c = ((bytes[i + 2] ?? 32) - 32) & 63
        const d = ((bytes[i + 3] ?? 32) - 32) & 63
        if (at < lineEnd && at < out.length) out[at++] = ((a << 2) | (b >> 4)) & 255
        if (at < lineEnd && at < out.length) out[at++] = ((b << 4) | (c >> 2)) & 255
        if (at < lineEnd && at < out.length) out[at++] = ((c << 6) | d) & 255
      }
    }
    lineStart = eol + 1
  }
  return out.subarray(0, at)
}

export type TransferEncoding = 'identity' | 'base64' | 'quoted-printable' | 'uuencode'

/** The value of a Content-Transfer-Encoding header; unknown ones are read as they are. */
export function transferEncoding(value: string): TransferEncoding {
  const token = value.trim().toLowerCase()
  if (token.startsWith('base64')) return 'base64'
  if (/^quoted[- ]printable/.test(token)) return 'quoted-printable'
  if (/^(?:x-)?uu(?:e|encode)/.test(token)) return 'uuencode'
  return 'identity'
}

/** Decoded bytes of a part, at most `limit`. Identity gives a view into the message, not a copy. */
export function decodeTransfer(
  bytes: Buffer,
  start: number,
  end: number,
  encoding: TransferEncoding,
  limit: number,
): Buffer {
  switch (encoding) {
    case 'base64':
      return decodeBase64(bytes, start, end, limit)
    case 'quoted-printable':
      return decodeQuotedPrintable(bytes, start, end, limit)
    case 'uuencode':
      return decodeUu(bytes, start, end, limit)
    case 'identity':
      return bytes.subarray(start, Math.min(end, start + limit))
  }
}
