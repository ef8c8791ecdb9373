import type { FieldValue, StepView, Words } from '../../contract/recovery.ts'
import { describeError, ExpectedError } from '../../engine/errors.ts'
import type { AttachedFile, Case } from '../cases/case.ts'
import { stepKey, type EntryData } from '../cases/state.ts'
import { isLocked, tryLock, unlock } from '../journal/lock.ts'
import type { Procedure, Step, StepContext } from '../types.ts'
import { makeContext } from './context.ts'
import type { RecoveryDeps } from './deps.ts'
import { DetailsBook, type StepDetails } from './details.ts'
import {
  blockingGuards,
  errorWords,
  nextAction,
  presentStep,
  primaryWords,
  recordOf,
  type LiveStep,
  type NextAction,
} from './next.ts'
import { undo } from './undo.ts'
import { finishStep, lookAtStep, runStep, writeOfStep, type StepKind, type Work } from './work.ts'

/** What was seen longer ago is looked at again before a step runs, ms. */
const STALE_MS = 60_000

interface Running {
  abort: AbortController
  progress: StepView['progress']
  ended: Promise<void>
}

/** Does the steps of one case. One per case and process. */
export class CaseRunner {
  readonly case: Case
  readonly #deps: RecoveryDeps
  readonly #onChange: () => void
  readonly #running = new Map<string, Running>()
  readonly #details: DetailsBook
  /** What went wrong where the journal could not say it. */
  readonly #errors = new Map<string, Words>()
  #closed = false

  constructor(of: Case, deps: RecoveryDeps, onChange: () => void) {
    this.case = of
    this.#deps = deps
    this.#onChange = onChange
    this.#details = new DetailsBook(onChange)
  }

  /** Something is looked at or done here. */
  get busy(): boolean {
    return this.#running.size > 0
  }

  get procedure(): Procedure {
    return this.#deps.procedure(this.case.state.procedure ?? 'intake')
  }

  present(): Step | null {
    return presentStep(this.case.state, this.procedure)
  }

  progressOf(step: Step): StepView['progress'] {
    return this.#running.get(this.#key(step))?.progress ?? null
  }

  detailsOf(step: Step): StepDetails {
    return this.#details.get(this.#key(step))
  }

  /** Why the last action of a step came to nothing; null when it did not, or the journal says it. */
  errorOf(step: Step): Words | null {
    return this.#errors.get(this.#key(step)) ?? null
  }

  liveOf(step: Step): LiveStep {
    const busy = this.#running.has(this.#key(step))
    const { state } = recordOf(this.case.state, this.procedure, step)
    const elsewhere = !busy && state === 'doing' && this.#running.size === 0 && isLocked(this.case.runLock)
    return { busy, elsewhere, standards: this.detailsOf(step).standards }
  }

  next(step: Step): NextAction {
    return nextAction(this.case.state, this.procedure, step, this.liveOf(step))
  }

  /** A step of the present procedure. @throws ExpectedError NOT_FOUND */
  step(id: string): Step {
    const found = this.procedure.steps.find((step) => step.id === id)
    if (found) return found
    throw new ExpectedError('NOT_FOUND', `There is no step “${id}” now`, {
      why: `The procedure of the case is “${this.procedure.title.en}”.`,
      next: 'Look at the plan of the case again.',
    })
  }

  /** Works out standards, options, commands and expected time of a step anew, in the background. */
  refresh(step: Step): Promise<void> {
    if (this.#closed || this.case.state.closed) return Promise.resolve()
    return this.#details.refresh(this.#key(step), step, () =>
      this.#context(step, new AbortController().signal),
    )
  }

  /** Servers or sources changed: what was worked out before may be wrong. */
  forgetDetails(): void {
    this.#details.clear()
    const present = this.present()
    if (present) void this.refresh(present)
  }

  /** Runs the checks of a step. Ends when all are seen. */
  async look(step: Step): Promise<void> {
    this.#assertOpen()
    if (this.#running.has(this.#key(step))) throw busy(step)
    await this.#begin(step, false, (signal) => this.#look(step, signal))
  }

  /**
   * Does what is next in a step. What takes long is begun; `ended` settles when it is over.
   * @param seen English words of the primary action as the person saw them: a second click, or one in another window,
   *   is meant for what stood there, so it does nothing once the step has gone on
   * @throws ExpectedError REFUSED when there is nothing to do, with what stands in the way
   */
  async act(step: Step, seen?: string): Promise<{ ended: Promise<void> }> {
    this.#assertOpen()
    await this.refresh(step)
    const next = this.next(step)
    if (seen !== undefined) {
      const running = this.#running.get(this.#key(step))
      const record = recordOf(this.case.state, this.procedure, step)
      const over = next.kind === 'none' && (record.state === 'done' || record.state === 'skipped')
      if (running || over || primaryWords(step, record, next).en !== seen)
        return { ended: running?.ended ?? Promise.resolve() }
    }
    switch (next.kind) {
      case 'none':
        throw new ExpectedError('REFUSED', `“${step.title.en}” cannot go on`, {
          why: next.because.map(({ en }) => en).join(' '),
          next: 'Do this first; the step says what it waits for.',
        })
      case 'look':
        return { ended: this.#begin(step, false, (signal) => this.#lookAndFinish(step, signal)) }
      case 'confirm':
        return { ended: this.confirm(step, next.confirmation.id, '', []) }
      case 'finish':
        return { ended: this.#begin(step, false, async (signal) => finishStep(this.#work(step, signal))) }
      case 'repeat':
        this.#write('reopened', step, `Once more: ${step.title.en}`, { reason: 'It is repeated.' })
        return this.act(step)
      case 'go-on':
        return { ended: this.#begin(step, true, (signal) => runStep(this.#work(step, signal))) }
      case 'run':
        return { ended: this.#begin(step, true, (signal) => this.#lookAgainAndRun(step, signal)) }
    }
  }

  /** Asks a running step to stop and waits until it has. */
  async stop(step: Step): Promise<void> {
    const running = this.#running.get(this.#key(step))
    if (!running) return
    running.abort.abort()
    await running.ended
  }

  /** Confirms something; a step that waited for nothing else is done with it. */
  confirm(step: Step, id: string, note: string, files: AttachedFile[]): Promise<void> {
    this.#assertOpen()
    const confirmation = step.confirmations.find((one) => one.id === id)
    if (!confirmation) throw noSuch('confirmation', id)
    const text = `Confirmed: ${confirmation.label.en}${note === '' ? '' : ` (${note})`}`
    this.#write('confirmed', step, text, { id, note }, files)
    this.#changed(step)
    if (this.next(step).kind !== 'finish') return Promise.resolve()
    return this.#begin(step, false, async (signal) => finishStep(this.#work(step, signal)))
  }

  override(step: Step, id: string, reason: string): void {
    this.#assertOpen()
    const check = step.checks.find((one) => one.id === id)
    if (!check) throw noSuch('check', id)
    const found = recordOf(this.case.state, this.procedure, step).checks.get(id)
    if (!check.guard || (found?.verdict !== 'red' && found?.verdict !== 'unknown')) {
      throw new ExpectedError('REFUSED', `“${check.label.en}” does not stop anything`, {
        why: 'Only a guard that stops the procedure can be overridden.',
        next: 'Nothing has to be done.',
      })
    }
    this.#write(
      'overridden',
      step,
      `Overridden: ${check.label.en} (${found.evidence.en}). Reason: ${reason}`,
      { check: id, reason, evidence: found.evidence },
    )
    this.#changed(step)
  }

  setField(step: Step, field: string, value: FieldValue): void {
    this.#assertOpen()
    const found = step.fields.find(({ id }) => id === field)
    if (!found) throw noSuch('field', field)
    if (this.#running.has(this.#key(step))) throw busy(step)
    const chosen = this.detailsOf(step).options[field]?.find((option) => option.value === value)?.label
    const shown = chosen?.en ?? (Array.isArray(value) ? value.join(', ') : String(value))
    const data = { field, value, ...(chosen ? { chosen } : {}) }
    this.#write('field', step, `${found.label.en}: ${shown.slice(0, 500)}`, data)
    this.#changed(step)
  }

  skip(step: Step, reason: string): void {
    this.#assertOpen()
    if (this.#running.has(this.#key(step))) throw busy(step)
    this.#write('skipped', step, `Skipped: ${step.title.en}. Reason: ${reason}`, { reason })
    this.#changed(step)
  }

  reopen(step: Step, reason: string): void {
    this.#assertOpen()
    if (this.#running.has(this.#key(step))) throw busy(step)
    this.#write('reopened', step, `Opened again: ${step.title.en}. Reason: ${reason}`, { reason })
    this.#changed(step)
  }

  /**
   * Puts back what was changed for a while: runs the command and looks whether it worked.
   * @throws ExpectedError REFUSED when it did not, ConnectionError
   */
  async putBack(id: string): Promise<void> {
    const pending = this.case.state.pendings.get(id)
    if (!pending) return
    const context = this.#context(this.#anyStep(), new AbortController().signal)
    try {
      await undo(pending, context)
    } finally {
      context.close()
      this.#onChange()
    }
  }

  /** Does something for a step beside its run, for its own page: with the same context, in the same journal. */
  async beside<T>(stepId: string, work: (context: StepContext) => Promise<T>): Promise<T> {
    this.#assertOpen()
    const context = this.#context(this.step(stepId), new AbortController().signal)
    try {
      return await work(context)
    } finally {
      context.close()
      this.#onChange()
    }
  }

  /** Stops what runs; it goes on at the next start. */
  async close(): Promise<void> {
    this.#closed = true
    const running = [...this.#running.values()]
    for (const { abort } of running) abort.abort()
    await Promise.allSettled(running.map(({ ended }) => ended))
  }

  // --- how a step is done ---

  #begin(step: Step, locked: boolean, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const key = this.#key(step)
    if (this.#running.has(key)) throw busy(step)
    if (locked && !tryLock(this.case.runLock)) {
      throw new ExpectedError('REFUSED', 'A step of this case is being done', {
        why: 'It runs in another window or another Lifeboat on this computer.',
        next: 'Wait until it is over, or stop it there.',
      })
    }
    const abort = new AbortController()
    this.#errors.delete(key)
    const running: Running = { abort, progress: null, ended: Promise.resolve() }
    this.#running.set(key, running)
    this.#onChange()
    running.ended = work(abort.signal).finally(() => {
      if (locked) unlock(this.case.runLock)
      this.#running.delete(key)
      this.#changed(step)
    })
    running.ended.catch((error: unknown) => {
      if (abort.signal.aborted) return
      this.#errors.set(key, errorWords(describeError(error)))
      this.#onChange()
    })
    return running.ended
  }

  /** One go at a step, with the procedure it belongs to now. */
  #work(step: Step, signal: AbortSignal): Work {
    return {
      of: this.case,
      procedure: this.procedure,
      step,
      signal,
      open: (patient) => this.#context(step, signal, patient),
      closing: () => this.#closed,
    }
  }

  async #look(step: Step, signal: AbortSignal): Promise<void> {
    await this.refresh(step)
    await lookAtStep(this.#work(step, signal))
  }

  async #lookAndFinish(step: Step, signal: AbortSignal): Promise<void> {
    await this.#look(step, signal)
    const next = nextAction(this.case.state, this.procedure, step, { ...this.liveOf(step), busy: false })
    if (next.kind === 'finish') finishStep(this.#work(step, signal))
  }

  async #lookAgainAndRun(step: Step, signal: AbortSignal): Promise<void> {
    const record = recordOf(this.case.state, this.procedure, step)
    const oldest = Math.min(...step.checks.map(({ id }) => record.checks.get(id)?.at ?? 0))
    if (step.checks.length > 0 && Date.now() - oldest > STALE_MS) {
      await this.#look(step, signal)
      // It is shown and waits; nothing was begun.
      if (blockingGuards(step, recordOf(this.case.state, this.procedure, step)).length > 0) return
    }
    await runStep(this.#work(step, signal))
  }

  #context(step: Step, signal: AbortSignal, patient = false): ReturnType<typeof makeContext> {
    const procedure = this.procedure.id
    return makeContext({
      deps: this.#deps,
      of: this.case,
      procedure,
      step,
      signal,
      patient,
      standards: (id) => this.#details.get(stepKey(procedure, id)).standards,
      onProgress: (progress) => {
        const running = this.#running.get(stepKey(procedure, step.id))
        if (running) running.progress = progress
        this.#onChange()
      },
    })
  }

  #write<K extends StepKind>(
    kind: K,
    step: Step,
    text: string,
    data: Omit<EntryData[K], 'procedure'>,
    files: AttachedFile[] = [],
  ): void {
    writeOfStep(this.case, this.procedure, step, kind, text, data, files)
  }

  #changed(step: Step): void {
    this.#onChange()
    if (this.#closed) return
    void this.refresh(step)
    const present = this.present()
    if (present && present.id !== step.id) void this.refresh(present)
  }

  /** What belongs to no step is written as of the present one. */
  #anyStep(): Step {
    return this.present() ?? this.procedure.steps.at(-1) ?? this.#deps.procedure('intake').steps[0]!
  }

  #key(step: Step): string {
    return stepKey(this.procedure.id, step.id)
  }

  #assertOpen(): void {
    this.case.refresh()
    if (!this.case.state.closed) return
    throw new ExpectedError('REFUSED', 'This case is closed', {
      why: 'A person closed it.',
      next: 'Open it again to go on with it.',
    })
  }
}

function busy(step: Step): ExpectedError {
  return new ExpectedError('REFUSED', `“${step.title.en}” is being done`, {
    why: 'It runs at this moment.',
    next: 'Wait until it is over, or stop it.',
  })
}

function noSuch(what: string, id: string): ExpectedError {
  return new ExpectedError('NOT_FOUND', `This step has no ${what} “${id}”`, {
    why: 'The plan of the case changed.',
    next: 'Look at the step again.',
  })
}
