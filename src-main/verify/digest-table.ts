import { hash } from 'node:crypto'

const SLOT = 4
const MAX_LOAD = 0.6
/** Words of a name and its bits, as `markKeys` takes them. */
export const KEY_WORDS = 4

/** Bits of a slot's mark. */
export const CLAIMED = 1
export const PRESENT = 2
/** Claimed by an item whose type cannot be whole without its blob. */
export const NEEDED = 4
/** At least one file of this name is whole. */
export const WHOLE = 8

/**
 * A set of blob names with a few mark bits each: open addressing over 96 bits of the name, 16 bytes a slot, so
 * that a million names take 32 MB instead of the hundreds that a Map of strings would. Two different names that
 * share 96 bits of SHA-256 do not occur.
 */
export class DigestTable {
  #slots: Uint32Array<ArrayBuffer>
  #capacity: number
  #used = 0
  readonly #key = new Uint32Array(3)

  constructor(expected = 1024) {
    this.#capacity = 1 << Math.ceil(Math.log2(Math.max(64, expected / MAX_LOAD)))
    this.#slots = new Uint32Array(this.#capacity * SLOT)
  }

  get size(): number {
    return this.#used
  }

  /** Sets `bits` on the name (adding it when new) and returns the bits it had before. */
  mark(name: string, bits: number): number {
    keyOf(name, this.#key, 0)
    return this.#mark(bits)
  }

  /** Marks many names: KEY_WORDS words each, the last one is the bits. */
  markKeys(keys: Uint32Array): void {
    for (let at = 0; at + KEY_WORDS <= keys.length; at += KEY_WORDS) {
      this.#key[0] = keys[at] ?? 0
      this.#key[1] = keys[at + 1] ?? 0
      this.#key[2] = keys[at + 2] ?? 0
      this.#mark(keys[at + 3] ?? 0)
    }
  }

  /** The bits of a name; 0 when it is not in the table. */
  bits(name: string): number {
    keyOf(name, this.#key, 0)
    return this.#slots[this.#find(this.#slots, this.#capacity) + 3] ?? 0
  }

  /** How many names have bits for which `test` holds. */
  count(test: (bits: number) => boolean): number {
    let found = 0
    for (let slot = 3; slot < this.#slots.length; slot += SLOT) {
      const bits = this.#slots[slot] ?? 0
      if (bits !== 0 && test(bits)) found++
    }
    return found
  }

  #mark(bits: number): number {
    if (this.#used + 1 > this.#capacity * MAX_LOAD) this.#grow()
    const at = this.#find(this.#slots, this.#capacity)
    const before = this.#slots[at + 3] ?? 0
    if (before === 0) {
      this.#slots.set(this.#key, at)
      this.#used++
    }
    this.#slots[at + 3] = before | bits
    return before
  }

  /** Index of the slot that holds the key, or of the free slot where it belongs. */
  #find(slots: Uint32Array, capacity: number): number {
    const [a, b, c] = this.#key
    let at = (a ?? 0) & (capacity - 1)
    for (;;) {
      const slot = at * SLOT
      if (slots[slot + 3] === 0) return slot
      if (slots[slot] === a && slots[slot + 1] === b && slots[slot + 2] === c) return slot
      at = (at + 1) & (capacity - 1)
    }
  }

  #grow(): void {
    const saved = this.#key.slice()
    const old = this.#slots
    const capacity = this.#capacity * 2
    const slots = new Uint32Array(capacity * SLOT)
    for (let slot = 0; slot < old.length; slot += SLOT) {
      if (old[slot + 3] === 0) continue
      this.#key.set(old.subarray(slot, slot + 3))
      slots.set(old.subarray(slot, slot + SLOT), this.#find(slots, capacity))
    }
    this.#slots = slots
    this.#capacity = capacity
    this.#key.set(saved)
  }
}

const scratch = Buffer.alloc(12)

/** Writes the three words that stand for a name. A digest is already evenly spread; any other name is hashed. */
export function keyOf(name: string, into: Uint32Array, at: number): void {
  // The first 16 characters are 12 bytes.
  const isDigest =
    name.length === 44 &&
    name.endsWith('=') &&
    scratch.write(name.slice(0, 16).replaceAll(',', '/'), 'base64') === 12
  const bytes = isDigest ? scratch : hash('sha256', name, 'buffer')
  into[at] = bytes.readUInt32LE(0)
  into[at + 1] = bytes.readUInt32LE(4)
  into[at + 2] = bytes.readUInt32LE(8)
}
