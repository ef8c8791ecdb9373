import { closeSync, fstatSync, readSync } from 'node:fs'
import { LARGE_BYTES, readLargeBlob } from './blob-large.ts'
import { beginsLikeMail, blobRead, expectedOf, fits, writeFully } from './blob-read.ts'
import type { BlobRead, DigestRule, Expected } from './blob-read.ts'
import { announcedSize, gunzipMembers, isGzip } from './gzip.ts'
import type { GunzipResult } from './gzip.ts'
import { createInflater, OutputBuffer } from './inflater.ts'
import type { Inflater } from './inflater.ts'
import { describeRefusal, openForReading, refusalOf } from './source.ts'

const FIRST_READ = 256 * 1024
/** Compressed files over this size are read in pieces. */
const LARGE_FILE = 64 * 1024 * 1024

export type { BlobRead } from './blob-read.ts'

/**
 * Reads and verifies blobs; one per thread, because its buffers are used again and again. Never throws for anything
 * that lies on the disk: every case is a status.
 */
export class BlobReader {
  readonly #inflater: Inflater
  readonly #allowHandle: boolean
  #input = Buffer.allocUnsafeSlow(FIRST_READ)
  readonly #output = new OutputBuffer(1024 * 1024, LARGE_BYTES)
  #inner: OutputBuffer | null = null

  /** `allowHandle` false forces the public zlib API (for tests and measurements). */
  constructor(allowHandle = true) {
    this.#allowHandle = allowHandle
    this.#inflater = createInflater(allowHandle)
  }

  /** Reads the blob at `absolutePath`, whose name says `digest`. */
  read(absolutePath: string, digest: string): BlobRead {
    return this.#read(absolutePath, digest, null)
  }

  /**
   * Writes the raw message into `fd` at its current position, whatever its size. With damage, what came out before
   * it is written; the status says which. `message` and `partial` are as with `read`.
   */
  copyMessageTo(absolutePath: string, digest: string, fd: number): BlobRead {
    const found = this.#read(absolutePath, digest, fd)
    const bytes = found.message ?? found.partial
    if (!found.large && bytes !== null) writeFully(fd, bytes)
    return found
  }

  #read(absolutePath: string, digest: string, target: number | null): BlobRead {
    let fd: number
    try {
      fd = openForReading(absolutePath)
    } catch (error) {
      const refused = refusalOf(error, absolutePath)
      const missing = refused.code === 'ENOENT' || refused.code === 'ENOTDIR'
      return blobRead(missing ? 'missing' : 'unreadable', { refused, detail: describeRefusal(refused) })
    }
    try {
      let length = readSync(fd, this.#input, 0, this.#input.length, 0)
      if (length === 0 || length === this.#input.length) {
        const stat = fstatSync(fd)
        if (!stat.isFile()) {
          const refused = {
            code: stat.isDirectory() ? 'EISDIR' : 'ENOTREG',
            uid: stat.uid,
            mode: stat.mode & 0o7777,
          }
          return blobRead('unreadable', { refused, detail: describeRefusal(refused) })
        }
        if (stat.size > LARGE_FILE) return readLargeBlob(fd, digest, target, this.#allowHandle)
        if (length > 0) length = this.#readRest(fd, length, stat.size)
      }
      if (length === 0) return blobRead('empty', { detail: 'the file has no bytes' })
      const found = this.#judge(length, digest)
      return found ?? readLargeBlob(fd, digest, target, this.#allowHandle)
    } catch (error) {
      const refused = refusalOf(error, absolutePath)
      return blobRead('unreadable', { refused, detail: describeRefusal(refused) })
    } finally {
      closeSync(fd)
    }
  }

  #readRest(fd: number, have: number, size: number): number {
    if (size + 1 > this.#input.length) {
      const larger = Buffer.allocUnsafeSlow(Math.ceil((size + 1) / FIRST_READ) * FIRST_READ)
      this.#input.copy(larger, 0, 0, have)
      this.#input = larger
    }
    let length = have
    while (length < this.#input.length) {
      const got = readSync(fd, this.#input, length, this.#input.length - length, length)
      if (got === 0) break
      length += got
    }
    return length
  }

  /** Verifies the bytes in memory (the caller's, untouched): the same judgement for a blob that came from elsewhere. */
  judge(bytes: Buffer, digest: string): BlobRead {
    if (bytes.length === 0) return blobRead('empty', { detail: 'the file has no bytes' })
    if (bytes.length > this.#input.length) this.#input = Buffer.allocUnsafeSlow(bytes.length)
    bytes.copy(this.#input)
    return (
      this.#judge(bytes.length, digest) ??
      blobRead('unreadable', {
        fileBytes: bytes.length,
        detail: 'over 64 MiB uncompressed: read it from a file',
        large: true,
      })
    )
  }

  /** Null when the message is too large for memory. */
  #judge(length: number, digest: string): BlobRead | null {
    const input = this.#input
    const output = this.#output
    const expected = expectedOf(digest)
    if (!isGzip(input, 0, length)) return this.#notGzip(length, expected)
    output.reset(announcedSize(input, length))
    const result = gunzipMembers(this.#inflater, input, length, output)
    if (result.outcome === 'too-large') return null
    if (result.outcome === 'not-gzip') return this.#notGzip(length, expected)
    const raw = output.view()
    if (result.outcome === 'ok' && expected !== null && !isGzip(raw) && fits(expected, raw)) {
      return blobRead('ok', {
        message: raw,
        fileBytes: length,
        rawBytes: raw.length,
        rule: `${expected.algorithm}:message`,
        crcOk: true,
        detail: result.detail,
      })
    }
    return this.#unusual(length, expected, result)
  }

  /** Everything that is not simply sound; speed does not matter here. */
  #unusual(length: number, expected: Expected | null, result: GunzipResult): BlobRead | null {
    const file = this.#input.subarray(0, length)
    const raw = this.#output.view()
    const base = { fileBytes: length, rawBytes: raw.length, crcOk: result.crcOk, detail: result.detail }
    const algorithm = expected?.algorithm ?? 'sha256'
    const damaged = result.outcome === 'truncated' || result.outcome === 'corrupt' ? result.outcome : null

    // A digest that fits proves the bytes, also when only the trailer is damaged; other bytes may follow a member.
    const ends = [raw.length, ...result.memberEnds.filter((end) => end !== raw.length)].slice(0, 8)
    const fitting = ends.find((end) => fits(expected, raw.subarray(0, end)))
    const overFile = fitting === undefined && fits(expected, file)
    if (isGzip(raw)) {
      const inner = this.#unpackInner(raw)
      if (inner === null) return null
      const twice = this.#judgeTwice(inner, expected, base, {
        proved: fitting !== undefined,
        overFile,
        damaged,
      })
      if (twice !== null) return twice
    }
    if (fitting !== undefined) {
      const message = raw.subarray(0, fitting)
      return blobRead(damaged ?? 'ok', { ...base, message, rawBytes: fitting, rule: `${algorithm}:message` })
    }
    if (damaged !== null) {
      // No rule, even where the digest was taken over just these bytes: the message is not whole.
      return blobRead(damaged, { ...base, partial: raw.length > 0 ? raw : null })
    }
    if (overFile) return blobRead('ok', { ...base, message: raw, rule: `${algorithm}:file` })
    const detail =
      expected === null
        ? 'the file name is no digest'
        : 'the content does not fit the digest in the file name'
    return blobRead('digest-mismatch', { ...base, message: raw, detail })
  }

  #unpackInner(raw: Buffer): { result: GunzipResult; bytes: Buffer } | null {
    const inner = (this.#inner ??= new OutputBuffer(256 * 1024, LARGE_BYTES))
    inner.reset(announcedSize(raw, raw.length))
    const result = gunzipMembers(this.#inflater, raw, raw.length, inner)
    return result.outcome === 'too-large' ? null : { result, bytes: inner.view() }
  }

  /** Null when the second layer is not the blob's own doing, e.g. a stored `.gz` document. */
  #judgeTwice(
    inner: { result: GunzipResult; bytes: Buffer },
    expected: Expected | null,
    base: Partial<BlobRead>,
    outer: { proved: boolean; overFile: boolean; damaged: 'truncated' | 'corrupt' | null },
  ): BlobRead | null {
    const { result, bytes } = inner
    const algorithm = expected?.algorithm ?? 'sha256'
    const given = { ...base, rawBytes: bytes.length, crcOk: base.crcOk === true && result.crcOk }
    const proved = fits(expected, bytes)
    if (proved) {
      return blobRead(outer.damaged ?? 'double-gzip', {
        ...given,
        message: bytes,
        rule: `${algorithm}:message`,
        detail: 'compressed twice',
      })
    }
    if (!beginsLikeMail(bytes)) return null
    // A mail inside is meant even when the digest fits the layer above: old releases took it over compressed bytes.
    if (outer.proved && algorithm === 'sha384') return null
    if (result.outcome === 'ok' && outer.damaged === null) {
      const rule: DigestRule | null = outer.proved
        ? `${algorithm}:gzip`
        : outer.overFile
          ? `${algorithm}:file`
          : null
      const detail =
        rule === null ? 'compressed twice, and the content does not fit the digest' : 'compressed twice'
      return blobRead(rule === null ? 'digest-mismatch' : 'double-gzip', {
        ...given,
        message: bytes,
        rule,
        detail,
      })
    }
    if (outer.proved) return null
    const status = outer.damaged ?? (result.outcome === 'truncated' ? 'truncated' : 'corrupt')
    return blobRead(status, {
      ...given,
      partial: bytes,
      detail: `compressed twice; ${result.detail || base.detail || ''}`,
    })
  }

  #notGzip(length: number, expected: Expected | null): BlobRead {
    const file = this.#input.subarray(0, length)
    const base = { fileBytes: length, rawBytes: length }
    const algorithm = expected?.algorithm ?? 'sha256'
    if (fits(expected, file)) {
      const detail = 'stored uncompressed; the content is whole'
      return blobRead('not-gzip', { ...base, message: file, rule: `${algorithm}:message`, detail })
    }
    // A damaged header in front of sound data, or zlib's own container: only a fitting digest makes it believable.
    for (const skip of [10, 2]) {
      if (length <= skip) continue
      const output = this.#output
      output.reset(announcedSize(file, length))
      const { outcome } = this.#inflater.member(file, skip, length, output)
      if (outcome === 'end' && fits(expected, output.view())) {
        const detail =
          skip === 10
            ? 'the gzip header is damaged; the content is whole'
            : 'compressed with zlib instead of gzip'
        return blobRead('not-gzip', {
          ...base,
          message: output.view(),
          rawBytes: output.length,
          rule: `${algorithm}:message`,
          detail,
        })
      }
    }
    const zeros = file.every((byte) => byte === 0)
    const detail = zeros
      ? 'the file holds only zero bytes'
      : 'the file is not gzip, and its bytes do not fit the digest'
    return blobRead('not-gzip', {
      ...base,
      rawBytes: 0,
      partial: !zeros && beginsLikeMail(file) ? Buffer.from(file) : null,
      detail,
    })
  }
}
