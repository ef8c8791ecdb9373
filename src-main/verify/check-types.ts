import type { Problem } from '../backup/types.ts'
import type { Affected, CheckProblem, CheckSummary, StoreCell } from '../contract/verify.ts'

/** What a check is asked to do. */
export interface CheckRequest {
  /** Backup Path as a person gave it. */
  path: string
  /** IANA zone for timestamps that carry none. */
  zone: string
  /** Reading threads. */
  jobs: number
  /** Take only so many random blobs; null = all. */
  sample: number | null
  /** File that survives a crash; the check goes on from it when it holds the same request. */
  journalFile: string
  /** How long the reading of one file may take before it is left alone, ms. */
  timeoutMs: number
}

/** `timeoutMs` where nobody says otherwise: disks and their controllers give up within this. */
export const READ_TIMEOUT_MS = 30_000

/** The whole result, as `lifeboat check --json` prints it (times and ids aside). */
export interface CheckResult {
  backupPath: string
  /** Blob files found (or taken as sample), how many are whole and fit their digest, compressed bytes read. */
  blobs: { total: number; ok: number; bytes: number }
  /** Item and account files found, and how many could be understood. */
  metadata: { total: number; ok: number }
  /** What was found, one JSON line each: there may be a million. The caller's, to keep or to remove. */
  problemsFile: string
  errors: number
  notices: number
  kinds: Record<string, number>
  cells: StoreCell[]
  /** Seconds of work, added up over interruptions. */
  seconds: number
  /** False when it was stopped before its end. */
  complete: boolean
  /** Threads that hang in a read that does not end: the process cannot end by itself. */
  hanging: number
}

export interface CheckProgress {
  phase: 'metadata' | 'blobs' | 'naming' | 'done'
  done: number
  total: number | null
  bytes: number
  problems: number
}

/** A problem before its messages are known. */
export interface RawProblem extends Problem {
  recoverable: boolean
  /** Account and item, where the place of the file tells them. */
  account?: string
  item?: number
}

export type { Affected, CheckProblem, CheckSummary, StoreCell }
