import type { AccountRow } from '../../src-main/contract/mail.ts'

/** What an account is called: its address, else the display name, else its UUID. */
export function accountLabel(account: AccountRow): string {
  return account.name ?? account.displayName ?? account.id
}

export function sortByLabel(accounts: readonly AccountRow[]): AccountRow[] {
  return [...accounts].sort((a, b) => accountLabel(a).localeCompare(accountLabel(b)))
}
