import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { SAVED_SETTINGS } from '../../../../../src-main/drill/server/commands/reading.ts'
import { bench, type Bench } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { bringBackup, login, openDrill } from '../../drill/support.ts'
import { look, run } from './support.ts'

/** Whether people find their distribution lists again, as far as the commands of Carbonio tell. */
describe('distribution lists after a restore', () => {
  let drill: Drill
  let path: string
  const cases: Record<'both' | 'alone', Bench> = {} as never

  beforeAll(async () => {
    drill = await openDrill(['lists-lost'], { accounts: 2, items: 40 })
    path = await bringBackup(drill)
    const admin = { user: 'admin', privilege: 'sudo' } as const
    const shells = { new: await login(drill, drill.new, admin), old: await login(drill, drill.old, admin) }
    cases.both = bench({ folder: temporaryFolder('case'), shells })
    cases.alone = bench({ folder: temporaryFolder('case'), shells: { new: shells.new } })
    for (const made of Object.values(cases)) made.fields['restore-preflight'] = { sourcePath: path }
    await run(cases.both, 'restore')
    await run(cases.both, 'items-follow')
  }, 120_000)

  const seen = (made: Bench) => look(made, 'users-log-in', 'lists-there')

  it('that are lacking are named, by the settings that the backup saved', async () => {
    const { verdict, evidence, next } = await seen(cases.alone)
    expect(verdict).toBe('attention')
    expect(evidence.en).toMatch(
      /^1 of 2 are lacking: sales@\S+ \(getServerConfig standard; zmprov -l gadl\)$/,
    )
    expect(next?.en).toContain('zmprov cdl')
  }, 60_000)

  it('are asked of the old server where the backup tells of none', async () => {
    rmSync(join(path, SAVED_SETTINGS))
    expect(await seen(cases.both)).toMatchObject({
      verdict: 'attention',
      evidence: { en: expect.stringMatching(/sales@.*old server/) as string },
    })
  }, 60_000)

  it('are not called there when nobody can tell: it says why, and what the new server has', async () => {
    const { verdict, evidence } = await seen(cases.alone)
    expect(verdict).toBe('unknown')
    expect(evidence.en).toMatch(
      /^Could not be told, because .+; the case has no old server to ask\. The new server has 1: all@/,
    )
    expect(evidence.it).toContain('Il nuovo server ne ha 1: all@')
  }, 60_000)

  it('that were left out by the form are not looked for', async () => {
    cases.alone.fields['restore-preflight'] = { sourcePath: path, skipDistributionLists: true }
    expect(await seen(cases.alone)).toMatchObject({ verdict: 'ok' })
  }, 60_000)
})
