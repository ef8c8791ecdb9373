import { cosSwitch } from './cos-switch.ts'
import { defineOperation } from './operation.ts'

const name = 'config set cos backupEnabled'

/** Newer syntax: backup of a COS on or off. cosSyntax tells which one a server knows. */
export const setCosBackup = defineOperation({
  ...cosSwitch(name),
  name,
  module: 'config',
  words: ({ cos, enabled }) => ['config', 'set', 'cos', cos, 'backupEnabled', String(enabled)],
})
