import { z } from 'zod'
import { addressesArgument, named } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/**
 * Compares every account of the server with its backup and writes what is missing there. `create_fake_blob` is left
 * out on purpose: it hides that a blob is lost.
 */
export const doSmartScan = defineOperation({
  name: 'doSmartScan',
  module: 'backup',
  effect: 'changes',
  risk: 'Writes to the Backup Path of the server and loads its disks. It goes into the same queue as restores, which then wait for it.',
  input: z.object({
    deep: z.boolean().optional(),
    notifications: addressesArgument.optional(),
    readErrorThreshold: z.int().min(0).optional(),
    remoteMetadataUpload: z.boolean().optional(),
  }),
  output: queuedSchema,
  words: (input) => [
    'backup',
    'doSmartScan',
    'start',
    ...named({
      notifications: input.notifications,
      read_error_threshold: input.readErrorThreshold,
      deep: input.deep,
      remote_metadata_upload: input.remoteMetadataUpload,
    }),
  ],
  read: readQueued,
})
