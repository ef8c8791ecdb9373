import { createInflateRaw, constants, deflateRawSync, inflateRawSync } from 'node:zlib'

/**
 * Raw inflate into a buffer that is used again and again.
 *
 * Node's public API makes a new zlib stream and new buffers for every call, which costs a third of the whole check
 * (TECH.md). The native handle inside a zlib stream can be reset and written to synchronously; it is private, so it is
 * tested at start on a sound and on a damaged stream, and `inflateRawSync` takes over where it does not behave.
 */
export type InflateOutcome = 'end' | 'truncated' | 'error' | 'too-large'

export interface MemberResult {
  outcome: InflateOutcome
  /** Bytes of input taken; only meaningful after `end`. */
  consumed: number
}

/** Grows on demand; `length` bytes are filled. */
export class OutputBuffer {
  bytes: Buffer
  length = 0
  readonly limit: number
  readonly #resting: number

  constructor(initial: number, limit: number) {
    this.bytes = Buffer.allocUnsafeSlow(initial)
    this.#resting = initial * 4
    this.limit = limit
  }

  /** Empties it and makes room for `expected` bytes; memory of an unusually large blob is given back. */
  reset(expected: number): void {
    this.length = 0
    const wanted = Math.min(expected, this.limit) + 1
    if (wanted > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(roundUp(wanted))
    else if (this.bytes.length > this.#resting && wanted < this.#resting)
      this.bytes = Buffer.allocUnsafeSlow(this.#resting)
  }

  /** Makes room for at least one more byte; false when the limit is reached. */
  grow(): boolean {
    if (this.bytes.length > this.limit) return false
    const larger = Buffer.allocUnsafeSlow(Math.min(this.bytes.length * 2, this.limit + 1))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
    return true
  }

  append(data: Uint8Array): boolean {
    if (this.length + data.length > this.limit) return false
    while (this.length + data.length > this.bytes.length) if (!this.grow()) return false
    this.bytes.set(data, this.length)
    this.length += data.length
    return true
  }

  view(): Buffer {
    return this.bytes.subarray(0, this.length)
  }
}

function roundUp(size: number): number {
  return Math.ceil(size / 65_536) * 65_536
}

export interface Inflater {
  /** Inflates one raw deflate stream from `input[from..to)` behind what `output` already holds. */
  member(input: Buffer, from: number, to: number, output: OutputBuffer): MemberResult
}

/** The private parts of a zlib stream that are used. Source: node's lib/zlib.js and src/node_zlib.cc, 20 to 24. */
interface NativeHandle {
  reset(): void
  writeSync(
    flush: number,
    input: Buffer | null,
    inputFrom: number,
    inputLength: number,
    output: Buffer,
    outputFrom: number,
    outputLength: number,
  ): void
  onerror: (message: string, errno: number, code: string) => void
}

interface StreamInternals {
  _handle?: Partial<NativeHandle>
  _writeState?: unknown
}

const { Z_FINISH, Z_SYNC_FLUSH, Z_BUF_ERROR } = constants
/** Input step while looking for the exact place of a damage. */
const SALVAGE_STEP = 512

export class HandleInflater implements Inflater {
  readonly #handle: NativeHandle
  /** [output room left, input left] after a write. */
  readonly #state: Uint32Array
  // Keeps the stream that owns the handle from being collected.
  readonly #owner: unknown
  #errno = 0

  constructor() {
    const owner = createInflateRaw() as unknown as StreamInternals
    const handle = owner._handle
    if (typeof handle?.writeSync !== 'function' || typeof handle.reset !== 'function')
      throw new Error('no zlib handle')
    if (!(owner._writeState instanceof Uint32Array) || owner._writeState.length < 2)
      throw new Error('no zlib write state')
    this.#handle = handle as NativeHandle
    this.#state = owner._writeState
    this.#owner = owner
    this.#handle.onerror = (_message, errno) => {
      this.#errno = errno === 0 ? -1 : errno
    }
  }

  get owner(): unknown {
    return this.#owner
  }

  reset(): void {
    this.#errno = 0
    this.#handle.reset()
  }

  member(input: Buffer, from: number, to: number, output: OutputBuffer): MemberResult {
    const start = output.length
    this.reset()
    let at = from
    for (;;) {
      const room = output.bytes.length - output.length
      if (room > 0) {
        this.#handle.writeSync(Z_FINISH, input, at, to - at, output.bytes, output.length, room)
        if (this.#errno !== 0) {
          const outcome = this.#errno === Z_BUF_ERROR ? 'truncated' : 'error'
          output.length = start
          this.#salvage(input, from, to, output)
          return { outcome, consumed: to - from }
        }
        const left = this.#state[0] ?? 0
        output.length += room - left
        at = to - (this.#state[1] ?? 0)
        if (output.length > output.limit) return { outcome: 'too-large', consumed: at - from }
        // Room is left although the end was asked for: this is the end.
        if (left > 0) return { outcome: 'end', consumed: at - from }
      }
      if (!output.grow()) return { outcome: 'too-large', consumed: at - from }
    }
  }

  /**
   * One step of a stream: writes `input[from..to)`, room for output must be left. Tells what was taken and produced;
   * `failed` when the data is damaged. With `last`, a stream that has not ended is `failed`.
   */
  step(
    input: Buffer,
    from: number,
    to: number,
    out: Buffer,
    last: boolean,
  ): { taken: number; produced: number; failed: boolean } {
    this.#handle.writeSync(last ? Z_FINISH : Z_SYNC_FLUSH, input, from, to - from, out, 0, out.length)
    if (this.#errno !== 0) return { taken: 0, produced: 0, failed: true }
    return {
      taken: to - from - (this.#state[1] ?? 0),
      produced: out.length - (this.#state[0] ?? 0),
      failed: false,
    }
  }

  /** After an error the handle does not tell how much it wrote: go there again in small steps, then byte by byte. */
  #salvage(input: Buffer, from: number, to: number, output: OutputBuffer): void {
    const start = output.length
    const reached = this.#feed(input, from, to, SALVAGE_STEP, output)
    if (reached === to) return
    output.length = start
    this.#feed(input, from, reached, SALVAGE_STEP, output)
    this.#feed(input, reached, Math.min(to, reached + SALVAGE_STEP), 1, output, false)
  }

  /** Feeds in steps until an error; returns where the failing step began. */
  #feed(input: Buffer, from: number, to: number, step: number, output: OutputBuffer, fresh = true): number {
    if (fresh) this.reset()
    for (let at = from; at < to;) {
      const end = Math.min(to, at + step)
      let taken = at
      for (;;) {
        const room = output.bytes.length - output.length
        if (room === 0) {
          if (!output.grow()) return to
          continue
        }
        this.#handle.writeSync(Z_SYNC_FLUSH, input, taken, end - taken, output.bytes, output.length, room)
        if (this.#errno !== 0) return at
        const left = this.#state[0] ?? 0
        output.length += room - left
        taken = end - (this.#state[1] ?? 0)
        if (left > 0) break
      }
      if (taken < end) return to
      at = end
    }
    return to
  }
}

/** The same through the public API. */
class PublicInflater implements Inflater {
  member(input: Buffer, from: number, to: number, output: OutputBuffer): MemberResult {
    const data = input.subarray(from, to)
    const room = output.limit - output.length
    const whole = inflateOrNull(data, room, Z_FINISH)
    if (typeof whole !== 'string') {
      output.append(whole.buffer)
      return { outcome: 'end', consumed: whole.taken }
    }
    if (whole === 'ERR_BUFFER_TOO_LARGE') return { outcome: 'too-large', consumed: 0 }
    if (whole === 'Z_BUF_ERROR') {
      const partial = inflateOrNull(data, room, Z_SYNC_FLUSH)
      if (typeof partial !== 'string') output.append(partial.buffer)
      return { outcome: 'truncated', consumed: data.length }
    }
    // The longest beginning that inflates without an error.
    let good = 0
    let bad = data.length
    while (bad - good > 1) {
      const middle = (good + bad) >> 1
      if (typeof inflateOrNull(data.subarray(0, middle), room, Z_SYNC_FLUSH) === 'string') bad = middle
      else good = middle
    }
    const partial = good === 0 ? '' : inflateOrNull(data.subarray(0, good), room, Z_SYNC_FLUSH)
    if (typeof partial !== 'string') output.append(partial.buffer)
    return { outcome: 'error', consumed: data.length }
  }
}

function inflateOrNull(
  data: Buffer,
  room: number,
  finishFlush: number,
): { buffer: Buffer; taken: number } | string {
  try {
    const done = inflateRawSync(data, {
      info: true,
      finishFlush,
      maxOutputLength: Math.max(1, room),
    }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    return { buffer: done.buffer, taken: done.engine.bytesWritten }
  } catch (error) {
    return (error as { code?: string }).code ?? 'Z_DATA_ERROR'
  }
}

/** Whether the private handle does exactly what is relied on, in this process. */
function handleBehaves(inflater: HandleInflater): boolean {
  const text = Buffer.from('lifeboat '.repeat(200))
  const packed = deflateRawSync(text)
  const tail = Buffer.concat([packed, Buffer.from('12345678')])
  const output = new OutputBuffer(text.length + 64, 1 << 20)
  const broken = Buffer.from(packed)
  // Block type 3 does not exist.
  broken[0] = 0x07
  for (let round = 0; round < 2; round++) {
    output.reset(16)
    const sound = inflater.member(tail, 0, tail.length, output)
    if (sound.outcome !== 'end' || sound.consumed !== packed.length || !output.view().equals(text))
      return false
    output.reset(16)
    const cut = inflater.member(packed, 0, packed.length - 3, output)
    if (cut.outcome !== 'truncated' || !text.subarray(0, output.length).equals(output.view())) return false
    output.reset(16)
    if (inflater.member(broken, 0, broken.length, output).outcome !== 'error') return false
  }
  return true
}

/** The fast inflater where this Node has it, else the public one. */
export function createInflater(allowHandle = true): Inflater {
  if (allowHandle) {
    const fast = createHandleInflater()
    if (fast !== null) return fast
  }
  return new PublicInflater()
}

/** The fast inflater, or null where this Node's zlib handle is not what is expected. */
export function createHandleInflater(): HandleInflater | null {
  try {
    const inflater = new HandleInflater()
    return handleBehaves(inflater) ? inflater : null
  } catch {
    return null
  }
}
