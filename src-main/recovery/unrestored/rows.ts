import type { Words } from '../../contract/recovery.ts'
import type { CatalogItem, StepContext } from '../types.ts'

/** Why an item was not restored, as far as that can be told offline. */
export type Cause = 'read-error' | 'broken' | 'invalid' | 'unknown'

/** How an item left the list; there is no other way. */
export interface Outcome {
  how: 'restored' | 'exported' | 'given-up'
  /** ms UTC. */
  at: number
  /** Why it was given up, or what proves that it is there. */
  note: string
  /** The file it was exported to, and its proof. */
  file: string | null
  sha256: string | null
}

/** One item that the restore did not bring, with everything that helps to find and cure it. */
export interface WorkItem extends Pick<
  CatalogItem,
  'account' | 'id' | 'type' | 'folder' | 'subject' | 'from' | 'date' | 'bytes'
> {
  cause: Cause
  /** What the cause was told from. */
  evidence: Words
  /** False: concluded because nothing else is wrong with it. */
  sure: boolean
  /** Files of it on the new server: metadata, then blobs. */
  files: string[]
  /** Digest of the newest state that is whole and not deleted; null when there is none, or it needs no blob. */
  good: string | null
  /** There is a whole state to export. */
  exportable: boolean
  /** Told by the server alone, without a copy of the Backup Path here: no folder, no export. */
  fromServer: boolean
}

export const ROWS = 'unrestored.rows'
/** What was seen of the disks, see health.ts. */
export const HEALTH = 'unrestored.health'
export const outcomeFact = (account: string, id: number): string =>
  `unrestored.outcome.${account.toLowerCase()}/${String(id)}`

type Facts = Pick<StepContext, 'fact'>

/** The worklist as the case knows it; empty before it was made. */
export function workItems(context: Facts): WorkItem[] {
  const rows = context.fact(ROWS)
  return Array.isArray(rows) ? (rows as WorkItem[]) : []
}

/** How an item left the list; null while it is on it. */
export function outcomeOf(context: Facts, { account, id }: Pick<WorkItem, 'account' | 'id'>): Outcome | null {
  const known = context.fact(outcomeFact(account, id))
  return typeof known === 'object' && known !== null ? (known as Outcome) : null
}

/** Items that are still on the list. */
export function openItems(context: Facts): WorkItem[] {
  return workItems(context).filter((row) => outcomeOf(context, row) === null)
}

export function settle(
  context: Pick<StepContext, 'setFact'>,
  { account, id }: Pick<WorkItem, 'account' | 'id'>,
  outcome: Omit<Outcome, 'at' | 'file' | 'sha256'> & Partial<Outcome>,
): void {
  context.setFact(outcomeFact(account, id), {
    at: Date.now(),
    file: null,
    sha256: null,
    ...outcome,
  } satisfies Outcome)
}
