import { z } from 'zod'
import { textArgument } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { localConfigKey } from './zmlocalconfig-get.ts'

/**
 * Sets one setting of localconfig.xml. For restores it is `zimbra_lmtp_validate_messages`: without the validator mails
 * with lines longer than 10,240 bytes are accepted too.
 */
export const zmlocalconfigSet = defineOperation({
  name: 'zmlocalconfig set',
  module: 'zmlocalconfig',
  effect: 'changes',
  program: 'zmlocalconfig',
  risk: 'Changes a setting of the mailbox service, some only after its restart. With zimbra_lmtp_validate_messages=false mails that clients cannot show get in: set it back to true after the restore.',
  input: z.object({ key: localConfigKey, value: textArgument }),
  output: z.object({ key: z.string() }),
  words: ({ key, value }) => ['-e', `${key}=${value}`],
  // it is silent when it worked: what is printed is then not understood
  read: ({ text }, { key }) => (text.trim() === '' ? { key } : null),
})
