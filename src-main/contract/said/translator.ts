/** One sentence of the engine with holes in it: `The folder {path} cannot be listed`. */
interface Template {
  /** What stands before, between and behind the holes: one more than there are holes. */
  fixed: string[]
  names: string[]
  translation: string
}

const HOLE = /\{(\w+)\}/g
const MAX = 5000
/** What has more is a text of its own, such as the output of a program. */
const MOST_SENTENCES = 10
/** Grouped as the engine groups figures: `1,204`. */
const FIGURE = /^\d{1,3}(?:,\d{3})+$/

/**
 * A translator for what the engine says in English, made from sentence → translation. What fills the holes is taken over
 * as it is, unless it is a sentence of the list itself. What fits none stays as it was.
 */
export function makeTranslator(catalogue: Readonly<Record<string, string>>): (text: string) => string {
  const exact = new Map(Object.entries(catalogue).filter(([english]) => !english.includes('{')))
  const templates = Object.entries(catalogue)
    .filter(([english]) => english.includes('{'))
    .map(([english, translation]) => compile(english, translation))
    // the most telling one wins
    .sort((a, b) => b.fixed.join('').length - a.fixed.join('').length)
  const known = new Map<string, string>()

  function whole(text: string, depth: number): string | null {
    const same = exact.get(text) ?? dotted(text, (bare) => exact.get(bare))
    if (same !== undefined) return same
    for (const { fixed, names, translation } of templates) {
      const holes = match(text, fixed)
      if (!holes) continue
      const filled = new Map(names.map((name, at) => [name, inner(holes[at] ?? '', depth)]))
      return translation.replace(HOLE, (_, name: string) => filled.get(name) ?? '')
    }
    return dotted(text, (bare) => whole(bare, depth) ?? undefined) ?? null
  }

  function inner(text: string, depth: number): string {
    if (FIGURE.test(text)) return text.replaceAll(',', '.')
    return depth < 2 ? (whole(text, depth + 1) ?? text) : text
  }

  /** Several sentences are taken one after the other, when all of them are known. */
  function translate(text: string): string {
    const once = whole(text, 0)
    if (once !== null) return once
    const sentences = text.split(/(?<=[.!?]) (?=[A-Z])/)
    return sentences.length > 1 && sentences.length <= MOST_SENTENCES ? (oneByOne(sentences) ?? text) : text
  }

  /** Some entries of the list are several sentences themselves: the fewest that are known are taken together. */
  function oneByOne(sentences: readonly string[]): string | null {
    if (sentences.length === 0) return ''
    for (let taken = 1; taken <= sentences.length; taken++) {
      const begin = whole(sentences.slice(0, taken).join(' '), 0)
      const rest = begin === null ? null : oneByOne(sentences.slice(taken))
      if (begin !== null && rest !== null) return rest === '' ? begin : `${begin} ${rest}`
    }
    return null
  }

  return (text) => {
    if (text.length > MAX) return text
    let answer = known.get(text)
    if (answer === undefined) {
      answer = FIGURE.test(text) ? text.replaceAll(',', '.') : translate(text)
      if (known.size > 1000) known.clear()
      known.set(text, answer)
    }
    return answer
  }
}

/** The list has what happened without a full stop; put before its reason it has one. */
function dotted(text: string, find: (bare: string) => string | undefined): string | undefined {
  const found = text.endsWith('.') && !text.endsWith('..') ? find(text.slice(0, -1)) : undefined
  return found === undefined ? undefined : `${found}.`
}

function compile(english: string, translation: string): Template {
  const parts = english.split(HOLE)
  return {
    fixed: parts.filter((_, at) => at % 2 === 0),
    names: parts.filter((_, at) => at % 2 === 1),
    translation,
  }
}

/** What fills the holes between the fixed parts; null when the text is another one. Each step forward: never slow. */
function match(text: string, fixed: readonly string[]): string[] | null {
  const first = fixed[0] ?? ''
  const last = fixed.at(-1) ?? ''
  if (!text.startsWith(first) || !text.endsWith(last)) return null
  const end = text.length - last.length
  const holes: string[] = []
  let at = first.length
  for (const part of fixed.slice(1, -1)) {
    const next = text.indexOf(part, at)
    if (next < 0 || next + part.length > end) return null
    holes.push(text.slice(at, next))
    at = next + part.length
  }
  if (at > end) return null
  holes.push(text.slice(at, end))
  return holes
}
