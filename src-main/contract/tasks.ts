import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors, timeSchema } from './common.ts'
import { rowKeySchema, viewSchema } from './mail.ts'

export const taskKindSchema = z.enum(['index', 'export', 'sample', 'check', 'heal', 'copy'])
export const taskStateSchema = z.enum([
  'running',
  'paused',
  'done',
  'partial',
  'failed',
  'stopped',
  'interrupted',
])

export const taskSchema = z.object({
  id: z.string(),
  kind: taskKindSchema,
  /** One line for the strip: `Exporting 1,204 messages to /mnt/usb/out`. */
  title: z.string(),
  state: taskStateSchema,
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.string(),
  /** What a running task does just now, when it tells: `metadata`, `blobs`, `naming` of a check. */
  phase: z.string().optional(),
  /** Bytes so far, when the task counts them. */
  bytes: z.number().nullable(),
  /** Units per second over the last seconds, and bytes per second. */
  rate: z.number().nullable(),
  byteRate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  problems: z.number(),
  /** What happened, why, what next; set when failed. */
  error: z.object({ message: z.string(), why: z.string(), next: z.string() }).nullable(),
  /** A person has seen and closed its result. */
  dismissed: z.boolean(),
  canStop: z.boolean(),
  canPause: z.boolean(),
  canResume: z.boolean(),
})
export type Task = z.infer<typeof taskSchema>

export const exportFormatSchema = z.enum(['eml', 'mbox', 'maildir', 'zip'])
export type ExportFormat = z.infer<typeof exportFormatSchema>

export const exportFailureSchema = z.object({
  account: z.string().nullable(),
  id: z.number().nullable(),
  digest: z.string().nullable(),
  reason: z.string(),
  /** File under `Damaged/` with what could be saved, relative to the target; null when nothing could. */
  salvaged: z.string().nullable(),
})

export const exportResultSchema = z.object({
  exported: z.number(),
  bytes: z.number(),
  already: z.number(),
  /** Of both: verified only by the gzip check sum, because the path's digest rule is unknown. Left out = none. */
  unverified: z.number().optional(),
  failed: z.array(exportFailureSchema),
  /** Failures in all; `failed` holds at most 10,000 on a screen. */
  failedTotal: z.number(),
  /** Path of manifest.csv. */
  manifest: z.string(),
  out: z.string(),
  /** True when everything asked for is there. */
  complete: z.boolean(),
})
export type ExportResult = z.infer<typeof exportResultSchema>

const base = oc.errors(expectedErrors)
const which = z.object({ id: z.string() })

export const tasksContract = {
  list: base.output(z.array(taskSchema)),
  /** All tasks at once, then the whole list again on every change (at most 4 a second). */
  watch: base.output(eventIterator(z.array(taskSchema))),
  stop: base.input(which).output(z.void()),
  pause: base.input(which).output(z.void()),
  /** Goes on with a paused, stopped, interrupted or partly failed task. */
  resume: base.input(which).output(z.void()),
  dismiss: base.input(which).output(z.void()),
}

export const exportContract = {
  /** Counts what would be exported and looks at the target; nothing is written. */
  plan: base
    .input(
      z.object({
        view: viewSchema,
        keys: z.array(rowKeySchema).max(100_000).optional(),
        out: z.string().optional(),
      }),
    )
    .output(
      z.object({
        items: z.number(),
        /** Uncompressed bytes as far as known. */
        bytes: z.number(),
        free: z.number().nullable(),
        /** Null when the target can be used; else why not. */
        refusal: z.string().nullable(),
      }),
    ),
  /** Starts an export: the rows `keys` of the view, or all of it. Returns the task's id. */
  start: base
    .input(
      z.object({
        view: viewSchema,
        keys: z.array(rowKeySchema).max(100_000).optional(),
        out: z.string().min(1),
        format: exportFormatSchema,
      }),
    )
    .output(which),
  result: base.input(which).output(exportResultSchema.nullable()),
}
