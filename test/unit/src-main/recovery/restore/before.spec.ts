import { describe, expect, it } from 'vitest'
import { MAIN_RUN } from '../../../../../src-main/recovery/restore/facts.ts'
import { restoreRun } from '../../../../../src-main/recovery/restore/operation.ts'
import { bench, type Bench } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { bringBackup, login, openDrill } from '../../drill/support.ts'
import { look, run, scene, started, step } from './support.ts'

describe('what is looked at before', () => {
  const verdict = async (made: Bench, id: string) => (await look(made, 'restore-preflight', id)).verdict

  it('stops before a busy queue, and the start itself refuses too', async () => {
    const { drill, made } = await scene(['busy=600'], {}, { catalog: null })
    expect(await verdict(made, 'queue')).toBe('red')
    await expect(run(made, 'restore')).rejects.toMatchObject({ code: 'REFUSED' })
    expect(await started(drill)).toBe(0)
  }, 120_000)

  it('stops without a valid licence', async () => {
    const { drill, made } = await scene(['licence'], {}, { catalog: null })
    expect(await verdict(made, 'licence')).toBe('red')
    await expect(run(made, 'restore')).rejects.toMatchObject({ kind: 'licence' })
    expect(restoreRun(made.context(step('restore')), MAIN_RUN)).toBeNull()
    drill.setFaults([])
    await run(made, 'restore')
    expect(await started(drill)).toBe(1)
  }, 120_000)

  it('sees a path that zextras cannot read, through all its folders', async () => {
    const { drill, made, path } = await scene(['wrong-owner'], {}, { catalog: null })
    const { verdict: seen, evidence, next } = await look(made, 'restore-preflight', 'path-readable')
    expect(seen).toBe('red')
    expect(evidence.en).toContain('cannot be read by zextras')
    expect(next?.en).toBe(`Give it to zextras: chown -R zextras:zextras ${path}`)
    const shell = await login(drill, drill.new, { user: 'admin', privilege: 'sudo' })
    await shell.run(['chown', '-R', 'zextras:zextras', path], { as: 'root' })
    expect(await verdict(made, 'path-readable')).toBe('ok')
  }, 120_000)

  it('never offers chown on an only copy, nor a restore from it', async () => {
    const drill = await openDrill(['wrong-owner'])
    const path = await bringBackup(drill)
    const folder = temporaryFolder('case')
    const shells = { new: await login(drill, drill.new, { user: 'admin', privilege: 'sudo' }) }
    const source = { place: { kind: 'server' as const, serverId: 'new', path }, onlyCopy: true }
    const made = bench({ folder, shells, source })
    made.fields['restore-preflight'] = { sourcePath: `${path}/` }
    expect(await verdict(made, 'only-copy')).toBe('red')
    const { next } = await look(made, 'restore-preflight', 'path-readable')
    expect(next?.en).not.toContain('chown')
  }, 120_000)

  it('names a validator that was left off, too little room, and a path that is none', async () => {
    const { made } = await scene(['validator-off', 'full-disk=1000'])
    expect(await verdict(made, 'validator')).toBe('attention')
    expect(await verdict(made, 'space')).toBe('red')
    made.fields['restore-preflight']!['sourcePath'] = '/mnt'
    expect(await verdict(made, 'path-there')).toBe('red')
  }, 120_000)

  it('refuses the same server, a clone that is not proved isolated, and the procedure that must not use it', async () => {
    const { drill, made } = await scene([], {}, { procedure: 'same-server', catalog: null })
    expect(await verdict(made, 'another-server')).toBe('red')
    // the path of the server itself, looked at from the server
    const folder = temporaryFolder('case')
    const old = await login(drill, drill.old, { user: 'admin', privilege: 'sudo' })
    const itself = bench({ folder, shells: { new: old } })
    itself.fields['restore-preflight'] = { sourcePath: drill.old.backup }
    expect((await look(itself, 'restore-preflight', 'another-server')).verdict).toBe('red')
    expect((await look(itself, 'restore-preflight', 'not-own-path')).verdict).toBe('red')
    itself.context(step('restore')).setFact('isolation.proved', true)
    expect((await look(itself, 'restore-preflight', 'another-server')).verdict).toBe('ok')
  }, 120_000)
})
