/**
 * Errors of the reading rooms that a person meets: what happened, why, what to do next.
 * Plain classes, because `backup/` imports nothing above itself; the engine turns them into its own ones.
 */

/** The opened folder holds neither `accounts/` nor `items/`, also not a few levels down. */
export class NotABackupPathError extends Error {
  readonly why: string
  readonly next: string

  constructor(path: string, why: string, next: string) {
    super(`${path} is not a Backup Path`)
    this.name = 'NotABackupPathError'
    this.why = why
    this.next = next
  }
}

/** A file or folder could not be read at all: permissions, I/O error, or it is not there. */
export class UnreadablePathError extends Error {
  readonly why: string
  readonly next: string
  /** The system's error code, e.g. `EACCES`, `ENOENT`, `EIO`. */
  readonly code: string

  constructor(path: string, code: string, why: string, next: string) {
    super(`${path} cannot be read`)
    this.name = 'UnreadablePathError'
    this.code = code
    this.why = why
    this.next = next
  }
}

/** The system error code of anything thrown by `fs`, or `EIO` when it carries none. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code
  }
  return 'EIO'
}
