import type { UnrestoredItem, UnrestoredSearch } from '../contract/unrestored.ts'
import type { Case } from './cases/case.ts'
import { outcomeOf, workItems } from './unrestored/rows.ts'
import { searchTexts } from './unrestored/search-text.ts'

/** The worklist of a case as a screen shows it, and what to search for on the server the backup came from. */
export function unrestoredList({ state }: Case): { items: UnrestoredItem[]; searches: UnrestoredSearch[] } {
  const facts = { fact: (name: string) => state.facts.get(name) }
  const rows = workItems(facts)
  const server = state.servers.get('old')?.name ?? ''
  const items = rows.map((row): UnrestoredItem => {
    const { account, id, type, folder, subject, from, date, bytes, cause, evidence, sure, exportable } = row
    const outcome = outcomeOf(facts, row)
    return {
      account,
      id,
      type,
      folder,
      subject,
      from,
      date,
      bytes,
      cause,
      evidence,
      sure,
      exportable,
      // cases of earlier releases do not know it
      fromServer: (row as Partial<typeof row>).fromServer ?? false,
      outcome,
    }
  })
  const open = rows.filter((row) => outcomeOf(facts, row) === null)
  return { items, searches: searchTexts(open, server) }
}
