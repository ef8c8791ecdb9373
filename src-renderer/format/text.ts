/** Shortens long paths, ids and digests in the middle: both ends tell them apart. `max` in characters. */
export function shortenMiddle(text: string, max: number): string {
  const letters = Array.from(text)
  if (letters.length <= max || max < 3) return text
  const head = Math.ceil((max - 1) / 2)
  const tail = max - 1 - head
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - tail).join('')}`
}

/** The part of an address a list has room for: the display name, else the mailbox. `Anna Rossi <a@b.c>` → `Anna Rossi`. */
export function personName(text: string | null): string | null {
  if (text === null) return null
  const match = /^\s*"?([^"<]*?)"?\s*<([^>]*)>/.exec(text)
  const name = match ? match[1]?.trim() || match[2]?.trim() : text.trim()
  return name || null
}

/** Quotes a value for the search syntax when it has blanks or a colon in it; quotes inside are dropped. */
export function searchValue(text: string): string {
  const plain = text.replaceAll('"', ' ').replace(/\s+/g, ' ').trim()
  return /[\s:]/.test(plain) || plain === '' ? `"${plain}"` : plain
}

/** Last component of a path, for either separator; the whole text when there is none. */
export function baseName(path: string): string {
  const parts = path.split(/[\\/]+/).filter(Boolean)
  return parts.at(-1) ?? path
}
