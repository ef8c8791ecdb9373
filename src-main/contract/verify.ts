import { oc } from '@orpc/contract'
import { z } from 'zod'
import { PROBLEM_KINDS } from '../backup/types.ts'
import { catalogIdSchema, expectedErrors, limitSchema, offsetSchema, timeSchema } from './common.ts'

/** A message that leans on something found wrong. `id` is null where only the blob itself tells of it. */
export const affectedSchema = z.object({
  account: z.string().nullable(),
  accountName: z.string().nullable(),
  id: z.number().nullable(),
  folder: z.string().nullable(),
  subject: z.string().nullable(),
  date: timeSchema.nullable(),
})
export type Affected = z.infer<typeof affectedSchema>

export const checkProblemSchema = z.object({
  kind: z.enum(PROBLEM_KINDS),
  severity: z.enum(['error', 'notice']),
  /** Relative to the Backup Path, `/` as separator. */
  path: z.string(),
  digest: z.string().nullable(),
  affected: z.array(affectedSchema),
  detail: z.string(),
  /** The message's bytes are still whole (or the loss is not one of mail). */
  recoverable: z.boolean(),
})
export type CheckProblem = z.infer<typeof checkProblemSchema>

/** State of one folder of `items/`, for the picture of the whole store. */
export const storeCellSchema = z.object({
  folder: z.string(),
  files: z.number(),
  bytes: z.number(),
  errors: z.number(),
  notices: z.number(),
})
export type StoreCell = z.infer<typeof storeCellSchema>

export const checkSummarySchema = z.object({
  id: z.string(),
  catalogId: z.string(),
  backupPath: z.string(),
  startedAt: timeSchema,
  seconds: z.number(),
  /** Null for a whole check, else how many random blobs were taken. */
  sample: z.number().nullable(),
  /** False while it has not come to its end. */
  complete: z.boolean(),
  blobs: z.object({ total: z.number(), ok: z.number(), bytes: z.number() }),
  metadata: z.object({ total: z.number(), ok: z.number() }),
  kinds: z.record(z.string(), z.number()),
  errors: z.number(),
  notices: z.number(),
})
export type CheckSummary = z.infer<typeof checkSummarySchema>

const base = oc.errors(expectedErrors)

export const healResultSchema = z.object({
  out: z.string(),
  healed: z.number(),
  copied: z.number(),
  /** Messages taken from another copy, and from which. */
  restored: z
    .array(z.object({ digest: z.string(), affected: z.array(affectedSchema), from: z.string() }))
    // Heals that were kept before did not tell.
    .default([]),
  lost: z.array(z.object({ digest: z.string(), affected: z.array(affectedSchema), detail: z.string() })),
  lostMetadata: z.array(z.string()),
  from: z.record(z.string(), z.number()),
  seconds: z.number(),
  complete: z.boolean(),
})
export type HealOutcome = z.infer<typeof healResultSchema>

/** Which tasks are checks and heals of one Backup Path, and what they were asked. */
export const verifyTaskSchema = z.object({
  taskId: z.string(),
  /** Under which a check keeps its result; null for a heal. */
  resultId: z.string().nullable(),
  sample: z.number().nullable(),
  /** Folders a heal takes from and writes to. */
  from: z.array(z.string()),
  out: z.string().nullable(),
})
export type VerifyTask = z.infer<typeof verifyTaskSchema>

const ofResult = z.object({ catalogId: catalogIdSchema, id: z.string() })

export const verifyContract = {
  /** Starts a check as a task. `resultId` names its result once it is done. */
  check: base
    .input(z.object({ catalogId: catalogIdSchema, sample: z.number().int().min(1).optional() }))
    .output(z.object({ taskId: z.string(), resultId: z.string() })),
  /** Checks and heals of a Backup Path among the tasks, newest first. */
  tasks: base.input(z.object({ catalogId: catalogIdSchema })).output(z.array(verifyTaskSchema)),
  /** Kept results of a Backup Path, newest first. */
  results: base.input(z.object({ catalogId: catalogIdSchema })).output(z.array(checkSummarySchema)),
  problems: base
    .input(
      ofResult.extend({ kind: z.enum(PROBLEM_KINDS).optional(), offset: offsetSchema, limit: limitSchema }),
    )
    .output(z.object({ rows: z.array(checkProblemSchema), total: z.number() })),
  /** One cell per folder of `items/`. */
  picture: base.input(ofResult).output(z.array(storeCellSchema)),
  /** What is new and what is gone in `id` against the earlier result; at most 1,000 of each. */
  compare: base.input(ofResult.extend({ earlier: z.string() })).output(
    z.object({
      appeared: z.array(checkProblemSchema),
      gone: z.array(checkProblemSchema),
      appearedTotal: z.number(),
      goneTotal: z.number(),
    }),
  ),
  removeResult: base.input(ofResult).output(z.void()),
  /** Starts a heal as a task: a repaired copy in the new folder `out`, with what the folders `from` still have. */
  heal: base
    .input(
      z.object({
        catalogId: catalogIdSchema,
        from: z.array(z.string().min(1)).max(20),
        out: z.string().min(1),
      }),
    )
    .output(z.object({ taskId: z.string() })),
  healResult: base.input(z.object({ taskId: z.string() })).output(healResultSchema.nullable()),
}
