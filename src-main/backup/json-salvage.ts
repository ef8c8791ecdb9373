/**
 * Complete objects out of a text that is no longer whole JSON: torn at the end, damaged in the middle, or several JSON
 * values one behind the other. One pass without recursion; memory is bounded by the objects that come out.
 */
export interface Salvaged {
  /** Complete objects that are elements of a list (or stand at the top), in order. */
  objects: unknown[]
  /** What could be read of the object in which the text breaks off; null when there is none. */
  torn: unknown
  /** The text consists of complete objects only (one a line, or behind each other): nothing is lost. */
  whole: boolean
}

const MAX_OBJECTS = 50_000
/** An object longer than this is no state. */
const MAX_OBJECT = 4 * 1024 * 1024
const MAX_DEPTH = 100_000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

interface Open {
  at: number
  isObject: boolean
}

interface Span {
  from: number
  to: number
  depth: number
  inList: boolean
}

/** Finds the outermost complete objects of `text`. Never throws. */
export function salvageObjects(text: string): Salvaged {
  const stack: Open[] = []
  const spans: Span[] = []
  let damaged = false
  let inString = false
  let loose = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) inString = false
      else if (code === 0x0a || code === 0x0d || code === 0) {
        // JSON has no raw control characters in strings: this is damage, and the next quote tells where it left us.
        damaged = true
        const quote = text.indexOf('"', at)
        if (quote < 0) break
        const closes = /^\s*[,:}\]]/.test(text.slice(quote + 1, quote + 20))
        at = closes ? quote : quote - 1
        inString = false
      }
      continue
    }
    switch (code) {
      case QUOTE:
        inString = true
        loose ||= stack.length === 0
        break
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (stack.length >= MAX_DEPTH) {
          damaged = true
          break
        }
        stack.push({ at, isObject: code === OPEN_OBJECT })
        break
      case CLOSE_OBJECT:
      case CLOSE_LIST: {
        const isObject = code === CLOSE_OBJECT
        let open = stack.pop()
        // A bracket of the other kind was lost: go back to the one that fits.
        while (open !== undefined && open.isObject !== isObject) {
          damaged = true
          open = stack.pop()
        }
        if (open === undefined || !isObject) {
          loose ||= open === undefined
          break
        }
        const parent = stack.at(-1)
        while (spans.length > 0 && (spans.at(-1)?.from ?? -1) > open.at) spans.pop()
        if (spans.length < MAX_OBJECTS) {
          spans.push({
            from: open.at,
            to: at + 1,
            depth: stack.length,
            inList: parent?.isObject !== true,
          })
        }
        break
      }
      default:
        if (stack.length === 0 && code > 0x20 && code !== 0x2c) loose = true
    }
  }
  const complete = !damaged && !inString && stack.length === 0 && !loose
  const listed = spans.filter((span) => span.inList && span.to - span.from <= MAX_OBJECT)
  const depth = Math.min(...listed.map((span) => span.depth))
  const objects: unknown[] = []
  let failed = listed.length < spans.length
  for (const span of listed) {
    // Deeper ones belong to the state that was torn; behind damage the depth is no longer reliable.
    if (span.depth !== depth && !damaged) continue
    const value = parseOrNull(text.slice(span.from, span.to))
    if (value === undefined) failed = true
    else objects.push(value)
  }
  const wanted = listed.length === 0 ? null : depth
  const pieces = complete && !failed ? [] : piecesBySignature(text)
  if (pieces.length > objects.length) return { objects: pieces, torn: null, whole: false }
  return {
    objects,
    torn: tornObject(text, stack, wanted, spans),
    whole: complete && !failed && objects.length > 0,
  }
}

/**
 * States all begin with the same key: where brackets and quotes no longer fit, each beginning is tried up to the next.
 */
function piecesBySignature(text: string): unknown[] {
  const signature = /[[,]\s*(\{\s*"[^"\\]{1,64}"\s*:)/.exec(text)?.[1]
  if (signature === undefined) return []
  const found: unknown[] = []
  let at = text.indexOf(signature)
  while (at >= 0 && found.length < MAX_OBJECTS) {
    const next = text.indexOf(signature, at + signature.length)
    const until = next < 0 ? text.length : next
    if (until - at < MAX_OBJECT) {
      // Searched within the piece only: without a single closing bracket in 100,000 pieces the whole text would be
      // searched back for each of them.
      const piece = text.slice(at, until)
      const end = piece.lastIndexOf('}')
      const value =
        end < 0
          ? undefined
          : (parseOrNull(piece.slice(0, end + 1)) ??
            parseOrNull(piece.slice(0, piece.lastIndexOf('}', end - 1) + 1)))
      if (value !== undefined) found.push(value)
    }
    at = next
  }
  return found
}

/** Closes the object in which the text breaks off, so that the fields before the tear can be read. */
function tornObject(
  text: string,
  stack: readonly Open[],
  depth: number | null,
  spans: readonly Span[],
): unknown {
  let index = depth !== null && stack[depth]?.isObject === true ? depth : -1
  if (index < 0) index = stack.findIndex((open) => open.isObject && open.at >= (spans.at(-1)?.to ?? 0))
  const open = stack[index]
  if (open === undefined || stack.length - index > 64) return null
  const body = text.slice(open.at, open.at + MAX_OBJECT)
  const closing = stack
    .slice(index)
    .map(({ isObject }) => (isObject ? '}' : ']'))
    .reverse()
    .join('')
  // Cut back value by value until it can be closed.
  let end = body.length
  for (let tries = 0; tries < 24 && end > 1; tries++) {
    const value = parseOrNull(body.slice(0, end).replace(/[,:\s]+$/, '') + closing)
    if (value !== undefined) return value
    end = body.lastIndexOf(',', end - 1)
    if (end <= 0) break
    const inner = stack.at(-1)
    if (inner !== undefined && inner.at >= open.at + end) break
  }
  return null
}
