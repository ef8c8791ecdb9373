import { z } from 'zod'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/** Looks through the shares of all local accounts and reports what does not fit. */
export const doCheckShares = defineOperation({
  name: 'doCheckShares',
  module: 'backup',
  effect: 'changes',
  risk: 'Changes no share, but waits in the queue and reads every account.',
  input: z.object({}),
  output: queuedSchema,
  words: () => ['backup', 'doCheckShares', 'start'],
  read: readQueued,
})
