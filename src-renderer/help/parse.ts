/** The little of Markdown that the help texts use, as data: no HTML is made of text anywhere in the page. */
export interface Inline {
  kind: 'text' | 'bold' | 'code' | 'key'
  text: string
}
export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string }
  | { kind: 'paragraph'; inlines: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; text: string }

const INLINE = /\*\*([^*]+)\*\*|`([^`]+)`|\[\[([^\]]+)\]\]/g

/** `**bold**`, `` `code` `` and `[[Ctrl E]]` for a key. */
export function parseInline(text: string): Inline[] {
  const inlines: Inline[] = []
  let at = 0
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) inlines.push({ kind: 'text', text: text.slice(at, match.index) })
    if (match[1] !== undefined) inlines.push({ kind: 'bold', text: match[1] })
    else if (match[2] !== undefined) inlines.push({ kind: 'code', text: match[2] })
    else inlines.push({ kind: 'key', text: match[3] ?? '' })
    at = match.index + match[0].length
  }
  if (at < text.length) inlines.push({ kind: 'text', text: text.slice(at) })
  return inlines
}

/** Headings, paragraphs, `-` and `1.` lists, fenced code; blank lines part the blocks. */
export function parseHelp(source: string): Block[] {
  const blocks: Block[] = []
  const lines = source.replaceAll('\r', '').split('\n')
  let index = 0
  const peek = (): string => lines[index] ?? ''
  while (index < lines.length) {
    const line = peek()
    const heading = /^(#{1,3}) (.+)$/.exec(line)
    if (line.trim() === '') {
      index++
    } else if (heading) {
      const level = heading[1]?.length
      blocks.push({ kind: 'heading', level: level === 1 ? 1 : level === 2 ? 2 : 3, text: heading[2] ?? '' })
      index++
    } else if (line.startsWith('```')) {
      const code: string[] = []
      for (index++; index < lines.length && !peek().startsWith('```'); index++) code.push(peek())
      index++
      blocks.push({ kind: 'code', text: code.join('\n') })
    } else if (isItem(line)) {
      const ordered = /^\d/.test(line)
      const items: string[] = []
      for (; index < lines.length && peek().trim() !== ''; index++) {
        if (isItem(peek())) items.push(peek().replace(/^(-|\d+\.) /, ''))
        else items.push(`${items.pop() ?? ''} ${peek().trim()}`)
      }
      blocks.push({ kind: 'list', ordered, items: items.map(parseInline) })
    } else {
      const words: string[] = []
      for (; index < lines.length && peek().trim() !== '' && !isItem(peek()); index++)
        words.push(peek().trim())
      blocks.push({ kind: 'paragraph', inlines: parseInline(words.join(' ')) })
    }
  }
  return blocks
}

function isItem(line: string): boolean {
  return /^(-|\d+\.) /.test(line)
}
