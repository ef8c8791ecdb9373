import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { parseFault } from '../../../../../src-main/drill/faults.ts'
import { MAIN_RUN } from '../../../../../src-main/recovery/restore/facts.ts'
import { restoreRun } from '../../../../../src-main/recovery/restore/operation.ts'
import type { CatalogAccess } from '../../../../../src-main/recovery/types.ts'
import type { RemoteShell } from '../../../../../src-main/remote/shell.ts'
import { bench, drillCatalog, type Bench, type BenchOptions } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { bringBackup, login, openDrill } from '../../drill/support.ts'
import { look, run, started, step } from './support.ts'

/** One pair of servers for all of them; what is wrong with it is changed from test to test. */
describe('what is looked at before', () => {
  let drill: Drill
  let path: string
  let shells: { new: RemoteShell; old: RemoteShell }
  let catalog: CatalogAccess

  /** A case of its own, with these faults from now on. */
  function scene(faults: readonly string[], more: Partial<BenchOptions> = {}): Bench {
    drill.setFaults(faults.flatMap(parseFault))
    const made = bench({ folder: temporaryFolder('case'), shells, ...more })
    made.fields['restore-preflight'] = { sourcePath: path, notifications: 'admin@example.org' }
    return made
  }
  const verdict = async (made: Bench, id: string) => (await look(made, 'restore-preflight', id)).verdict

  beforeAll(async () => {
    drill = await openDrill([], { accounts: 2, items: 60 })
    path = await bringBackup(drill)
    const admin = { user: 'admin', privilege: 'sudo' } as const
    shells = { new: await login(drill, drill.new, admin), old: await login(drill, drill.old, admin) }
    catalog = await drillCatalog(drill, temporaryFolder('catalog'))
  }, 120_000)

  it('never offers chown on an only copy, nor a restore from it', async () => {
    const source = { place: { kind: 'server' as const, serverId: 'new', path }, onlyCopy: true }
    const made = scene(['wrong-owner'], { source })
    made.fields['restore-preflight'] = { sourcePath: `${path}/` }
    expect(await verdict(made, 'only-copy')).toBe('red')
    const { next } = await look(made, 'restore-preflight', 'path-readable')
    expect(next?.en).not.toContain('chown')
  }, 60_000)

  it('sees a path that zextras cannot read, through all its folders', async () => {
    const made = scene(['wrong-owner'])
    const { verdict: seen, evidence, next } = await look(made, 'restore-preflight', 'path-readable')
    expect(seen).toBe('red')
    expect(evidence.en).toContain('cannot be read by zextras')
    expect(next?.en).toBe(`Give it to zextras: chown -R zextras:zextras ${path}`)
    await shells.new.run(['chown', '-R', 'zextras:zextras', path], { as: 'root' })
    expect(await verdict(made, 'path-readable')).toBe('ok')
  }, 60_000)

  it('names a validator that was left off, too little room, and a path that is none', async () => {
    const made = scene(['validator-off', 'full-disk=1000'], { catalog })
    expect(await verdict(made, 'validator')).toBe('attention')
    expect(await verdict(made, 'space')).toBe('red')
    made.fields['restore-preflight']!['sourcePath'] = '/mnt'
    expect(await verdict(made, 'path-there')).toBe('red')
  }, 60_000)

  it('refuses the same server, a clone that is not proved isolated, and the procedure that must not use it', async () => {
    expect(await verdict(scene([], { procedure: 'same-server' }), 'another-server')).toBe('red')
    // the path of the server itself, looked at from the server
    const itself = scene([], { shells: { new: shells.old } })
    itself.fields['restore-preflight'] = { sourcePath: drill.old.backup }
    expect(await verdict(itself, 'another-server')).toBe('red')
    expect(await verdict(itself, 'not-own-path')).toBe('red')
    itself.context(step('restore')).setFact('isolation.proved', true)
    expect(await verdict(itself, 'another-server')).toBe('ok')
  }, 60_000)

  it('stops without a valid licence', async () => {
    const made = scene(['licence'])
    expect(await verdict(made, 'licence')).toBe('red')
    await expect(run(made, 'restore')).rejects.toMatchObject({ kind: 'licence' })
    expect(restoreRun(made.context(step('restore')), MAIN_RUN)).toBeNull()
    expect(await started(drill)).toBe(0)
  }, 60_000)

  it('stops before a busy queue, and the start itself refuses too', async () => {
    const made = scene(['busy=600'])
    expect(await verdict(made, 'queue')).toBe('red')
    await expect(run(made, 'restore')).rejects.toMatchObject({ code: 'REFUSED' })
    expect(await started(drill)).toBe(0)
  }, 60_000)
})
