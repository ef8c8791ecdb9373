import { ExpectedError } from '../../engine/errors.ts'
import { doExternalRestore } from '../../remote/carbonio/do-external-restore.ts'
import { CarbonioError } from '../../remote/carbonio/errors.ts'
import { getAllOperations, type QueuedOperation } from '../../remote/carbonio/get-all-operations.ts'
import { restoresIn } from '../../remote/carbonio/is-restore-running.ts'
import { CannotTell } from '../../remote/probe/fact.ts'
import { words } from '../cases/words.ts'
import type { StepContext } from '../types.ts'
import { FACTS } from './facts.ts'
import type { RestoreInput } from './form.ts'
import { some, understood } from './look.ts'

/** How an operation ended; `unknown`: it left the queue, and nothing tells how. */
export type Ending = 'ended' | 'failed' | 'stopped' | 'removed' | 'unknown'

/** One run of an External Restore as the case knows it: a fact, so that it survives a crash of the laptop. */
export interface RestoreRun {
  /** `starting`: the command was about to be sent. Whether it was, the queue of the server tells. */
  state: 'starting' | 'started' | 'ended'
  id: string | null
  input: RestoreInput
  /** ms UTC. */
  at: number
  endedAt: number | null
  ending: Ending | null
  /** The server's words on a failure; empty otherwise. */
  why: string
  /** Its end was shown as the result of a step: the next time that step is done, a new run is meant. */
  taken: boolean
}

/** What the case knows of a run; null when it was never begun. */
export function restoreRun(context: Pick<StepContext, 'fact'>, run: string): RestoreRun | null {
  const known = context.fact(FACTS.operation(run))
  return typeof known === 'object' && known !== null ? (known as RestoreRun) : null
}

export function keepRun(context: StepContext, run: string, known: RestoreRun): RestoreRun {
  context.setFact(FACTS.operation(run), known)
  return known
}

/** The queue, read now. @throws CannotTell, CarbonioError, ConnectionError */
export async function readQueue(context: StepContext): Promise<QueuedOperation[]> {
  return understood(await context.carbonio('new', getAllOperations, {})).operations
}

/** The entry of an operation, as long as it has not ended. */
export function inQueue(operations: readonly QueuedOperation[], id: string | null): QueuedOperation | null {
  if (id === null) return null
  return (
    operations.find((one) => one.id.toLowerCase() === id.toLowerCase() && one.standing !== 'ended') ?? null
  )
}

/** A restore of this path in the queue, whoever began it. */
function restoreOf(operations: readonly QueuedOperation[], path: string): QueuedOperation | null {
  return (
    restoresIn(operations).restores.find(({ fields }) => {
      const parameters = (fields['parameters'] ?? {}) as Record<string, unknown>
      return [parameters['path'], parameters['sourcePath'], parameters['source_path']].includes(path)
    }) ?? null
  )
}

/**
 * Sees to it that the run is under way, and is so only once: one that the queue still holds is attached to (also after
 * a crash, a lost connection, or when somebody began it by hand); only when the queue has none is it started.
 * @param again start anew when the run that is known has ended
 * @throws ExpectedError REFUSED when something else is in the queue, CarbonioError, ConnectionError
 */
export async function underWay(
  context: StepContext,
  run: string,
  input: RestoreInput,
  again: boolean,
): Promise<RestoreRun> {
  const known = restoreRun(context, run)
  if (known !== null && known.state === 'ended' && !again) return known
  const operations = await readQueue(context)
  if (known !== null && known.state !== 'ended') {
    const there = inQueue(operations, known.id) ?? restoreOf(operations, input.sourcePath)
    if (there !== null) {
      context.record(
        words(
          `Attached to the restore that is in the queue of the server: ${there.id}`,
          `Agganciato al ripristino che è nella coda del server: ${there.id}`,
        ),
      )
      return keepRun(context, run, { ...known, state: 'started', id: there.id })
    }
    // it left the queue while nobody watched
    if (known.id !== null) return known
    context.record(
      words(
        'The command was about to be sent when Lifeboat ended; the queue has no such restore. It is started.',
        'Il comando stava per partire quando Lifeboat è terminato; nella coda non c’è. Viene avviato.',
      ),
    )
  } else {
    const there = restoreOf(operations, input.sourcePath)
    if (there !== null) {
      context.record(
        words(
          `A restore of this path is in the queue already, begun elsewhere: ${there.id}`,
          `Un ripristino di questo percorso è già in coda, avviato altrove: ${there.id}`,
        ),
      )
      return keepRun(context, run, begun(input, there.id))
    }
  }
  const others = operations.filter(({ standing }) => standing !== 'ended')
  if (others.length > 0) {
    throw new ExpectedError(
      'REFUSED',
      `${some(others.map(({ title, name }) => title ?? name))} is in the queue`,
      {
        why: 'The queue of the backup does one thing after the other; the restore would wait behind it without a word.',
        next: 'Wait for its end or stop it, then go on with this step.',
      },
    )
  }
  return start(context, run, input)
}

const begun = (input: RestoreInput, id: string | null): RestoreRun => ({
  state: id === null ? 'starting' : 'started',
  id,
  input,
  at: Date.now(),
  endedAt: null,
  ending: null,
  why: '',
  taken: false,
})

/** How long the queue is read for an operation whose start brought no answer, ms. */
const SETTLE_MS = 20_000

async function start(context: StepContext, run: string, input: RestoreInput): Promise<RestoreRun> {
  const starting = keepRun(context, run, begun(input, null))
  try {
    const answer = await context.carbonio('new', doExternalRestore, input)
    if (answer.understood && answer.value.operationId !== null) {
      return keepRun(context, run, { ...starting, state: 'started', id: answer.value.operationId })
    }
  } catch (error) {
    if (!(error instanceof CarbonioError) || error.kind !== 'unknown-outcome') {
      // it said no: nothing is under way
      if (error instanceof CarbonioError) context.setFact(FACTS.operation(run), null)
      throw error
    }
  }
  // The answer was lost or tells no id: the queue is the only proof.
  const until = Date.now() + SETTLE_MS
  for (;;) {
    const there = restoreOf(await readQueue(context), input.sourcePath)
    if (there !== null) return keepRun(context, run, { ...starting, state: 'started', id: there.id })
    if (Date.now() > until) break
    await wait(1000, context.signal)
  }
  throw new CannotTell(
    'the restore was sent, but it is not in the queue; look at the notifications of the server',
  )
}

/** Waits; throws what the signal aborts with. */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
  signal.throwIfAborted()
}
