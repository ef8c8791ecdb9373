import type { AuthMethod, Hop, Privilege, ServerDraft } from '../../../src-main/contract/servers.ts'

/** A form to begin with; keys come before passwords, as ssh(1) tries them. */
export function newDraft(): ServerDraft {
  return { name: '', role: 'old', privilege: 'root', jumps: [], ...newHop() }
}

export function newHop(): Hop {
  return { host: '', port: 22, user: 'root', auth: [{ kind: 'agent' }, { kind: 'password' }] }
}

/** How such a login usually becomes root. */
export function usualPrivilege(user: string): Privilege {
  if (user === 'root' || user === 'zextras') return user
  return 'sudo-password'
}

/** A copy that can be edited without touching the saved one. */
export function copyOf(draft: ServerDraft): ServerDraft {
  const hop = (one: Hop): Hop => ({ ...one, auth: one.auth.map((method) => ({ ...method })) })
  return { ...draft, ...hop(draft), jumps: draft.jumps.map(hop) }
}

export type HopProblem = 'host' | 'port' | 'user' | 'auth' | 'key'

const WORD = /^[^-\s\p{Cc}][^\s\p{Cc}]*$/u

/** What of a hop cannot be saved so; the same rules as the contract's. */
export function hopProblems(hop: Hop): HopProblem[] {
  const problems: HopProblem[] = []
  if (!isWord(hop.host)) problems.push('host')
  if (!Number.isInteger(hop.port) || hop.port < 1 || hop.port > 65_535) problems.push('port')
  if (!isWord(hop.user)) problems.push('user')
  if (hop.auth.length === 0) problems.push('auth')
  if (
    hop.auth.some((method) => method.kind === 'key' && !/^(\/|~\/|[A-Za-z]:[\\/])/.test(method.file.trim()))
  )
    problems.push('key')
  return problems
}

function isWord(text: string): boolean {
  const word = text.trim()
  return word.length <= 255 && WORD.test(word)
}

/** True when all of it can be saved. */
export function canSave(draft: ServerDraft): boolean {
  return [draft, ...draft.jumps].every((hop) => hopProblems(hop).length === 0)
}

/** As it is saved: trimmed, `~` of key files written out, named by its host when it has no name. */
export function tidy(draft: ServerDraft, home: string): ServerDraft {
  const method = (one: AuthMethod): AuthMethod =>
    one.kind === 'key' ? { kind: 'key', file: one.file.trim().replace(/^~(?=\/)/, home) } : { ...one }
  const hop = (one: Hop): Hop => ({
    host: one.host.trim(),
    port: one.port,
    user: one.user.trim(),
    auth: one.auth.map(method),
  })
  const { id, role, privilege, jumps } = draft
  const name = draft.name.trim() || draft.host.trim()
  return { ...(id === undefined ? {} : { id }), name, role, privilege, ...hop(draft), jumps: jumps.map(hop) }
}

/** Moves an entry of a list by one place; at its end nothing happens. */
export function moved<T>(list: readonly T[], index: number, by: -1 | 1): T[] {
  const to = index + by
  const result = [...list]
  const [entry] = result.splice(index, 1)
  if (entry === undefined || to < 0 || to > result.length) return [...list]
  result.splice(to, 0, entry)
  return result
}
