import { describeError, isDiskFull, type ErrorReport } from '../engine/errors.ts'

/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  /** Done with failures listed, or broken off by a full disk. */
  failures: 1,
  usage: 2,
  /** Not a Backup Path, or unreadable. */
  path: 3,
  /** Connection or host key refused. */
  connection: 4,
  stopped: 130,
} as const

/** The command line itself is wrong. */
export class UsageError extends Error {
  readonly why: string
  readonly next: string

  constructor(message: string, why: string, next: string) {
    super(message)
    this.name = 'UsageError'
    this.why = why
    this.next = next
  }
}

/** A person (or the system) asked the command to stop; what was done stays. */
export class StoppedError extends Error {
  constructor() {
    super('Stopped')
    this.name = 'StoppedError'
  }
}

/** What `--json` prints as `error`. */
export interface CliErrorReport {
  code: ErrorReport['code'] | 'USAGE' | 'STOPPED'
  message: string
  why: string
  next: string
}

/** An error as data, and the exit code that goes with it. */
export function reportOf(error: unknown): { report: CliErrorReport; exitCode: number } {
  if (error instanceof StoppedError) {
    const why = 'It was asked to.'
    const next = 'Start the same command again: it goes on where it was.'
    return { report: { code: 'STOPPED', message: 'Stopped', why, next }, exitCode: EXIT.stopped }
  }
  if (error instanceof UsageError) {
    const { message, why, next } = error
    return { report: { code: 'USAGE', message, why, next }, exitCode: EXIT.usage }
  }
  const { code, message, why, next } = describeError(error)
  return { report: { code, message, why, next }, exitCode: exitCodeOf(code, error) }
}

function exitCodeOf(code: ErrorReport['code'], error: unknown): number {
  if (isDiskFull(error)) return EXIT.failures
  switch (code) {
    case 'NOT_A_BACKUP_PATH':
    case 'UNREADABLE':
      return EXIT.path
    case 'CONNECTION':
      return EXIT.connection
    case 'BAD_QUERY':
    case 'NOT_FOUND':
    case 'REFUSED':
      return EXIT.usage
    default:
      return EXIT.failures
  }
}

/** `lifeboat: what. why. next` in one line. */
export function errorLine({ message, why, next }: CliErrorReport): string {
  const sentences = [message, why, next].map((text) => text.replace(/\s+/g, ' ').trim()).filter(Boolean)
  return `lifeboat: ${sentences.map((text) => (/[.!?]$/.test(text) ? text : `${text}.`)).join(' ')}`
}
