import { z } from 'zod'
import { named, pathArgument, textArgument } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/** Puts blobs that a volume of the mailbox lost back from the backup. */
export const doRestoreBlobs = defineOperation({
  name: 'doRestoreBlobs',
  module: 'backup',
  effect: 'changes',
  risk: 'With dryrun it only counts. Without it blobs are written into the volume of the mailboxes.',
  input: z.object({
    volume: z.string().regex(/^[\w-]{1,64}$/, 'The id of a volume holds letters, digits and hyphens.'),
    backupPath: pathArgument.optional(),
    /** Always said, since Carbonio's default might change. */
    dryRun: z.boolean().default(true),
    threads: z.int().min(1).max(64).optional(),
    blobsArchive: textArgument.optional(),
  }),
  output: queuedSchema,
  words: ({ volume, backupPath, dryRun, threads, blobsArchive }) => [
    'backup',
    'doRestoreBlobs',
    volume,
    ...named({ backup_path: backupPath, dryrun: dryRun, threads, blobs_archive: blobsArchive }),
  ],
  read: readQueued,
})
