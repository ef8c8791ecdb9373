import { decodeEntities } from './entities.ts'

/** Elements whose content is not shown, with the search for their end. */
const HIDDEN = new Map(
  ['script', 'style', 'head', 'template', 'noembed', 'noframes', 'object', 'applet', 'title'].map((name) => [
    name,
    new RegExp(`</${name}`, 'gi'),
  ]),
)
/** Elements that do not end a word: phishing and word processors cut words with them. */
const INLINE = new Set(
  'a abbr acronym b bdo bdi big cite code del dfn em font i ins kbd label mark o q s samp small span strike strong sub sup tt u var wbr'.split(
    ' ',
  ),
)
/** A quoted attribute value is looked through this far for its end, so that a missing quote costs little. */
const LONGEST_VALUE = 4096

const NAME = /[a-zA-Z][^\s/>]*/y

/**
 * The words a reader of an HTML mail sees, in order, with blanks or line ends between blocks. Linear in the input.
 * Stops after about `limit` characters.
 */
export function htmlToWords(html: string, limit: number): string {
  const parts: string[] = []
  const unclosed = new Set<string>()
  let length = 0
  let at = 0
  while (at < html.length && length < limit) {
    const open = html.indexOf('<', at)
    const textEnd = Math.min(open < 0 ? html.length : open, at + limit)
    if (textEnd > at) {
      parts.push(html.slice(at, textEnd))
      length += textEnd - at
    }
    if (open < 0) break
    const next = html.charCodeAt(open + 1)
    if (next === 33) {
      at = declarationEnd(html, open)
      continue
    }
    const closing = next === 47
    NAME.lastIndex = open + (closing ? 2 : 1)
    const match = NAME.exec(html)
    if (match === null && !closing && next !== 63) {
      // A lone `<` is text.
      parts.push('<')
      length++
      at = open + 1
      continue
    }
    const name = match === null ? '' : match[0].toLowerCase()
    at = tagEnd(html, open + 1 + name.length)
    const hidden = closing ? undefined : HIDDEN.get(name)
    if (hidden !== undefined && !unclosed.has(name) && html.charCodeAt(at - 2) !== 47) {
      hidden.lastIndex = at
      const end = hidden.exec(html)
      if (end !== null) {
        at = tagEnd(html, end.index + 2)
      } else {
        // An unclosed <head> or <title> must not hide the whole mail; an unclosed script hides the rest in browsers too.
        unclosed.add(name)
        if (name === 'script' || name === 'style') break
      }
      parts.push(' ')
    } else if (!INLINE.has(name) && !name.includes(':')) {
      parts.push(name === 'td' || name === 'th' ? ' ' : '\n')
    }
  }
  return decodeEntities(parts.join(''))
    .replace(/[^\S\n]*\n\s*/g, '\n')
    .trim()
}

/** End of a comment, doctype or conditional; the end of the text when it never ends. */
function declarationEnd(html: string, open: number): number {
  const comment = html.startsWith('<!--', open)
  const end = comment ? html.indexOf('-->', open + 2) : html.indexOf('>', open)
  return end < 0 ? html.length : end + (comment ? 3 : 1)
}

/** Position behind the `>` that ends the tag; one inside a quoted attribute value does not end it. */
function tagEnd(html: string, from: number): number {
  let afterEquals = false
  for (let at = from; at < html.length; at++) {
    const code = html.charCodeAt(at)
    if (code === 62) return at + 1
    if (code === 61) {
      afterEquals = true
    } else if (afterEquals && (code === 34 || code === 39)) {
      const stop = Math.min(html.length, at + LONGEST_VALUE)
      let end = at + 1
      while (end < stop && html.charCodeAt(end) !== code) end++
      if (end < stop) at = end
      afterEquals = false
    } else if (code > 32) {
      afterEquals = false
    }
  }
  return html.length
}
