/** More than one item claims the content, or it was claimed before this run: ask the catalog. */
const ASK = 0xffff_ffff
/** Accounts above this do not fit beside the other facts. */
const MAX_ACCOUNT = 2 ** 20
const KNOWN = 0x8000_0000

/** What the only item that claims a content says of it. */
export interface OnlyClaimant {
  account: number
  type: number
  /** Bits LACKS_*; 0 when the item shows another content. */
  lacks: number
}

/**
 * Who claims the contents that this ingest made, in 4 bytes each: a first ingest needs no questions to the catalog for the
 * blobs that one item alone claims, nearly all of them. Two questions for each blob were a tenth of the whole work.
 */
export class Claimants {
  #facts = new Uint32Array(4096)
  #top = 0

  /** A content made just now has its first claimant. */
  first(content: number, { account, type, lacks }: OnlyClaimant): void {
    if (account >= MAX_ACCOUNT || this.#facts[content] === ASK) {
      this.spoil(content)
      return
    }
    this.#set(content, (KNOWN | (account << 11) | (type << 4) | lacks) >>> 0)
  }

  /** The claims of a content changed in another way. */
  spoil(content: number): void {
    this.#set(content, ASK)
  }

  /** All facts by content, for the readers to look at; later changes are not seen there. */
  share(): Uint32Array {
    const shared = new Uint32Array(new SharedArrayBuffer(4 * (this.#top + 1)))
    shared.set(this.#facts.subarray(0, this.#top + 1))
    return shared
  }

  #set(content: number, value: number): void {
    if (content >= this.#facts.length) {
      const larger = new Uint32Array(Math.max(content + 1, 2 * this.#facts.length))
      larger.set(this.#facts)
      this.#facts = larger
    }
    this.#facts[content] = value
    if (content > this.#top) this.#top = content
  }
}

/** The only item that claims a content; null when the catalog must be asked. */
export function onlyClaimant(shared: Uint32Array, content: number): OnlyClaimant | null {
  const facts = shared[content] ?? 0
  if (facts === 0 || facts === ASK) return null
  return { account: (facts & ~KNOWN) >>> 11, type: (facts >>> 4) & 127, lacks: facts & 15 }
}
