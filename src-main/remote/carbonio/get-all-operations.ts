import { z } from 'zod'
import { momentOf, momentSchema, named, textOf } from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick, fieldsOf, fieldsSchema, rowsOf } from './replies.ts'
import { findHeading, treeToObject } from './text-tree.ts'
import type { Reply } from './types.ts'

/** How an operation stands; `unknown` for a word that is not known, which is then in `state`. */
export type Standing = 'running' | 'queued' | 'ended' | 'unknown'

const operationSchema = z.object({
  id: z.string(),
  /** As Carbonio names it: `SmartScan`, `ExternalRestore` … */
  name: z.string(),
  /** The same for people, where there is one: `Smart Scan`. */
  title: z.string().nullable(),
  /** `ZxBackup`, `ZxPowerstore` … */
  module: z.string().nullable(),
  /** As Carbonio says it: `Started`, `Queued`, `Stopping` … */
  state: z.string().nullable(),
  standing: z.enum(['running', 'queued', 'ended', 'unknown']),
  host: z.string().nullable(),
  queued: momentSchema.nullable(),
  started: momentSchema.nullable(),
  fields: fieldsSchema,
})
/** One operation in the queue. */
export type QueuedOperation = z.infer<typeof operationSchema>

/** `Started`, `Queued` and `Stopping` are seen in public code; the others are what such states are called. */
function standingOf(state: string | null): Standing {
  const word = state?.toLowerCase().replaceAll(/[^a-z]/g, '') ?? ''
  if (/^(?:started|running|stopping|inprogress|executing|active|starting|paused)$/.test(word))
    return 'running'
  if (/^(?:queued|waiting|pending|scheduled)$/.test(word)) return 'queued'
  if (/^(?:ended|done|completed|finished|stopped|failed|removed|interrupted|aborted|successful)$/.test(word))
    return 'ended'
  return 'unknown'
}

function entriesOf({ format, parts, tree }: Reply): { entry: unknown; host: string | null }[] | null {
  if (format === 'text') {
    const heading = findHeading(tree, 'operationList', 'operation list', 'operation_list', 'operations')
    if (heading === null) return null
    const { children } = heading
    const nested =
      children.length > 0 && children.every((line) => line.value === null && line.children.length > 0)
    const rows = nested ? children.map((line) => line.children) : rowsOf(children)
    return rows.map((row) => ({ entry: treeToObject(row), host: null }))
  }
  const lists = parts.map((part) => ({
    host: part.host,
    list: deepPick(part.payload, ['operationList', 'operations'], 2),
  }))
  if (lists.some(({ list }) => !Array.isArray(list))) return null
  return lists.flatMap(({ host, list }) => (list as unknown[]).map((entry) => ({ entry, host })))
}

/** The queue of the backup: what runs, and what waits behind it. The only proof that a restore runs. */
export const getAllOperations = defineOperation({
  name: 'getAllOperations',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({ verbose: z.boolean().optional() }),
  output: z.object({ operations: z.array(operationSchema) }),
  words: ({ verbose }) => ['backup', 'getAllOperations', ...named({ verbose })],
  // `response.operationList`, or one level deeper per node (FORMAT.md)
  read: (reply) => {
    const entries = entriesOf(reply)
    if (!entries?.every(({ entry }) => isObject(entry))) return null
    return {
      operations: entries.map(({ entry, host }) => {
        const state = textOf(pick(entry, 'state', 'status'))
        const title = textOf(pick(entry, 'descName', 'description'))
        return {
          id: textOf(pick(entry, 'id', 'operationId', 'uuid')),
          name: textOf(pick(entry, 'name', 'type')) ?? title,
          title,
          module: textOf(pick(entry, 'module')),
          state,
          standing: standingOf(state),
          host: textOf(pick(entry, 'host', 'serverName')) ?? host,
          queued: momentOf(pick(entry, 'queuedTime', 'queued time'), reply.zone),
          started: momentOf(pick(entry, 'startTime', 'humanStartTime'), reply.zone),
          fields: fieldsOf(entry),
        }
      }),
    }
  },
})
