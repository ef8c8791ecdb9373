/**
 * A small seeded generator (sfc32): the same seed gives the same sample backup on every machine.
 * Not for anything secret.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number) {
    this.#a = 0x9e3779b9 ^ seed
    this.#b = 0x243f6a88 + Math.floor(seed / 0x1_0000_0000)
    this.#c = 0xb7e15162
    this.#d = seed | 1
    for (let i = 0; i < 12; i++) this.next()
  }

  /** A whole number of 32 bits. */
  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t
    return t >>> 0
  }

  /** 0 ≤ x < 1. */
  float(): number {
    return this.next() / 0x1_0000_0000
  }

  /** 0 ≤ n < bound. */
  int(bound: number): number {
    return Math.floor(this.float() * bound)
  }

  between(low: number, high: number): number {
    return low + this.int(high - low + 1)
  }

  chance(probability: number): boolean {
    return this.float() < probability
  }

  pick<T>(from: readonly T[]): T {
    const one = from[this.int(from.length)]
    if (one === undefined) throw new RangeError('pick from an empty list')
    return one
  }

  /** `count` different members, in random order (all of them when there are fewer). */
  some<T>(from: readonly T[], count: number): T[] {
    const rest = [...from]
    const chosen: T[] = []
    while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(this.int(rest.length), 1))
    return chosen
  }

  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.next().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }

  /** A UUID of version 4 in form, from this generator. */
  uuid(): string {
    const h = this.hex(32)
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${'89ab'[this.int(4)]}${h.slice(17, 20)}-${h.slice(20)}`
  }

  bytes(length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length)
    for (let i = 0; i < length; i++) buffer[i] = this.next() & 0xff
    return buffer
  }
}
