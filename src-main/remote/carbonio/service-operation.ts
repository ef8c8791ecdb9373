import { z } from 'zod'
import type { Effect } from './types.ts'
import { defineOperation } from './operation.ts'
import { doneSchema, readDone } from './replies.ts'

/** Starting, stopping and restarting a service differ in one word; each has its own file for its own risk. */
export function serviceOperation(
  name: 'doStartService' | 'doStopService' | 'doRestartService',
  effect: Effect,
  risk: string,
) {
  return defineOperation({
    name,
    module: 'backup',
    effect,
    risk,
    input: z.object({
      service: z
        .string()
        .regex(
          /^[a-z][a-z0-9-]*$/,
          'The name of a service holds small letters, digits and hyphens (getServices lists them).',
        ),
    }),
    output: doneSchema,
    words: ({ service }) => ['backup', name, service],
    read: readDone,
  })
}
