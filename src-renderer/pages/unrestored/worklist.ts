import type { UnrestoredItem } from '../../../src-main/contract/unrestored.ts'
import type { Mark } from '../../components/mark.ts'

export const CAUSES = ['read-error', 'broken', 'invalid', 'unknown'] as const
export type Cause = (typeof CAUSES)[number]

export const CAUSE_MARKS: Readonly<Record<Cause, Mark>> = {
  'read-error': 'failed',
  broken: 'damaged',
  invalid: 'attention',
  unknown: 'unknown',
}

/** How a row stands: still on the list, or how it left it. */
export type Standing = 'open' | 'restored' | 'exported' | 'given-up'
export const STANDING_MARKS: Readonly<Record<Standing, Mark>> = {
  open: 'todo',
  restored: 'ok',
  exported: 'ok',
  'given-up': 'off',
}
export const standingOf = (row: UnrestoredItem): Standing => row.outcome?.how ?? 'open'

export interface Filter {
  /** Null: all. */
  cause: Cause | null
  /** `open`: what is still on the list; `all` with what has left it. */
  show: 'open' | 'all'
  text: string
}

/** Rows that fit, in the order of the list. Every word of the text must be in account, id, folder, subject or sender. */
export function filtered(rows: readonly UnrestoredItem[], { cause, show, text }: Filter): UnrestoredItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    if (cause !== null && row.cause !== cause) return false
    if (show === 'open' && row.outcome !== null) return false
    const all = `${row.account} ${String(row.id)} ${row.folder} ${row.subject} ${row.from}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}

/** How many are still on the list, by cause. */
export function openByCause(rows: readonly UnrestoredItem[]): Record<Cause, number> {
  const counts: Record<Cause, number> = { 'read-error': 0, broken: 0, invalid: 0, unknown: 0 }
  for (const row of rows) if (row.outcome === null) counts[row.cause]++
  return counts
}
