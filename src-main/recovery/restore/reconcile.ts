import { configGet } from '../../remote/carbonio/config-get.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { CarbonioError } from '../../remote/carbonio/errors.ts'
import { getCosBackupStatus } from '../../remote/carbonio/get-cos-backup-status.ts'
import { ConnectionError } from '../../remote/connection-errors.ts'
import { CannotTell, reasonOf } from '../../remote/probe/fact.ts'
import { words } from '../cases/words.ts'
import type { CatalogAccess, StepContext } from '../types.ts'
import { accountsOn } from './directory.ts'
import { formOf, wantedAccounts } from './form.ts'
import { itemsIn, messagesIn, type FoundMessage } from './mailbox.ts'

/** What the backup had of one account, and what the server has now. */
export interface AccountBalance {
  account: string
  /** The account exists on the new server. */
  there: boolean
  /** Live items by the catalog. */
  backup: number
  /** Items in its folders on the server; null where that could not be told (`why`). */
  server: number | null
  /** Listed as unrestored by the reports. */
  unrestored: number
  /** Messages of the backup that are neither on the server nor in any list. */
  missing: { id: number; date: number | null; subject: string }[]
  /** The difference is larger than what could be named. */
  unnamed: number
  /** The backup of this account ends then. */
  newest: number | null
  /** Its class of service has the backup switched off: nothing that is restored is backed up again. Null: not told. */
  cosOff: string | null
  why: string | null
}

/**
 * Compares account by account what the backup had with what the server has now; where items are missing that no report
 * lists, they are named.
 * @throws ExpectedError without a catalog, ConnectionError
 */
export async function reconcile(
  context: StepContext,
  open: ReadonlyMap<string, Set<number>>,
): Promise<AccountBalance[]> {
  const catalog = await context.catalog()
  const wanted = await wantedAccounts(context, await formOf(context))
  if (catalog === null || wanted === null) {
    throw new ExpectedError('NOT_FOUND', 'Nothing can be compared', {
      why: 'There is no catalog of this Backup Path on this computer.',
      next: 'Add a copy of it to the sources of the case. Or skip this step with a reason: the report is kept, and “Unrestored items” works from it.',
    })
  }
  const there = await accountsOn(context)
  const off = await cosesWithoutBackup(
    context,
    new Set(wanted.flatMap(({ cos }) => (cos === null ? [] : [cos]))),
  )
  const balances: AccountBalance[] = []
  for (const [index, account] of wanted.entries()) {
    context.signal.throwIfAborted()
    context.progress({
      phase: words(`Comparing ${account.name}`, `Confronto ${account.name}`),
      done: index,
      total: wanted.length,
      unit: 'accounts',
      rate: null,
      secondsLeft: null,
      detail: null,
    })
    const listed = open.get(account.name.toLowerCase()) ?? new Set<number>()
    const base: AccountBalance = {
      account: account.name,
      there: there.has(account.name.toLowerCase()),
      backup: account.items,
      server: null,
      unrestored: listed.size,
      missing: [],
      unnamed: 0,
      newest: account.newest,
      cosOff: account.cos !== null && off.has(account.cos) ? account.cos : null,
      why: null,
    }
    balances.push(
      base.there
        ? await balanced(context, catalog, base, listed)
        : { ...base, server: 0, unnamed: base.backup },
    )
  }
  return balances
}

async function balanced(
  context: StepContext,
  catalog: CatalogAccess,
  base: AccountBalance,
  listed: ReadonlySet<number>,
): Promise<AccountBalance> {
  try {
    const server = await itemsIn(context, base.account)
    const lacking = base.backup - server - listed.size
    // More than there should be: new mail came since, and behind it others may be missing; only their names tell.
    if (lacking === 0) return { ...base, server }
    const backup = [...catalog.messages(base.account)]
    const missing = notAmong(backup, await messagesIn(context, base.account, server)).filter(
      ({ id }) => !listed.has(id),
    )
    return { ...base, server, missing, unnamed: Math.max(0, lacking - missing.length) }
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof CannotTell) && !(error instanceof ConnectionError)) throw error
    return { ...base, why: reasonOf(error) }
  }
}

const plain = (subject: string): string => subject.replace(/\s+/g, ' ').trim().slice(0, 200)

/**
 * Messages of the backup that the server does not have: compared by subject and second, and what is left over by
 * subject alone, so that a date that was set anew is not taken for a loss.
 */
export function notAmong<T extends { subject: string; date: number | null }>(
  backup: readonly T[],
  server: readonly FoundMessage[],
): T[] {
  const exact = ({ subject, date }: FoundMessage): string =>
    `${plain(subject)}\0${date === null ? '' : String(Math.floor(date / 1000))}`
  const first = without(backup, server, exact)
  return without(first.left, first.others, ({ subject }) => plain(subject)).left
}

function without<T extends FoundMessage>(
  wanted: readonly T[],
  found: readonly FoundMessage[],
  keyOf: (message: FoundMessage) => string,
): { left: T[]; others: FoundMessage[] } {
  const by = new Map<string, FoundMessage[]>()
  for (const message of found) {
    const list = by.get(keyOf(message))
    if (list === undefined) by.set(keyOf(message), [message])
    else list.push(message)
  }
  const left = wanted.filter((message) => by.get(keyOf(message))?.pop() === undefined)
  return { left, others: [...by.values()].flat() }
}

/** Classes of service whose backup is off on the new server, of those named. Empty where the server does not tell. */
async function cosesWithoutBackup(context: StepContext, names: ReadonlySet<string>): Promise<Set<string>> {
  try {
    const answer = await context.carbonio('new', getCosBackupStatus, {})
    if (answer.understood)
      return new Set(answer.value.coses.filter(({ enabled }) => !enabled).map(({ name }) => name))
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof CarbonioError)) throw error
  }
  // newer releases: one question per class
  const off = new Set<string>()
  for (const name of names) {
    try {
      const target = { scope: 'cos' as const, name }
      const answer = await context.carbonio('new', configGet, { target, attribute: 'backupEnabled' })
      if (answer.understood && /^false$/i.test(answer.value.value ?? '')) off.add(name)
    } catch (error) {
      context.signal.throwIfAborted()
      if (!(error instanceof CarbonioError)) throw error
    }
  }
  return off
}
