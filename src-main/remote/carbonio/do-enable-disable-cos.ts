import { cosSwitch } from './cos-switch.ts'
import { defineOperation } from './operation.ts'

const name = 'doEnableDisableCOS'

/** Older syntax: backup of a COS on or off. cosSyntax tells which one a server knows. */
export const doEnableDisableCos = defineOperation({
  ...cosSwitch(name),
  name,
  module: 'backup',
  words: ({ cos, enabled }) => ['backup', name, cos, enabled ? 'enable' : 'disable'],
})
