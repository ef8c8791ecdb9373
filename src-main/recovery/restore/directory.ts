import { CannotTell } from '../../remote/probe/fact.ts'
import type { CaseRole } from '../../contract/recovery.ts'
import type { StepContext } from '../types.ts'

/** Each call of zmprov takes a JVM and, with many accounts, the directory's time, ms. */
const TIMEOUT = 300_000
const MOST = 32 * 1024 * 1024

/**
 * What the directory of a server knows, one name a line: `zmprov -l gaa`, `gad`, `gac`, `gadl` (D: the mailbox's own
 * provisioning tool; `-l` asks LDAP, so that it works while the mailbox service is busy).
 * @throws CannotTell, ConnectionError
 */
async function list(
  context: StepContext,
  role: CaseRole,
  command: 'gaa' | 'gad' | 'gac' | 'gadl',
): Promise<string[]> {
  const { code, stdout, stderr } = await context.command(role, ['zmprov', '-l', command], {
    as: 'zextras',
    timeout: TIMEOUT,
    maxOutput: MOST,
    effect: 'reads',
  })
  if (code !== 0) {
    const said = (stderr || stdout).replace(/\s+/g, ' ').trim().slice(0, 200)
    throw new CannotTell(`\`zmprov -l ${command}\` ended with code ${String(code)}: ${said}`)
  }
  if (Buffer.byteLength(stdout) >= MOST - 4) throw new CannotTell('the list is longer than Lifeboat reads')
  return stdout
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

/** Addresses of all distribution lists, lower case. */
export async function listsOn(context: StepContext, role: CaseRole = 'new'): Promise<Set<string>> {
  return lower(await list(context, role, 'gadl'))
}

/** Names of the classes of service. */
export async function cosesOn(context: StepContext, role: CaseRole = 'new'): Promise<Set<string>> {
  return new Set(await list(context, role, 'gac'))
}

const lower = (names: readonly string[]): Set<string> => new Set(names.map((name) => name.toLowerCase()))
