import { z } from 'zod'
import { defineOperation } from './operation.ts'
import { doneSchema, readDone } from './replies.ts'

/** Ends the running operation and empties the queue. */
export const doStopAllOperations = defineOperation({
  name: 'doStopAllOperations',
  module: 'backup',
  effect: 'stops',
  risk: 'Ends what runs and empties the whole queue, also operations that others started.',
  input: z.object({}),
  output: doneSchema,
  words: () => ['backup', 'doStopAllOperations'],
  read: readDone,
})
