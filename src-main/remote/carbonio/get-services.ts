import { z } from 'zod'
import { booleanOf, textOf } from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick } from './replies.ts'

/** The services of the backup module (`module`, `backup-realtime`, `smartscan-cron` …) and whether they run. */
export const getServices = defineOperation({
  name: 'getServices',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({}),
  output: z.object({
    services: z.array(
      z.object({
        name: z.string(),
        running: z.boolean(),
        couldStart: z.boolean().nullable(),
        couldStop: z.boolean().nullable(),
        couldNotStartBecause: z.string().nullable(),
      }),
    ),
  }),
  words: () => ['backup', 'getServices'],
  // `services.<name>.{could_start,could_stop,running,could_not_start_because?}`, in text the same as a tree (D)
  read: ({ parts }) => {
    const services = parts.length === 1 ? deepPick(parts[0]!.payload, ['services'], 2) : undefined
    if (!isObject(services)) return null
    return {
      services: Object.entries(services).map(([name, state]) => ({
        name,
        running: booleanOf(pick(state, 'running')),
        couldStart: booleanOf(pick(state, 'could_start')),
        couldStop: booleanOf(pick(state, 'could_stop')),
        couldNotStartBecause: textOf(pick(state, 'could_not_start_because')),
      })),
    }
  },
})
