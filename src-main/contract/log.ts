import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors, timeSchema } from './common.ts'

export const logLevelSchema = z.enum(['debug', 'info', 'warn', 'error'])
export type LogLevel = z.infer<typeof logLevelSchema>

export const logLineSchema = z.object({
  /** Null for a line that is not of ours. */
  time: timeSchema.nullable(),
  level: logLevelSchema,
  event: z.string(),
  /** The other fields, one to a line; signs that cannot be seen are written out. */
  detail: z.string(),
})
export type LogLine = z.infer<typeof logLineSchema>

export const logQuerySchema = z.object({
  /** This level and those above it. */
  level: logLevelSchema,
  /** Only lines with this text in them, upper and lower case alike. */
  text: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(2000),
})
export type LogQuery = z.infer<typeof logQuerySchema>

export const logPageSchema = z.object({
  /** The newest ones that fit, oldest first. */
  lines: z.array(logLineSchema),
  /** There are older ones that fit. */
  more: z.boolean(),
  /** The file that is written to; older ones lie beside it. */
  file: z.string(),
})
export type LogPage = z.infer<typeof logPageSchema>

/** What a screen knows of an error, to be made into a text that can be sent to somebody who helps. */
export const diagnosticsQuestionSchema = z.object({
  /** Name of the screen. */
  screen: z.string().max(100),
  /** When it was seen. */
  at: timeSchema,
  error: z
    .object({
      code: z.string().max(100).nullable(),
      what: z.string().max(10_000),
      why: z.string().max(10_000).nullable(),
      next: z.string().max(10_000).nullable(),
      /** Stack of what nobody expected. */
      details: z.string().max(50_000),
    })
    .nullable(),
  taskId: z.string().max(100).nullable(),
})
export type DiagnosticsQuestion = z.infer<typeof diagnosticsQuestionSchema>

const base = oc.errors(expectedErrors)

export const logContract = {
  /** The newest lines at once, then again whenever something was written. */
  watch: base.input(logQuerySchema).output(eventIterator(logPageSchema)),
  /** Shows the folder of the log in the system's file manager. Only on the desktop (REFUSED elsewhere). */
  showFolder: base.output(z.void()),
  /** Version, system, error, task and the log of that time as one text, without secrets and without mail. */
  diagnostics: base.input(diagnosticsQuestionSchema).output(z.object({ text: z.string() })),
}
