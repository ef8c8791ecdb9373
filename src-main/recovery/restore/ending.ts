import { CarbonioError } from '../../remote/carbonio/errors.ts'
import { monitor } from '../../remote/carbonio/monitor.ts'
import type { RestoreReport } from '../../remote/carbonio/parse-restore-report.ts'
import { ConnectionError } from '../../remote/connection-errors.ts'
import type { StepContext } from '../types.ts'
import { readNotification } from './notification.ts'
import type { Ending } from './operation.ts'

/** How an operation ended, by the server's own words. */
export interface ToldEnding {
  /** The notification as it was found; null without one. */
  text: string | null
  report: RestoreReport | null
  ending: Ending
  /** The server's reason; '' when it gives none. */
  why: string
}

/** Finds the notification of an operation that left the queue, and reads it. @param told its text, where it is known */
export async function fetchEnding(
  context: StepContext,
  id: string | null,
  told: string | null = null,
): Promise<ToldEnding> {
  const text = told ?? (await fetchNotification(context, id ?? ''))
  const { report } = text === null ? { report: null } : await readNotification(text)
  return { text, report, ending: endingOf(report), why: /^Reason: (.*)$/m.exec(text ?? '')?.[1] ?? '' }
}

function endingOf(report: RestoreReport | null): Ending {
  const state = report?.state ?? ''
  if (/^(?:ended|completed|finished|done|successful)$/.test(state)) return 'ended'
  if (/^(?:failed|error|interrupted|aborted)$/.test(state)) return 'failed'
  return state === 'stopped' || state === 'removed' ? state : 'unknown'
}

const FETCH_MS = 20_000
const LOG = '/opt/zextras/log/mailbox.log'

/** The words of the end, from the monitor of the operation, else from the server's log; null when neither has them. */
async function fetchNotification(context: StepContext, id: string): Promise<string | null> {
  if (id === '') return null
  try {
    const answer = await context.carbonio(
      'new',
      monitor,
      { operation: id },
      { format: 'text', timeout: FETCH_MS },
    )
    if (answer.understood && answer.value.notifications !== null) return answer.value.notifications
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof CarbonioError) && !(error instanceof ConnectionError)) throw error
  }
  const { code, stdout } = await context.command('new', ['grep', '-h', '-a', '-A', '20000', '-e', id, LOG], {
    as: 'root',
    effect: 'reads',
    timeout: FETCH_MS,
  })
  const at = stdout.lastIndexOf('- stats -')
  return code === 0 && at >= 0 ? stdout.slice(Math.max(0, at - 500)) : null
}
