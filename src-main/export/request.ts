import type { View } from '../contract/mail.ts'
import type { ExportFormat } from '../contract/tasks.ts'

/** One part of what is exported: all rows of a view, or some of them. */
export interface ExportPart {
  view: View
  /** Row keys (`i…`, `u…`); left out = all rows. */
  keys?: string[]
}

/** Everything an export needs to run, and to run again: plain JSON. */
export interface ExportRequest {
  /** Root of the Backup Path (real path). */
  backupPath: string
  catalogFile: string
  parts: ExportPart[]
  /** Target folder, absolute. */
  out: string
  format: ExportFormat
  /** IANA zone of dates in a query; left out = this computer's. */
  zone?: string
  /** Folder for spooled lists: in the data folder. */
  spool: string
}

/** One thing that could not be exported. */
export interface ExportFailure {
  account: string | null
  id: number | null
  digest: string | null
  reason: string
  salvaged: string | null
}

/** How an export ended. */
export interface ExportOutcome {
  /** Files written and verified by this run, and their uncompressed bytes. */
  exported: number
  bytes: number
  /** Files that were there before with the right bytes. */
  already: number
  failed: ExportFailure[]
  /** Of exported and already: those verified only by their gzip check sum, because the path's digest rule is unknown. */
  unverified: number
  /** Absolute path of manifest.csv. */
  manifest: string
  out: string
  /** Everything asked for is there. */
  complete: boolean
  /** A person stopped it; the same export goes on where it was. */
  stopped: boolean
}

export interface ExportProgress {
  /** Rows of the views done so far, of `total` (null while counting). */
  done: number
  total: number | null
  /** Uncompressed bytes looked after so far. */
  bytes: number
  failed: number
}

/** What a running export asks at every item; a person's wish comes through shared memory. */
export interface ExportControl {
  /** Blocks while paused. True when it shall stop. */
  shouldStop(): boolean
  progress(progress: ExportProgress): void
}
