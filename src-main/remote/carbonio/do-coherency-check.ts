import { z } from 'zod'
import { addressesArgument, listArgument, named, pathArgument } from './arguments.ts'
import { defineOperation, refusal } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/** The vendor's own check of a Backup Path; with `fixBackup` or `fixDoubleGzip: 'fix'` it changes it. */
export const doCoherencyCheck = defineOperation({
  name: 'doCoherencyCheck',
  module: 'backup',
  effect: 'changes',
  risk: 'As a check it only reads. With fixBackup it moves metadata it takes for corrupted and blobs without metadata out of the Backup Path, and it is known to be wrong at times; with fixDoubleGzip fix it rewrites blobs.',
  input: z.object({
    backupPath: pathArgument,
    /** True when no other complete and verified copy of this Backup Path exists. There is no default: it must be said. */
    onlyCopy: z.boolean(),
    accountIds: listArgument.optional(),
    /** Also compares with the live mailboxes. */
    checkMailboxes: z.boolean().optional(),
    fixBackup: z.boolean().optional(),
    notifications: addressesArgument.optional(),
    fixDoubleGzip: z.enum(['skip', 'check', 'fix']).optional(),
  }),
  output: queuedSchema,
  check: ({ onlyCopy, fixBackup, fixDoubleGzip }) => {
    if (!onlyCopy || (fixBackup !== true && fixDoubleGzip !== 'fix')) return
    const what = fixBackup === true ? 'fixBackup' : 'fixDoubleGzip fix'
    throw refusal(
      'doCoherencyCheck',
      `doCoherencyCheck is not run with ${what} on the only copy of a backup`,
      'It would move or rewrite files of the backup, and its findings are not always right: what it takes away could be the only mail that is left.',
      'Copy the Backup Path first (lifeboat copy) and verify the copy, then run it on one of the two. Without the fix it can be run now.',
    )
  },
  words: (input) => [
    'backup',
    'doCoherencyCheck',
    input.backupPath,
    ...named({
      accountIds: input.accountIds,
      checkZimbra: input.checkMailboxes,
      fixBackup: input.fixBackup,
      notifications: input.notifications,
      fixDoubleGzip: input.fixDoubleGzip,
    }),
  ],
  read: readQueued,
})
