import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors } from './common.ts'
import { wordsSchema } from './recovery.ts'

/** Where a Backup Path is copied from or to. */
export const copyPlaceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('local'), path: z.string().min(1) }),
  /** On a server of the list; `path` is absolute there. */
  z.object({ kind: z.literal('server'), serverId: z.string().min(1), path: z.string().regex(/^\/./s) }),
])
export type CopyEnd = z.infer<typeof copyPlaceSchema>

export const copyModeSchema = z.enum(['local', 'pull', 'push', 'relay', 'direct'])

/** Nothing that ssh could take for an option. */
const hostSchema = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^[^-\s\p{Cc}@][^\s\p{Cc}@]*$/u)

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
  /** Between two servers: straight from one to the other. `host` and `port`: how the old one reaches the new one. */
  direct: z
    .object({ host: hostSchema.optional(), port: z.number().int().min(1).max(65535).optional() })
    .optional(),
  /** Only says what would be copied (`planned` of the result). */
  dryRun: z.boolean().optional(),
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

/** Something that was looked at before a copy. */
const copyFindingSchema = z.object({
  id: z.enum(['apart', 'source-volume', 'writable', 'space', 'inodes', 'case', 'zextras', 'others', 'reach']),
  /** `failed`: the copy would not succeed, or what it brings could not be restored. */
  state: z.enum(['ok', 'attention', 'failed', 'unknown']),
  what: wordsSchema,
  /** What was seen, as the system says it. */
  evidence: z.string(),
  /** What to do; null where nothing has to be done. */
  next: wordsSchema.nullable(),
})
export type CopyFinding = z.infer<typeof copyFindingSchema>

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
  /** With a dry run: what was looked at. */
  findings: z.array(copyFindingSchema),
  curve: curveSchema,
})
export type CopyTaskResult = z.infer<typeof copyResultSchema>

/** What a copy would bring, and what was looked at before it. */
const preflightSchema = z.object({
  planned: z.object({ files: z.number(), bytes: z.number() }),
  alreadyThere: z.number(),
  findings: z.array(copyFindingSchema),
})
export type Preflight = z.infer<typeof preflightSchema>

/** A copy among the tasks: what it was asked. */
export const copyTaskSchema = z.object({ taskId: z.string(), request: copyRequestSchema })
export type CopyTask = z.infer<typeof copyTaskSchema>

const fileSystemSchema = z.enum(['ext4', 'ext3', 'xfs', 'btrfs', 'other'])
const wordSchema = z.string().min(1).max(4096)
/** What a mount plan is made from; paths are on the new server. */
export const mountRequestSchema = z.object({
  /** A new, empty folder that is mounted on; never that of the server's own Backup Path. */
  mountPoint: wordSchema,
  /** Folder of the Backup Path below what is mounted, '' when it is the top. */
  below: z.string().max(4096),
  /** The Backup Path is the only copy there is: nothing may write to it. */
  onlyCopy: z.boolean(),
  /** The restore wants to write (it leaves `map_…` files): then an overlay lies above. */
  overlay: z.boolean(),
  /** Ids of the user `zextras` on the new server. */
  zextras: z.object({ uid: z.number().int().min(0), gid: z.number().int().min(0) }),
  from: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('nfs'), server: wordSchema, exported: wordSchema }),
    z.object({
      kind: z.literal('sshfs'),
      user: wordSchema,
      host: wordSchema,
      port: z.number().int().min(1).max(65535),
      path: wordSchema,
      identity: wordSchema,
      knownHosts: wordSchema,
    }),
    z.object({ kind: z.literal('block'), device: wordSchema, fileSystem: fileSystemSchema }),
    z.object({ kind: z.literal('image'), file: wordSchema, fileSystem: fileSystemSchema }),
  ]),
})
export type MountRequest = z.infer<typeof mountRequestSchema>

/** One step of a plan: data for a screen and for whoever runs it. Nothing of it runs by itself. */
export const planStepSchema = z.object({
  as: z.enum(['root', 'zextras']),
  what: z.string(),
  /** Why it is needed. */
  why: z.string(),
  /** The exact program and its arguments: no shell is between. */
  argv: z.array(z.string()),
  /** Tells afterwards whether it worked: a command and what must be in its output. Null: its exit code is enough. */
  check: z.object({ argv: z.array(z.string()), expect: z.string() }).nullable(),
  /** Takes it back; null where there is nothing to take back. */
  undo: z.array(z.string()).nullable(),
})
export type PlanStep = z.infer<typeof planStepSchema>

export const mountPlanSchema = z.object({
  kind: z.enum(['nfs', 'sshfs', 'block', 'image']),
  /** Where the Backup Path is on the new server when the plan is done. */
  path: z.string(),
  steps: z.array(planStepSchema),
  /** The undo commands of all steps, the last one first: after the restore. */
  unmount: z.array(z.array(z.string())),
  /** What a person must know before. */
  warnings: z.array(z.string()),
})
export type MountPlan = z.infer<typeof mountPlanSchema>

const base = oc.errors(expectedErrors)
const which = z.object({ taskId: z.string() })

export const copyContract = {
  /** Starts a copy as a task (pause, resume and stop are those of tasks). */
  start: base.input(copyRequestSchema).output(which),
  /** Looks at both ends, compares them and tells what stands in the way; nothing stays of what was tried for it. */
  preflight: base.input(copyRequestSchema).output(preflightSchema),
  /** Copies among the tasks that are kept, newest first. */
  tasks: base.output(z.array(copyTaskSchema)),
  /** State of a running copy, at most twice a second; ends with it (at once when it does not run here). */
  watch: base.input(which).output(eventIterator(copyStateSchema)),
  /** Changes the bandwidth limit of a running copy. */
  setLimit: base.input(which.extend({ limit: limitSchema })).output(z.void()),
  result: base.input(which).output(copyResultSchema.nullable()),
  /** The steps that make a Backup Path readable on the new server without copying it first. */
  mountPlan: base.input(mountRequestSchema).output(mountPlanSchema),
}
