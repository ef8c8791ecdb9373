import type { Step } from '../types.ts'
import { usersLogIn } from './steps/log-in.ts'
import { preflight } from './steps/preflight.ts'
import { reconcileStep } from './steps/reconcile.ts'
import { itemsFollow, restoreStart } from './steps/restore.ts'
import { restoreVips } from './steps/vips.ts'

/** External Restore in the order of the manual, from the form to the comparison. */
export const restoreSteps: readonly Step[] = [
  preflight,
  restoreVips,
  restoreStart,
  usersLogIn,
  itemsFollow,
  reconcileStep,
]
