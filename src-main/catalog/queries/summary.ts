import type { BackupSummary } from '../../contract/backup.ts'
import type { Database } from '../../engine/sqlite.ts'
import { accountBook } from './accounts.ts'
import { contextOf, snapshot } from './context.ts'

/** Everything of the contract's summary that the catalog itself knows. */
export type CatalogSummary = Omit<BackupSummary, 'catalogId' | 'catalogFile' | 'path' | 'zone' | 'progress'>

/** Figures of the whole path, "so far" while the catalog is being built. */
export function catalogSummary(db: Database): CatalogSummary {
  const context = contextOf(db)
  return snapshot(context, () => {
    const accounts = accountBook(context).all
    const sum = (of: (account: (typeof accounts)[number]) => number): number =>
      accounts.reduce((total, account) => total + of(account), 0)
    const number = (key: string): number => Number(context.meta(key) ?? 0)
    const lastChange = context.meta('lastChange')
    const newest = accounts.reduce<number | null>(
      (latest, { lastChange: at }) => (at !== null && (latest === null || at > latest) ? at : latest),
      null,
    )
    const kinds = context.sql('SELECT kind, count(*) FROM problem GROUP BY kind').raw().all() as [
      string,
      number,
    ][]
    return {
      accounts: accounts.length,
      items: sum((account) => account.items),
      states: number('states'),
      messages: sum((account) => account.messages),
      blobs: number('blobs'),
      bytes: number('bytes'),
      unclaimed: number('unclaimed'),
      problems: Object.fromEntries(kinds),
      lastChange: lastChange === null ? newest : Number(lastChange),
      digestRuleUnknown: number('digestRuleUnknown') === 1,
      refusals: context.sql('SELECT owner, mode, files, remedy FROM refusal ORDER BY files DESC').all() as {
        owner: string
        mode: string
        files: number
        remedy: string
      }[],
    }
  })
}
