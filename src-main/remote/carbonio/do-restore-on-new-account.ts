import { z } from 'zod'
import { accountArgument, addressesArgument, dateOr, named } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/** A mailbox as it was at a moment, in a new account. The source may be deleted: then its id is given. */
export const doRestoreOnNewAccount = defineOperation({
  name: 'doRestoreOnNewAccount',
  module: 'backup',
  effect: 'changes',
  risk: 'Creates an account. Shares of the old account do not work in the new one. "last" of a damaged mailbox restores the damage: choose a moment before it.',
  input: z.object({
    /** Name or id; of a deleted account the id, since its name may belong to somebody else now. */
    source: accountArgument,
    /** The new account; it must not exist yet. */
    destination: accountArgument,
    date: dateOr('last'),
    restoreChatBuddies: z.boolean().optional(),
    applyHsm: z.boolean().optional(),
    notifications: addressesArgument.optional(),
    /** Default true: external accounts that are fetched into the mailbox. */
    restoreDatasource: z.boolean().optional(),
    /** Also what was deleted since `undeleteStart` (legal hold). */
    undelete: z.boolean().optional(),
    undeleteStart: dateOr('first').optional(),
  }),
  output: queuedSchema,
  words: (input) => [
    'backup',
    'doRestoreOnNewAccount',
    input.source,
    input.destination,
    input.date,
    ...named({
      restore_chat_buddies: input.restoreChatBuddies,
      apply_hsm: input.applyHsm,
      notifications: input.notifications,
      restore_datasource: input.restoreDatasource,
      undelete: input.undelete,
      undelete_start_date: input.undeleteStart,
    }),
  ],
  read: readQueued,
})
