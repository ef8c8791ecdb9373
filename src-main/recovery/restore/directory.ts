import { CannotTell, reasonOf } from '../../remote/probe/fact.ts'
import type { CaseRole } from '../../contract/recovery.ts'
import type { StepContext } from '../types.ts'
import { parseLists, type MailList } from './mail-lists.ts'

/** Each call of zmprov takes a JVM and, with many accounts, the directory's time, ms. */
const TIMEOUT = 300_000
const MOST = 64 * 1024 * 1024

/**
 * What the directory of a server knows (D: the mailbox's own provisioning tool; `-l` asks LDAP, so that it works while
 * the mailbox service is busy).
 * @throws CannotTell, ConnectionError
 */
async function zmprov(context: StepContext, role: CaseRole, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await context.command(role, ['zmprov', '-l', ...words], {
    as: 'zextras',
    timeout: TIMEOUT,
    maxOutput: MOST,
    effect: 'reads',
  })
  if (code !== 0) {
    const said = (stderr || stdout).replace(/\s+/g, ' ').trim().slice(0, 200)
    throw new CannotTell(`\`zmprov -l ${words.join(' ')}\` ended with code ${String(code)}: ${said}`)
  }
  if (Buffer.byteLength(stdout) >= MOST - 4) throw new CannotTell('the list is longer than Lifeboat reads')
  return stdout
}

/** One name a line: `zmprov -l gaa`, `gad`, `gac`, `gadl`. @throws CannotTell, ConnectionError */
async function list(
  context: StepContext,
  role: CaseRole,
  command: 'gaa' | 'gad' | 'gac' | 'gadl',
): Promise<string[]> {
  return (await zmprov(context, role, [command]))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/\s/.test(line))
}

/** Addresses of all accounts, lower case. */
export async function accountsOn(context: StepContext, role: CaseRole = 'new'): Promise<Set<string>> {
  return lower(await list(context, role, 'gaa'))
}

export async function domainsOn(context: StepContext, role: CaseRole = 'new'): Promise<Set<string>> {
  return lower(await list(context, role, 'gad'))
}

/**
 * All distribution lists by name, with aliases and members, in one command however many there are (`gadl -v`). A server
 * that does not take it tells the names alone. @throws CannotTell, ConnectionError
 */
export async function listsOn(
  context: StepContext,
  role: CaseRole = 'new',
): Promise<
  { lists: Map<string, MailList>; whole: true } | { lists: Map<string, MailList>; whole: false; why: string }
> {
  try {
    const lists = parseLists(await zmprov(context, role, ['gadl', '-v']))
    if (lists.length > 0) return { lists: new Map(lists.map((one) => [one.name, one])), whole: true }
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error
    return { lists: await namesOnly(context, role), whole: false, why: reasonOf(error) }
  }
  // Either there is none, or it printed them in a way that is not known here.
  const lists = await namesOnly(context, role)
  if (lists.size === 0) return { lists, whole: true }
  return { lists, whole: false, why: 'what `zmprov -l gadl -v` printed was not understood' }
}

async function namesOnly(context: StepContext, role: CaseRole): Promise<Map<string, MailList>> {
  const names = lower(await list(context, role, 'gadl'))
  return new Map([...names].map((name) => [name, { name, aliases: null, members: null }]))
}

/** Names of the classes of service. */
export async function cosesOn(context: StepContext, role: CaseRole = 'new'): Promise<Set<string>> {
  return new Set(await list(context, role, 'gac'))
}

const lower = (names: readonly string[]): Set<string> => new Set(names.map((name) => name.toLowerCase()))
