/**
 * The mailbox keeps item details as a bencoded dictionary in a string (`d1:f0:1:s16:user01@example.com…e`, FORMAT.md).
 * Lengths count characters, sometimes bytes; both are tried.
 */
export type BencodeValue = string | number | BencodeValue[] | { [key: string]: BencodeValue }

const MAX_DEPTH = 20
const MAX_LENGTH = 256 * 1024

export function looksBencoded(text: string): boolean {
  return text.length >= 5 && text.startsWith('d') && text.length <= MAX_LENGTH && /^d\d{1,5}:/.test(text)
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get done(): boolean {
    return this.#at >= this.#text.trimEnd().length
  }

  value(depth: number): BencodeValue {
    if (depth > MAX_DEPTH) throw new Error('too deep')
    const mark = this.#text[this.#at]
    if (mark === 'd') {
      this.#at++
      const found: Record<string, BencodeValue> = {}
      while (this.#text[this.#at] !== 'e') {
        const key = this.#string()
        Object.defineProperty(found, key, {
          value: this.value(depth + 1),
          enumerable: true,
          configurable: true,
        })
      }
      this.#at++
      return found
    }
    if (mark === 'l') {
      this.#at++
      const found: BencodeValue[] = []
      while (this.#text[this.#at] !== 'e') found.push(this.value(depth + 1))
      this.#at++
      return found
    }
    if (mark === 'i') {
      const end = this.#text.indexOf('e', this.#at)
      const number = this.#text.slice(this.#at + 1, end)
      if (end < 0 || !/^-?\d{1,20}$/.test(number)) throw new Error('bad number')
      this.#at = end + 1
      return Number(number)
    }
    return this.#string()
  }

  #string(): string {
    const colon = this.#text.indexOf(':', this.#at)
    const length = this.#text.slice(this.#at, colon)
    if (colon < 0 || !/^\d{1,6}$/.test(length)) throw new Error('bad string')
    const start = colon + 1
    const end = start + Number(length)
    if (end > this.#text.length) throw new Error('too short')
    this.#at = end
    return this.#text.slice(start, end)
  }
}

function decode(text: string): Record<string, BencodeValue> | null {
  try {
    const reader = new Reader(text)
    const value = reader.value(0)
    return reader.done && typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** The dictionary in a bencoded string, or null. Never throws. */
export function decodeBencode(text: string): Record<string, BencodeValue> | null {
  if (!looksBencoded(text)) return null
  const direct = decode(text)
  if (direct !== null) return direct
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  if (bytes === text) return null
  const counted = decode(bytes)
  return counted === null ? null : (reviveUtf8(counted, 0) as Record<string, BencodeValue>)
}

function reviveUtf8(value: BencodeValue, depth: number): BencodeValue {
  if (typeof value === 'string') return Buffer.from(value, 'latin1').toString('utf8')
  if (typeof value === 'number' || depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map((inner) => reviveUtf8(inner, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reviveUtf8(inner, depth + 1)]))
}
