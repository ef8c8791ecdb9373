import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { SAVED_SETTINGS } from '../../../../../src-main/drill/server/commands/reading.ts'
import { bench, type Bench } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { bringBackup, login, openDrill } from '../../drill/support.ts'
import { look, run, scene } from './support.ts'

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

  const settings = (change: (rows: [string, string][]) => [string, string][]): void => {
    const file = join(path, SAVED_SETTINGS)
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as [string, string][])))
  }

  it('of which the backup has the names alone are completed by the old server; without it that is said', async () => {
    settings((rows) => rows.filter(([key]) => !/zimbraMail(?:Alias|ForwardingAddress)$/.test(key)))
    const both = await seen(cases.both)
    expect(both.verdict).toBe('attention')
    expect(both.evidence.en).toMatch(
      /^1 of 2 are lacking: sales@\S+ \(getServerConfig standard; zmprov -l gadl, old server; zmprov -l gadl\)$/,
    )
    settings((rows) => rows.filter(([key]) => !key.includes('/sales@')))
    const alone = await seen(cases.alone)
    expect(alone.verdict).toBe('attention')
    expect(alone.evidence.en).toMatch(
      /^All 1 exist: all@\S+\. Aliases and members could not be told, because the settings saved in the Backup Path name the lists alone; the case has no old server to ask/,
    )
    expect(alone.evidence.it).toMatch(/Alias e membri non si sono potuti stabilire: (?!the )/)
    expect((await seen(cases.both)).verdict).toBe('ok')
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

describe('aliases and members of distribution lists', () => {
  it('that a restore left out are named by list; one command on each server tells all of them', async () => {
    const { made } = await scene(['members-lost'], { accounts: 2, items: 40 })
    await run(made, 'restore')
    await run(made, 'items-follow')
    const before = made.of.journal.count
    const { verdict, evidence, next } = await look(made, 'users-log-in', 'lists-there')
    expect(verdict).toBe('attention')
    expect(evidence.en).toMatch(
      /^Not whole: 2; they lack: all@\S+ \(aliases everybody@\S+; members \S+@\S+\), sales@\S+ \(members agent@partner\.example\) \(/,
    )
    expect(evidence.it).toMatch(/^Non complete: 2; mancano: all@/)
    expect(next?.en).toMatch(/zmprov adlm LIST MEMBER/)
    const commands = made.of.journal.read(before, 1000).flatMap(({ command }) => command ?? [])
    expect(commands.filter((one) => one.includes('gadl'))).toHaveLength(1)
    expect(commands.some((one) => one.includes('gdl '))).toBe(false)

    // Left out on purpose.
    made.fields['restore-preflight'] = { ...made.fields['restore-preflight'], skipAliases: true }
    expect((await look(made, 'users-log-in', 'lists-there')).evidence.en).not.toContain('everybody@')
  }, 120_000)
})
