import { formatDate } from './call.ts'
import type { SimServer } from './server.ts'
import type { SimOperation } from './state.ts'

/** `--notifications a,b` of the command line. */
function receivers(operation: SimOperation): string {
  return operation.parameters['notifications'] ?? ''
}

function once(operation: SimOperation, phase: string): boolean {
  if (operation.notified.includes(phase)) return false
  operation.notified.push(phase)
  return true
}

/** The mail "Operation Started". */
export function notifyStarted(server: SimServer, operation: SimOperation): void {
  if (!once(operation, 'started')) return
  const body = [
    `Operation ${operation.name} started.`,
    '',
    `Operation Id: ${operation.id}`,
    `Start Time: ${formatDate(operation.startTime ?? Date.now())}`,
    '',
    '- parameters -',
    ...Object.entries(operation.parameters).map(([key, value]) => `${key}: ${value}`),
  ]
  server.notify(`Operation Started: ${operation.name}`, body.join('\n'), receivers(operation))
}

/** The mail "Phase 1 feedback": the accounts are there, people can log in. */
export function notifyPhase1(
  server: SimServer,
  operation: SimOperation,
  made: { domains: number; accounts: string[]; coses: number; failed: string[] },
): void {
  if (!once(operation, 'phase 1')) return
  const body = [
    `Operation ${operation.name} - Phase 1 feedback.`,
    '',
    `Operation Id: ${operation.id}`,
    '',
    '- provisioning -',
    `Domains: ${made.domains}`,
    `COSes: ${made.coses}`,
    `Accounts: ${made.accounts.length}`,
    '',
    '- accounts -',
    ...made.accounts,
    ...(made.failed.length > 0 ? ['', '- not provisioned accounts -', ...made.failed] : []),
  ]
  server.notify(`Phase 1 feedback: ${operation.name}`, body.join('\n'), receivers(operation))
}

/** The end of an operation as the mail and the monitor tell it (FORMAT.md, "notification body of a finished restore"). */
export function endText(operation: SimOperation): string {
  const state = operation.state === 'Ended' ? 'ended' : operation.state.toLowerCase()
  const lines = [
    `Operation ${operation.name} ${state}.`,
    '',
    `Operation Id: ${operation.id}`,
    `Start Time: ${formatDate(operation.startTime ?? operation.queuedTime)}`,
    `End Time: ${formatDate(operation.endTime ?? Date.now())}`,
    ...(operation.message === '' ? [] : [`Reason: ${operation.message}`]),
    '',
    '- stats -',
    `Restored Items: ${operation.restored}`,
    `Skipped Items: ${operation.skipped}`,
    `Unrestored Items: ${operation.unrestored.length}`,
  ]
  if (operation.unrestored.length > 0) {
    lines.push('', '- unrestored items -')
    for (const name of new Set(operation.unrestored.map(({ account }) => account))) {
      const ids = operation.unrestored.filter(({ account }) => account === name).map(({ item }) => item)
      // Blanks after some of the commas, as real mails have them.
      const list = ids
        .map((id, index) => (index === 0 ? '' : index % 3 === 0 ? ', ' : ',') + String(id))
        .join('')
      lines.push('', `account: ${name}`, `unrestored items: ${list}`)
    }
  }
  return lines.join('\n')
}

/** The mail "Operation Ended". */
export function notifyEnded(server: SimServer, operation: SimOperation): void {
  if (!once(operation, 'ended')) return
  const word = operation.state === 'Ended' ? 'Ended' : operation.state
  server.notify(`Operation ${word}: ${operation.name}`, endText(operation), receivers(operation))
}
