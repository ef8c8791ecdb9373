import type { CaseSteps } from '../recovery/recovery.ts'
import type { Work } from './task-signals.ts'

/** How a step that was being done stands now; one that neither ended nor broke off waits for its person. */
const STATES: Partial<Record<CaseSteps['steps'][number]['state'], Work['state']>> = {
  doing: 'running',
  done: 'done',
  failed: 'failed',
  skipped: 'stopped',
  'to-do': 'stopped',
}

/** Steps of recoveries as the system is told of them: like tasks. A step done elsewhere is not ours. */
export function stepWork(cases: readonly CaseSteps[], language: 'en' | 'it'): Work[] {
  return cases.flatMap(({ id, name, steps }) =>
    steps.map((step): Work => ({
      id: `${id}/${step.id}`,
      kind: 'step',
      title: `${step.title[language]}, ${name}`,
      state: STATES[step.state] ?? 'partial',
      startedAt: step.startedAt ?? 0,
      endedAt: step.endedAt ?? Date.now(),
      done: step.progress?.done ?? 0,
      total: step.progress?.total ?? null,
      canStop: step.state === 'doing' && step.here,
      error: step.reason === null ? null : { message: step.reason[language], why: '', next: '' },
    })),
  )
}
