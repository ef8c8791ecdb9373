/**
 * The text output of `carbonio`: lines indented by their level, a heading alone or a key, padding, a value. The padding
 * is blanks (most commands), or `_` (getServerConfig).
 */

/** One printed line and what is indented below it. */
export interface TreeLine {
  key: string
  /** null for a line that holds only a key (a heading, or an entry of a list). */
  value: string | null
  /** The whole line without its indentation. */
  text: string
  children: TreeLine[]
}

/** Longer outputs are no table that a person was meant to read. */
const MOST_LINES = 300_000
/** Deeper lines are hung in at this level. */
const MOST_LEVELS = 40

/** Keys that are followed by one blank only (`blob path /mnt/…`; FORMAT.md). */
const ONE_BLANK = ['blob path', 'blob_path', 'blobPath']

function splitLine(text: string): { key: string; value: string | null } {
  for (const key of ONE_BLANK) {
    if (text.startsWith(`${key} `)) return { key, value: text.slice(key.length).trim() }
  }
  let place = -1
  for (const padding of ['  ', '\t', '___']) {
    const found = text.indexOf(padding)
    if (found > 0 && (place < 0 || found < place)) place = found
  }
  if (place < 0) return { key: text, value: null }
  let end = place
  while (end < text.length && (text[end] === text[place] || text[end] === ' ' || text[end] === '\t')) end += 1
  return { key: text.slice(0, place).trimEnd(), value: text.slice(end) }
}

/** Column at which a line begins, and the index behind its indentation. */
function indentation(text: string, start: number, end: number): { width: number; from: number } {
  let width = 0
  let from = start
  for (; from < end; from += 1) {
    const code = text.charCodeAt(from)
    if (code === 0x20) width += 1
    else if (code === 0x09) width += 8 - (width % 8)
    else break
  }
  return { width, from }
}

/** The tree of a cleaned output; null when it has too many lines to be one. */
export function parseTree(text: string): TreeLine[] | null {
  const roots: TreeLine[] = []
  const open: { width: number; line: TreeLine }[] = []
  let lines = 0
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const { width, from } = indentation(text, start, end)
    start = end + 1
    if (from === end) continue
    const content = text.slice(from, end).trim()
    if (content === '') continue
    lines += 1
    if (lines > MOST_LINES) return null
    const line: TreeLine = { ...splitLine(content), text: content, children: [] }
    while (open.length > 0 && open.at(-1)!.width >= width) open.pop()
    const parent = open.at(-1)
    if (parent === undefined) roots.push(line)
    else parent.line.children.push(line)
    if (open.length < MOST_LEVELS) open.push({ width, line })
  }
  return roots
}

/**
 * The tree as an object: keys with values, headings with what is below them, lists of single words as arrays, a key
 * that occurs several times as an array.
 */
export function treeToObject(lines: readonly TreeLine[]): Record<string, unknown> | string[] {
  if (lines.length > 0 && lines.every((line) => line.value === null && line.children.length === 0)) {
    return lines.map((line) => line.key)
  }
  // no prototype: a line may be called __proto__
  const object = Object.create(null) as Record<string, unknown>
  const repeated = new Set<string>()
  for (const { key, value, children } of lines) {
    const below = children.length > 0 ? treeToObject(children) : null
    const entry = below !== null && value !== null ? { value, below } : (below ?? value)
    if (!Object.hasOwn(object, key)) object[key] = entry
    else if (repeated.has(key)) (object[key] as unknown[]).push(entry)
    else {
      repeated.add(key)
      object[key] = [object[key], entry]
    }
  }
  return object
}

/** All lines in the order in which they were printed, without their indentation; blank ones are left out. */
export function* linesOf(lines: readonly TreeLine[]): Generator<TreeLine> {
  const waiting = [...lines].reverse()
  for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) {
    yield line
    for (let index = line.children.length - 1; index >= 0; index -= 1) waiting.push(line.children[index]!)
  }
}

/** The first heading of this name, at any level. */
export function findHeading(lines: readonly TreeLine[], ...names: string[]): TreeLine | null {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  for (const line of linesOf(lines))
    if (line.value === null && wanted.has(line.key.toLowerCase())) return line
  return null
}
