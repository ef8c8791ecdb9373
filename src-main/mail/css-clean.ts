/** What a stylesheet would have loaded is taken out; its own data: images and the message's cid: images stay. */

export interface CssContext {
  /** `data:` URL of an image of the message, or null. */
  cid(id: string): string | null
  /** One more thing that would have been loaded. */
  blocked(): void
}

/** Raster images only: an SVG is a document. */
export const DATA_IMAGE = /^data:image\/(?:png|jpe?g|gif|webp|bmp|x-icon|avif)(?:;[\w=.+-]*)*,/i

const URL_FUNCTION = /url\s*\(\s*(?:"([^"]*)"|'([^']*)'|([^)]*))\s*\)?/gi
const IMPORT = /@(?:import|charset|namespace)\b[^;}]*;?/gi
/** Functions that load a string without `url()`, and the script hooks of browsers long gone. */
const OTHER_LOADS =
  /(?:-webkit-)?image-set\s*\(|(?<![\w-])(?:src|image|expression)\s*\(|(?:-webkit-)?cross-fade\s*\(|(?:-moz-binding|(?<![\w-])behaviou?r)\s*:/gi

/** Escapes of letters, parentheses, `@` and `:` made plain: `\75 rl(` is `url(` for a browser. Others stay as they are. */
function withoutEscapes(css: string): string {
  if (!css.includes('\\')) return css
  return css.replace(
    /\\(?:([0-9a-fA-F]{1,6})[ \t\r\n\f]?|([g-zG-Z@:()-]))/g,
    (whole, hex?: string, plain?: string) => {
      if (plain !== undefined) return plain
      const char = String.fromCodePoint(Math.min(Number.parseInt(hex as string, 16), 0x10ffff))
      return /[A-Za-z0-9@:()/-]/.test(char) ? char : whole
    },
  )
}

/** A style sheet or the value of a style attribute that loads nothing. Linear in its length. */
export function cleanCss(css: string, context: CssContext): string {
  // Comments go first: they could stand between a function and what it loads.
  let clean = withoutEscapes(withoutComments(css))
  if (clean.includes('@')) {
    clean = clean.replace(IMPORT, (rule) => {
      if (/^@import/i.test(rule)) context.blocked()
      // Not nothing: what stands around it must not become one word.
      return ' '
    })
  }
  if (clean.includes('(') || clean.includes(':')) {
    clean = clean.replace(URL_FUNCTION, (_, double?: string, single?: string, bare?: string) => {
      const target = (double ?? single ?? bare ?? '').trim()
      const cid = /^cid:/i.test(target) ? context.cid(target.slice(4)) : null
      const kept = cid ?? (DATA_IMAGE.test(target) ? target : null)
      if (kept !== null && /^[^"'()\\\s<>]*$/.test(kept)) return `\u0001"${kept}")`
      if (target !== '' && !target.startsWith('#') && !/^(?:data|cid):/i.test(target)) context.blocked()
      return 'none'
    })
    clean = clean.replace(OTHER_LOADS, (found) => {
      if (!/^expression/i.test(found)) context.blocked()
      return found.endsWith(':') ? 'x-removed:' : 'x-removed('
    })
    clean = clean.replaceAll('\u0001', 'url(')
  }
  return clean
}

function withoutComments(css: string): string {
  const text = css.includes('\u0001') ? css.replaceAll('\u0001', '') : css
  if (!text.includes('/*')) return text
  const parts: string[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('/*', at)
    if (open < 0) break
    parts.push(text.slice(at, open))
    const close = text.indexOf('*/', open + 2)
    at = close < 0 ? text.length : close + 2
  }
  parts.push(text.slice(at))
  return parts.join('')
}
