import { z } from 'zod'
import { accountArgument, addressesArgument, dateOr, named } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/** Brings back what was deleted from an account within a time range. */
export const doUndelete = defineOperation({
  name: 'doUndelete',
  module: 'backup',
  effect: 'changes',
  risk: 'Adds items to a mailbox in use, tagged undelete_DD_MM_YY. What the user deleted on purpose in that time comes back too.',
  input: z.object({
    account: accountArgument,
    start: dateOr('first'),
    end: dateOr('last'),
    /** Default true: each item goes back into its folder. */
    targetOriginalFolder: z.boolean().optional(),
    applyHsm: z.boolean().optional(),
    notifications: addressesArgument.optional(),
  }),
  output: queuedSchema,
  words: ({ account, start, end, targetOriginalFolder, applyHsm, notifications }) => [
    'backup',
    'doUndelete',
    account,
    start,
    end,
    ...named({ target_original_folder: targetOriginalFolder, apply_hsm: applyHsm, notifications }),
  ],
  read: readQueued,
})
