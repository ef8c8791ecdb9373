import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { doExternalRestore } from '../../../../src-main/remote/carbonio/do-external-restore.ts'
import { parseRestoreReport } from '../../../../src-main/remote/carbonio/parse-restore-report.ts'
import { bringBackup, login, mailboxDifferences, notification, openDrill, wantedItems } from './support.ts'

describe('a restore that dies in phase 2', () => {
  it('fails, leaves what it brought, and the next one brings the rest', async () => {
    const drill = await openDrill(['restore-dies=30'], { items: 160 })
    const path = await bringBackup(drill)
    const shell = await login(drill, drill.new)
    const run = () => doExternalRestore.run(shell, { sourcePath: path }, { sync: true })
    await expect(run()).rejects.toMatchObject({ name: 'CarbonioError' })
    expect(parseRestoreReport(notification(drill.new, 'Operation Failed'))).toMatchObject({
      value: { restored: 30 },
    })
    await run()
    const wanted = wantedItems(drill.old.backup)
    expect(mailboxDifferences(drill.new, wanted)).toEqual([])
    expect(parseRestoreReport(notification(drill.new, 'Operation Ended'))).toMatchObject({
      value: { restored: wanted.length - 30, skipped: 30 },
    })
  }, 60_000)
})

describe('a clone from a snapshot', () => {
  const newest = (folder: string): number =>
    Math.max(
      ...readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\/items\/\d\d\/\d+$/.test(name))
        .map((name) => statSync(join(folder, name)).mtimeMs),
    )

  it('holds what was there then, and an External Restore of the mounted backup brings the rest', async () => {
    const drill = await openDrill(['snapshot=200'])
    const { snapshot, mountedBackup } = drill.facts
    if (snapshot === null || mountedBackup === null) throw new Error('This is no clone.')
    expect(drill.new.hostname).toBe(drill.old.hostname)
    expect(newest(mountedBackup)).toBeGreaterThan(snapshot)
    const wanted = wantedItems(drill.old.backup)
    const missing = mailboxDifferences(drill.new, wanted).filter((text) => text.includes('not in the index'))
    expect(missing.length).toBeGreaterThan(0)
    expect(missing.length).toBeLessThan(wanted.length)
    const shell = await login(drill, drill.new)
    await doExternalRestore.run(shell, { sourcePath: mountedBackup }, { sync: true })
    // What was deleted after the snapshot stays: an External Restore deletes nothing.
    expect(
      mailboxDifferences(drill.new, wanted).filter(
        (text) => !text.includes('too much') && !text.includes('differs'),
      ),
    ).toEqual([])
    const accounts = JSON.parse(readFileSync(join(drill.folder, 'new/state/server.json'), 'utf8')) as {
      accounts: { id: string }[]
    }
    expect(accounts.accounts.map(({ id }) => id).sort()).toEqual(
      drill.facts.accounts.map(({ id }) => id).sort(),
    )
  }, 60_000)

  it('whose snapshot held the Backup Path has nothing newer to offer', async () => {
    const { facts } = await openDrill(['snapshot-with-backup=200'])
    expect(newest(facts.mountedBackup ?? '')).toBeLessThanOrEqual(facts.snapshot ?? 0)
  }, 60_000)
})
