import { resolveAccounts } from '../catalog/queries/accounts.ts'
import { parseMoment } from '../catalog/search/dates.ts'
import { parseQuery } from '../catalog/search/parse.ts'
import type { AccountRow } from '../contract/mail.ts'
import { ExpectedError } from '../engine/errors.ts'
import type { Database } from '../engine/sqlite.ts'
import { UsageError } from './exit.ts'
import { localZone } from './zone.ts'

/** `--at DATE` in ms UTC, null when it was not given. Local time unless the date says otherwise. */
export function momentOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const moment = parseMoment(text, localZone())
  if (moment === null) {
    throw new UsageError(
      `${text} is not a date`,
      'Dates are written as 2026-11-20, 2026-11-20T09:30 (local time) or 2026-11-20T09:30Z.',
      'Write it in one of these ways.',
    )
  }
  return moment
}

/** Refuses a query whose dates cannot be understood: a script must not take "nothing found" for an answer. */
export function checkQuery(query: string): void {
  for (const term of parseQuery(query, { zone: localZone() }).terms) {
    if (term.kind !== 'text' || !/^-?(?:before|after|on|since|newer|until|older):/i.test(term.source))
      continue
    throw new ExpectedError('BAD_QUERY', `${term.source} is not a date`, {
      why: 'Dates are written as 2026-11-20, 2026-11, 20/11/2026 or 7d (days ago).',
      next: 'Write it in one of these ways.',
    })
  }
}

/** The one account a person names by address, alias or UUID. */
export function accountNamed(db: Database, name: string): AccountRow {
  const [account, ...others] = resolveAccounts(db, name)
  if (!account) {
    throw new ExpectedError('NOT_FOUND', `There is no account ${name}`, {
      why: 'No account of this backup path has that address, alias or UUID.',
      next: 'See `lifeboat accounts PATH` for those it has.',
    })
  }
  if (others.length > 0) {
    const found = [account, ...others]
    // An account that was deleted and made again is there twice: only the UUIDs tell them apart.
    const isTwice = (address: string): boolean => found.filter((one) => one.name === address).length > 1
    const all = found.map(({ name: address, id }) =>
      address === null ? id : isTwice(address) ? `${address} (${id})` : address,
    )
    throw new ExpectedError('BAD_QUERY', `${name} names ${all.length} accounts`, {
      why: `They are ${all.slice(0, 5).join(', ')}${all.length > 5 ? ', …' : ''}.`,
      next: 'Give the whole address or the UUID.',
    })
  }
  return account
}
