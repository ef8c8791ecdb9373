import type { CopyEnd, CopyRequest } from '../../../src-main/contract/copy.ts'
import type { ServerProfile } from '../../../src-main/contract/servers.ts'

type ProfileOf = (serverId: string) => ServerProfile | null

/** The `lifeboat copy …` that does the same as the form, ready for a POSIX shell; null for a server that is gone. */
export function commandLine(request: CopyRequest, profileOf: ProfileOf): string | null {
  const words = ['lifeboat', 'copy']
  const source = wordOf(request.source, profileOf)
  const target = wordOf(request.target, profileOf)
  if (source === null || target === null) return null
  const identity = keyOf(request, profileOf)
  if (identity !== null) words.push('--identity', identity)
  const profiles = profilesOf(request, profileOf)
  const jumps = profiles.map(({ jumps: hops }) => hops.map(hopWord).join(','))
  if (jumps[0] && !needsJumps(request, profileOf)) words.push('--jump', jumps[0])
  const [privilege] = profiles.map((profile) => profile.privilege)
  if (
    privilege !== undefined &&
    privilege.startsWith('su') &&
    profiles.every((one) => one.privilege === privilege)
  )
    words.push('--privilege', privilege)
  if (request.accounts) words.push('--accounts', request.accounts.join(','))
  if (request.first) words.push('--first', request.first.join(','))
  if (request.limit != null) words.push('--bwlimit', rateWord(request.limit))
  if (request.delete === true) words.push('--delete')
  if (request.direct?.host !== undefined) {
    const { host, port } = request.direct
    words.push('--direct-to', `${bracketed(host)}${port === undefined ? '' : `:${String(port)}`}`)
  } else if (request.direct) words.push('--direct')
  return [...words, source, target].map(quoted).join(' ')
}

/** True where the command line would go another way: it takes one list of jump hosts for both servers. */
export function needsJumps(request: CopyRequest, profileOf: ProfileOf): boolean {
  const lists = profilesOf(request, profileOf).map(({ jumps }) => jumps.map(hopWord).join(','))
  return new Set(lists).size > 1
}

function profilesOf({ source, target }: CopyRequest, profileOf: ProfileOf): ServerProfile[] {
  return [source, target].flatMap((end) => (end.kind === 'server' ? (profileOf(end.serverId) ?? []) : []))
}

function hopWord({ user, host, port }: ServerProfile['jumps'][number]): string {
  return `${user}@${bracketed(host)}${port === 22 ? '' : `:${String(port)}`}`
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** `ssh://user@host:port/path`, odd characters percent-encoded, or the local path. */
function wordOf(end: CopyEnd, profileOf: ProfileOf): string | null {
  if (end.kind === 'local') return end.path
  const profile = profileOf(end.serverId)
  if (!profile) return null
  const host = bracketed(profile.host)
  const port = profile.port === 22 ? '' : `:${String(profile.port)}`
  const path = end.path.split('/').map(encodeURIComponent).join('/')
  return `ssh://${encodeURIComponent(profile.user)}@${host}${port}${path}`
}

/** True where the command line cannot name the keys of two servers: it takes one key file for both. */
export function needsAgent(request: CopyRequest, profileOf: ProfileOf): boolean {
  return profilesOf(request, profileOf).length === 2 && keysOf(request, profileOf).size > 1
}

/** The one key file of the servers, where they have the same. */
function keyOf(request: CopyRequest, profileOf: ProfileOf): string | null {
  const files = keysOf(request, profileOf)
  const [file] = files
  return files.size === 1 && file !== undefined ? file : null
}

function keysOf(request: CopyRequest, profileOf: ProfileOf): Set<string> {
  const methods = profilesOf(request, profileOf).flatMap(({ auth }) => auth)
  return new Set(methods.flatMap((method) => (method.kind === 'key' ? [method.file] : [])))
}

/** `10M` where it is so exactly, else the bytes. */
function rateWord(limit: number): string {
  if (limit % 1e6 === 0) return `${String(limit / 1e6)}M`
  return limit % 1e3 === 0 ? `${String(limit / 1e3)}k` : String(limit)
}

/** One argument for a POSIX shell, whatever is in it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
