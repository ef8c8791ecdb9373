import { readMeta } from '../catalog/catalog.ts'
import { contextOf } from '../catalog/queries/context.ts'
import type { BackupSummary } from '../contract/backup.ts'
import type { Database } from '../engine/sqlite.ts'

/** What a catalog says of its Backup Path as a whole: totals (so far), problems by kind, files that refuse us. */
export type CatalogTotals = Omit<BackupSummary, 'catalogId' | 'path' | 'zone' | 'catalogFile' | 'progress'>

/** Reads the totals of a catalog. Cheap: kept by the writer. */
export function catalogTotals(catalog: Database): CatalogTotals {
  const { sql } = contextOf(catalog)
  const number = (key: string): number => Number(readMeta(catalog, key) ?? 0)
  const lastChange = readMeta(catalog, 'lastChange')
  const kinds = sql('SELECT kind, count(*) AS n FROM problem GROUP BY kind').all() as {
    kind: string
    n: number
  }[]
  return {
    accounts: (sql('SELECT count(*) AS n FROM account').get() as { n: number }).n,
    items: number('items'),
    states: number('states'),
    messages: number('messages'),
    blobs: number('blobs'),
    bytes: number('bytes'),
    unclaimed: number('unclaimed'),
    problems: Object.fromEntries(kinds.map(({ kind, n }) => [kind, n])),
    lastChange: lastChange === null ? null : Number(lastChange),
    digestRuleUnknown: number('digestRuleUnknown') === 1,
    refusals: sql(
      'SELECT owner, mode, files, remedy FROM refusal ORDER BY files DESC',
    ).all() as BackupSummary['refusals'],
  }
}
