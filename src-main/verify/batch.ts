import type { Batch, FolderShare } from './check-protocol.ts'
import { keyOf, KEY_WORDS } from './digest-table.ts'

/** After so long a thread tells what it has, also in the middle of a folder: what hangs later costs no more than this, ms. */
const TELL_MS = 250

/** Collects what a reading thread finds and tells it in time. */
export class BatchBuilder {
  readonly #kind: Batch['kind']
  readonly #post: (batch: Batch, transfer: ArrayBuffer[]) => void
  #text: string[] = []
  #keys = new Uint32Array(KEY_WORDS * 512)
  #filled = 0
  #since = performance.now()
  batch: Batch

  constructor(kind: Batch['kind'], post: (batch: Batch, transfer: ArrayBuffer[]) => void) {
    this.#kind = kind
    this.#post = post
    this.batch = emptyBatch(kind)
  }

  /** One line about a digest, and its bits for the table. */
  add(line: string, digest: string, bits: number): void {
    this.#text.push(line)
    if (this.#filled === this.#keys.length) {
      const larger = new Uint32Array(this.#keys.length * 2)
      larger.set(this.#keys)
      this.#keys = larger
    }
    keyOf(digest, this.#keys, this.#filled)
    this.#keys[this.#filled + KEY_WORDS - 1] = bits
    this.#filled += KEY_WORDS
  }

  /** One line that the table need not know. */
  say(line: string): void {
    this.#text.push(line)
  }

  /** Whether it is time to tell. */
  get due(): boolean {
    return this.batch.total > 0 && performance.now() - this.#since > TELL_MS
  }

  /** Tells what was found so far; `so` says how far the folder in hand was read, if it is in the middle. */
  flush(last: boolean, so: FolderShare | null = null): void {
    const { batch } = this
    // Without a last file it was not begun: `after` null would mean its end.
    if (so !== null && so.after !== null) batch.folders.push(so)
    batch.last = last
    const text = this.#text.join('')
    const bytes = new Uint8Array(Buffer.byteLength(text))
    Buffer.from(bytes.buffer).write(text, 'utf8')
    batch.text = bytes
    batch.keys = this.#keys.slice(0, this.#filled)
    this.#post(batch, [bytes.buffer, batch.keys.buffer as ArrayBuffer])
    this.#text = []
    this.#filled = 0
    this.#since = performance.now()
    this.batch = emptyBatch(this.#kind)
  }
}

export function emptyBatch(kind: Batch['kind']): Batch {
  return {
    kind,
    folders: [],
    total: 0,
    ok: 0,
    bytes: 0,
    problems: [],
    later: [],
    text: new Uint8Array(),
    keys: new Uint32Array(),
    cells: [],
    copied: 0,
    mended: 0,
    again: null,
    last: false,
  }
}
