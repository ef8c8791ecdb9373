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

/** A path or locator that ends in a digest. */
const LOCATOR_RE = /^(?:.*[/\\:#|;])?([A-Za-z0-9+,]{27,64}=?)(?:\.[A-Za-z0-9]{1,8})?$/

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
  const found = LOCATOR_RE.exec(value)
  const name = found?.[1]
  return name !== undefined && name !== value && DIGEST_RE.test(name) && !HEX_RE.test(name) ? name : null
}

/** A hexadecimal hash as a blob name in base64, or null. */
export function digestFromHex(value: string): string | null {
  return HEX_RE.test(value) ? digestName(Buffer.from(value, 'hex')) : null
}

/** 1 for the characters of base64 and the comma that stands for its slash, 2 for the slash itself. */
const CHARACTERS = new Uint8Array(256)
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,')
  CHARACTERS[letter.charCodeAt(0)] = 1
CHARACTERS[0x2f] = 2
const BACKSLASH = 0x5c
const EQUALS = 0x3d

/**
 * Every digest in a text or in raw bytes, in order, each once. Understands JSON's escapes of `=` and `/` and leaves
 * out password hashes (`{SHA}…`). One pass, for texts of any size; used where the structure around them is lost.
 */
export function findDigests(text: string | Buffer): string[] {
  const source = typeof text === 'string' ? text : text.toString('latin1')
  const found = new Set<string>()
  for (let at = 0; at < source.length; at++) {
    const kind = kindAt(source, at)
    if (kind === 0) continue
    const from = at
    let slashes = false
    for (;;) {
      const here = kindAt(source, at)
      if (here === 1) at++
      else if (here === 2) {
        slashes = true
        at++
      } else if (source.charCodeAt(at) === BACKSLASH && source.charCodeAt(at + 1) === 0x2f) {
        slashes = true
        at += 2
      } else break
    }
    // Shorter than the shortest digest: the usual case.
    if (at - from >= 27) digestsOfRun(source, from, at, slashes, found)
  }
  return [...found]
}

function kindAt(source: string, at: number): number {
  const code = source.charCodeAt(at)
  return code < 256 ? (CHARACTERS[code] ?? 0) : 0
}

function digestsOfRun(source: string, from: number, to: number, slashes: boolean, found: Set<string>): void {
  const before = source.charCodeAt(from - 1)
  // `{SHA}…`: a password hash; `…@host`: a message id.
  if (before === 0x7d && /\{[A-Za-z0-9-]{2,12}\}$/.test(source.slice(Math.max(0, from - 14), from))) return
  let end = to
  const padded = source.charCodeAt(to) === EQUALS || source.slice(to, to + 6).toLowerCase() === '\\u003d'
  if (padded) end += source.charCodeAt(to) === EQUALS ? 1 : 6
  if (source.charCodeAt(end) === 0x40) return
  // The letter of an escape (`\n`) belongs to the text before.
  const start = before === BACKSLASH ? from + 1 : from
  const padding = padded ? '=' : ''
  if (slashes) {
    if (to - start <= 128) {
      const whole = source.slice(start, to).replaceAll('\\/', '/')
      if (addDigest(whole.replaceAll('/', ',') + padding, found)) return
    }
    partsOfPath(source, start, to, padding, found)
    return
  }
  if (to - start > 66) return
  const run = source.slice(start, to)
  if (addDigest(run + padding, found)) return
  // `first=,second=`: the comma belongs to the list.
  if (run.startsWith(',')) addDigest(run.slice(1) + padding, found)
}

/** Each name of a path by itself. */
function partsOfPath(source: string, from: number, to: number, padding: string, found: Set<string>): void {
  for (let at = from; at < to;) {
    let end = at
    while (end < to && kindAt(source, end) === 1) end++
    const length = end - at
    if (length >= 27 && length <= 64) addDigest(source.slice(at, end) + (end === to ? padding : ''), found)
    at = end + 1
  }
}

function addDigest(name: string, found: Set<string>): boolean {
  if (name.length !== 44 && name.length !== 28 && name.length !== 64) return false
  if (!DIGEST_RE.test(name) || HEX_RE.test(name)) return false
  found.add(name)
  return true
}
