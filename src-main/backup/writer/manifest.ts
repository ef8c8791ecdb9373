import type { ItemType, ProblemKind } from '../types.ts'

export interface SampleAccount {
  id: string
  name: string
  displayName: string
  aliases: string[]
  items: number
  messages: number
  deleted: number
}

/** The truth about one item, as it was before any damage. */
export interface SampleItem {
  account: string
  id: number
  type: ItemType
  /** Number of states. */
  states: number
  /** Folder of the last state, and whether it is deleted. */
  folder: number
  deleted: boolean
  subject: string | null
  /** Digests of its states in time order, each once. */
  digests: string[]
}

/** One thing broken on purpose. */
export interface SampleDamage {
  kind: ProblemKind
  /** Relative to the Backup Path. */
  path: string
  digest: string | null
  /** Whether everything that was in it can still be had byte for byte from this path alone. */
  recoverable: boolean
  detail: string
}

/** What was written: the truth a test can hold a reader against. */
export interface SampleManifest {
  path: string
  /** Always true: nothing in it ever belonged to anyone. */
  synthetic: true
  seed: number
  /** First and last moment, ms UTC. */
  start: number
  end: number
  accounts: SampleAccount[]
  items: SampleItem[]
  states: number
  messages: number
  /** Blob files and their compressed bytes, before any damage. */
  blobs: number
  bytes: number
  /** Digests of messages that no metadata names. */
  unclaimed: string[]
  damages: SampleDamage[]
}
