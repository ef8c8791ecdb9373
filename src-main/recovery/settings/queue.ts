import { ExpectedError } from '../../engine/errors.ts'
import { doStopAllOperations } from '../../remote/carbonio/do-stop-all-operations.ts'
import { doStopOperation } from '../../remote/carbonio/do-stop-operation.ts'
import { getAllOperations, type QueuedOperation } from '../../remote/carbonio/get-all-operations.ts'
import type { RemoteShell } from '../../remote/shell.ts'

/** What runs and waits in the queue of a server, in its order. @throws ExpectedError, CarbonioError, ConnectionError */
export async function listOperations(shell: RemoteShell, signal?: AbortSignal): Promise<QueuedOperation[]> {
  const answer = await getAllOperations.run(shell, {}, signal ? { signal } : {})
  if (answer.understood) return answer.value.operations.filter(({ standing }) => standing !== 'ended')
  throw new ExpectedError('UNREADABLE', 'The queue was not understood', {
    why: answer.why,
    next: `Look at it yourself: ${answer.command}`,
  })
}

/**
 * Stops one operation and looks whether it left the queue.
 * @param name as the person saw it: when another one has this id by now nothing is stopped
 * @returns the queue afterwards
 */
export async function stopOperation(
  shell: RemoteShell,
  { id, name }: { id: string; name: string },
): Promise<QueuedOperation[]> {
  const found = (await listOperations(shell)).find((one) => one.id === id)
  if (found === undefined) {
    throw new ExpectedError('NOT_FOUND', `${name} is no longer in the queue`, {
      why: 'It ended, or somebody stopped it.',
      next: 'Look at the queue again.',
    })
  }
  await doStopOperation.run(shell, { operation: id })
  return settled(shell, (queue) => !queue.some((one) => one.id === id))
}

/** Stops everything, also what others started. @returns the queue afterwards */
export async function stopAllOperations(shell: RemoteShell): Promise<QueuedOperation[]> {
  await doStopAllOperations.run(shell, {})
  return settled(shell, (queue) => queue.length === 0)
}

/** An operation that is told to end takes a moment: what is being written is finished first. */
const SETTLE_MS = 15_000

async function settled(
  shell: RemoteShell,
  isDone: (queue: QueuedOperation[]) => boolean,
): Promise<QueuedOperation[]> {
  const until = Date.now() + SETTLE_MS
  for (;;) {
    const queue = await listOperations(shell)
    if (isDone(queue) || Date.now() > until) return queue
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
