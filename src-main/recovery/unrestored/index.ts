import type { Step } from '../types.ts'
import { unrestored } from './step.ts'

/** What is done about items that a restore did not bring. */
export const unrestoredSteps: readonly Step[] = [unrestored]
