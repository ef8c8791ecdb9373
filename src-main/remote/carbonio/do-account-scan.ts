import { z } from 'zod'
import { accountArgument, addressesArgument, named } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/** The SmartScan of one account. */
export const doAccountScan = defineOperation({
  name: 'doAccountScan',
  module: 'backup',
  effect: 'changes',
  risk: 'Writes what is missing of one account to the Backup Path of the server. It waits in the queue like a restore.',
  input: z.object({
    account: accountArgument,
    deep: z.boolean().optional(),
    notifications: addressesArgument.optional(),
    remoteMetadataUpload: z.boolean().optional(),
  }),
  output: queuedSchema,
  words: ({ account, deep, notifications, remoteMetadataUpload }) => [
    'backup',
    'doAccountScan',
    account,
    ...named({ deep, notifications, remote_metadata_upload: remoteMetadataUpload }),
  ],
  read: readQueued,
})
