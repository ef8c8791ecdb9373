import { hash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { digestName, parseDigest } from './digest.ts'
import type { DigestAlgorithm } from './digest.ts'
import type { Refusal } from './source.ts'
import type { BlobStatus } from './types.ts'

/** What reading a blob gives, and the small judgements that the readers for memory and for pieces share. */

/**
 * Which bytes the digest was taken over: the message (every known release), the file as it lies on disk (very old
 * releases), or the once decompressed bytes of a double gzip.
 */
export type DigestRule = `${DigestAlgorithm}:${'message' | 'file' | 'gzip'}`

export interface BlobRead {
  status: BlobStatus
  /**
   * The whole uncompressed message; a view that is valid until the next `read`. With `rule` set its bytes are proved
   * by the digest whatever the status says (e.g. a damaged trailer behind sound data); with `rule` null and a sound CRC
   * (status `digest-mismatch`) they are what the gzip held.
   */
  message: Buffer | null
  /** What came out before the damage, when the message is not whole; valid until the next `read`. */
  partial: Buffer | null
  /** The first MiB of a large message. */
  head: Buffer | null
  fileBytes: number
  /** Uncompressed bytes that came out. */
  rawBytes: number
  rule: DigestRule | null
  crcOk: boolean
  /** One sentence, empty when nothing is to be said. */
  detail: string
  /** Over 64 MiB uncompressed: verified in pieces, `message` is null. */
  large: boolean
  /** Set with status `unreadable` and `missing`. */
  refused: Refusal | null
}

export function blobRead(status: BlobStatus, given: Partial<BlobRead> = {}): BlobRead {
  return {
    status,
    message: null,
    partial: null,
    head: null,
    fileBytes: 0,
    rawBytes: 0,
    rule: null,
    crcOk: false,
    detail: '',
    large: false,
    refused: null,
    ...given,
  }
}

/** What a blob's name promises. */
export interface Expected {
  algorithm: DigestAlgorithm
  /** The hash in plain base64. */
  base64: string
}

/** Null when the name is no digest. */
export function expectedOf(name: string): Expected | null {
  // The usual case first: 44 characters need no regular expression on the hot path.
  if (name.length === 44 && name.endsWith('='))
    return { algorithm: 'sha256', base64: name.replaceAll(',', '/') }
  const parsed = parseDigest(name)
  return parsed === null
    ? null
    : { algorithm: parsed.algorithm, base64: digestName(parsed.bytes).replaceAll(',', '/') }
}

/** Whether the bytes have the promised digest. */
export function fits(expected: Expected | null, bytes: Buffer): boolean {
  return expected !== null && hash(expected.algorithm, bytes, 'base64') === expected.base64
}

/** Whether the bytes begin like a mail: a header field, or the line of an mbox. */
export function beginsLikeMail(bytes: Buffer): boolean {
  return /^(?:From |[!-9;-~]{1,76}:)/.test(bytes.toString('latin1', 0, 100).replace(/^[\r\n]+/, ''))
}

/** Writes all of `bytes` at the current position of `fd`. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  let done = 0
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done)
}
