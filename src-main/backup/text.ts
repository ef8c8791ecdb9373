import { gunzipSync, constants } from 'node:zlib'
import { isGzip } from './gzip.ts'

/** Bytes of a metadata file as text, whatever was done to them: gzip, byte order marks, UTF-16, zero padding. */
export interface DecodedText {
  text: string
  /** What was wrong with the bytes; null for sound ones. */
  damage: string | null
}

/** Unpacked metadata over this size is cut: a bomb. */
const MAX_UNPACKED = 64 * 1024 * 1024

function unpack(bytes: Buffer): { bytes: Buffer; damage: string | null } {
  try {
    return { bytes: gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED }), damage: null }
  } catch (error) {
    const tooLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    try {
      const partial = tooLarge
        ? null
        : gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED, finishFlush: constants.Z_SYNC_FLUSH })
      return {
        bytes: partial ?? Buffer.alloc(0),
        damage: tooLarge ? 'unpacks to more than 64 MiB' : 'its gzip is cut off',
      }
    } catch {
      return { bytes: Buffer.alloc(0), damage: 'its gzip is damaged' }
    }
  }
}

/** UTF-16 shows itself by a byte order mark or by every second byte being zero. */
function utf16Order(bytes: Buffer): 'le' | 'be' | null {
  if (bytes.length < 2) return null
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'be'
  if (bytes.length < 8) return null
  let even = 0
  let odd = 0
  const length = Math.min(bytes.length, 200) & ~1
  for (let at = 0; at < length; at += 2) {
    if (bytes[at] === 0) even++
    if (bytes[at + 1] === 0) odd++
  }
  const pairs = length / 2
  if (odd > pairs * 0.7 && even < pairs * 0.1) return 'le'
  return even > pairs * 0.7 && odd < pairs * 0.1 ? 'be' : null
}

export function decodeText(input: Buffer): DecodedText {
  let bytes = input
  let damage: string | null = null
  if (isGzip(bytes)) ({ bytes, damage } = unpack(bytes))
  const order = utf16Order(bytes)
  if (order !== null) {
    const even = bytes.subarray(0, bytes.length & ~1)
    const text = (order === 'le' ? even : Buffer.from(even).swap16()).toString('utf16le')
    return { text: text.replace(/^\ufeff/, ''), damage }
  }
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  if (end < bytes.length) damage ??= end === 0 ? 'it holds only zero bytes' : 'zero bytes follow its end'
  const begin = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return { text: bytes.toString('utf8', begin, end), damage }
}
