import type { AccountRow } from '../../../src-main/contract/mail.ts'
import { accountLabel } from '../../format/account.ts'

export type AccountSort = 'account' | 'messages' | 'deleted' | 'bytes' | 'last' | 'lastChange'

/** Accounts in the order of a column; what is unknown (null) comes last either way, ties by name. */
export function sortAccounts(
  rows: readonly AccountRow[],
  by: AccountSort,
  descending: boolean,
): AccountRow[] {
  const turn = descending ? -1 : 1
  const byName = (a: AccountRow, b: AccountRow): number => accountLabel(a).localeCompare(accountLabel(b))
  return [...rows].sort((a, b) => {
    if (by === 'account') return turn * byName(a, b)
    const [x, y] = [a[by], b[by]]
    if (x === null || y === null) return Number(x === null) - Number(y === null) || byName(a, b)
    return turn * (x - y) || byName(a, b)
  })
}
