import { z } from 'zod'
import { textArgument } from './arguments.ts'
import { attributeArgument, configSyntaxSchema, configTargetSchema, configWords } from './config-arguments.ts'
import { defineOperation, refusal } from './operation.ts'
import { doneSchema, readDone } from './replies.ts'

/** Sets one setting of Carbonio, such as `ZxBackup_RealTimeScanner` of a server. Prints `ok` (D). */
export const configSet = defineOperation({
  name: 'config set',
  module: 'config',
  effect: 'changes',
  risk: 'Holds at once, without the queue. A shorter retention time purges backup data at the next purge; another Backup Path starts an empty backup.',
  input: z.object({
    target: configTargetSchema,
    attribute: attributeArgument,
    value: textArgument,
    syntax: configSyntaxSchema.default('new'),
  }),
  output: doneSchema,
  check: ({ attribute }) => {
    if (attribute.toLowerCase() !== 'backupenabled') return
    throw refusal(
      'config set',
      'The backup of a COS or account is not switched with a bare config set',
      'Accounts whose backup is off are treated as deleted, and their backup data is purged after the retention time: this is said every time before it is done.',
      'Use the operation for the backup of a COS, which shows the warning first.',
    )
  },
  words: ({ target, attribute, value, syntax }) => configWords('set', target, attribute, syntax, value),
  read: readDone,
})
