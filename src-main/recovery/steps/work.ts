import type { StepResult } from '../../contract/recovery.ts'
import { describeError, ExpectedError } from '../../engine/errors.ts'
import { CannotTell, reasonOf } from '../../remote/probe/fact.ts'
import type { AttachedFile, Case } from '../cases/case.ts'
import type { CheckRecord, EntryData } from '../cases/state.ts'
import { joined, translated, words } from '../cases/words.ts'
import type { Check, Procedure, Step, StepContext } from '../types.ts'
import { errorWords, recordOf } from './next.ts'

/** Entries that belong to a step. */
export type StepKind =
  | 'started'
  | 'done'
  | 'failed'
  | 'stopped'
  | 'skipped'
  | 'reopened'
  | 'looked'
  | 'confirmed'
  | 'overridden'
  | 'field'

/** One go at a step. */
export interface Work {
  of: Case
  /** The one the step belongs to: what it does may choose another. */
  procedure: Procedure
  step: Step
  signal: AbortSignal
  /** @param patient waits through lost connections */
  open(patient: boolean): StepContext & { close(): void }
  /** The program ends: what is broken off now goes on at the next start. */
  closing(): boolean
}

/** A check of a server that hangs must not hold up the others for ever, ms. */
const CHECK_MS = 180_000

type Seen = Omit<CheckRecord, 'at'>

/** Writes an entry of a step. */
export function writeOfStep<K extends StepKind>(
  of: Case,
  procedure: Procedure,
  step: Step,
  kind: K,
  text: string,
  data: Omit<EntryData[K], 'procedure'>,
  files: AttachedFile[] = [],
): void {
  of.write(kind, text, { ...data, procedure: procedure.id } as EntryData[K], { step: step.id, files })
}

/** Runs the checks of a step. @throws what the signal aborts with */
export async function lookAtStep({ of, procedure, step, signal, open }: Work): Promise<void> {
  const context = open(false)
  try {
    const checks = await see(step.checks, context, CHECK_MS)
    signal.throwIfAborted()
    if (checks.length > 0) writeOfStep(of, procedure, step, 'looked', lookedText(step, checks), { checks })
  } finally {
    context.close()
  }
}

/** A step that nobody has to run is done when all is seen and confirmed. */
export function finishStep({ of, procedure, step, open }: Work): void {
  const context = open(false)
  const fields = { ...context.fields }
  context.close()
  writeOfStep(of, procedure, step, 'done', `Done: ${step.title.en}`, { result: null, fields })
}

/** Runs a step and its proofs. How it ended is in the journal; it throws only when that cannot be written. */
export async function runStep({ of, procedure, step, signal, open, closing }: Work): Promise<void> {
  const context = open(true)
  const fields = { ...context.fields }
  const write = <K extends StepKind>(kind: K, text: string, data: Omit<EntryData[K], 'procedure'>): void =>
    writeOfStep(of, procedure, step, kind, text, data)
  const again = recordOf(of.state, procedure, step).state !== 'to-do'
  write('started', `${again ? 'Gone on' : 'Begun'}: ${step.title.en}`, { fields })
  let result: StepResult | null = null
  try {
    if (step.run) result = await step.run(context)
    const proofs = await see(step.proofs ?? [], context, 0)
    if (proofs.length > 0) write('looked', lookedText(step, proofs), { checks: proofs })
    const red = proofs.filter(({ verdict }) => verdict === 'red')
    if (red.length > 0) {
      const { en: reason, it: italian } = joined(
        red.map(({ evidence }) => evidence),
        ' ',
      )
      write('failed', `Not proved: ${step.title.en}: ${reason}`, { reason, italian, result })
    } else
      write('done', `Done: ${step.title.en}${result ? `: ${result.summary.en}` : ''}`, { result, fields })
  } catch (error) {
    const stopped = signal.aborted
    // Nobody stopped the step: the next start shows it as interrupted.
    if (stopped && closing()) return
    if (stopped) write('stopped', `Stopped: ${step.title.en}`, { reason: 'Stopped by a person.' })
    else {
      const { en: reason, it: italian } = errorWords(describeError(error))
      write('failed', `Failed: ${step.title.en}: ${reason}`, { reason, italian, result })
    }
  } finally {
    context.close()
  }
}

/** What cannot be seen is `unknown`, with its reason; only a stop ends the looking. */
async function see(checks: readonly Check[], context: StepContext, within: number): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const check of checks) {
    context.signal.throwIfAborted()
    context.progress({
      phase: words('Looking', 'Controllo'),
      done: seen.length,
      total: checks.length,
      unit: 'checks',
      rate: null,
      secondsLeft: null,
      detail: check.label,
    })
    try {
      const { verdict, evidence, next = null } = await inTime(check.run(context), within)
      seen.push({ id: check.id, verdict, evidence, next })
    } catch (error) {
      context.signal.throwIfAborted()
      const why = error instanceof CannotTell ? translated(reasonOf(error)) : errorWords(describeError(error))
      const evidence = words(`Could not be told: ${why.en}`, `Non verificabile: ${why.it}`)
      seen.push({ id: check.id, verdict: 'unknown', evidence, next: null })
    }
  }
  return seen
}

async function inTime<T>(work: Promise<T>, within: number): Promise<T> {
  if (within === 0) return work
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const advice = {
        why: `Nothing came back in ${within / 1000} s.`,
        next: 'Look at the connection, then look again.',
      }
      reject(new ExpectedError('CONNECTION', 'It was not answered in time', advice))
    }, within)
  })
  work.catch(() => undefined)
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function lookedText(step: Step, checks: readonly Seen[]): string {
  const labels = new Map([...step.checks, ...(step.proofs ?? [])].map(({ id, label }) => [id, label.en]))
  const said = checks
    .map(({ id, verdict, evidence }) => `${labels.get(id) ?? id}: ${verdict} (${evidence.en})`)
    .join('; ')
  return `Looked at “${step.title.en}”: ${said}`
}
