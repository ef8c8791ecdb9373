import { z } from 'zod'
import { isSecretName } from './clean-output.ts'
import { defineOperation } from './operation.ts'

/** Name of a setting in localconfig.xml. */
export const localConfigKey = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,127}$/, 'The name holds small letters, digits and _ only.')

/** One setting of localconfig.xml. Secrets are never shown. */
export const zmlocalconfigGet = defineOperation({
  name: 'zmlocalconfig get',
  module: 'zmlocalconfig',
  effect: 'reads',
  program: 'zmlocalconfig',
  risk: 'Reads only.',
  input: z.object({ key: localConfigKey }),
  output: z.object({ key: z.string(), value: z.string() }),
  words: ({ key }) => [key],
  // `key = value`
  read: ({ text }, { key }) => {
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${key} =`))
    if (line === undefined) return null
    return { key, value: isSecretName(key) ? '***' : line.slice(key.length + 2).trim() }
  },
})
