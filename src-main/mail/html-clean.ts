import { cleanCss, DATA_IMAGE } from './css-clean.ts'
import type { CssContext } from './css-clean.ts'
import { decodeEntities } from './entities.ts'

/**
 * HTML of a mail made harmless by building it anew: only known elements and attributes come through, links lose their target, nothing is loaded.
 * The frame's sandbox and Content-Security-Policy are the wall; this is the second, and counts what was blocked.
 * One pass, linear in its length.
 */

const set = (names: string) => new Set(names.split(' '))

const ELEMENTS = set(
  'a abbr acronym address area article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main map mark menu nav nobr ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr',
)
const TABLE_PARTS = set('table caption colgroup col tbody thead tfoot tr td th')
/** Dropped together with what is inside. */
const DROPPED = set(
  'script style title textarea select datalist iframe noembed noframes object applet audio video canvas svg math template xml',
)
/** Dropped elements that would have loaded something, with the attribute that names it. */
const LOADS: Record<string, readonly string[]> = {
  script: ['src'],
  iframe: ['src', 'srcdoc'],
  frame: ['src'],
  embed: ['src'],
  object: ['data', 'codebase'],
  applet: ['code', 'archive', 'codebase'],
  audio: ['src'],
  video: ['src', 'poster'],
  source: ['src', 'srcset'],
  track: ['src'],
  link: ['href'],
  input: ['src'],
  bgsound: ['src'],
  svg: [],
  image: ['src', 'href', 'xlink:href'],
  use: ['href', 'xlink:href'],
}
const ATTRIBUTES = set(
  'abbr align alt axis bgcolor border cellpadding cellspacing char charoff class clear color cols colspan compact datetime dir face frame headers height hspace id lang noshade nowrap open reversed rowspan rules scope size span start style summary title type valign value vspace width',
)

const TAG_NAME = /[a-zA-Z][^\s/>]*/y
const ATTRIBUTE = /[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/y
const TAG_END = /[\s/]*>?/y

/** Tables inside tables beyond this are taken out: layout gets slow. Other nesting is bounded by the browser (512). */
const MOST_TABLES = 60
const MOST_ELEMENTS = 200_000
const LONGEST_VALUE = 4096
/** Styles may hold a data: image. */
const LONGEST_STYLE = 1024 * 1024
const LONGEST = 16 * 1024 * 1024

export interface CleanHtml {
  /** What goes between `<body>` and `</body>`. */
  html: string
  /** Styles for the head. */
  css: string
  /** For the body's own style attribute, not escaped. */
  bodyStyle: string
  remoteBlocked: number
  /** True when the HTML was too long to be shown whole. */
  cut: boolean
}

interface Clean extends CssContext {
  out: string[]
  css: string[]
  bodyStyle: string
  blockedCount: number
  elements: number
  /** Open tables, and those beyond the limit whose tags are left out. */
  tables: number
  flatTables: number
  /** Dropped elements that have no end tag any more: looked for once. */
  unclosed: Set<string>
}

/** Cleans the HTML of a mail. `cid` gives the data: URL of an image of the message by its content id. */
export function cleanHtml(html: string, cid: (id: string) => string | null): CleanHtml {
  const clean: Clean = {
    out: [],
    css: [],
    bodyStyle: '',
    blockedCount: 0,
    elements: 0,
    tables: 0,
    flatTables: 0,
    unclosed: new Set(),
    cid,
    blocked: () => {
      clean.blockedCount++
    },
  }
  const text = html.length > LONGEST ? html.slice(0, LONGEST) : html
  let cut = text.length < html.length
  let at = 0
  while (at < text.length) {
    const open = nextTag(text, at)
    if (open > at) {
      const shown = text.slice(at, open)
      clean.out.push(shown.includes('<') ? shown.replaceAll('<', '&lt;') : shown)
    }
    if (open === text.length) break
    if (clean.elements > MOST_ELEMENTS) {
      cut = true
      break
    }
    at = token(text, open, clean)
  }
  const joined = clean.out.join('')
  return {
    html: joined.includes('\0') ? joined.replaceAll('\0', '') : joined,
    css: clean.css.join('\n').replaceAll('\0', '').replaceAll('<', '\\3c '),
    bodyStyle: clean.bodyStyle,
    remoteBlocked: clean.blockedCount,
    cut,
  }
}

/** Where the next markup begins; the end of the text when there is none. A lone `<` is text. */
function nextTag(text: string, from: number): number {
  MARKUP.lastIndex = from
  return MARKUP.exec(text)?.index ?? text.length
}
const MARKUP = /<[a-zA-Z/!?]/g

/** Handles what begins at a `<` and gives the position behind it. */
function token(text: string, open: number, clean: Clean): number {
  const next = text.charCodeAt(open + 1)
  if (next === 33 || next === 63) {
    const comment = text.startsWith('<!--', open)
    const end = comment ? text.indexOf('-->', open + 2) : text.indexOf('>', open)
    return end < 0 ? text.length : end + (comment ? 3 : 1)
  }
  const closing = next === 47
  TAG_NAME.lastIndex = open + (closing ? 2 : 1)
  const match = TAG_NAME.exec(text)
  if (match === null) {
    const end = text.indexOf('>', open)
    return end < 0 ? text.length : end + 1
  }
  const name = match[0].toLowerCase()
  const attributes = new Map<string, string>()
  const end = readAttributes(text, TAG_NAME.lastIndex, closing ? null : attributes)
  if (closing) {
    closeElement(name, clean)
    return end
  }
  clean.elements++
  const loads = LOADS[name]
  if (loads !== undefined && name !== 'link' && loads.some((key) => isRemote(attributes.get(key))))
    clean.blocked()
  if (name === 'link') countLink(attributes, clean)
  if (name === 'meta' && /^\s*refresh\s*$/i.test(attributes.get('http-equiv') ?? '')) {
    if (/url\s*=/i.test(attributes.get('content') ?? '')) clean.blocked()
  }
  if (DROPPED.has(name)) return dropElement(text, name, end, clean)
  if (name === 'body') keepBodyStyle(attributes, clean)
  else if (ELEMENTS.has(name)) openElement(name, attributes, clean)
  else countBackground(attributes, clean)
  return end
}

function readAttributes(text: string, from: number, into: Map<string, string> | null): number {
  let at = from
  for (let n = 0; ; n++) {
    ATTRIBUTE.lastIndex = at
    const match = ATTRIBUTE.exec(text)
    if (match === null) break
    at = ATTRIBUTE.lastIndex
    // The first of a repeated attribute counts; hundreds of them are an attack.
    if (into !== null && n < 100) {
      const name = (match[1] as string).toLowerCase()
      if (!into.has(name)) into.set(name, decodeEntities(match[2] ?? match[3] ?? match[4] ?? ''))
    }
  }
  TAG_END.lastIndex = at
  TAG_END.exec(text)
  return Math.max(TAG_END.lastIndex, at + 1)
}

const ENDS = new Map([...DROPPED].map((name) => [name, new RegExp(`</${name}(?=[\\s/>])`, 'gi')]))

/** Skips a dropped element; a style sheet is kept, cleaned. What is never closed hides the rest only where browsers do the same. */
function dropElement(text: string, name: string, from: number, clean: Clean): number {
  if (clean.unclosed.has(name)) return from
  const search = ENDS.get(name) as RegExp
  search.lastIndex = from
  const match = search.exec(text)
  if (match === null) {
    clean.unclosed.add(name)
    return HIDES_REST.has(name) ? text.length : from
  }
  const content = text.slice(from, match.index)
  if (name === 'style') clean.css.push(cleanCss(content, clean))
  else if (name !== 'script' && name !== 'textarea' && name !== 'title') countInside(content, clean)
  const end = text.indexOf('>', match.index)
  return end < 0 ? text.length : end + 1
}
const HIDES_REST = set('script style textarea title iframe noembed noframes')

/** Loads named inside a dropped element, roughly: one per quoted or bare remote address. */
function countInside(content: string, clean: Clean): void {
  const found = content.match(/(?:href|src|poster|data)\s*=\s*["']?\s*(?:https?:|\/\/)/gi)
  for (let n = 0; n < (found?.length ?? 0); n++) clean.blocked()
}

function isRemote(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '' && !/^\s*(?:data|cid|about|javascript|#)/i.test(value)
}

function countLink(attributes: Map<string, string>, clean: Clean): void {
  const rel = attributes.get('rel') ?? ''
  if (
    /stylesheet|icon|preload|prefetch|preconnect|import|manifest|modulepreload/i.test(rel) &&
    isRemote(attributes.get('href'))
  ) {
    clean.blocked()
  }
}

function countBackground(attributes: Map<string, string>, clean: Clean): void {
  if (isRemote(attributes.get('background'))) clean.blocked()
}

/** The first body's colours and style go to the body of the frame. */
function keepBodyStyle(attributes: Map<string, string>, clean: Clean): void {
  countBackground(attributes, clean)
  if (clean.bodyStyle !== '') return
  const colour = /^[#\w]+$/.exec(attributes.get('text') ?? '')
  const ground = /^[#\w]+$/.exec(attributes.get('bgcolor') ?? '')
  clean.bodyStyle = [
    colour === null ? '' : `color:${colour[0]};`,
    ground === null ? '' : `background-color:${ground[0]};`,
    cleanCss(attributes.get('style') ?? '', clean),
  ].join('')
}

export function escapeAttribute(value: string): string {
  return /[&<>"\0]/.test(value)
    ? value.replace(/[&<>"\0]/g, (c) =>
        c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;' : c === '"' ? '&quot;' : '',
      )
    : value
}

function openElement(name: string, attributes: Map<string, string>, clean: Clean): void {
  if (name === 'table') {
    if (clean.tables >= MOST_TABLES) clean.flatTables++
    else clean.tables++
  }
  if (clean.flatTables > 0 && TABLE_PARTS.has(name)) {
    countBackground(attributes, clean)
    return
  }
  const target = name === 'a' || name === 'area' ? (attributes.get('href') ?? '').trim() : ''
  clean.out.push('<', name)
  for (const [key, value] of attributes) {
    if (!ATTRIBUTES.has(key) || (target !== '' && key === 'title')) continue
    const kept =
      key === 'style' ? cleanCss(value.slice(0, LONGEST_STYLE), clean) : value.slice(0, LONGEST_VALUE)
    clean.out.push(' ', key, '="', escapeAttribute(kept), '"')
  }
  if (attributes.has('background')) background(attributes.get('background') as string, attributes, clean)
  if (name === 'img') image(attributes, clean)
  // Links stay visible and go nowhere; their target can be read.
  if (target !== '') clean.out.push(' data-link="1" title="', escapeAttribute(target.slice(0, 500)), '"')
  clean.out.push('>')
}

function closeElement(name: string, clean: Clean): void {
  if (!ELEMENTS.has(name)) return
  if (clean.flatTables > 0 && TABLE_PARTS.has(name)) {
    if (name === 'table') clean.flatTables--
    return
  }
  if (name === 'table' && clean.tables > 0) clean.tables--
  clean.out.push('</', name, '>')
}

/** The old background attribute: an image of the message becomes a style, all else is blocked. */
function background(value: string, attributes: Map<string, string>, clean: Clean): void {
  const source = imageSource(value, clean)
  if (source === null) {
    if (isRemote(value)) clean.blocked()
  } else if (!attributes.has('style')) {
    clean.out.push(` style="background-image:url('${escapeAttribute(source)}')"`)
  }
}

/** A data: URL that may be shown; null when there is none. */
function imageSource(value: string, clean: Clean): string | null {
  const target = value.trim()
  if (/^cid:/i.test(target)) return clean.cid(target.slice(4))
  return DATA_IMAGE.test(target) && /^[^\s"'<>\\]*$/.test(target) ? target : null
}

function image(attributes: Map<string, string>, clean: Clean): void {
  const value = attributes.get('src') ?? ''
  const source = imageSource(value, clean)
  if (source !== null) {
    clean.out.push(' src="', escapeAttribute(source), '"')
    return
  }
  const remote = [value, attributes.get('srcset'), attributes.get('lowsrc'), attributes.get('dynsrc')].some(
    isRemote,
  )
  if (!remote) return
  clean.blocked()
  clean.out.push(' data-blocked="1"')
  if (!attributes.has('title')) clean.out.push(' title="', escapeAttribute(value.slice(0, 300)), '"')
}
