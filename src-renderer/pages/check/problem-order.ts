import type { CheckProblem } from '../../../src-main/contract/verify.ts'
import { byWeight, NOTICES } from '../../format/problem-weight.ts'

export interface KindCount {
  kind: CheckProblem['kind']
  severity: CheckProblem['severity']
  count: number
}

/** Kinds of a result: errors first, then by number. */
export function orderedKinds(kinds: Readonly<Record<string, number>>): KindCount[] {
  return Object.entries(kinds)
    .filter(([, count]) => count > 0)
    .map(([name, count]): KindCount => {
      // the record's keys are the kinds of the contract
      const kind = name as KindCount['kind']
      return { kind, severity: NOTICES.includes(kind) ? 'notice' : 'error', count }
    })
    .sort(byWeight)
}
