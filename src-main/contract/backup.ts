import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { PROBLEM_KINDS } from '../backup/types.ts'
import { catalogIdSchema, expectedErrors, limitSchema, offsetSchema, timeSchema } from './common.ts'

export const indexPhaseSchema = z.enum([
  'accounts',
  'items',
  'messages',
  'sorting',
  'done',
  'stopped',
  'failed',
])

/** How far the catalog of a Backup Path is. Counts are "so far" until `complete`. */
export const indexProgressSchema = z.object({
  catalogId: catalogIdSchema,
  phase: indexPhaseSchema,
  /** True when everything under the path has been read once. */
  complete: z.boolean(),
  /** Steps of this phase; `total` is null while it is not known. */
  done: z.number(),
  total: z.number().nullable(),
  unit: z.enum(['accounts', 'items', 'blobs']),
  /** Per second, measured over the last seconds. */
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  accounts: z.number(),
  items: z.number(),
  messages: z.number(),
  blobs: z.number(),
  unclaimed: z.number(),
  problems: z.number(),
  /** Rises whenever rows changed: a screen that shows an older revision should ask again. */
  revision: z.number(),
  /** What went wrong, when phase is `failed`. */
  error: z.string().nullable(),
})
export type IndexProgress = z.infer<typeof indexProgressSchema>

export const backupSummarySchema = z.object({
  catalogId: catalogIdSchema,
  path: z.string(),
  /** Zone used for timestamps that carry none, IANA name. */
  zone: z.string(),
  catalogFile: z.string(),
  accounts: z.number(),
  items: z.number(),
  states: z.number(),
  messages: z.number(),
  blobs: z.number(),
  /** Compressed bytes of all blob files. */
  bytes: z.number(),
  unclaimed: z.number(),
  problems: z.record(z.string(), z.number()),
  /** Newest start of any state: the backup ends here. */
  lastChange: timeSchema.nullable(),
  /** Set when most blobs do not fit any known digest rule. */
  digestRuleUnknown: z.boolean(),
  /** Files that refuse us, once per owner and mode, with the remedy. */
  refusals: z.array(z.object({ owner: z.string(), mode: z.string(), files: z.number(), remedy: z.string() })),
  progress: indexProgressSchema,
})
export type BackupSummary = z.infer<typeof backupSummarySchema>

export const recentPathSchema = z.object({
  path: z.string(),
  openedAt: timeSchema,
  available: z.boolean(),
  accounts: z.number(),
  items: z.number(),
  complete: z.boolean(),
  /** Size of the catalog on disk, bytes. */
  catalogBytes: z.number(),
  sample: z.boolean(),
})
export type RecentPath = z.infer<typeof recentPathSchema>

export const problemRowSchema = z.object({
  kind: z.enum(PROBLEM_KINDS),
  severity: z.enum(['error', 'notice']),
  path: z.string(),
  digest: z.string().nullable(),
  detail: z.string(),
  /** Items that lean on it: at most 20 of them. */
  affected: z.array(
    z.object({
      account: z.string(),
      accountName: z.string().nullable(),
      id: z.number().nullable(),
      subject: z.string().nullable(),
      folder: z.string().nullable(),
      date: timeSchema.nullable(),
    }),
  ),
  affectedTotal: z.number(),
})
export type ProblemRow = z.infer<typeof problemRowSchema>

const base = oc.errors(expectedErrors)
const which = z.object({ catalogId: catalogIdSchema })

export const backupContract = {
  /** Opens a Backup Path (read-only) and starts or goes on with its catalog. Returns at once. */
  open: base
    .input(z.object({ path: z.string().min(1), zone: z.string().optional() }))
    .output(backupSummarySchema),
  close: base.input(which).output(z.void()),
  summary: base.input(which).output(backupSummarySchema),
  /** Progress of the catalog: the present state at once, then every change (at most 4 a second). */
  watch: base.input(which).output(eventIterator(indexProgressSchema)),
  /** Reads again what changed on the disk since the last time. */
  refresh: base.input(which).output(z.void()),
  setZone: base.input(which.extend({ zone: z.string() })).output(z.void()),
  recent: base.output(z.array(recentPathSchema)),
  /** Removes the catalog of a path, never anything under the path itself. */
  forget: base.input(z.object({ path: z.string() })).output(z.object({ bytes: z.number() })),
  /** Writes the synthetic sample backup into the data folder and returns its path. Takes seconds. */
  createSample: base.output(z.object({ path: z.string() })),
  problemKinds: base
    .input(which)
    .output(
      z.array(
        z.object({ kind: z.enum(PROBLEM_KINDS), severity: z.enum(['error', 'notice']), count: z.number() }),
      ),
    ),
  problems: base
    .input(which.extend({ kind: z.enum(PROBLEM_KINDS).optional(), offset: offsetSchema, limit: limitSchema }))
    .output(z.object({ rows: z.array(problemRowSchema), total: z.number() })),
}
