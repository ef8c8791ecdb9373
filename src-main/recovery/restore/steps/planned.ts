import type { PlannedCommand } from '../../../contract/recovery.ts'
import { ExpectedError } from '../../../engine/errors.ts'
import { doExternalRestore } from '../../../remote/carbonio/do-external-restore.ts'
import { CarbonioError } from '../../../remote/carbonio/errors.ts'
import { translated, words } from '../../cases/words.ts'
import type { StepContext } from '../../types.ts'
import type { RestoreInput } from '../form.ts'
import { keepRun, type RestoreRun } from '../operation.ts'

/** The exact command of a run; what is missing of it instead. */
export function planned(context: StepContext, input: RestoreInput): PlannedCommand[] {
  if (!context.hasServer('new')) return []
  const { host } = context.shell('new')
  try {
    return [{ host, command: doExternalRestore.commandLine(input), effect: 'changes', note: null }]
  } catch (error) {
    if (!(error instanceof CarbonioError)) throw error
    return [
      {
        host,
        command: 'carbonio backup doExternalRestore …',
        effect: 'changes',
        note: translated(error.why),
      },
    ]
  }
}

/**
 * Takes the end of a run as the result of a step.
 * @throws ExpectedError when it failed, was stopped or was taken out of the queue
 */
export function taken(context: StepContext, run: string, known: RestoreRun): void {
  if (known.state !== 'ended') return
  keepRun(context, run, { ...known, taken: true })
  if (known.ending === 'ended' || known.ending === 'unknown') return
  const how = {
    failed: 'The restore failed',
    stopped: 'The restore was stopped',
    removed: 'The restore was taken out of the queue',
  } as const
  throw new ExpectedError('REFUSED', how[known.ending ?? 'failed'], {
    why: known.why === '' ? 'Its own words are in the notification.' : `The server says: ${known.why}`,
    next: 'Do this step again: what was restored stays and is skipped, the rest is brought.',
  })
}

/** Whether the next start of a run means a new one. */
export const meansAgain = (known: RestoreRun | null): boolean =>
  known?.state === 'ended' && (known.taken || known.ending === 'failed' || known.ending === 'stopped')

export const NO_NOTIFICATION = words(
  'It left the queue; no notification of its end was found. Paste it in the next step.',
  'Ha lasciato la coda; non è stata trovata alcuna notifica della fine. Va incollata nel passo seguente.',
)
