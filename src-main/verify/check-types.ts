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
}

/** The whole result, as `lifeboat check --json` prints it (times and ids aside). */
export interface CheckResult {
  backupPath: string
  /** Blob files found (or taken as sample), how many are whole and fit their digest, compressed bytes read. */
  blobs: { total: number; ok: number; bytes: number }
  /** Item and account files found, and how many could be understood. */
  metadata: { total: number; ok: number }
  problems: CheckProblem[]
  kinds: Record<string, number>
  cells: StoreCell[]
  /** Seconds of work, added up over interruptions. */
  seconds: number
  /** False when it was stopped before its end. */
  complete: boolean
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
  /** What the message itself still tells, for blobs no metadata claims. */
  subject?: string | null
  date?: number | null
}

export type { Affected, CheckProblem, CheckSummary, StoreCell }
