import type { ExpectedErrorCode } from '../contract/common.ts'

/** Why something went wrong and what a person can do about it. */
export interface Advice {
  why: string
  next: string
}

/**
 * An error that was foreseen and that a person is meant to read: `message` says what happened, `why` the cause,
 * `next` what to do about it. Hosts show it as it is; everything else is a bug and becomes a report.
 */
export class ExpectedError extends Error {
  readonly code: ExpectedErrorCode
  readonly why: string
  readonly next: string

  constructor(code: ExpectedErrorCode, message: string, advice: Advice, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ExpectedError'
    this.code = code
    this.why = advice.why
    this.next = advice.next
  }
}

/** What happened, why, what next, as plain data: for results, task rows and `--json`. */
export interface ErrorReport extends Advice {
  /** One of the contract's codes, or `INTERNAL` for what nobody foresaw. */
  code: ExpectedErrorCode | 'INTERNAL'
  message: string
  /** The disk was full: what was finished stays, the same command goes on. */
  full: boolean
}

/** Names of the error classes of lower rooms, which bring their own advice, and the code each one means. */
const CODES_BY_NAME: Readonly<Record<string, ExpectedErrorCode>> = {
  NotABackupPathError: 'NOT_A_BACKUP_PATH',
  UnreadablePathError: 'UNREADABLE',
  ConnectionError: 'CONNECTION',
}

/**
 * Turns the errors of lower rooms (backup/, SQLite, the file system) into an ExpectedError where a person can do
 * something about them; returns null where the error is not of a known kind.
 */
export function toExpectedError(error: unknown): ExpectedError | null {
  if (error instanceof ExpectedError) return error
  if (!(error instanceof Error)) return null
  const advice = error as Error & Partial<Advice> & { code?: string; path?: string }
  const known = CODES_BY_NAME[error.name] ?? CODES_BY_NAME[error.constructor.name]
  // An error of a lower room that brings its own advice was foreseen there.
  const advised = typeof advice.why === 'string' && typeof advice.next === 'string'
  const code = known ?? (advised ? 'REFUSED' : undefined)
  if (code) {
    return new ExpectedError(
      code,
      error.message,
      { why: advice.why ?? '', next: advice.next ?? '' },
      { cause: error },
    )
  }
  return fromSystemError(error, advice.code, advice.path)
}

/** Disk full, read-only, no permission: the system's errors that are everyday in this trade. */
function fromSystemError(
  error: Error,
  code: string | undefined,
  path: string | undefined,
): ExpectedError | null {
  const where = path ? ` (${path})` : ''
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
    case 'SQLITE_IOERR_SHMSIZE':
      return new ExpectedError(
        'REFUSED',
        `The disk is full${where}`,
        {
          why: 'Nothing more could be written; what was finished before is complete.',
          next: 'Make space or choose another disk, then start the same again: it goes on where it stopped.',
        },
        { cause: error },
      )
    case 'EROFS':
    case 'SQLITE_READONLY':
      return new ExpectedError(
        'REFUSED',
        `Cannot write${where}`,
        {
          why: 'The file system is mounted read-only.',
          next: 'Choose a folder on a writable disk.',
        },
        { cause: error },
      )
    case 'EACCES':
    case 'EPERM':
      return new ExpectedError(
        'REFUSED',
        `No permission${where}`,
        {
          why: 'The system refused access to this user.',
          next: 'Choose another folder, or give this user access to it.',
        },
        { cause: error },
      )
    default:
      return null
  }
}

/** The last: the index of SQLite's log could not grow; SQLite calls only its other files full. */
const FULL_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'])

/** True when a full disk (or quota) is at the bottom of an error. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; typeof cause === 'object' && cause !== null;) {
    const { code, kind, cause: next } = cause as { code?: unknown; kind?: unknown; cause?: unknown }
    if (typeof code === 'string' && FULL_CODES.has(code)) return true
    if (kind === 'full') return true
    if (next === cause) return false
    cause = next
  }
  return false
}

/** An error that came as data (from a thread) as an error again. */
export function fromReport(report: ErrorReport): Error {
  const { code, message, why, next, full } = report
  if (code === 'INTERNAL') return new Error(message)
  return new ExpectedError(code, message, { why, next }, full ? { cause: { code: 'ENOSPC' } } : undefined)
}

/** Any error as data a host can show. What is not an ExpectedError is reported as INTERNAL. */
export function describeError(error: unknown): ErrorReport {
  const expected = toExpectedError(error)
  if (expected) {
    const { code, message, why, next } = expected
    return { code, message, why, next, full: isDiskFull(error) }
  }
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    why: 'This was not foreseen: it is a fault in Lifeboat.',
    next: "Report it with the log from Lifeboat's data folder.",
    full: false,
  }
}
