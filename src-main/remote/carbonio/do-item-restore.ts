import { z } from 'zod'
import { accountArgument, dateOr, named, textArgument } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/** Brings back one item from the server's own backup into its account. */
export const doItemRestore = defineOperation({
  name: 'doItemRestore',
  module: 'backup',
  effect: 'changes',
  risk: 'Adds one item to a mailbox in use. The id is that of the account on this server; ids of another server mean other items.',
  input: z.object({
    account: accountArgument,
    item: z.string().regex(/^\d{1,10}$/, 'The id of an item is a number.'),
    date: dateOr('last').optional(),
    restoreFolder: textArgument.optional(),
  }),
  output: queuedSchema,
  words: ({ account, item, date, restoreFolder }) => [
    'backup',
    'doItemRestore',
    account,
    item,
    ...named({ date, restore_folder: restoreFolder }),
  ],
  read: readQueued,
})
