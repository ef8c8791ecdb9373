import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBackup, type BackupView, type ViewedAccount } from './backup-view.ts'
import { CommandError } from './call.ts'
import { listsIn } from './commands/reading.ts'
import { notifyPhase1 } from './notifications.ts'
import type { Pace } from './pace.ts'
import { hideReadErrors } from './planted.ts'
import { restoreItems } from './restore-items.ts'
import type { SimServer } from './server.ts'
import type { SimAccount, SimOperation } from './state.ts'

const SYSTEM_ACCOUNT = /^(?:spam|ham|virus-quarantine|galsync|zextras)[.\w-]*@/i

const yes = (value: string | undefined, standard: boolean): boolean =>
  value === undefined ? standard : value.toLowerCase() === 'true'
const list = (value: string | undefined): string[] | null =>
  value === undefined
    ? null
    : value
        .split(',')
        .map((one) => one.trim().toLowerCase())
        .filter(Boolean)

/** `max_file_size`: bytes, or with K, M, G. */
export function sizeOf(value: string | undefined): number {
  if (value === undefined) return Number.POSITIVE_INFINITY
  const match = /^(\d+)([kmg]?)b?$/i.exec(value)
  if (!match) throw new CommandError(`Invalid value for max_file_size: ${value}`, 2)
  return (
    Number(match[1]) * ({ '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match[2]?.toLowerCase() ?? ''] ?? 1)
  )
}

/**
 * doExternalRestore: reads the Backup Path, makes domains, COS and accounts (phase 1), then fills the mailboxes (phase 2).
 * After an interruption it goes over everything again; what this operation brought counts as restored once.
 */
export async function externalRestore(
  server: SimServer,
  operation: SimOperation,
  pace: Pace,
  goOn: () => boolean,
): Promise<void> {
  const { parameters } = operation
  server.quota.refresh()
  const path = parameters['path'] ?? ''
  if (!server.mayRead(path))
    throw new CommandError(`Unable to read the backup path ${path}: Permission denied`)
  const view = openBackup(path)
  hideReadErrors(server, view.root)
  const chosen = chooseAccounts(view, parameters)
  if (chosen.length === 0)
    throw new CommandError('No account of the backup fits the given accounts and domains')

  operation.phase = 1
  operation.restored = operation.skipped = operation.done = 0
  operation.unrestored = []
  operation.total = 0
  for (const account of chosen) for (const _file of view.items(account)) operation.total++
  server.save()
  const made: { from: ViewedAccount; to: SimAccount }[] = []
  const failed: string[] = []
  const domains = new Set(chosen.map(({ domain }) => domain).filter(Boolean))
  for (const domain of domains)
    if (!server.state.domains.includes(domain) && !yes(parameters['skip_domain_provisioning'], false))
      server.state.domains.push(domain)
  if (!yes(parameters['skip_distribution_lists'], false)) provisionLists(server, path, domains)
  const before = Object.keys(server.state.coses).length
  for (const from of chosen) {
    if (!goOn()) return
    await pace.step()
    const to = provision(server, from, parameters)
    if (to === null) failed.push(from.name)
    else made.push({ from, to })
  }
  writeMap(server, view, made)
  notifyPhase1(server, operation, {
    domains: domains.size,
    accounts: made.map(({ to }) => to.name),
    coses: Object.keys(server.state.coses).length - before,
    failed,
  })
  server.save()
  if (yes(parameters['provisioning_only'], false)) return

  operation.phase = 2
  const rules = {
    filterDeleted: yes(parameters['filter_deleted'], true),
    maxSize: sizeOf(parameters['max_file_size']),
    at: null,
    goOn: () => {
      const dies = server.faults['restore-dies']
      if (dies !== undefined && operation.restored >= dies && server.spend('restore-dies'))
        throw new CommandError('java.lang.OutOfMemoryError: Java heap space (simulated)')
      return goOn()
    },
  }
  for (const { from, to } of made) {
    operation.account = to.name
    if (!(await restoreItems(server, view, from, to, operation, rules, pace))) return
  }
}

function chooseAccounts(view: BackupView, parameters: Record<string, string>): ViewedAccount[] {
  const file = parameters['input_file']
  const fromFile = file === undefined ? null : readFileSync(file, 'utf8').split(/\s+/).filter(Boolean)
  const accounts = list(parameters['accounts']) ?? fromFile?.map((one) => one.toLowerCase()) ?? null
  const domains = list(parameters['domains'])
  const missing = accounts?.find(
    (one) => !view.accounts.some(({ name, info }) => name.toLowerCase() === one || info.id === one),
  )
  if (missing !== undefined) throw new CommandError(`No such account in the backup: ${missing}`)
  return view.accounts.filter(
    ({ name, domain, info }) =>
      (accounts === null || accounts.includes(name.toLowerCase()) || accounts.includes(info.id)) &&
      (domains === null || domains.includes(domain.toLowerCase())) &&
      (!yes(parameters['skip_system_accounts'], true) || !SYSTEM_ACCOUNT.test(name)),
  )
}

/** The account on this server: the one of this name, or a new one. Null where it is not there and may not be made. */
function provision(
  server: SimServer,
  from: ViewedAccount,
  parameters: Record<string, string>,
): SimAccount | null {
  const { state } = server
  const same = state.accounts.find(({ name }) => name.toLowerCase() === from.name.toLowerCase())
  if (same) return same
  // Without account_info nobody knows the address: there is no account to make.
  if (!from.name.includes('@') || yes(parameters['skip_account_provisioning'], false)) return null
  if (!state.domains.includes(from.domain)) return null
  const cos = from.info.cos ?? 'default'
  if (!Object.hasOwn(state.coses, cos) && !yes(parameters['skip_coses'], false))
    state.coses[cos] = { backupEnabled: true }
  const account: SimAccount = {
    id: randomUUID(),
    name: from.name,
    displayName: from.info.displayName,
    aliases: yes(parameters['skip_aliases'], false) ? [] : from.info.aliases,
    cos: Object.hasOwn(state.coses, cos) ? cos : 'default',
    status: from.info.status ?? 'active',
    sourceId: from.info.id,
  }
  state.accounts.push(account)
  return account
}

/** Lists of the domains that are restored, as far as the path tells of any. */
function provisionLists(server: SimServer, path: string, domains: ReadonlySet<string>): void {
  const { lists } = server.state
  const details = (server.state.listDetails ??= {})
  const lost = server.faults['lists-lost'] !== undefined
  const torn = server.faults['members-lost'] !== undefined
  for (const [name, { aliases, members }] of Object.entries(listsIn(path)))
    if (
      domains.has(name.split('@').at(-1) ?? '') &&
      !lists.includes(name) &&
      !(lost && name.startsWith('sales@'))
    ) {
      lists.push(name)
      details[name] = torn ? { aliases: [], members: members.slice(0, -1) } : { aliases, members }
    }
}

/** `map_<serverId>` in the server's own Backup Path: pairs of old and new account ids, sixteen bytes each. */
function writeMap(
  server: SimServer,
  view: BackupView,
  made: readonly { from: ViewedAccount; to: SimAccount }[],
): void {
  const folder = server.backupPath
  // Never into the path that is being read.
  if (!existsSync(folder) || realpathSync(folder) === view.root) return
  const binary = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')
  const pairs = made.map(({ from, to }) => Buffer.concat([binary(from.info.id), binary(to.id)]))
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `map_${view.serverId}`),
    Buffer.concat([Buffer.from([0, 0, made.length >> 8, made.length & 255]), ...pairs]),
  )
}
