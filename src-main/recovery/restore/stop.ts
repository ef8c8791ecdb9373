import { ExpectedError } from '../../engine/errors.ts'
import { doStopOperation } from '../../remote/carbonio/do-stop-operation.ts'
import { words } from '../cases/words.ts'
import type { StepContext } from '../types.ts'
import { INVALID_RUN, MAIN_RUN, READ_RUN, roundName, ROUNDS, VIP_RUN } from './facts.ts'
import { inQueue, keepRun, readQueue, restoreRun, wait } from './operation.ts'

/** How long the queue is asked whether the restore has left it, ms. */
const GONE_MS = 60_000
const PAUSE_MS = 1000

/** Runs of the case that have begun and whose end is not known yet. */
export function runsUnderWay(context: Pick<StepContext, 'fact'>): string[] {
  const rounds = context.fact(ROUNDS)
  const names = Array.from({ length: typeof rounds === 'number' ? rounds : 0 }, (_, n) => roundName(n + 1))
  return [VIP_RUN, MAIN_RUN, READ_RUN, INVALID_RUN, ...names].filter((name) => {
    const run = restoreRun(context, name)
    return run !== null && run.state !== 'ended'
  })
}

/**
 * Ends the restores of this case on the server and waits until the queue has none of them any more. What they brought
 * stays; the next run skips it.
 * @returns ids of the operations that were ended
 * @throws ExpectedError NOT_FOUND when the queue has none of them, REFUSED when one does not leave it
 */
export async function stopRestores(context: StepContext): Promise<string[]> {
  const operations = await readQueue(context)
  const there = runsUnderWay(context).flatMap((name) => {
    const entry = inQueue(operations, restoreRun(context, name)?.id ?? null)
    return entry === null ? [] : [{ name, id: entry.id }]
  })
  if (there.length === 0) {
    throw new ExpectedError('NOT_FOUND', 'No restore of this case is in the queue of the server', {
      why: 'It has ended meanwhile, was stopped elsewhere, or has not come into the queue yet.',
      next: 'Look at the queue of operations; the step tells how the restore ended.',
    })
  }
  for (const { name, id } of there) {
    await context.carbonio('new', doStopOperation, { operation: id })
    context.record(
      words(
        `A person stopped the restore ${id} on the server.`,
        `Una persona ha fermato il ripristino ${id} sul server.`,
      ),
    )
    await untilGone(context, id)
    // whoever watches it has more to say of its end; without a watcher nobody has
    const known = restoreRun(context, name)
    if (known !== null && known.state !== 'ended')
      keepRun(context, name, { ...known, state: 'ended', endedAt: Date.now(), ending: 'stopped' })
  }
  return there.map(({ id }) => id)
}

async function untilGone(context: StepContext, id: string): Promise<void> {
  const until = Date.now() + GONE_MS
  while (inQueue(await readQueue(context), id) !== null) {
    if (Date.now() > until) {
      throw new ExpectedError('REFUSED', 'The restore was told to stop and is still in the queue', {
        why: `The server still lists operation ${id} after ${String(GONE_MS / 1000)} seconds.`,
        next: 'It may finish the account it is at first. Look at the queue of operations again.',
      })
    }
    await wait(PAUSE_MS, context.signal)
  }
}
