import { hash } from 'node:crypto'

/**
 * Digests name the blobs: a hash in base64 with `=`, where `/` is written `,` (FORMAT.md, "Digest").
 * 44 characters are SHA-256, 64 are SHA-384, 28 are SHA-1.
 */
export type DigestAlgorithm = 'sha1' | 'sha256' | 'sha384'

export interface ParsedDigest {
  algorithm: DigestAlgorithm
  bytes: Buffer
}

// The last character before the padding carries four bits only; the other two are zero in every real digest.
const LAST = '[AEIMQUYcgkosw048]'
const BASE = '[A-Za-z0-9+,]'

/** Matches a whole blob file name. 64 hexadecimal characters match too: they are read as SHA-256. */
export const DIGEST_RE = new RegExp(`^(?:${BASE}{42}${LAST}=|${BASE}{26}${LAST}=|${BASE}{64})$`)

const HEX_RE = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9A-F]{40}|[0-9A-F]{64}|[0-9A-F]{96})$/
const ALGORITHM_BY_LENGTH: Partial<Record<number, DigestAlgorithm>> = {
  20: 'sha1',
  32: 'sha256',
  48: 'sha384',
}

/** The algorithm and the hash that a blob's name stands for; null when the name is no digest. */
export function parseDigest(name: string): ParsedDigest | null {
  const length = name.length
  if (length < 28 || length > 96) return null
  const bytes = HEX_RE.test(name)
    ? Buffer.from(name, 'hex')
    : DIGEST_RE.test(name)
      ? Buffer.from(name.replaceAll(',', '/'), 'base64')
      : null
  if (bytes === null) return null
  const algorithm = ALGORITHM_BY_LENGTH[bytes.length]
  return algorithm === undefined ? null : { algorithm, bytes }
}

/** The digest of `bytes` in the spelling of blob names. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm): string {
  return hash(algorithm, bytes, 'base64').replaceAll('/', ',')
}

/** A finished hash in the spelling of blob names. */
export function digestName(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('/', ',')
}

/**
 * The blob name inside one string value: the digest itself (also in plain base64 with `/`), or a path or
 * locator that ends in one (`items/c0/c0,gU…=`, `sha256:…`, `….gz`). Null when the string is something else, e.g.
 * a password hash `{SSHA}…`.
 */
export function digestInValue(value: string): string | null {
  const length = value.length
  if (length < 28 || length > 1024) return null
  if (length === 44 || length === 28 || length === 64) {
    const name = value.includes('/') ? value.replaceAll('/', ',') : value
    if (DIGEST_RE.test(name) && !HEX_RE.test(name)) return name
  }
  if (length === 43 || length === 27) {
    // Base64 without its padding.
    const name = `${value.replaceAll('/', ',')}=`
    if (DIGEST_RE.test(name) && /[A-Z]/.test(name) && /[a-z]/.test(name) && /[0-9+,]/.test(name)) return name
  }
  if (/\s|[{<@]/.test(value)) return null
  const found = value.match(/^(?:.*[/\\:#|;])?([A-Za-z0-9+,]{27,64}=?)(?:\.[A-Za-z0-9]{1,8})?$/)
  const name = found?.[1]
  return name !== undefined && name !== value && DIGEST_RE.test(name) && !HEX_RE.test(name) ? name : null
}

/** A hexadecimal hash as a blob name in base64, or null. */
export function digestFromHex(value: string): string | null {
  return HEX_RE.test(value) ? digestName(Buffer.from(value, 'hex')) : null
}

const RUN_RE = /(\{[A-Za-z0-9-]{2,12}\})?([A-Za-z0-9+,]{27,66})(=?)(?![A-Za-z0-9+,=@])/g

/**
 * Every digest in a text or in raw bytes, in order, each once. Understands JSON's escapes of `=` and `/` and leaves
 * out password hashes (`{SHA}…`). Used where the structure around them is lost.
 */
export function findDigests(text: string | Buffer): string[] {
  let source = typeof text === 'string' ? text : text.toString('latin1')
  if (source.includes('\\'))
    source = source
      .replace(/\\u003d/gi, '=')
      .replace(/\\u002b/gi, '+')
      .replaceAll('\\/', '/')
  const found = new Set<string>()
  for (const match of source.matchAll(RUN_RE)) {
    if (match[1] !== undefined) continue
    const before = match.index > 0 ? source[match.index - 1] : undefined
    if (
      before === '}' &&
      /\{[A-Za-z0-9-]{2,12}\}$/.test(source.slice(Math.max(0, match.index - 14), match.index))
    )
      continue
    let name = `${match[2] ?? ''}${match[3] ?? ''}`
    // `first=,second=`: the comma belongs to the list.
    if (before === '=' && name.startsWith(',') && !DIGEST_RE.test(name)) name = name.slice(1)
    if (DIGEST_RE.test(name) && !HEX_RE.test(name)) found.add(name)
  }
  for (const match of source.matchAll(/"([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{64})"/g)) {
    const name = (match[1] ?? '').replaceAll('/', ',')
    if (DIGEST_RE.test(name) && !HEX_RE.test(name)) found.add(name)
  }
  return [...found]
}
