import { z } from 'zod'
import { pathArgument } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/** Repairs shares after an import, from the map of old to new accounts that it left. */
export const doFixShares = defineOperation({
  name: 'doFixShares',
  module: 'backup',
  effect: 'changes',
  risk: 'Rewrites the shares of all local accounts by the map file. A map of another import points them at wrong accounts.',
  input: z.object({ mapFile: pathArgument }),
  output: queuedSchema,
  words: ({ mapFile }) => ['backup', 'doFixShares', mapFile],
  read: readQueued,
})
