import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { unrestoredSteps } from '../../../../../src-main/recovery/unrestored/index.ts'
import type { Step } from '../../../../../src-main/recovery/types.ts'
import type { Bench } from '../../../../support/fake-step-context.ts'
import { login } from '../../drill/support.ts'

export const [unrestored] = unrestoredSteps as readonly [Step]
export const proof = async (made: Bench, id: string) => {
  const found = unrestored.proofs?.find((one) => one.id === id)
  return found?.run(made.context(unrestored))
}
/** The setting as the server tells it. */
export const validator = async (drill: Drill): Promise<string> => {
  const shell = await login(drill, drill.new)
  return (await shell.run(['zmlocalconfig', 'zimbra_lmtp_validate_messages'])).stdout.trim()
}
export const timers = async (drill: Drill): Promise<string> => {
  const shell = await login(drill, drill.new)
  return (await shell.run(['systemctl', 'list-timers'])).stdout
}
