import type { PlannedCommand, StepResult, StepState, Verdict } from '../../../src-main/contract/recovery.ts'
import type { Mark } from '../mark.ts'

/** Shape and colour of a step's state; its word is `step.state.…`. */
export const STEP_MARKS: Readonly<Record<StepState, Mark>> = {
  'to-do': 'todo',
  doing: 'running',
  waiting: 'waiting',
  done: 'ok',
  skipped: 'skipped',
  failed: 'failed',
}
/** Shape and colour of what a check found; its word is `check.verdict.…`. */
const VERDICT_MARKS: Readonly<Record<Verdict, Mark>> = {
  ok: 'ok',
  attention: 'attention',
  red: 'failed',
  unknown: 'unknown',
}
export function verdictMark(verdict: Verdict | null): Mark {
  return verdict === null ? 'todo' : VERDICT_MARKS[verdict]
}
export const TONE_MARKS: Readonly<Record<StepResult['figures'][number]['tone'], Mark | null>> = {
  plain: null,
  ok: 'ok',
  attention: 'attention',
  failed: 'failed',
}
export const EFFECT_MARKS: Readonly<Record<PlannedCommand['effect'], Mark>> = {
  reads: 'ok',
  changes: 'attention',
  destroys: 'failed',
}
