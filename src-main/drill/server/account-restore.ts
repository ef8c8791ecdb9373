import { randomUUID } from 'node:crypto'
import { openBackup, type ViewedAccount } from './backup-view.ts'
import { CommandError, parseDate } from './call.ts'
import type { Pace } from './pace.ts'
import { restoreItems } from './restore-items.ts'
import type { SimServer } from './server.ts'
import type { SimAccount, SimOperation } from './state.ts'

/**
 * Restores within one server: doRestoreOnNewAccount (also of a deleted account), doUndelete and doItemRestore. They read
 * the server's own Backup Path, whatever it is set to.
 */
export async function accountRestore(
  server: SimServer,
  operation: SimOperation,
  pace: Pace,
  goOn: () => boolean,
): Promise<void> {
  const { parameters } = operation
  const view = openBackup(parameters['backup_path'] ?? server.backupPath)
  const from = view.account(parameters['source'] ?? '')
  const to = target(server, from, parameters)
  operation.account = to.name
  operation.phase = 2
  operation.restored = operation.skipped = operation.done = 0
  operation.unrestored = []
  operation.total = 0
  const wanted = parameters['item'] === undefined ? null : Number(parameters['item'])
  for (const file of view.items(from)) if (wanted === null || file.id === wanted) operation.total++
  const [after, before] = [parameters['start_date'], parameters['end_date']].map((date) =>
    date === undefined ? null : parseDate(date),
  )
  const date = parameters['date']
  const rules = {
    // What was deleted is just what doUndelete and doItemRestore are for.
    filterDeleted: operation.kind === 'account-restore',
    maxSize: Number.POSITIVE_INFINITY,
    at: date === undefined || date === 'last' ? null : parseDate(date),
    goOn,
  }
  const narrowed = {
    ...view,
    *items(account: ViewedAccount) {
      for (const file of view.items(account)) {
        if (wanted !== null && file.id !== wanted) continue
        if (
          operation.name === 'Undelete' &&
          !wasDeletedBetween(view.read(file).states, after ?? null, before ?? null)
        )
          continue
        yield file
      }
    },
  }
  await restoreItems(server, narrowed, from, to, operation, rules, pace)
}

function wasDeletedBetween(
  states: readonly { start: number | null; deleted: boolean }[],
  after: number | null,
  before: number | null,
): boolean {
  const last = states.at(-1)
  if (!last?.deleted) return false
  const at = last.start ?? 0
  return at >= (after ?? 0) && at <= (before ?? Number.POSITIVE_INFINITY)
}

function target(server: SimServer, from: ViewedAccount, parameters: Record<string, string>): SimAccount {
  const name = parameters['destination'] ?? from.name
  const { accounts, domains, coses } = server.state
  const known = accounts.find((account) => account.name.toLowerCase() === name.toLowerCase())
  if (known) return known
  if (parameters['destination'] === undefined) throw new CommandError(`no such account: ${name}`)
  const domain = name.split('@').at(-1) ?? ''
  if (!name.includes('@') || !domains.includes(domain)) throw new CommandError(`no such domain: ${domain}`)
  const cos = from.info.cos ?? 'default'
  const made: SimAccount = {
    id: randomUUID(),
    name,
    displayName: from.info.displayName,
    aliases: [],
    cos: Object.hasOwn(coses, cos) ? cos : 'default',
    status: 'active',
    sourceId: from.info.id,
  }
  accounts.push(made)
  server.save()
  return made
}
