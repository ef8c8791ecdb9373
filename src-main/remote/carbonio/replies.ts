import { z } from 'zod'
import { redactText } from '../../engine/redact.ts'
import { isSecretName, shownOutput } from './clean-output.ts'
import { failureIn } from './errors.ts'
import { isObject, pick } from './json-reply.ts'
import type { TreeLine } from './text-tree.ts'
import type { Reply } from './types.ts'

/** Readers that several operations share. All of them take what they know and leave the rest in `fields`. */

/** Everything the reply holds, secrets replaced. */
export const fieldsSchema = z.record(z.string(), z.unknown())

const MASK = '***'
const DEEPEST = 60

/** A copy without secrets. Unlike a log it keeps every entry; what is nested deeper than 60 levels is cut. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) return '[deep]'
  if (Array.isArray(value)) return value.map((entry) => withoutSecrets(entry, depth + 1))
  const copy = Object.create(null) as Record<string, unknown>
  for (const [key, entry] of Object.entries(value)) {
    // also `{attribute: NAME, value: …}`, as config prints settings
    const named =
      key === 'value' && Object.hasOwn(value, 'attribute')
        ? (value as Record<string, unknown>)['attribute']
        : key
    const secret =
      typeof named === 'string' && isSecretName(named) && typeof entry !== 'boolean' && entry !== null
    copy[key] = secret ? MASK : withoutSecrets(entry, depth + 1)
  }
  return copy
}

/** `withoutSecrets` for the `fields` of a result: always an object. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  const copy = withoutSecrets(value)
  return isObject(copy) ? copy : { value: copy }
}

/** The first value under one of these keys, in the order of the reply, at most `depth` levels down. */
export function deepPick(value: unknown, names: readonly string[], depth = 5): unknown {
  const here = pick(value, ...names)
  if (here !== undefined || depth === 0) return here
  const below = Array.isArray(value) ? value.slice(0, 1000) : isObject(value) ? Object.values(value) : []
  for (const entry of below) {
    if (typeof entry !== 'object' || entry === null) continue
    const found = deepPick(entry, names, depth - 1)
    if (found !== undefined) return found
  }
  return undefined
}

/** Lines below a heading as rows: a key that the row has already begins the next one. */
export function rowsOf(lines: readonly TreeLine[]): TreeLine[][] {
  const rows: TreeLine[][] = []
  let seen = new Set<string>()
  for (const line of lines) {
    if (rows.length === 0 || seen.has(line.key)) {
      rows.push([])
      seen = new Set()
    }
    seen.add(line.key)
    rows.at(-1)!.push(line)
  }
  return rows
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i
const ALL_UUIDS = new RegExp(UUID.source, 'gi')
/** Text that is an id of the vendor's (account, server, operation) and nothing else. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && text.length === 36 && UUID.test(text)
}

export const queuedSchema = z.object({
  /** Id to look for in the queue and to stop it with; null where the reply names none. */
  operationId: z.string().nullable(),
  /** Node it runs on, where the reply says so. */
  operationHost: z.string().nullable(),
  said: z.string(),
})

/** That the server took an operation into its queue. It does not say that it runs: only the queue does. */
export type Queued = z.infer<typeof queuedSchema>

const TAKEN =
  /^[^\w\n]*(?:ok|done|true|success\w*)\b|\boperation\b[^\n]{0,80}\b(?:added|queued|started|scheduled|submitted)\b|\b(?:service|operations?)\b[^\n]{0,60}\b(?:started|stopped|restarted|removed)\b/im
const NO = /\bnot\b|n't\b|\bfail|\berror\b|\bexception\b|\brefus|\bdenied\b/i

/** True when a text says plainly that it was done. */
export function saysDone(text: string): boolean {
  return TAKEN.test(text.slice(0, 4096)) && !NO.test(text.slice(0, 4096)) && failureIn(text) === null
}

const short = (text: string): string => shownOutput(text).trim().slice(0, 500)

/**
 * The reply to an operation that is queued.
 * @param given the parameters: an id of an account among them is not the operation's
 */
export function readQueued(reply: Reply, given: unknown): Queued | null {
  const ours = new Set((JSON.stringify(given ?? null).match(ALL_UUIDS) ?? []).map((id) => id.toLowerCase()))
  const part = reply.parts.length === 1 ? reply.parts[0]! : null
  if (part === null) return null
  const host = part.host ?? hostOf(part.payload)
  const said = short(reply.text)
  const isOther = (id: unknown): id is string => isUuid(id) && !ours.has(id.toLowerCase())
  const candidates = [
    deepPick(part.payload, ['operationId', 'operation_uuid', 'operationUuid']),
    /\bmonitor\s+([0-9a-f-]{36})\b/i.exec(reply.text)?.[1],
    // a name that could be that of anything: only when no better one is there
    deepPick(part.payload, ['uuid', 'id']),
  ]
  const named = candidates.find(isOther)
  if (named !== undefined) return { operationId: named, operationHost: host, said }
  if (reply.format === 'text' && NO.test(reply.text.slice(0, 4096))) return null
  const others = [
    ...new Set((reply.text.slice(0, 65_536).match(ALL_UUIDS) ?? []).map((id) => id.toLowerCase())),
  ].filter((id) => !ours.has(id))
  const taken = part.ok === true || saysDone(reply.text)
  if (!taken) return null
  return { operationId: others.length === 1 ? others[0]! : null, operationHost: host, said }
}

function hostOf(payload: unknown): string | null {
  const host = deepPick(payload, ['operationHost', 'operation_host', 'host'])
  return typeof host === 'string' && host !== '' ? host : null
}

export const doneSchema = z.object({ said: z.string() })

/** The reply to something that is done at once (`ok`, `service stopped`). */
export function readDone(reply: Reply): z.infer<typeof doneSchema> | null {
  const done = reply.format === 'json' ? reply.parts.every((part) => part.ok === true) : saysDone(reply.text)
  return done ? { said: short(reply.text) } : null
}
