import type { ReplyPart } from './types.ts'

/** A JSON object, whatever is in it. */
export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Objects looked at in one output before it is given up: more is no reply of this command. */
const MOST_OBJECTS = 1000

/** Index behind the bracket that closes the one at `from`; -1 when it is never closed (torn output). */
export function endOfObject(text: string, from: number): number {
  let depth = 0
  let inString = false
  for (let index = from; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index += 1
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) depth += 1
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return -1
}

const isEnvelope = (value: JsonObject): boolean => 'response' in value || 'ok' in value || 'error' in value

/** Openings that are never closed, before the output is taken for text. */
const MOST_OPEN = 3

/** What an output holds: one reply as JSON, no JSON at all (text), or JSON of which nothing may be concluded. */
export type FoundJson =
  { kind: 'one'; value: JsonObject } | { kind: 'none' } | { kind: 'doubtful'; why: string }

/**
 * The one JSON reply of an output, with text in front of it and behind it. A torn reply is never read in parts, and of
 * two different ones none is chosen. Braces in text (a schedule, a log line) are no reply.
 */
export function findJson(text: string): FoundJson {
  const envelopes: JsonObject[] = []
  let open = 0
  let from = 0
  for (let tries = 0; tries < MOST_OBJECTS && open < MOST_OPEN; tries += 1) {
    const start = text.indexOf('{', from)
    if (start < 0) break
    const end = endOfObject(text, start)
    if (end < 0) {
      // not closed: what is inside may look complete, but is only a part of the reply
      if (/^\{\s*(?:"|$)/.test(text.slice(start, start + 200)))
        return { kind: 'doubtful', why: 'Its JSON is torn.' }
      open += 1
      from = start + 1
      continue
    }
    const value = objectIn(text.slice(start, end))
    if (value !== null && isEnvelope(value)) envelopes.push(value)
    else if (value !== null && text.trim().length === end - start) return { kind: 'one', value }
    from = end
  }
  if (envelopes.length > 1) return { kind: 'doubtful', why: 'It holds several replies.' }
  return envelopes.length === 1 ? { kind: 'one', value: envelopes[0]! } : { kind: 'none' }
}

function objectIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    // braces of a log line
    return null
  }
}

/** One node's part of a reply with the error it may be. */
export interface EnvelopePart extends ReplyPart {
  /** What the node said went wrong; null when it said ok or nothing. */
  error: string | null
}

const isFalse = (value: unknown): boolean => value === false || value === 'false'
const okOf = (envelope: JsonObject): boolean | null =>
  isFalse(envelope['ok']) ? false : envelope['ok'] === true || envelope['ok'] === 'true' ? true : null

const ERROR_KEYS = [
  'message',
  'error',
  'exception',
  'reason',
  'details',
  'description',
  'code',
  'cause',
] as const

function errorTexts(value: unknown, depth: number, texts: string[]): void {
  if (depth > 4) return
  if (typeof value === 'string') {
    if (value.trim() !== '' && !texts.includes(value)) texts.push(value)
  } else if (Array.isArray(value)) {
    for (const entry of value.slice(0, 20)) errorTexts(entry, depth + 1, texts)
  } else if (isObject(value)) {
    for (const key of ERROR_KEYS) if (key in value) errorTexts(value[key], depth + 1, texts)
  }
}

/** What a reply that is not ok says about it. */
function errorOf(envelope: JsonObject): string | null {
  const failed =
    isFalse(envelope['ok']) ||
    (envelope['ok'] === undefined && envelope['response'] === undefined && envelope['error'] !== undefined)
  if (!failed) return null
  const texts: string[] = []
  errorTexts(envelope, 0, texts)
  errorTexts(envelope['response'], 0, texts)
  return texts.length > 0 ? texts.join('; ') : 'It was answered as not ok, without a reason.'
}

/** True for `{<host>: {response: …, ok: …}, …}`. */
function isPerHost(response: JsonObject): boolean {
  const entries = Object.values(response)
  return (
    entries.length > 0 &&
    entries.every((entry) => isObject(entry) && ('response' in entry || 'ok' in entry || 'error' in entry))
  )
}

/**
 * The parts of a reply: `{"response": …, "ok": true}`, or one level deeper per node:
 * `{"response": {"<host>": {"response": …, "ok": true}}, "nested": true, "ok": true}` (both seen in public code). An
 * object without envelope is its own payload.
 */
export function envelopeParts(reply: JsonObject): EnvelopePart[] {
  const { response } = reply
  if (isObject(response) && isPerHost(response)) {
    return Object.entries(response).map(([host, entry]) => {
      const inner = entry as JsonObject
      const payload = 'response' in inner ? inner['response'] : inner
      return { host, ok: okOf(inner), payload, error: errorOf(inner) }
    })
  }
  const payload = 'response' in reply ? response : reply
  return [{ host: null, ok: okOf(reply), payload, error: errorOf(reply) }]
}

const canonical = (key: string): string => key.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The value of the first of these keys, however it is spelled: `start_date`, `start date` and `startDate` are one. */
export function pick(object: unknown, ...names: string[]): unknown {
  if (!isObject(object)) return undefined
  for (const name of names) if (Object.hasOwn(object, name)) return object[name]
  const wanted = new Set(names.map(canonical))
  for (const [key, value] of Object.entries(object)) if (wanted.has(canonical(key))) return value
  return undefined
}
