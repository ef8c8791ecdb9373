import { hash } from 'node:crypto'

const SLOT = 4
const MAX_LOAD = 0.6

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
    this.#setKey(name)
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

  /** The bits of a name; 0 when it is not in the table. */
  bits(name: string): number {
    this.#setKey(name)
    return this.#slots[this.#find(this.#slots, this.#capacity) + 3] ?? 0
  }

  #setKey(name: string): void {
    const bytes = keyBytes(name)
    this.#key[0] = bytes.readUInt32LE(0)
    this.#key[1] = bytes.readUInt32LE(4)
    this.#key[2] = bytes.readUInt32LE(8)
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

/** A digest is already evenly spread; any other name is hashed. At least 12 bytes. */
function keyBytes(name: string): Buffer {
  if (name.length === 44 && name.endsWith('=')) {
    const bytes = Buffer.from(name.replaceAll(',', '/'), 'base64')
    if (bytes.length === 32) return bytes
  }
  return hash('sha256', name, 'buffer')
}
