import type { BlobStatus } from '../../backup/types.ts'
import type { BlobState } from '../../contract/mail.ts'
import { blobPath } from '../schema.ts'
import type { QueryContext } from './context.ts'

/** What decides how a blob is shown. */
export interface BlobFacts {
  digest: string | null
  /** Null = no such file. */
  file_size: number | null
  /** Null = not read yet. */
  status: string | null
  misplaced: number
}

const SHOWN: Partial<Record<string, BlobState>> & Record<BlobStatus, BlobState> = {
  ok: 'ok',
  'double-gzip': 'double-gzip',
  'digest-mismatch': 'damaged',
  missing: 'missing',
  empty: 'damaged',
  'not-gzip': 'damaged',
  truncated: 'damaged',
  corrupt: 'damaged',
  unreadable: 'unreadable',
}

/**
 * The state of a blob in the words of the contract. A blob that was not read yet counts as `ok` (the row says `read: false`); where
 * the path's digest rule is unknown, a mismatch tells nothing and a right CRC is all that can be asked.
 */
export function blobState(facts: BlobFacts, ruleUnknown: boolean): BlobState {
  if (facts.digest === null) return 'none'
  if (facts.file_size === null) return 'missing'
  const { status } = facts
  const shown =
    status === null || (ruleUnknown && status === 'digest-mismatch') ? 'ok' : (SHOWN[status] ?? 'damaged')
  return shown === 'ok' && facts.misplaced !== 0 ? 'misplaced' : shown
}

/** Place of a blob's file relative to the Backup Path; null when there is no file. */
export function blobFile(facts: {
  digest: string | null
  path: string | null
  file_size: number | null
}): string | null {
  if (facts.digest === null || facts.file_size === null) return null
  return facts.path ?? blobPath(facts.digest)
}

/** Whether most blobs of the path fit no known digest rule. */
export function digestRuleUnknown(context: QueryContext): boolean {
  return Number(context.meta('digestRuleUnknown') ?? 0) === 1
}
