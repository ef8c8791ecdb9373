import type { CaseView, StepView } from '../../contract/recovery.ts'
import type { CaseRunner } from '../../recovery/steps/runner.ts'
import type { Laptop } from './laptop.ts'

/** What a technician does besides pressing the primary action. */
export interface Habits {
  /** A step is shown for the first time. */
  arrive?: (step: StepView, runner: CaseRunner) => Promise<void> | void
  /** The primary action would do nothing: mend it, override it, skip it. False: nothing helps. */
  blocked?: (step: StepView, runner: CaseRunner) => Promise<boolean> | boolean
  /** A step failed. True: the primary action is pressed again. */
  failed?: (step: StepView, runner: CaseRunner) => Promise<boolean> | boolean
  /** Ends before this step, or before the end of the case; asked before every action. */
  until?: (view: CaseView) => boolean
  /** Hears of every action that ended. */
  onAction?: (step: StepView) => void
  signal?: AbortSignal
}

/** More actions than any step needs: then something turns in a circle. */
const MOST_ACTIONS = 40

/** A step that came to no end. */
export class StuckError extends Error {
  readonly step: string

  constructor(step: StepView, why: string) {
    super(`Step “${step.id}” came to no end (${step.state}): ${why}`)
    this.name = 'StuckError'
    this.step = step.id
  }
}

/** Works through a case: presses the primary action of the present step until nothing is left to do. */
export async function perform(laptop: Laptop, caseId: string, habits: Habits = {}): Promise<CaseView> {
  const { recovery } = laptop
  let last = ''
  let actions = 0
  for (;;) {
    habits.signal?.throwIfAborted()
    let view = recovery.view(caseId)
    if (view.present === null || habits.until?.(view) === true) return view
    const runner = recovery.runner(caseId)
    const step = runner.step(view.present)
    const key = `${view.procedure ?? 'intake'}/${step.id}`
    if (key !== last) {
      last = key
      actions = 0
      await runner.refresh(step)
      await habits.arrive?.(viewOf(recovery.view(caseId), step.id), runner)
      view = recovery.view(caseId)
    }
    const shown = viewOf(view, step.id)
    if (++actions > MOST_ACTIONS)
      throw new StuckError(shown, shown.reason?.en ?? 'it wants ever more actions')
    if (shown.state === 'doing') {
      await new Promise((resolve) => setTimeout(resolve, 200))
      actions--
      continue
    }
    if (!shown.canRun) {
      const why = shown.blockedBy.map(({ en }) => en).join(' ')
      if ((await habits.blocked?.(shown, runner)) !== true) throw new StuckError(shown, why)
      continue
    }
    if (shown.state === 'failed' && (await habits.failed?.(shown, runner)) !== true) {
      throw new StuckError(shown, shown.reason?.en ?? '')
    }
    const { ended } = await runner.act(step)
    await ended
    const now = recovery.view(caseId)
    habits.onAction?.(now.plan.find(({ id }) => id === step.id) ?? shown)
  }
}

function viewOf(view: CaseView, step: string): StepView {
  return view.plan.find(({ id }) => id === step)!
}
