import type { RemoteShell } from '../shell.ts'
import type { QueuedOperation } from './get-all-operations.ts'
import { getAllOperations } from './get-all-operations.ts'
import type { RunSettings } from './types.ts'

/** What the queue says about restores. */
export interface RestoreStanding {
  /** `unknown`: the queue could not be read, or a restore stands in it in a state that is not known. */
  standing: 'running' | 'queued' | 'none' | 'unknown'
  /** The restores in the queue, in its order. */
  restores: QueuedOperation[]
  /** In one sentence, for the screen. */
  why: string
  /** What runs now and must end first, when the restore waits. */
  ahead: QueuedOperation[]
}

/** External Restore, Restore on New Account, Item Restore, Restore Blobs, Undelete; older releases say Import. */
const RESTORE = /restore|undelete|import/

function isRestore({ name, title }: QueuedOperation): boolean {
  return RESTORE.test(`${name} ${title ?? ''}`.toLowerCase())
}

/** What a queue that was read says about restores, or about the one operation with this id. */
export function restoresIn(operations: readonly QueuedOperation[], id?: string): RestoreStanding {
  const wanted = id?.toLowerCase()
  const restores = operations.filter(
    (operation) =>
      operation.standing !== 'ended' &&
      (wanted === undefined ? isRestore(operation) : operation.id.toLowerCase() === wanted),
  )
  const ahead = operations.filter(
    (operation) => operation.standing === 'running' && !restores.includes(operation),
  )
  const first = (standing: string) => restores.find((operation) => operation.standing === standing)
  const running = first('running')
  if (running !== undefined) {
    return {
      standing: 'running',
      restores,
      ahead,
      why: `${running.title ?? running.name} is ${running.state ?? 'running'}.`,
    }
  }
  const unknown = first('unknown')
  if (unknown !== undefined) {
    const state = unknown.state ?? 'without a state'
    return {
      standing: 'unknown',
      restores,
      ahead,
      why: `A restore is in the queue, but its state "${state}" is not known.`,
    }
  }
  const queued = first('queued')
  if (queued !== undefined) {
    const behind = ahead[0] === undefined ? '' : ` behind ${ahead[0].title ?? ahead[0].name}`
    return {
      standing: 'queued',
      restores,
      ahead,
      why: `${queued.title ?? queued.name} waits in the queue${behind}.`,
    }
  }
  return { standing: 'none', restores, ahead, why: 'No restore is in the queue of this server.' }
}

/**
 * Whether a restore runs, read from the queue and never assumed.
 * @param id the operation to look for; without it any restore counts
 * @throws CarbonioError, ConnectionError as getAllOperations does
 */
export async function isRestoreRunning(
  shell: RemoteShell,
  id?: string,
  settings: RunSettings = {},
): Promise<RestoreStanding> {
  const answer = await getAllOperations.run(shell, {}, settings)
  if (answer.understood) return restoresIn(answer.value.operations, id)
  return {
    standing: 'unknown',
    restores: [],
    ahead: [],
    why: `The queue of ${shell.host} was not understood: ${answer.why}`,
  }
}
