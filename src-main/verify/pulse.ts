/**
 * How a leading thread sees that a reading thread hangs: before each file or folder the reader writes its path into shared
 * memory and counts up. A count that stands still for longer than the time limit is a read that does not end (a failing
 * disk, a dead network mount); no message could tell, because the thread does not run.
 */
const SEQUENCE = 0
const LENGTH = 1
const HEAD_BYTES = 8
/** Longer paths are cut: the system allows no more. */
const PATH_BYTES = 4096

/** Shared memory for one reading thread. */
export function newPulse(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + PATH_BYTES)
}

/** The reader's side. */
export class Pulse {
  readonly #head: Int32Array
  readonly #text: Buffer

  constructor(shared: SharedArrayBuffer) {
    this.#head = new Int32Array(shared, 0, 2)
    this.#text = Buffer.from(shared, HEAD_BYTES, PATH_BYTES)
  }

  /** Reading of `path` (relative) begins. */
  at(path: string): void {
    Atomics.store(this.#head, LENGTH, this.#text.write(path, 'utf8'))
    Atomics.add(this.#head, SEQUENCE, 1)
  }

  /** The same file goes on: it is large, and pieces of it arrive. */
  beat(): void {
    Atomics.add(this.#head, SEQUENCE, 1)
  }

  /** Nothing is being read. */
  rest(): void {
    Atomics.store(this.#head, LENGTH, 0)
    Atomics.add(this.#head, SEQUENCE, 1)
  }
}

/** The leader's side. */
export class PulseWatch {
  readonly #head: Int32Array
  readonly #text: Buffer
  #seen = -1
  #since = 0

  constructor(shared: SharedArrayBuffer) {
    this.#head = new Int32Array(shared, 0, 2)
    this.#text = Buffer.from(shared, HEAD_BYTES, PATH_BYTES)
  }

  /** What has been read for longer than `limit` ms; null while all is well. `now` is a monotonic clock, ms. */
  stuckAt(now: number, limit: number): string | null {
    const sequence = Atomics.load(this.#head, SEQUENCE)
    const length = Atomics.load(this.#head, LENGTH)
    if (sequence !== this.#seen || length === 0) {
      this.#seen = sequence
      this.#since = now
      return null
    }
    return now - this.#since > limit ? Buffer.from(this.#text.subarray(0, length)).toString('utf8') : null
  }
}
