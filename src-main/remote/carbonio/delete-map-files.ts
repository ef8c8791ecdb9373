import { z } from 'zod'
import { pathArgument } from './arguments.ts'
import { defineOperation, refusal } from './operation.ts'

/** Forgets earlier imports, so that an External Restore begins from scratch: deletes `map_…` files. */
export const deleteMapFiles = defineOperation({
  name: 'deleteMapFiles',
  module: 'files',
  effect: 'changes',
  program: 'rm',
  risk: 'A restore after it does not know what was restored before: accounts and items come twice unless the server is empty.',
  input: z.object({
    backupPath: pathArgument.refine((path) => !path.split('/').includes('..'), 'It must not hold "..".'),
    /** Names within the Backup Path. */
    files: z
      .array(
        z.string().regex(/^map_[0-9A-Za-z-]{1,64}$/, 'Only files called map_<id of a server> are deleted.'),
      )
      .min(1),
    /** True when no other complete and verified copy of this Backup Path exists. There is no default: it must be said. */
    onlyCopy: z.boolean(),
  }),
  output: z.object({ deleted: z.array(z.string()) }),
  check: ({ onlyCopy }) => {
    if (!onlyCopy) return
    throw refusal(
      'deleteMapFiles',
      'No map file is deleted on the only copy of a backup',
      'The map tells which account became which at an earlier import; it cannot be made again.',
      'Copy the Backup Path first (lifeboat copy), verify the copy, and delete the map in one of the two.',
    )
  },
  // one `rm` without -f and -r: a folder or a missing file is an error that is seen
  words: ({ backupPath, files }) => [
    '--',
    ...files.map((file) => `${backupPath.replace(/\/+$/, '')}/${file}`),
  ],
  read: ({ text }, { files }) => (text.trim() === '' ? { deleted: files } : null),
})
