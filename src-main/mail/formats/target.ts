/** What every export format offers: one message after another, proved on the disk before it counts as written. */

/** Where a message goes and what is known of it. */
export interface MailEntry {
  /** Folders below the target's root, outermost first, as a person knows them; made safe by the target. */
  dir: string[]
  /** File name with its ending, from `messageFileName`. */
  name: string
  /** The message's date, ms UTC: file time, `From ` line, zip entry time. */
  date: number | null
  /** Flag letters of the mailbox (`u` unread, `r` replied, `f` flagged, `w` forwarded, `d` draft, `x` deleted). */
  flags: string
  /** SHA-256 of the message in lower-case hex, when it is known before the message is read. */
  sha256: string | null
}

/** Writes the whole message to the open file at its current position; for messages too large for memory. */
export type MessageStream = (fd: number) => void | Promise<void>
export type MailSource = Buffer | MessageStream

export interface WriteResult {
  /** `already`: the same bytes were there under this name (or its ` (2)` …) before. */
  outcome: 'written' | 'already'
  /** Path below the target's root, `/` between names. For mbox and zip: the file that `close()` will make, see `CloseResult`. */
  path: string
  /** The collecting file it lies in, as `CollectedFile.planned`; absent for a file of its own. */
  within?: string
  /** Uncompressed size of the message. */
  bytes: number
  /** SHA-256 of the message as it was read back, hex. */
  sha256: string
}

/** What became of a file that collects many messages. */
export interface CollectedFile {
  /** The path that `write` told. */
  planned: string
  /** Its name now, different when another file had the planned one. */
  path: string
  outcome: 'written' | 'already'
  messages: number
  bytes: number
}

export interface CloseResult {
  /** Empty for eml and Maildir, whose messages are final when `write` returns. */
  files: CollectedFile[]
}

/**
 * One export. Calls must not overlap. Every failure is a `MailTargetError`; after one of kind `full` or `io` further
 * calls will most likely fail too, the file system says so.
 */
export interface MailTarget {
  /** The message when it is already there, found without reading its blob; null when unknown. Needs `entry.sha256`. */
  has(entry: MailEntry): Promise<WriteResult | null>
  write(entry: MailEntry, message: MailSource): Promise<WriteResult>
  /** Finishes collected files (mbox, zip) and makes everything durable. Nothing is promised before it returned. */
  close(): Promise<CloseResult>
  /** Gives up: removes temporary files, keeps what is final. Safe to call after `close`. */
  abort(): Promise<void>
}

/**
 * `full` no room or quota, `refused` not allowed or read-only, `name` the file system refuses the name,
 * `changed` the bytes read back or the given digest differ, `source` the message could not be read, `io` all else.
 */
export type MailTargetErrorKind = 'full' | 'refused' | 'name' | 'changed' | 'source' | 'io'

/** A message was not exported. `why` and `next` are sentences for a person. */
export class MailTargetError extends Error {
  readonly kind: MailTargetErrorKind
  readonly path: string
  readonly why: string
  readonly next: string

  constructor(kind: MailTargetErrorKind, path: string, why: string, next: string, cause?: unknown) {
    super(`${path} could not be written: ${why}`, { cause })
    this.name = 'MailTargetError'
    this.kind = kind
    this.path = path
    this.why = why
    this.next = next
  }
}
