import type { BytePath } from './byte-path.ts'

/** The stream is no sound tar: cut, damaged, or of a kind that was not asked for. */
export class TarError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'TarError'
  }
}

export interface TarEntry {
  /** As the archive says, byte for byte; a trailing `/` of folders is kept. */
  path: BytePath
  kind: 'file' | 'folder' | 'other'
  size: number
  /** Whole seconds since 1970 (a pax header may add a fraction). */
  mtime: number
  mode: number
}

/** Hears what a tar stream holds, in order. */
export interface TarSink {
  /** @returns whether the bytes of this entry are wanted; others are passed over */
  entry(entry: TarEntry): boolean
  /** A piece of the entry's bytes, valid during the call. */
  data(piece: Buffer): void
  /** The entry is whole. Only for wanted ones. */
  end(): void
}

const BLOCK = 512
/** A path has 4096 bytes at most; a header that claims more is hostile. */
const MAX_NAME = 64 * 1024
const MAX_PAX = 1024 * 1024

/**
 * Reads a tar stream (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU long names and large numbers) from pieces of any size,
 * without holding more than a header. Sparse files are refused: they are never asked for.
 */
export class TarReader {
  readonly #sink: TarSink
  readonly #header = Buffer.alloc(BLOCK)
  #have = 0
  #state: 'header' | 'data' | 'meta' | 'padding' | 'end' = 'header'
  /** Bytes left of the current entry, or of its padding. */
  #left = 0
  #padding = 0
  #wanted = false
  #meta: { type: string; pieces: Buffer[] } | null = null
  #longName: BytePath | null = null
  #pax = new Map<string, string>()
  #zeroBlocks = 0

  constructor(sink: TarSink) {
    this.#sink = sink
  }

  /** True when the end mark was read: what comes behind it is padding. */
  get ended(): boolean {
    return this.#state === 'end'
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      switch (this.#state) {
        case 'header':
          at = this.#readHeader(chunk, at)
          break
        case 'data':
        case 'meta':
          at = this.#readData(chunk, at)
          break
        case 'padding': {
          const step = Math.min(this.#left, chunk.length - at)
          this.#left -= step
          at += step
          if (this.#left === 0) this.#state = 'header'
          break
        }
        case 'end':
          return
      }
    }
  }

  #readHeader(chunk: Buffer, from: number): number {
    // Straight from the chunk where the whole block is in it.
    if (this.#have === 0 && chunk.length - from >= BLOCK) {
      this.#parse(chunk, from)
      return from + BLOCK
    }
    const step = Math.min(BLOCK - this.#have, chunk.length - from)
    chunk.copy(this.#header, this.#have, from, from + step)
    this.#have += step
    if (this.#have === BLOCK) {
      this.#have = 0
      this.#parse(this.#header, 0)
    }
    return from + step
  }

  #readData(chunk: Buffer, from: number): number {
    const step = Math.min(this.#left, chunk.length - from)
    const piece = chunk.subarray(from, from + step)
    if (this.#meta !== null) this.#meta.pieces.push(Buffer.from(piece))
    else if (this.#wanted) this.#sink.data(piece)
    this.#left -= step
    if (this.#left === 0) this.#entryEnd()
    return from + step
  }

  #entryEnd(): void {
    if (this.#meta !== null) this.#takeMeta(this.#meta.type, Buffer.concat(this.#meta.pieces))
    else if (this.#wanted) this.#sink.end()
    this.#meta = null
    this.#left = this.#padding
    this.#state = this.#left > 0 ? 'padding' : 'header'
  }

  #parse(block: Buffer, at: number): void {
    const sum = checksum(block, at)
    if (sum === null) {
      // Two zero blocks end an archive; one alone is believed as GNU tar does.
      if (++this.#zeroBlocks === 2) this.#state = 'end'
      return
    }
    if (this.#zeroBlocks > 0) throw new TarError('an archive goes on behind its end')
    if (sum !== numberAt(block, at + 148, 8)) throw new TarError('the check sum of a header does not fit')
    const type = String.fromCharCode(block[at + 156] ?? 0)
    let size = numberAt(block, at + 124, 12)
    if (type === 'L' || type === 'K' || type === 'x' || type === 'g') {
      if (size > (type === 'L' || type === 'K' ? MAX_NAME : MAX_PAX)) throw new TarError('a name is too long')
      this.#meta = { type, pieces: [] }
      this.#begin(size)
      return
    }
    const pax = this.#pax
    for (const key of pax.keys()) if (key.startsWith('GNU.sparse')) throw new TarError('a sparse file')
    if (type === 'S') throw new TarError('a sparse file')
    const paxSize = pax.get('size')
    if (paxSize !== undefined) size = paxNumber(paxSize)
    const kind = type === '0' || type === '\0' || type === '7' ? 'file' : type === '5' ? 'folder' : 'other'
    const entry: TarEntry = {
      path: pax.get('path') ?? this.#longName ?? ustarName(block, at),
      kind,
      size,
      mtime: pax.has('mtime') ? paxNumber(pax.get('mtime') ?? '') : numberAt(block, at + 136, 12),
      mode: numberAt(block, at + 100, 8) & 0o7777,
    }
    this.#longName = null
    if (pax.size > 0) this.#pax = new Map()
    // Folders and links carry no bytes, whatever their size field says.
    this.#wanted = this.#sink.entry(entry) && kind === 'file'
    this.#begin(kind === 'file' ? size : 0)
  }

  #begin(size: number): void {
    this.#left = size
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK
    if (size === 0) this.#entryEnd()
    else this.#state = this.#meta === null ? 'data' : 'meta'
  }

  #takeMeta(type: string, bytes: Buffer): void {
    if (type === 'L') {
      const zero = bytes.indexOf(0)
      this.#longName = bytes.toString('latin1', 0, zero < 0 ? bytes.length : zero)
    } else if (type === 'x') parsePax(bytes, this.#pax)
  }
}

/** Sum of a header's bytes, the check sum itself counted as blanks; null for a block of zeros. */
function checksum(block: Buffer, at: number): number | null {
  let sum = 0
  for (let i = at; i < at + BLOCK; i++) sum += block[i]!
  if (sum === 0) return null
  for (let i = at + 148; i < at + 156; i++) sum += 32 - block[i]!
  return sum
}

/** An octal number, or GNU's base-256 for large ones. */
function numberAt(block: Buffer, at: number, length: number): number {
  const first = block[at]!
  let value = 0
  if ((first & 0x80) !== 0) {
    if (first !== 0x80) {
      if (first === 0xff) return -1
      throw new TarError('a number is too large')
    }
    for (let i = at + 1; i < at + length; i++) value = value * 256 + block[i]!
  } else {
    let i = at
    const end = at + length
    while (i < end && (block[i] === 0x20 || block[i] === 0)) i++
    for (; i < end; i++) {
      const digit = block[i]! - 0x30
      if (digit < 0 || digit > 7) break
      value = value * 8 + digit
    }
  }
  if (!Number.isSafeInteger(value)) throw new TarError('a number is too large')
  return value
}

function paxNumber(text: string): number {
  const value = /^-?\d{1,16}(?:\.\d{1,30})?$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) throw new TarError('a number in a header cannot be read')
  return value
}

function ustarName(block: Buffer, at: number): BytePath {
  const name = textAt(block, at, 100)
  // GNU's old format has the magic `ustar  ` and uses the place of the prefix for other things.
  if (block.toString('latin1', at + 257, at + 263) !== 'ustar\0') return name
  const prefix = textAt(block, at + 345, 155)
  return prefix === '' ? name : `${prefix}/${name}`
}

function textAt(block: Buffer, at: number, length: number): string {
  const zero = block.indexOf(0, at)
  return block.toString('latin1', at, zero < 0 || zero > at + length ? at + length : zero)
}

/** Records `length key=value\n`; the length counts itself. */
function parsePax(bytes: Buffer, into: Map<string, string>): void {
  let at = 0
  while (at < bytes.length) {
    const blank = bytes.indexOf(0x20, at)
    const length = blank < 0 || blank - at > 8 ? Number.NaN : Number(bytes.toString('latin1', at, blank))
    if (!Number.isInteger(length) || length < 5 || at + length > bytes.length)
      throw new TarError('an extended header cannot be read')
    const record = bytes.toString('latin1', blank + 1, at + length - 1)
    const equals = record.indexOf('=')
    if (equals < 1) throw new TarError('an extended header cannot be read')
    into.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
}
