import type { ConnectionError } from '../connection-errors.ts'
import type { CopyFinding } from '../../contract/copy.ts'
import type { SshConnection } from '../connection.ts'
import type { Hop } from '../profile.ts'
import type { RemoteShell } from '../shell.ts'
import type { OneTimeKey } from './direct/one-time-key.ts'

/** A connection as a transfer needs it. */
export interface OpenServer {
  readonly shell: RemoteShell
  /** Settles when the connection is gone, with the reason (null after close()). */
  readonly lost: Promise<ConnectionError | null>
  /** Checked; in SSH wire format. */
  readonly hostKey: Buffer
  close(): void
}

/** One end of a copy. */
export type CopyPlace =
  | { kind: 'local'; path: string }
  | {
      kind: 'server'
      /** `user@host:port`, as messages name it. */
      name: string
      /** Absolute, on the server. */
      path: string
      /** Connects anew; called again after the connection was lost. */
      open: (signal: AbortSignal) => Promise<OpenServer>
      /** As whom files are read or written there; default: who logged in. */
      as?: 'login' | 'root' | 'zextras'
      /** Who logs in where: another server may be told to go there. */
      hop: Pick<Hop, 'user' | 'host' | 'port'>
      /** One more connection, with a key that commands there may use through its agent. */
      withKey: (key: OneTimeKey, signal: AbortSignal) => Promise<SshConnection>
    }

export type CopyMode = 'local' | 'pull' | 'push' | 'relay' | 'direct'

/** How the old server reaches the new one, where that is not the address that this computer uses. */
export interface DirectWay {
  host?: string | undefined
  port?: number | undefined
}

export interface CopyOptions {
  source: CopyPlace
  target: CopyPlace
  /** Only these accounts (address or UUID) with their blobs, besides what belongs to nobody. */
  accounts?: readonly string[]
  /** Blobs of these accounts come first. */
  first?: readonly string[]
  /** Bytes a second; null or left out: no limit. */
  limit?: number | null
  /** Verifying threads. */
  jobs?: number
  /** Removes files of the target that the source no longer has. */
  delete?: boolean
  /** Between two servers: the bytes go straight from one to the other. Left out: through this computer. */
  direct?: DirectWay
  /** Only says what would be done. */
  dryRun?: boolean
  timing?: Partial<CopyTiming>
}

/** How long is waited for what, ms. */
export interface CopyTiming {
  /** A lost connection is tried again so long. */
  patience: number
  /** One file may say nothing for so long. */
  stall: number
  /** The first wait before a new connection; doubled each time. */
  backOff: number
}

export const TIMING: CopyTiming = { patience: 10 * 60_000, stall: 60_000, backOff: 500 }

export type CopyPhase =
  'connecting' | 'listing' | 'metadata' | 'first' | 'blobs' | 'again' | 'checking' | 'removing' | 'done'

export interface CopyProgress {
  mode: CopyMode
  phase: CopyPhase
  /** Files that are where they should be, and of how many. */
  done: number
  total: number | null
  /** Bytes brought over so far, and of how many. */
  bytes: number
  totalBytes: number | null
  alreadyThere: number
  problems: number
  /** Bytes a second over the last seconds; null while too little is known. */
  rate: number | null
  secondsLeft: number | null
  limit: number | null
  /** The connection is lost and is being made again: why. Null while it stands. */
  waiting: string | null
}

/** A point of the throughput curve: seconds since the start, bytes a second since the point before. */
export interface CurvePoint {
  at: number
  rate: number
}

export interface ListedFile {
  path: string
  reason: string
}

export interface CopyResult {
  mode: CopyMode
  /** Files of the source that were asked for. */
  files: number
  /** Bytes brought over by this run. */
  bytes: number
  /** Files that the target had already. */
  alreadyThere: number
  /** Files brought over and proved: by their digest, by the source's sha256sum or by a second reading. */
  verified: number
  /** What the target still lacks, and why. */
  missing: ListedFile[]
  /** Blobs that are damaged at the source itself: copied as they are. */
  damaged: ListedFile[]
  seconds: number
}

/** What a person should know besides: with a dry run, what would be done. */
export interface CopyNotes {
  /** Files of the target that the source has not; removed with `delete`. */
  extra: number
  removed: number
  /** Files that would be brought over, and their bytes (dry run). */
  planned: { files: number; bytes: number } | null
  notes: string[]
  /** What was looked at (dry run). */
  findings: CopyFinding[]
}

export interface CopyOutcome {
  result: CopyResult
  notes: CopyNotes
  curve: CurvePoint[]
  /** A person asked it to stop: the result is not complete. */
  stopped: boolean
}
