import { z } from 'zod'
import { textArgument } from './arguments.ts'
import { requireCosWarning } from './cos-warning.ts'
import { defineOperation } from './operation.ts'
import { doneSchema, readDone } from './replies.ts'

const name = 'config set cos backupEnabled'

/** Newer syntax: backup of a COS on or off. cosSyntax tells which one a server knows. */
export const setCosBackup = defineOperation({
  name,
  module: 'config',
  effect: 'changes',
  risk: 'Switched off, the accounts of the COS are treated as deleted and their backup data is purged after the retention time.',
  input: z.object({
    cos: textArgument,
    enabled: z.boolean(),
    /** From cosBackupWarning; needed to switch off. */
    confirmed: z.string().optional(),
  }),
  output: doneSchema,
  check: ({ cos, enabled, confirmed }) => {
    if (!enabled) requireCosWarning(name, { cos, confirmed, use: false })
  },
  before: ({ cos, enabled, confirmed }, host) => {
    if (!enabled) requireCosWarning(name, { cos, confirmed, host, use: true })
  },
  words: ({ cos, enabled }) => ['config', 'set', 'cos', cos, 'backupEnabled', String(enabled)],
  read: readDone,
})
