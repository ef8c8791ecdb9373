import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemFolderName } from '../../backup/folders.ts'
import { STRUCTURE_TYPES } from '../../catalog/schema.ts'
import { mapPaths } from '../paths.ts'
import { CommandError, type Call } from '../server/call.ts'
import type { SimServer } from '../server/server.ts'

/** Stand-ins of the mailbox's own tools: `zmprov`, `zmmailbox`, and `find` where it asks what zextras may read. */

/** `zmprov -l gaa|gad|gac|gadl`: one name a line; `gadl -v` with attributes and members. */
export function zmprov(server: SimServer, call: Call): number {
  if (call.user !== 'zextras') throw new CommandError('zmprov must be run as zextras')
  const [command = ''] = call.args.filter((arg) => !arg.startsWith('-'))
  const { accounts, domains, coses, lists: distribution } = server.state
  const lists: Record<string, readonly string[]> = {
    gaa: accounts.map(({ name }) => name),
    gad: domains,
    gac: Object.keys(coses),
    gadl: distribution,
  }
  const list = Object.hasOwn(lists, command) ? lists[command] : undefined
  if (list === undefined)
    throw new CommandError(`ERROR: service.INVALID_REQUEST (unknown command ${command})`, 2)
  const verbose = command === 'gadl' && call.args.includes('-v')
  call.out(list.map((name) => (verbose ? listDump(server, name) : `${name}\n`)).join(''))
  return 0
}

/** As the provisioning tool prints a list with `-v`. */
function listDump({ state }: SimServer, name: string): string {
  const { aliases, members } = state.listDetails?.[name] ?? { aliases: [], members: [] }
  const addresses = [name, ...aliases]
  return [
    `# distributionList ${name} memberCount=${String(members.length)}`,
    ...addresses.map((address) => `mail: ${address}`),
    'objectClass: zimbraDistributionList',
    ...addresses.map((address) => `zimbraMailAlias: ${address}`),
    ...members.map((address) => `zimbraMailForwardingAddress: ${address}`),
    'zimbraMailStatus: enabled',
    '',
    'members',
    ...members,
    '',
  ].join('\n')
}

type Stored = ReturnType<SimServer['mailbox']>['items'] extends Map<number, infer Item> ? Item : never

/**
 * `zmmailbox -z -m ACCOUNT gaf` and, from a file of commands (`-f /dev/stdin`), `search -v -t message -l N QUERY` with
 * `sn -v` for the next page. Any query finds everything here.
 */
export function zmmailbox(server: SimServer, call: Call): number {
  if (call.user !== 'zextras') throw new CommandError('zmmailbox must be run as zextras')
  const at = call.args.indexOf('-m')
  const account = server.account(call.args[at + 1] ?? '')
  const items = [...server.mailbox(account).items.values()].filter(({ deleted }) => !deleted)
  const words = call.args.slice(at + 2)
  if (words[0] !== '-f') return answer(items, words, call)
  let page = { at: 0, size: 25 }
  for (const line of call.input.split('\n').filter(Boolean)) {
    const given = line.split(/\s+/)
    const size = given.indexOf('-l')
    page =
      given[0] === 'sn'
        ? { ...page, at: page.at + page.size }
        : { at: 0, size: Number(given[size + 1] ?? 25) }
    printHits(items, page, call)
  }
  return 0
}

function answer(items: readonly Stored[], [command = '']: readonly string[], call: Call): number {
  if (command !== 'gaf') throw new CommandError(`unknown command: ${command}`, 2)
  const own = new Map(
    items
      .filter(({ type }) => type === 'folder' || type === 'searchfolder')
      .map((item) => [item.sourceId, { name: item.name ?? item.subject ?? '', parent: item.folder }]),
  )
  const path = (id: number | null, depth = 0): string => {
    if (id === null || id === 1 || depth > 50) return ''
    const folder = own.get(id)
    if (!folder) return `/${systemFolderName(id) ?? String(id)}`
    return `${path(folder.parent, depth + 1)}/${folder.name}`
  }
  const counts = new Map<number, { all: number; unread: number }>()
  for (const { type, folder, flags } of items) {
    if (folder === null || STRUCTURE_TYPES.some((one) => one === type)) continue
    const count = counts.get(folder) ?? { all: 0, unread: 0 }
    count.all++
    if (flags.includes('u')) count.unread++
    counts.set(folder, count)
  }
  call.out('        Id  View      Unread   Msg Count  Path\n')
  call.out('----------  ----  ----------  ----------  ----------\n')
  const ids = new Set([1, 2, 3, 4, 5, 6, 7, 10, 13, 14, 15, 16, ...own.keys(), ...counts.keys()])
  for (const id of ids) {
    const { all = 0, unread = 0 } = counts.get(id) ?? {}
    const columns = [String(id).padStart(10), 'unkn', String(unread).padStart(10), String(all).padStart(10)]
    call.out(`${columns.join('  ')}  ${path(id) || '/'}\n`)
  }
  return 0
}

function printHits(items: readonly Stored[], page: { at: number; size: number }, call: Call): void {
  const messages = items.filter(({ type }) => type === 'message')
  const hits = messages
    .slice(page.at, page.at + page.size)
    .map(({ id, subject, date, size, flags, folder }) => ({
      id: String(id),
      flags,
      subject: subject ?? '',
      date,
      size,
      folderId: String(folder ?? 0),
    }))
  call.out(
    `${JSON.stringify({ more: messages.length > page.at + page.size, offset: page.at, hits }, null, 2)}\n`,
  )
}

/**
 * `find PATH… [-maxdepth 0] ( ! -readable -o -type d ! -executable ) -printf … -o -printf .`: what zextras cannot read,
 * by the owners and modes of the simulation.
 */
export function find(server: SimServer, call: Call): number {
  const end = call.args.findIndex((arg) => /^[-(!]/.test(arg))
  const places = call.args.slice(0, end).map((arg) => resolve(call.cwd, mapPaths(arg, server.paths.root)))
  const shallow = call.args.includes('-maxdepth')
  let missing = 0
  const look = (path: string): void => {
    const refused = call.user !== 'root' && !server.mayRead(path)
    const info = lstatSync(path)
    const mode = (info.mode & 0o7777).toString(8)
    const owner = server.ownerOf(path)
    call.out(refused ? `${owner}\t${owner}\t${mode}\t${info.isDirectory() ? 'd' : 'f'}\t${path}\n` : '.\n')
    if (shallow || refused || !info.isDirectory()) return
    for (const name of readdirSync(path)) look(join(path, name))
  }
  for (const place of places) {
    if (statSync(place, { throwIfNoEntry: false }) === undefined) {
      call.err(`find: '${place}': No such file or directory\n`)
      missing = 1
    } else look(place)
  }
  return missing
}
