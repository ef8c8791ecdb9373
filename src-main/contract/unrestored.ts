import { z } from 'zod'
import { timeSchema } from './common.ts'
import { wordsSchema } from './words.ts'

/** An item that a restore did not bring, with what helps to find and cure it, and how it left the list. */
export const unrestoredItemSchema = z.object({
  account: z.string(),
  id: z.number(),
  type: z.string(),
  folder: z.string(),
  subject: z.string(),
  from: z.string(),
  date: timeSchema.nullable(),
  bytes: z.number(),
  cause: z.enum(['read-error', 'broken', 'invalid', 'unknown']),
  evidence: wordsSchema,
  /** False: concluded because nothing else is wrong with it. */
  sure: z.boolean(),
  /** A whole state of it can be written as a file. */
  exportable: z.boolean(),
  /** Told by the server alone: no folder, and no export before a copy of the Backup Path is here. Absent: no. */
  fromServer: z.boolean().optional(),
  /** Null while it is on the list. */
  outcome: z
    .object({
      how: z.enum(['restored', 'exported', 'given-up']),
      at: timeSchema,
      note: z.string(),
      file: z.string().nullable(),
      sha256: z.string().nullable(),
    })
    .nullable(),
})
export type UnrestoredItem = z.infer<typeof unrestoredItemSchema>

/** What to paste into the search of the web client of the source server. */
export const searchTextSchema = z.object({
  server: z.string(),
  account: z.string(),
  /** Tab of the mailbox it is looked for in. */
  tab: wordsSchema,
  text: z.string(),
})
export type UnrestoredSearch = z.infer<typeof searchTextSchema>
