import { z } from 'zod'
import { uuidArgument } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { doneSchema, readDone } from './replies.ts'

/** Ends one operation, or takes it out of the queue. */
export const doStopOperation = defineOperation({
  name: 'doStopOperation',
  module: 'backup',
  effect: 'stops',
  risk: 'Ends one operation of the queue. What a restore wrote until then stays; the same restore can be started again and skips it.',
  input: z.object({ operation: uuidArgument }),
  output: doneSchema,
  words: ({ operation }) => ['backup', 'doStopOperation', operation],
  read: readDone,
})
