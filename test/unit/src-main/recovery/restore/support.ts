import { readFileSync } from 'node:fs'
import { afterAll } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { restoreSteps } from '../../../../../src-main/recovery/restore/index.ts'
import { parseKnownHosts } from '../../../../../src-main/remote/known-hosts.ts'
import { NO_SECRETS } from '../../../../../src-main/remote/login.ts'
import { openSession, type Session } from '../../../../../src-main/remote/session.ts'
import type { RemoteShell } from '../../../../../src-main/remote/shell.ts'
import type { CheckResult, Step } from '../../../../../src-main/recovery/types.ts'
import { bench, drillCatalog, type Bench, type BenchOptions } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { bringBackup, login, openDrill } from '../../drill/support.ts'

export const step = (id: string): Step => {
  const found = restoreSteps.find((one) => one.id === id)
  if (!found) throw new Error(`No step ${id}`)
  return found
}
export const run = async (made: Bench, id: string, signal?: AbortSignal) => {
  const context = made.context(step(id), signal)
  try {
    return await step(id).run?.(context)
  } finally {
    context.close()
  }
}
export const look = async (made: Bench, id: string, checkId: string): Promise<CheckResult> => {
  const { checks, proofs = [] } = step(id)
  const check = [...checks, ...proofs].find((one) => one.id === checkId)
  if (!check) throw new Error(`No check ${checkId}`)
  return check.run(made.context(step(id)))
}

/** Two servers, the backup brought to the new one, a case on the laptop. */
export async function scene(
  faults: readonly string[],
  options: Partial<Parameters<typeof openDrill>[1]> = {},
  more: Partial<BenchOptions> & { reconnects?: boolean } = {},
): Promise<{ drill: Drill; made: Bench; path: string }> {
  const drill = await openDrill(faults, options)
  const path = await bringBackup(drill)
  const folder = temporaryFolder('case')
  const shells = {
    new: more.reconnects
      ? reconnecting(drill)
      : await login(drill, drill.new, { user: 'admin', privilege: 'sudo' }),
    old: await login(drill, drill.old, { user: 'admin', privilege: 'sudo' }),
  }
  const catalog = more.catalog === null ? null : await drillCatalog(drill, folder)
  const made = bench({ folder, shells, ...more, catalog })
  made.fields['restore-preflight'] = { sourcePath: path, notifications: 'admin@example.org' }
  return { drill, made, path }
}

/** How often the server was told to restore, by its own list. */
export const started = async (drill: Drill): Promise<number> => {
  const shell = await login(drill, drill.new)
  const { stdout } = await shell.run(['cat', `${drill.new.root}/../state/server.json`])
  const { operations } = JSON.parse(stdout) as { operations: { name: string }[] }
  return operations.filter(({ name }) => name === 'External Restore').length
}

/** The app's own session to the new server: made again when it is lost. Closed after the tests of the file. */
function reconnecting(drill: Drill): RemoteShell {
  const { host, port } = drill.new
  const lines = parseKnownHosts(readFileSync(drill.knownHostsFile, 'utf8'))
  const session = openSession({
    profile: {
      id: 'new',
      name: 'new',
      role: 'new',
      host,
      port,
      user: 'admin',
      auth: [{ kind: 'key', file: drill.keyFile }],
      privilege: 'sudo',
      jumps: [],
    },
    knownHosts: () => lines,
    acceptHostKey: () => Promise.resolve(false),
    secrets: NO_SECRETS,
    backOff: [200],
  })
  sessions.push(session)
  return session.shell
}

const sessions: Session[] = []
afterAll(() => {
  for (const session of sessions) session.close()
})
