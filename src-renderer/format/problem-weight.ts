import type { ProblemKind } from '../../src-main/backup/types.ts'

/** Kinds that mean no loss; the same as NOTICE_KINDS of src-main/backup/types.ts (the page imports types only; a test compares). */
export const NOTICES: readonly ProblemKind[] = [
  'blob-orphan',
  'unexpected-file',
  'link',
  'lmtp-line-too-long',
]

/** How many problems mean loss, from counts by kind. */
export function countLosses(kinds: Readonly<Record<string, number>>): number {
  const quiet: readonly string[] = NOTICES
  return Object.entries(kinds).reduce((sum, [kind, n]) => sum + (quiet.includes(kind) ? 0 : n), 0)
}
