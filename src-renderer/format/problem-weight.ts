import type { ProblemKind } from '../../src-main/backup/types.ts'

/** Kinds that are no errors; the same as NOTICE_KINDS of src-main/backup/types.ts (the page imports types only; a test compares). */
export const NOTICES: readonly ProblemKind[] = [
  'blob-orphan',
  'unexpected-file',
  'link',
  'lmtp-line-too-long',
]

/** How many problems are errors, from counts by kind. */
export function countErrors(kinds: Readonly<Record<string, number>>): number {
  const quiet: readonly string[] = NOTICES
  return Object.entries(kinds).reduce((sum, [kind, n]) => sum + (quiet.includes(kind) ? 0 : n), 0)
}

/** Order of kinds: losses first, then by number, then by name. */
export function byWeight(a: KindCount, b: KindCount): number {
  return (
    Number(b.severity === 'error') - Number(a.severity === 'error') ||
    b.count - a.count ||
    (a.kind < b.kind ? -1 : 1)
  )
}
interface KindCount {
  kind: string
  severity: 'error' | 'notice'
  count: number
}
