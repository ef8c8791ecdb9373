import { z } from 'zod'

/** What the commands promise to print (the list), read strictly: a key more is welcome, a key less is a defect. */
const isoDate = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)

export const indexResult = z.object({
  backupPath: z.string(),
  catalog: z.string(),
  accounts: z.number().int(),
  items: z.number().int(),
  states: z.number().int(),
  messages: z.number().int(),
  blobs: z.number().int(),
  bytes: z.number().int(),
  unclaimed: z.number().int(),
  problems: z.record(z.string(), z.number().int()),
  seconds: z.number(),
})

export const accountsResult = z.array(
  z.object({
    id: z.string(),
    name: z.string().nullable(),
    guessed: z.boolean(),
    items: z.number().int(),
    messages: z.number().int(),
    deleted: z.number().int(),
    bytes: z.number().int(),
    first: isoDate.nullable(),
    last: isoDate.nullable(),
    lastChange: isoDate.nullable(),
  }),
)

export const searchResult = z.object({
  total: z.number().int(),
  complete: z.boolean(),
  items: z.array(
    z.object({
      account: z.string().nullable(),
      accountName: z.string().nullable(),
      id: z.number().nullable(),
      subject: z.string().nullable(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      date: isoDate.nullable(),
      folder: z.string().nullable(),
      deleted: z.boolean(),
      digest: z.string().nullable(),
    }),
  ),
})

export const itemResult = z.object({
  account: z.string(),
  id: z.number(),
  states: z.array(
    z.object({
      start: isoDate.nullable(),
      end: isoDate.nullable(),
      type: z.string(),
      deleted: z.boolean(),
      folder: z.unknown(),
      digest: z.string().nullable(),
      blobPath: z.string().nullable(),
      blob: z.enum(['ok', 'missing', 'damaged', 'double-gzip', 'misplaced', 'unreadable', 'none']),
      raw: z.unknown(),
    }),
  ),
})

export const exportResult = z.object({
  exported: z.number().int(),
  bytes: z.number().int(),
  already: z.number().int(),
  failed: z.array(
    z.object({
      account: z.string().nullable(),
      id: z.number().nullable(),
      digest: z.string().nullable(),
      reason: z.string().min(1),
    }),
  ),
  manifest: z.string(),
})
export type ExportResult = z.infer<typeof exportResult>
