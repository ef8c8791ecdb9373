import type { Affected, CheckRequest, CheckResult } from './check-types.ts'

/** What a heal is asked to do. */
export interface HealRequest extends Omit<CheckRequest, 'sample'> {
  /** Other copies, asked in this order. */
  from: readonly string[]
  /** The repaired copy: empty, or one that this heal began. */
  out: string
}

/** A message (or its blob) that no copy has. */
export interface LostBlob {
  digest: string
  affected: Affected[]
  detail: string
}

/** A message's blob that another copy had. */
export interface RestoredBlob {
  digest: string
  affected: Affected[]
  /** The copy it came from, as a person named it. */
  from: string
}

export interface HealResult {
  out: string
  /** Blobs and metadata put right: taken from another copy, unpacked once, or put back in their place. */
  healed: number
  /** Files in the repaired copy. */
  copied: number
  /** Blobs taken from other copies, with their messages. */
  restored: RestoredBlob[]
  lost: LostBlob[]
  /** Metadata that is broken here and in no other copy, and other files that could not be copied, relative paths. */
  lostMetadata: string[]
  /** How many files came from which copy. */
  from: Record<string, number>
  seconds: number
  /** The check of the result; null when it was stopped before. */
  check: Pick<CheckResult, 'blobs' | 'metadata' | 'kinds'> | null
  complete: boolean
  /** Threads that hang in a read that does not end. */
  hanging: number
}
