import { readdirSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { glob, parse as parseConfig } from 'ssh-config'
import type { AuthMethod, Hop, ImportedServer, ServerDraft } from '../contract/servers.ts'
import { ExpectedError } from '../engine/errors.ts'

/** Values of the directives for one host: the first one wins, IdentityFile collects (ssh_config(5)). */
type Values = Map<string, string[]>
interface Directive {
  param: string
  value: string | { val: string }[]
}
interface Section extends Directive {
  config: Directive[]
}

/** Directives that lead somewhere else than Lifeboat would go; said beside the draft. */
const NOT_FOLLOWED = ['ProxyCommand', 'HostKeyAlias', 'CertificateFile', 'PKCS11Provider', 'RemoteCommand']
const MAX_INCLUDES = 100

/** `~/.ssh/config` of whoever runs Lifeboat. */
export function defaultSshConfig(): string {
  return join(homedir(), '.ssh', 'config')
}

/**
 * The hosts of an OpenSSH configuration file as drafts of profiles. `Include` is followed; `Match` is not, for it may
 * run programs. Nothing is resolved and nothing is run.
 * @throws ExpectedError NOT_FOUND when the file cannot be read
 */
export function readSshConfig(file: string): Omit<ImportedServer, 'existing'>[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ExpectedError(
      'NOT_FOUND',
      `${file} cannot be read`,
      {
        why:
          (error as NodeJS.ErrnoException).code === 'ENOENT'
            ? 'There is no such file.'
            : (error as Error).message,
        next: 'Choose another file, or add the server by hand.',
      },
      { cause: error },
    )
  }
  const lines = parse(withIncludes(text, dirname(file), { left: MAX_INCLUDES }))
  const aliases = new Set<string>()
  for (const line of lines) {
    if (!isSection(line, 'host')) continue
    for (const name of words(line.value)) if (!/[*?!]/.test(name)) aliases.add(name)
  }
  const hasMatch = lines.some((line) => isSection(line, 'match'))
  return Array.from(aliases, (alias) => draftOf(alias, lines, hasMatch))
}

function draftOf(alias: string, lines: Directive[], hasMatch: boolean): Omit<ImportedServer, 'existing'> {
  const values = valuesFor(alias, lines)
  const notes = NOT_FOLLOWED.filter((name) => values.has(name.toLowerCase())).map(
    (name) => `${name} is not followed by Lifeboat.`,
  )
  if (hasMatch) notes.push('Match sections of the file are not followed.')
  const hop = hopFor(alias, values)
  const draft: ServerDraft = {
    ...hop,
    name: alias.slice(0, 200),
    role: 'other',
    privilege: hop.user === 'root' ? 'root' : hop.user === 'zextras' ? 'zextras' : 'sudo',
    jumps: jumpsFor(values.get('proxyjump')?.[0], lines, notes),
  }
  return { alias, draft, notes }
}

function hopFor(alias: string, values: Values, over: { user?: string; port?: number } = {}): Hop {
  const one = (name: string): string | undefined => values.get(name)?.[0]
  const host = (one('hostname') ?? alias).replaceAll('%h', alias).replaceAll('%%', '%')
  const port = over.port ?? Number(one('port') ?? 22)
  const user = over.user ?? one('user') ?? userInfo().username
  const auth: AuthMethod[] = []
  if (one('identitiesonly')?.toLowerCase() !== 'yes' && one('identityagent') !== 'none')
    auth.push({ kind: 'agent' })
  for (const file of values.get('identityfile') ?? []) {
    if (file !== 'none') auth.push({ kind: 'key', file: expand(file, { host, user }) })
  }
  if (one('passwordauthentication')?.toLowerCase() !== 'no') auth.push({ kind: 'password' })
  if (one('kbdinteractiveauthentication')?.toLowerCase() !== 'no') auth.push({ kind: 'keyboard-interactive' })
  if (auth.length === 0) auth.push({ kind: 'agent' })
  return { host, port: port >= 1 && port <= 65535 ? Math.trunc(port) : 22, user, auth: auth.slice(0, 10) }
}

/** `ProxyJump user@host:port,other`: each may be an alias of the file itself. */
function jumpsFor(jump: string | undefined, lines: Directive[], notes: string[], depth = 0): Hop[] {
  if (!jump || jump === 'none' || depth > 4) return []
  const hops: Hop[] = []
  for (const part of jump.split(',')) {
    const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(part.trim())
    if (!match) {
      notes.push(`The jump host “${part}” is not understood.`)
      continue
    }
    const [, user, name = '', port] = match
    const host = name.replace(/^\[|\]$/g, '')
    const values = valuesFor(host, lines)
    // Only the first jump's own jumps count, as in OpenSSH.
    if (hops.length === 0) hops.push(...jumpsFor(values.get('proxyjump')?.[0], lines, notes, depth + 1))
    hops.push(hopFor(host, values, { ...(user ? { user } : {}), ...(port ? { port: Number(port) } : {}) }))
  }
  return hops.slice(0, 8)
}

function valuesFor(alias: string, lines: readonly Directive[]): Values {
  const values: Values = new Map()
  const take = (line: Directive): void => {
    const name = line.param.toLowerCase()
    if (name === 'host' || name === 'match') return
    const value = words(line.value).join(' ')
    const before = values.get(name)
    if (!before) values.set(name, [value])
    else if (name === 'identityfile') before.push(value)
  }
  for (const line of lines) {
    if (isSection(line, 'match')) continue
    if (!isSection(line, 'host')) take(line)
    else if (matches(alias, words(line.value))) line.config.filter(isDirective).forEach(take)
  }
  return values
}

function matches(alias: string, patterns: readonly string[]): boolean {
  let matched = false
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    if (!glob(negated ? pattern.slice(1) : pattern, alias)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

function parse(text: string): Directive[] {
  try {
    return (parseConfig(text) as unknown as unknown[]).filter(isDirective)
  } catch (error) {
    throw new ExpectedError(
      'BAD_QUERY',
      'The SSH configuration is not understood',
      { why: (error as Error).message, next: 'Add the server by hand.' },
      { cause: error },
    )
  }
}

function isDirective(line: unknown): line is Directive {
  return typeof (line as Partial<Directive>).param === 'string'
}

function isSection(line: Directive, kind: 'host' | 'match'): line is Section {
  return line.param.toLowerCase() === kind && 'config' in line
}

function words(value: Directive['value']): string[] {
  return typeof value === 'string' ? [value] : value.map(({ val }) => val)
}

/** Puts included files where they are named; `*` and `?` in the last part of the path only, as people use it. */
function withIncludes(text: string, base: string, budget: { left: number }): string {
  return text
    .split(/\r?\n/)
    .map((line) => {
      const named = /^\s*Include\s*[= ]\s*(.+)$/i.exec(line)?.[1]
      if (named === undefined) return line
      return named
        .trim()
        .split(/\s+/)
        .flatMap((pattern) => filesOf(pattern.replace(/^"|"$/g, ''), base))
        .map((file) => (budget.left-- > 0 ? withIncludes(readText(file), dirname(file), budget) : ''))
        .join('\n')
    })
    .join('\n')
}

function filesOf(pattern: string, base: string): string[] {
  const expanded = expand(pattern, { host: '', user: '' })
  const path = isAbsolute(expanded) ? expanded : join(base, expanded)
  const last = basename(path)
  if (!/[*?]/.test(last)) return [path]
  try {
    return readdirSync(dirname(path))
      .filter((name) => glob(last, name) && !name.startsWith('.'))
      .sort()
      .map((name) => join(dirname(path), name))
  } catch {
    return []
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function expand(path: string, { host, user }: { host: string; user: string }): string {
  return path
    .replace(/^~(?=\/|$)/, homedir())
    .replaceAll('%d', homedir())
    .replaceAll('%u', userInfo().username)
    .replaceAll('%r', user)
    .replaceAll('%h', host)
    .replaceAll('%%', '%')
}
