import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { fstatSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { beginsLikeMail, blobRead, expectedOf, writeFully } from './blob-read.ts'
import type { BlobRead, DigestRule } from './blob-read.ts'
import { deflateStart, isGzip } from './gzip.ts'
import { createHandleInflater } from './inflater.ts'
import type { HandleInflater } from './inflater.ts'

/** Messages over this many bytes uncompressed are never held whole in memory. */
export const LARGE_BYTES = 64 * 1024 * 1024
/** No message is larger: more is a bomb. */
export const MAX_RAW_BYTES = 4 * 1024 * 1024 * 1024
const HEAD_BYTES = 1024 * 1024
const PIECE = 1024 * 1024
/** A header may carry a name and a comment; more than this is no header. */
const MAX_HEADER = 128 * 1024

type StreamEnd = 'ok' | 'truncated' | 'corrupt' | 'not-gzip' | 'bomb'

/** Gunzip in pieces with bounded memory: `push` what comes, `end` tells how it went. */
class GunzipStream {
  readonly #inflater: HandleInflater
  readonly #take: (piece: Buffer) => void
  readonly #out = Buffer.allocUnsafeSlow(PIECE)
  #phase: 'header' | 'data' | 'trailer' | 'padding' | 'done' = 'header'
  #held = Buffer.alloc(0)
  #members = 0
  #crc = 0
  #size = 0
  #result: StreamEnd | null = null
  total = 0

  constructor(inflater: HandleInflater, take: (piece: Buffer) => void) {
    this.#inflater = inflater
    this.#take = take
  }

  /** Set when nothing more can come out. */
  get result(): StreamEnd | null {
    return this.#result
  }

  push(piece: Buffer): void {
    let input = this.#held.length > 0 ? Buffer.concat([this.#held, piece]) : piece
    this.#held = Buffer.alloc(0)
    while (input.length > 0 && this.#result === null) {
      const rest = this.#advance(input)
      if (rest === null) {
        this.#held = Buffer.from(input)
        return
      }
      input = rest
    }
  }

  /** One phase over `input`; what is left, or null when more is needed. */
  #advance(input: Buffer): Buffer | null {
    switch (this.#phase) {
      case 'header': {
        const start = deflateStart(input, 0, input.length)
        if (start === -1 && input.length < MAX_HEADER) return null
        if (start < 0) return this.#finish(this.#members > 0 ? 'ok' : 'not-gzip')
        this.#inflater.reset()
        this.#crc = 0
        this.#size = 0
        this.#phase = 'data'
        return input.subarray(start)
      }
      case 'data':
        return this.#inflate(input)
      case 'trailer':
        if (input.length < 8) return null
        if (input.readUInt32LE(0) !== this.#crc || input.readUInt32LE(4) !== this.#size % 2 ** 32)
          return this.#finish('corrupt')
        this.#members++
        this.#phase = 'padding'
        return input.subarray(8)
      case 'padding': {
        let at = 0
        while (at < input.length && input[at] === 0) at++
        if (at < input.length) this.#phase = 'header'
        return input.subarray(at)
      }
      case 'done':
        return input.subarray(input.length)
    }
  }

  #inflate(input: Buffer): Buffer {
    let at = 0
    for (;;) {
      const { taken, produced, failed } = this.#inflater.step(input, at, input.length, this.#out, false)
      if (failed) return this.#finish('corrupt')
      at += taken
      if (produced > 0) this.#give(this.#out.subarray(0, produced))
      if (this.#result !== null) return input.subarray(input.length)
      if (produced === this.#out.length) continue
      // Room was left: either all input was taken, or the stream ended before it.
      if (at < input.length) this.#phase = 'trailer'
      return input.subarray(at)
    }
  }

  #give(piece: Buffer): void {
    this.total += piece.length
    if (this.total > MAX_RAW_BYTES) {
      this.#finish('bomb')
      return
    }
    this.#crc = crc32(piece, this.#crc)
    this.#size += piece.length
    this.#take(piece)
  }

  #finish(result: StreamEnd): Buffer {
    this.#result = result
    this.#phase = 'done'
    return Buffer.alloc(0)
  }

  end(): StreamEnd {
    if (this.#result !== null) return this.#result
    if (this.#members > 0 && (this.#phase === 'padding' || this.#phase === 'header')) return 'ok'
    return 'truncated'
  }
}

interface Pass {
  end: StreamEnd
  fileBytes: number
  rawBytes: number
  innerBytes: number
  innerEnd: StreamEnd | null
  file: string
  raw: string
  inner: string
  head: Buffer
  innerHead: Buffer
}

class Head {
  #pieces: Buffer[] = []
  #length = 0

  add(piece: Buffer): void {
    const part = piece.subarray(0, HEAD_BYTES - this.#length)
    if (part.length === 0) return
    this.#pieces.push(Buffer.from(part))
    this.#length += part.length
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}

/** Reads the file once. `target` takes the bytes of `layer` (0 file, 1 unpacked once, 2 unpacked twice). */
function pass(
  fd: number,
  algorithm: string,
  inflaters: [HandleInflater, HandleInflater],
  layer: number,
  target: number | null,
): Pass {
  const hashes: [Hash, Hash, Hash] = [createHash(algorithm), createHash(algorithm), createHash(algorithm)]
  const heads: [Head, Head, Head] = [new Head(), new Head(), new Head()]
  const keep = (which: 0 | 1 | 2, piece: Buffer): void => {
    hashes[which].update(piece)
    heads[which].add(piece)
    if (target !== null && layer === which) writeFully(target, piece)
  }
  const inner = new GunzipStream(inflaters[1], (piece) => {
    keep(2, piece)
  })
  const seen: { twice: boolean | null } = { twice: null }
  const outer = new GunzipStream(inflaters[0], (piece) => {
    seen.twice ??= isGzip(piece)
    keep(1, piece)
    if (seen.twice) inner.push(piece)
  })
  const buffer = Buffer.allocUnsafeSlow(PIECE)
  let at = 0
  for (;;) {
    const got = readSync(fd, buffer, 0, buffer.length, at)
    if (got === 0) break
    at += got
    const piece = buffer.subarray(0, got)
    keep(0, piece)
    outer.push(piece)
    if (outer.result === 'bomb') break
  }
  return {
    end: outer.end(),
    fileBytes: at,
    rawBytes: outer.total,
    innerBytes: inner.total,
    innerEnd: seen.twice === true ? inner.end() : null,
    file: hashes[0].digest('base64'),
    raw: hashes[1].digest('base64'),
    inner: hashes[2].digest('base64'),
    head: heads[1].bytes(),
    innerHead: heads[2].bytes(),
  }
}

/**
 * Verifies a blob of any size with a few MiB of memory; with `target`, a second pass writes the message there (with
 * damage, what came out before it, up to one step short of the damage). Throws what reading throws.
 */
export function readLargeBlob(
  fd: number,
  digest: string,
  target: number | null,
  allowHandle: boolean,
): BlobRead {
  const first = allowHandle ? createHandleInflater() : null
  const second = allowHandle ? createHandleInflater() : null
  const size = fstatSync(fd).size
  if (first === null || second === null) {
    return blobRead('unreadable', {
      fileBytes: size,
      large: true,
      detail: 'too large for this version of Node (over 64 MiB uncompressed)',
    })
  }
  const inflaters: [HandleInflater, HandleInflater] = [first, second]
  const expected = expectedOf(digest)
  const algorithm = expected?.algorithm ?? 'sha256'
  const found = pass(fd, algorithm, inflaters, 0, null)
  const base = { fileBytes: found.fileBytes, rawBytes: found.rawBytes, large: true, head: found.head }
  const wanted = expected?.base64
  const decide = (): { read: BlobRead; layer: 0 | 1 | 2 } => {
    if (found.end === 'not-gzip') {
      const fits = found.file === wanted
      const detail = fits
        ? 'stored uncompressed; the content is whole'
        : 'the file is not gzip, and its bytes do not fit the digest'
      const rule: DigestRule | null = fits ? `${algorithm}:message` : null
      return {
        read: blobRead('not-gzip', { ...base, rawBytes: fits ? found.fileBytes : 0, rule, detail }),
        layer: 0,
      }
    }
    if (found.end === 'bomb') {
      const detail = `unpacks to more than ${String(MAX_RAW_BYTES / 1024 ** 3)} GiB; not read further`
      return { read: blobRead('corrupt', { ...base, detail }), layer: 1 }
    }
    const damaged = found.end === 'ok' ? null : found.end
    const crcOk = damaged === null
    if (found.raw === wanted) {
      return { read: blobRead(damaged ?? 'ok', { ...base, crcOk, rule: `${algorithm}:message` }), layer: 1 }
    }
    const innerBase = { ...base, crcOk, rawBytes: found.innerBytes, head: found.innerHead }
    if (found.innerEnd !== null && found.inner === wanted) {
      return {
        read: blobRead(damaged ?? 'double-gzip', {
          ...innerBase,
          rule: `${algorithm}:message`,
          detail: 'compressed twice',
        }),
        layer: 2,
      }
    }
    if (found.innerEnd === 'ok' && crcOk && beginsLikeMail(found.innerHead)) {
      const rule: DigestRule | null = found.file === wanted ? `${algorithm}:file` : null
      return {
        read: blobRead(rule === null ? 'digest-mismatch' : 'double-gzip', {
          ...innerBase,
          rule,
          detail: 'compressed twice',
        }),
        layer: 2,
      }
    }
    if (damaged !== null) {
      const detail =
        damaged === 'truncated' ? 'the compressed data ends too early' : 'the compressed data is damaged'
      return { read: blobRead(damaged, { ...base, detail }), layer: 1 }
    }
    if (found.file === wanted)
      return { read: blobRead('ok', { ...base, crcOk, rule: `${algorithm}:file` }), layer: 1 }
    const detail = 'the content does not fit the digest in the file name'
    return { read: blobRead('digest-mismatch', { ...base, crcOk, detail }), layer: 1 }
  }
  const { read, layer } = decide()
  if (target !== null && found.end !== 'bomb') pass(fd, algorithm, inflaters, layer, target)
  return read
}
