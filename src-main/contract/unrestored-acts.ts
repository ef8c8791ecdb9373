import { oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors, timeSchema } from './common.ts'

/** One state of an item, from the catalog and from the server side by side. */
const itemStateSchema = z.object({
  /** Begin of its validity; null where it is not told. */
  at: timeSchema.nullable(),
  digest: z.string().nullable(),
  deleted: z.boolean(),
  /** What the catalog knows of its blob; null: only the server told of this state. */
  verdict: z.enum(['good', 'missing', 'damaged', 'unreadable', 'not-needed', 'unknown']).nullable(),
  /** Path of its blob as `getItem … date all` of the server tells it; null when the server did not. */
  serverBlob: z.string().nullable(),
})
export type UnrestoredState = z.infer<typeof itemStateSchema>

const base = oc.errors(expectedErrors)
const caseId = z.object({ caseId: z.string().min(1).max(64) })
const itemOf = z.object({ account: z.string().min(1).max(320), id: z.number().int().min(0) })

/** What a person does with the worklist of `recovery.unrestored`, and with a restore that is under way. */
export const unrestoredContract = {
  /** All states of one item, newest first, the newest whole one, and why the server told nothing (null when it did). */
  states: base.input(caseId.extend(itemOf.shape)).output(
    z.object({
      states: z.array(itemStateSchema),
      good: z.string().nullable(),
      serverSilent: z.string().nullable(),
    }),
  ),
  /** Several items at once. */
  act: base
    .input(
      caseId.extend({
        items: z.array(itemOf).min(1).max(10_000),
        act: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('give-up'), reason: z.string().trim().min(10).max(10_000) }),
          z.object({ kind: z.literal('restored'), note: z.string().trim().min(10).max(10_000) }),
          z.object({ kind: z.literal('reopen') }),
          z.object({
            kind: z.literal('export'),
            folder: z.string().min(1).max(4096),
            /** Of one item only: the state that is wanted; else the newest whole one. */
            digest: z.string().max(200).nullable(),
          }),
        ]),
      }),
    )
    .output(
      z.object({
        done: z.number(),
        failed: z.array(z.object({ account: z.string(), id: z.number(), why: z.string() })),
      }),
    ),
  /** Ends the restore on the server; what it brought stays, and the next run skips it. */
  stopRestore: base.input(caseId).output(z.void()),
}
