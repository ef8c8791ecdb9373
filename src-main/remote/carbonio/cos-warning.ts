import { randomUUID } from 'node:crypto'
import { refusal } from './operation.ts'

/** What must be read before the backup of a COS is switched off, and the proof that it was handed out. */
export interface CosWarning {
  warning: string
  /** Passed to the operation; good once, for this COS on this server, for ten minutes. */
  confirmed: string
}

const VALID = 10 * 60_000
/** Warnings that were handed out and not used: kept in this process only. */
const handedOut = new Map<string, { cos: string; host: string; until: number }>()

/** @param retentionDays of deleted accounts on that server; 0 is for ever; null when not known */
function warningText(cos: string, host: string, retentionDays: number | null): string {
  const when =
    retentionDays === null
      ? 'after the retention time of deleted accounts (30 days unless it was changed)'
      : retentionDays === 0
        ? 'as soon as the retention time of deleted accounts is no longer "for ever" (it is 0 now)'
        : `after the retention time of deleted accounts, which is ${retentionDays} days on this server`
  return (
    `Switching off the backup of the COS "${cos}" on ${host} makes Carbonio treat all its accounts as deleted: ` +
    'the RealTime Scanner ignores them, exports leave them out, and ' +
    `all their backup data is purged ${when}. Switching it on again before that marks them as active again; what was purged is gone.`
  )
}

/** The warning and a new token for one switching off. It is asked for every time: tokens are used up. */
export function cosBackupWarning(cos: string, host: string, retentionDays: number | null = null): CosWarning {
  const now = Date.now()
  for (const [token, { until }] of handedOut) if (until < now) handedOut.delete(token)
  const confirmed = randomUUID()
  handedOut.set(confirmed, { cos, host, until: now + VALID })
  return { warning: warningText(cos, host, retentionDays), confirmed }
}

/** Throws unless the warning for this COS (and host, when it is known) was handed out and not used up. */
export function requireCosWarning(
  operation: string,
  asked: { cos: string; confirmed: string | undefined; host?: string; use: boolean },
): void {
  const { cos, confirmed, host, use } = asked
  const given = confirmed === undefined ? undefined : handedOut.get(confirmed)
  const holds = given?.cos === cos && given.until >= Date.now() && (host === undefined || given.host === host)
  if (!holds) {
    throw refusal(
      operation,
      `The backup of the COS "${cos}" is not switched off without its warning`,
      warningText(cos, host ?? 'the server', null),
      'Show the warning for this COS and server and have it confirmed; each confirmation is good for one time.',
    )
  }
  if (use && confirmed !== undefined) handedOut.delete(confirmed)
}
