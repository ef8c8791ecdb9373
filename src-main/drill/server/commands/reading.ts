import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BlobReader } from '../../../backup/blob.ts'
import type { ItemState } from '../../../backup/types.ts'
import { openBackup, stateAt, type BackupView } from '../backup-view.ts'
import { CommandError, formatDate, parseDate, type Json, type JsonObject } from '../call.ts'
import type { SimServer } from '../server.ts'
import type { SimList, SimState } from '../state.ts'
import { readArguments, type Command, type CommandContext, type Reply } from './command.ts'

function viewOf({ server }: CommandContext, path: string | undefined): BackupView {
  const root = path ?? server.backupPath
  if (!server.mayRead(root))
    throw new CommandError(`Unable to read the backup path ${root}: Permission denied`)
  return openBackup(root)
}

export const getBackupInfo: Command = (context) => {
  const { backup_path: path } = readArguments(context.args, [], ['backup_path'])
  const { server } = context
  const view = viewOf(context, path)
  const scan = { lastScan: server.state.lastScan, numCheckedAccounts: view.accounts.length }
  // In JSON milliseconds, in text a date.
  const shown = { ...scan, lastScan: context.json ? scan.lastScan : formatDate(scan.lastScan) }
  const backupStat = { numActiveBackupedAccounts: view.accounts.length, scan: shown }
  return { response: { backupPath: view.root, backupStat }, perHost: true }
}

export const getAvailableAccounts: Command = (context) => {
  const values = readArguments(
    context.args,
    [],
    ['date', 'backup_path', 'domains', 'hide_deleted', 'hide_system_accounts', 'hide_existing_accounts'],
  )
  const domains = values['domains']?.toLowerCase().split(',')
  const existing = new Set(context.server.state.accounts.map(({ name }) => name.toLowerCase()))
  const accounts = viewOf(context, values['backup_path']).accounts.filter(
    ({ name, domain }) =>
      (domains === undefined || domains.includes(domain.toLowerCase())) &&
      (values['hide_existing_accounts'] !== 'true' || !existing.has(name.toLowerCase())),
  )
  return { response: { accountMap: Object.fromEntries(accounts.map(({ info, name }) => [info.id, name])) } }
}

export const getAvailableDomains: Command = (context) => {
  const { backup_path: path } = readArguments(context.args, ['date', 'backup_path'])
  const domains = [...new Set(viewOf(context, path).accounts.map(({ domain }) => domain))].filter(Boolean)
  return { response: { domains: domains.sort() } }
}

export const getAccountInfo: Command = (context) => {
  const values = readArguments(context.args, ['account'], ['backup_path', 'date', 'backupstats'])
  const { info, name, broken } = viewOf(context, values['backup_path']).account(values.account)
  if (broken) throw new CommandError(`account_info of ${name} cannot be read`)
  const response: JsonObject = {
    accountName: name,
    zimbraId: info.id,
    startDate: formatDate(Date.UTC(2020, 10, 20, 7)),
    'end date': 'now',
    displayName: info.displayName,
    zimbraMailAlias: info.aliases,
    zimbraCOSName: info.cos,
    zimbraAccountStatus: info.status,
  }
  return { response }
}

function stateFields(view: BackupView, state: ItemState): JsonObject {
  return {
    'start date': state.start === null ? null : formatDate(state.start),
    type: state.type,
    deleted: state.deleted,
    ...(state.digest === null ? {} : { 'blob path': view.blob(state.digest) }),
  }
}

export const getItem: Command = (context): Reply => {
  const values = readArguments(
    context.args,
    ['account', 'item'],
    ['backup_path', 'dump_blob', 'date', 'blobs_archive'],
  )
  const view = viewOf(context, values['backup_path'])
  const account = view.account(values.account)
  const item = view.item(account, Number(values.item))
  if (!item || item.states.length === 0)
    throw new CommandError(`No such item: ${values.item} of ${account.name}`)
  const date = values['date'] ?? 'all'
  const at = date === 'all' || date === 'last' ? null : parseDate(date)
  const one = date === 'all' ? null : stateAt(item, at)
  if (date !== 'all' && one === null) throw new CommandError(`No state of item ${values.item} at ${date}`)
  const states = one === null ? item.states : [one]
  const fields = states.map((state) => stateFields(view, state))
  if (values['dump_blob'] !== 'true') return { response: { itemStates: fields } }
  const last = states.findLast(({ digest }) => digest !== null)
  const read = last?.digest == null ? null : new BlobReader().read(view.blob(last.digest), last.digest)
  const blob = read?.message?.toString(context.json ? 'base64' : 'latin1') ?? ''
  return context.json
    ? { response: { itemStates: fields, blob, blobEncoding: 'base64' } }
    : { response: { itemStates: fields }, text: Buffer.from(blob, 'latin1').toString('utf8') }
}

export const doItemSearch: Command = (context) => {
  const values = readArguments(
    context.args,
    ['account'],
    ['backup_path', 'type', 'before', 'after', 'search_filter', 'raw_metadata', 'search_string', 'id'],
  )
  const view = viewOf(context, values['backup_path'])
  const account = view.account(values.account)
  const filter = values['search_filter'] ?? 'deleted'
  const [after, before] = [values['after'], values['before']].map((date) =>
    date === undefined ? null : parseDate(date),
  )
  const items: Json[] = []
  for (const file of view.items(account)) {
    if (values['id'] !== undefined && String(file.id) !== values['id']) continue
    const state = view.read(file).states.at(-1)
    if (!state) continue
    if (filter === 'deleted' ? !state.deleted : filter === 'not_deleted' ? state.deleted : false) continue
    if ((values['type'] ?? 'all') !== 'all' && state.type !== values['type']) continue
    const date = state.date ?? state.start ?? 0
    if (date < (after ?? 0) || date > (before ?? Number.POSITIVE_INFINITY)) continue
    const title = state.subject ?? state.name ?? ''
    if (values['search_string'] !== undefined && !title.includes(values['search_string'])) continue
    const raw =
      values['raw_metadata'] === 'true' ? readFileSync(view.source.absolute(file.path), 'utf8') : null
    items.push({
      id: file.id,
      type: state.type,
      deleted: state.deleted,
      date: formatDate(date),
      subject: title,
      ...(raw === null ? {} : { metadata: raw }),
    })
  }
  return { response: { items } }
}

export const getMap: Command = ({ args }) => {
  const { file } = readArguments(args, ['file'])
  if (!existsSync(file)) throw new CommandError(`No such file: ${file}`)
  const bytes = readFileSync(file)
  const id = (at: number): string =>
    bytes.toString('hex', at, at + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  const pairs: Record<string, string> = {}
  for (let at = 4; at + 32 <= bytes.length; at += 32) pairs[id(at)] = id(at + 16)
  return { response: { accounts: pairs } }
}

/** Where the simulation keeps the settings that a SmartScan saved; how Carbonio keeps them is not published. */
export const SAVED_SETTINGS = 'server/simulated-settings.json'

/** Settings as `type/id/key`. @param grown the server was in use for years, and somebody tuned it */
export function standardConfig(state: SimState, grown: boolean): [string, string][] {
  return [
    ...Object.entries(state.config).map(([key, value]): [string, string] => [
      `server/${state.hostname}/${key}`,
      value,
    ]),
    ...Object.entries(state.localconfig).map(([key, value]): [string, string] => [
      `localconfig/local/${key}`,
      value,
    ]),
    ...state.domains.map((domain): [string, string] => [`domain/${domain}/zimbraDomainStatus`, 'active']),
    ...state.lists.flatMap((name): [string, string][] => {
      const { aliases, members } = state.listDetails?.[name] ?? { aliases: [], members: [] }
      return [
        [`distributionlist/${name}/zimbraMailStatus`, 'enabled'],
        [`distributionlist/${name}/zimbraMailAlias`, [name, ...aliases].join(', ')],
        [`distributionlist/${name}/zimbraMailForwardingAddress`, members.join(', ')],
      ]
    }),
    ...Object.entries(state.coses).map(([cos, { backupEnabled }]): [string, string] => [
      `cos/${cos}/backupEnabled`,
      String(backupEnabled),
    ]),
    ['global/config/zimbraMtaMaxMessageSize', grown ? '52428800' : '10485760'],
    ...(grown
      ? [['global/config/zimbraMtaRelayHost', 'relay.elsewhere.example:587'] as [string, string]]
      : []),
    ['global/config/zimbraDefaultDomainName', state.domains[0] ?? ''],
  ]
}

/** Of the server itself, or of a foreign path in which they were saved. */
function savedConfig(server: SimServer, path: string | undefined): [string, string][] {
  if (path === undefined)
    return standardConfig(server.state, server.paths.name === 'old' || server.state.isClone)
  const file = join(path, SAVED_SETTINGS)
  if (!existsSync(file)) throw new CommandError(`No saved configuration in ${path}`)
  return JSON.parse(readFileSync(file, 'utf8')) as [string, string][]
}

/** Distribution lists that the saved settings of a path name, by their names. */
export function listsIn(path: string): Record<string, SimList> {
  const file = join(path, SAVED_SETTINGS)
  if (!existsSync(file)) return {}
  const lists: Record<string, SimList> = {}
  for (const [key, value] of JSON.parse(readFileSync(file, 'utf8')) as [string, string][]) {
    const [, name = '', attribute] = /^distributionlist\/([^/]+)\/(.*)$/.exec(key) ?? []
    if (name === '') continue
    const list = (lists[name] ??= { aliases: [], members: [] })
    const values = value.split(', ').filter((one) => one !== '' && one !== name)
    if (attribute === 'zimbraMailAlias') list.aliases = values
    if (attribute === 'zimbraMailForwardingAddress') list.members = values
  }
  return lists
}

export const getServerConfig: Command = (context) => {
  const values = readArguments(
    context.args,
    ['type'],
    ['date', 'backup_path', 'file', 'query', 'verbose', 'colors'],
  )
  if (values.type === 'customizations') {
    const folder = join(values['backup_path'] ?? context.server.backupPath, 'server')
    const names = existsSync(folder)
      ? readdirSync(folder).filter((name) => name.startsWith('customizations_'))
      : []
    const archives = names.sort().map((filename) => {
      const path = join(folder, filename)
      return { filename, path, 'modify date': formatDate(statSync(path).mtimeMs) }
    })
    return { response: { archives: values['date'] === 'last' ? archives.slice(-1) : archives } }
  }
  if (values.type !== 'standard') throw new CommandError(`Invalid value for type: ${values.type}`, 2)
  const query = (values['query'] ?? '/').replace(/^\/|\/$/g, '')
  const found = savedConfig(context.server, values['backup_path']).filter(
    ([key]) => query === '' || key === query || key.startsWith(`${query}/`),
  )
  const pairs: [string, string][] = [['config date', formatDate(context.server.state.lastScan)], ...found]
  return {
    response: Object.fromEntries(pairs),
    text: pairs
      .map(([key, value]) => `${key.padEnd(70, '_')}${key.length >= 70 ? '__' : ''}${value}\n`)
      .join(''),
  }
}
