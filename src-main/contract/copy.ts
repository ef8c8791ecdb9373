import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors } from './common.ts'

/** Where a Backup Path is copied from or to. */
export const copyPlaceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('local'), path: z.string().min(1) }),
  /** On a server of the list; `path` is absolute there. */
  z.object({ kind: z.literal('server'), serverId: z.string().min(1), path: z.string().regex(/^\/./s) }),
])
export type CopyEnd = z.infer<typeof copyPlaceSchema>

export const copyModeSchema = z.enum(['local', 'pull', 'push', 'relay', 'direct'])

/** Bytes a second; null: no limit. */
const limitSchema = z.number().int().min(1).nullable()

export const copyRequestSchema = z.object({
  source: copyPlaceSchema,
  target: copyPlaceSchema,
  /** Only these accounts (addresses or UUIDs); left out: everything. */
  accounts: z.array(z.string().min(1)).max(10_000).optional(),
  /** Their mail comes before all other mail. */
  first: z.array(z.string().min(1)).max(10_000).optional(),
  limit: limitSchema.optional(),
  /** Removes what the source no longer has; never more than 5 %. */
  delete: z.boolean().optional(),
  /** Only says what would be copied (`planned` of the result). */
  dryRun: z.boolean().optional(),
  /** Two servers: straight from one to the other, not through this machine. */
  direct: z.boolean().optional(),
})
export type CopyRequest = z.infer<typeof copyRequestSchema>

export const copyPhaseSchema = z.enum([
  'connecting',
  'listing',
  'metadata',
  'first',
  'blobs',
  'again',
  'checking',
  'removing',
  'done',
])

/** What a running copy is doing. Files and bytes are those of the source that were asked for. */
export const copyProgressSchema = z.object({
  mode: copyModeSchema,
  phase: copyPhaseSchema,
  /** Files that are where they should be, and of how many. */
  done: z.number(),
  total: z.number().nullable(),
  /** Bytes brought over so far, and bytes to bring over in all. */
  bytes: z.number(),
  totalBytes: z.number().nullable(),
  alreadyThere: z.number(),
  problems: z.number(),
  /** Bytes a second over the last seconds; null while too little is known. */
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  limit: z.number().nullable(),
  /** Why the connection is being made again; null while it stands. */
  waiting: z.string().nullable(),
})

/** Throughput over the whole time: seconds since the start, bytes a second since the point before. */
const curveSchema = z.array(z.object({ at: z.number(), rate: z.number() }))
/** `paused` as a person asked; `over` once: then the task and its result tell the rest. */
export const copyStateSchema = z.object({
  progress: copyProgressSchema,
  curve: curveSchema,
  paused: z.boolean(),
  over: z.boolean(),
})
export type CopyState = z.infer<typeof copyStateSchema>

const listedSchema = z.object({ path: z.string(), reason: z.string() })

export const copyResultSchema = z.object({
  mode: copyModeSchema,
  /** Files of the source that were asked for. */
  files: z.number(),
  /** Bytes brought over. */
  bytes: z.number(),
  alreadyThere: z.number(),
  /** Brought over and proved. */
  verified: z.number(),
  /** At most 10,000 each; the totals are exact. */
  missing: z.array(listedSchema),
  missingTotal: z.number(),
  damaged: z.array(listedSchema),
  damagedTotal: z.number(),
  seconds: z.number(),
  /** Files and folders that only the target has, and how many were removed. */
  extra: z.number(),
  removed: z.number(),
  planned: z.object({ files: z.number(), bytes: z.number() }).nullable(),
  notes: z.array(z.string()),
  curve: curveSchema,
})
export type CopyTaskResult = z.infer<typeof copyResultSchema>

/** A copy among the tasks: what it was asked. */
export const copyTaskSchema = z.object({ taskId: z.string(), request: copyRequestSchema })
export type CopyTask = z.infer<typeof copyTaskSchema>

const base = oc.errors(expectedErrors)
const which = z.object({ taskId: z.string() })

export const copyContract = {
  /** Starts a copy as a task (pause, resume and stop are those of tasks). */
  start: base.input(copyRequestSchema).output(which),
  /** Copies among the tasks that are kept, newest first. */
  tasks: base.output(z.array(copyTaskSchema)),
  /** State of a running copy, at most twice a second; ends with it (at once when it does not run here). */
  watch: base.input(which).output(eventIterator(copyStateSchema)),
  /** Changes the bandwidth limit of a running copy. */
  setLimit: base.input(which.extend({ limit: limitSchema })).output(z.void()),
  result: base.input(which).output(copyResultSchema.nullable()),
}
