import type { BatchEntry, BytesJob, ReadJob } from './batch.ts'
import type { FileEntry } from './listing.ts'

/** Bytes of the files of a job; an empty one counts as its header. */
export function bytesOf({ entries }: BytesJob | ReadJob): number {
  return entries.reduce((sum, { size }) => sum + Math.max(512, size), 0)
}

/** One file that is still to come. */
export interface Wanted {
  entry: FileEntry
  /** The digest in its name. */
  digest: string | null
  /** Hex; of the source's own sha256sum or of an earlier reading. */
  sha256: string | null
  /** How often it was read in vain. */
  tries: number
}

/** Files over this size do not go through the buffers of many: they are written piece by piece. */
export const LARGE_FILE = 8 * 1024 * 1024

/** Hears what a source delivers. */
export interface Delivery {
  /** A buffer of small files. Never waits; the flow holds the source back. */
  batch(job: BytesJob | ReadJob, works: Wanted[]): void
  /** A large file begins; returns where its bytes go. */
  large(work: Wanted): LargeFile
  /** A large file that lies on this machine: whoever gets it reads it. */
  largeHere(work: Wanted): void
  /** A file will not come: why. */
  failed(work: Wanted, reason: string): void
}

export interface LargeFile {
  write(piece: Buffer): void
  end(): void
  /** The connection was lost in the middle. */
  abandon(): void
}

/** Fills buffers with small files. */
export class Batcher {
  readonly #size: number
  readonly #free: ArrayBuffer[]
  readonly #piece: () => number
  readonly #emit: (job: BytesJob, works: Wanted[]) => void
  #buffer: Buffer
  #used = 0
  #entries: BatchEntry[] = []
  #works: Wanted[] = []
  /** Bytes of the file that is being filled in. */
  #open = 0

  /**
   * @param free buffers of `size` bytes that came back
   * @param piece bytes that make a job now, at most `size`: little is lost with the connection, and no thread waits for another's
   */
  constructor(
    size: number,
    free: ArrayBuffer[],
    piece: () => number,
    emit: (job: BytesJob, works: Wanted[]) => void,
  ) {
    this.#piece = piece
    this.#size = size
    this.#free = free
    this.#emit = emit
    this.#buffer = this.#take(size)
  }

  /** Makes room for a file of this size. */
  begin(size: number): void {
    this.#open = 0
    if (this.#used + size <= this.#buffer.length) return
    this.flush()
    if (size > this.#buffer.length) this.#buffer = Buffer.from(new ArrayBuffer(size))
  }

  add(piece: Buffer): void {
    piece.copy(this.#buffer, this.#used + this.#open)
    this.#open += piece.length
  }

  /** The file is whole. */
  end(work: Wanted): void {
    this.#entries.push(batchEntry(work, this.#used))
    this.#works.push(work)
    this.#used += this.#open
    this.#open = 0
    // Empty files take no room, but their verdicts do.
    const isFull = this.#used >= Math.min(this.#buffer.length, this.#piece()) || this.#entries.length >= 2000
    if (isFull) this.flush()
  }

  /** The file was cut off. */
  drop(): void {
    this.#open = 0
  }

  flush(): void {
    if (this.#entries.length === 0) return
    const buffer = this.#buffer.buffer as ArrayBuffer
    const [entries, works] = [this.#entries, this.#works]
    this.#entries = []
    this.#works = []
    this.#used = 0
    this.#buffer = this.#take(this.#size)
    this.#emit({ kind: 'bytes', buffer, entries, write: true, hashes: false }, works)
  }

  #take(size: number): Buffer {
    const buffer = this.#free.pop()
    return Buffer.from(buffer ?? new ArrayBuffer(size))
  }
}

export function batchEntry({ entry, digest, sha256 }: Wanted, at: number): BatchEntry {
  const { path, size, mtime, mode } = entry
  return { path, size, mtime, mode, at, digest, sha256 }
}
