/**
 * Fields of an item out of raw JSON whose spelling is not public: names are compared without case and punctuation, the bencoded `metadata`
 * string of the mailbox is opened, nested objects are looked through.
 */

export interface ItemFields {
  /** First non-empty text under one of the names, in the order of the names. */
  text(...names: string[]): string | null
  /** All texts whose name is `name`, `name2`, `name3`, … in that order. */
  all(...names: string[]): string[]
  /** All values of any kind under the names, in the order of the names. */
  values(...names: string[]): unknown[]
}

const DEEPEST = 12
const MOST_FIELDS = 5000

/** `Home City`, `home_city` and `homeCity` are one name. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Bencoded text (BitTorrent's BEP 3), as the mailbox keeps metadata; lengths count UTF-16 units there, bytes elsewhere: both are tried. */
export function parseBencoded(text: string): unknown {
  if (!/^(?:d|l)/.test(text)) return undefined
  return decodeBencoded(text) ?? decodeBencoded(Buffer.from(text).toString('latin1'), true)
}

function decodeBencoded(text: string, bytes = false): unknown {
  let at = 0
  let nodes = 0
  const read = (depth: number): unknown => {
    if (depth > DEEPEST || nodes++ > MOST_FIELDS || at >= text.length) throw new RangeError('bencode')
    const c = text[at]
    if (c === 'i') {
      const end = text.indexOf('e', at)
      const number = text.slice(at + 1, end)
      if (end < 0 || !/^-?\d{1,20}$/.test(number)) throw new RangeError('bencode')
      at = end + 1
      return Number(number)
    }
    if (c === 'l' || c === 'd') {
      at++
      const items: unknown[] = []
      while (text[at] !== 'e') items.push(read(depth + 1))
      at++
      if (c === 'l') return items
      const map: Record<string, unknown> = Object.create(null) as Record<string, unknown>
      for (let i = 0; i + 1 < items.length; i += 2) map[String(items[i])] = items[i + 1]
      return map
    }
    const colon = text.indexOf(':', at)
    const length = text.slice(at, colon)
    if (colon < 0 || !/^\d{1,9}$/.test(length)) throw new RangeError('bencode')
    const end = colon + 1 + Number(length)
    if (end > text.length) throw new RangeError('bencode')
    const value = text.slice(colon + 1, end)
    at = end
    return bytes ? Buffer.from(value, 'latin1').toString('utf8') : value
  }
  try {
    const value = read(0)
    return at >= text.trimEnd().length ? value : undefined
  } catch {
    return undefined
  }
}

/** Collects the fields of the item's last state (of an array, its last element) and everything below it. Never throws. */
export function itemFields(raw: unknown): ItemFields {
  const fields = new Map<string, unknown[]>()
  let count = 0
  const add = (name: string, value: unknown): void => {
    const key = plainName(name)
    const list = fields.get(key)
    if (list === undefined) fields.set(key, [value])
    else if (list.length < 50) list.push(value)
  }
  const queue: { value: unknown; depth: number; name: string }[] = [
    { value: lastState(raw), depth: 0, name: '' },
  ]
  for (let next = queue.shift(); next !== undefined && count < MOST_FIELDS; next = queue.shift()) {
    const { value, depth, name } = next
    count++
    if (depth > DEEPEST) continue
    if (typeof value === 'string') {
      const inner = /^\s*[{[]/.test(value) ? parseJson(value) : parseBencoded(value)
      if (inner !== undefined && typeof inner === 'object')
        queue.push({ value: inner, depth: depth + 1, name })
    } else if (Array.isArray(value)) {
      // `[{name: 'email', value: 'a@x'}]` and `[{n: 'email', _content: 'a@x'}]` are fields too.
      for (const element of value.slice(0, 1000)) queue.push({ value: element, depth: depth + 1, name })
    } else if (typeof value === 'object' && value !== null) {
      const record = value as Record<string, unknown>
      const label = record.name ?? record.key ?? record.n
      const content = record.value ?? record._content ?? record.v
      if (typeof label === 'string' && content !== undefined) add(label, content)
      for (const [key, inner] of Object.entries(record).slice(0, 1000)) {
        add(key, inner)
        queue.push({ value: inner, depth: depth + 1, name: key })
      }
    }
  }
  const asText = (value: unknown): string | null => {
    const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
    return text === '' || text.length > 100_000 ? null : text
  }
  return {
    values: (...names) => names.flatMap((name) => fields.get(plainName(name)) ?? []),
    text: (...names) => {
      for (const name of names) {
        for (const value of fields.get(plainName(name)) ?? []) {
          const text = asText(value)
          if (text !== null) return text
        }
      }
      return null
    },
    all: (...names) => {
      const found: string[] = []
      for (const name of names) {
        const base = plainName(name)
        const keys = [...fields.keys()]
          .filter((key) => key.startsWith(base) && /^\d*$/.test(key.slice(base.length)))
          .sort((a, b) => Number(a.slice(base.length) || 1) - Number(b.slice(base.length) || 1))
        for (const key of keys) {
          for (const value of fields.get(key) ?? []) {
            const text = asText(value)
            if (text !== null && !found.includes(text)) found.push(text)
          }
        }
      }
      return found
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function lastState(raw: unknown): unknown {
  let value = raw
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (typeof value === 'string') value = parseJson(value)
    else if (Array.isArray(value) && value.length > 0 && typeof value.at(-1) === 'object')
      value = value.at(-1)
    else break
  }
  // A deletion's state may hold little: wrapped states are looked for one level down.
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value as Record<string, unknown>)) {
      if (/^(?:item)?states?$|^history$|^versions$/i.test(key) && Array.isArray(inner) && inner.length > 0)
        return inner.at(-1)
    }
  }
  return value
}
