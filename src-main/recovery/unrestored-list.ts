import type { UnrestoredItem, UnrestoredSearch } from '../contract/unrestored.ts'
import { ExpectedError } from '../engine/errors.ts'
import type { Case } from './cases/case.ts'
import { outcomeOf, settle, workItems } from './unrestored/rows.ts'
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
      outcome,
    }
  })
  const open = rows.filter((row) => outcomeOf(facts, row) === null)
  return { items, searches: searchTexts(open, server) }
}

/**
 * Gives an item up, with the reason a person typed.
 * @throws ExpectedError NOT_FOUND when it is not on the list (any more)
 */
export function giveUp(of: Case, account: string, id: number, reason: string): void {
  const facts = { fact: (name: string) => of.state.facts.get(name) }
  const row = workItems(facts).find(
    (one) => one.id === id && one.account.toLowerCase() === account.toLowerCase(),
  )
  if (!row || outcomeOf(facts, row) !== null) {
    throw new ExpectedError('NOT_FOUND', `Item ${id} of ${account} is not on the list`, {
      why: 'It was settled meanwhile, or was never listed.',
      next: 'Look at the list again.',
    })
  }
  const setFact = (name: string, value: unknown): void => {
    of.write('fact', `Given up: item ${id} of ${account} (${row.subject}). Reason: ${reason}`, {
      name,
      value,
    })
  }
  settle({ setFact }, row, { how: 'given-up', note: reason })
}
