import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { compareDump } from '../../../../../src-main/recovery/procedures/vm-snapshot/compare-dump.ts'
import { vmSnapshot } from '../../../../../src-main/recovery/procedures/vm-snapshot/index.ts'
import { ConnectionError } from '../../../../../src-main/remote/connection-errors.ts'
import { login, openDrill } from '../../drill/support.ts'
import { drillContext } from '../support/drill-context.ts'

describe('the place of the comparisons', () => {
  it('is after the last round, and before the old server is cut off', () => {
    const order = vmSnapshot.steps.map(({ id }) => id)
    const [round, reconcile, dump, fence] = ['another-round', 'reconcile', 'config-dump', 'fence-old'].map(
      (id) => order.indexOf(id),
    )
    expect([round, reconcile, dump, fence]).toEqual(
      [round, reconcile, dump, fence].toSorted((a, b) => a! - b!),
    )
    expect(round).toBeGreaterThan(0)
    expect(new Set(order).size).toBe(order.length)
  })
})

describe.skipIf(process.platform === 'win32')('config dump of the old server and of its clone', () => {
  let drill: Drill
  beforeAll(async () => {
    drill = await openDrill(['snapshot'])
    const old = await login(drill, drill.old)
    const argv = ['carbonio', 'config', 'set', 'server', 'mail-old.example.com', 'ZxBackup_DataRetentionDays']
    expect(await old.run([...argv, '180'])).toMatchObject({ code: 0 })
  }, 60_000)

  it('names what was set after the snapshot, with the command that sets it; both dumps stay with the case', async () => {
    const context = await drillContext(drill)
    const [check] = compareDump.checks
    const seen = await check!.run(context)
    expect(seen).toMatchObject({ verdict: 'attention' })
    expect(seen.evidence.en).toMatch(/\d+ equal, \d+ different .*ZxBackup_DataRetentionDays/)
    expect(context.files.size).toBe(0)
    const { tables, summary } = await compareDump.run!(context)
    const row = tables[0]?.rows.find(([key]) => key === 'server ZxBackup_DataRetentionDays')
    expect(row).toEqual([
      'server ZxBackup_DataRetentionDays',
      '180',
      '30',
      'carbonio config set server mail-old.example.com ZxBackup_DataRetentionDays 180',
    ])
    // where each backs up to is of the machine: shown apart, without a command
    expect(tables[0]?.rows.some(([key]) => JSON.stringify(key).includes('DestPath'))).toBe(false)
    expect(tables[1]?.rows.map(([key]) => key)).toContain('server ZxBackup_DestPath')
    expect(summary.it).toContain('impostazioni del vecchio server')
    expect([...context.files.keys()]).toEqual(['config-dump-old.json', 'config-dump-new.json'])
    expect(context.files.get('config-dump-old.json')).toContain('"180"')
    const planned = await compareDump.commands!(context)
    expect(planned.map(({ effect }) => effect)).toEqual(['reads', 'reads', 'reads', 'reads'])
  }, 60_000)

  it('does not count the scanner that this case switched off, and does count one that somebody else did', async () => {
    const fresh = await login(drill, drill.new)
    const argv = ['carbonio', 'config', 'set', 'server', 'mail-old.example.com', 'ZxBackup_RealTimeScanner']
    expect(await fresh.run([...argv, 'FALSE'])).toMatchObject({ code: 0 })
    const context = await drillContext(drill)
    const keys = async (): Promise<string> => JSON.stringify((await compareDump.run!(context)).tables)
    expect(await keys()).toContain('ZxBackup_RealTimeScanner')
    context.setPending({ id: 'scanner', role: 'new' } as never)
    expect(await keys()).not.toContain('ZxBackup_RealTimeScanner')
  }, 60_000)

  it('goes on without an old server that is gone, at once, and says what then', async () => {
    const gone = {
      host: 'root@old:22',
      run: () =>
        Promise.reject(
          new ConnectionError('reach', { host: 'old', port: 22, user: 'root' }, 'old does not answer', {
            why: 'The machine is off.',
            next: 'Switch it on.',
          }),
        ),
    }
    const fresh = await login(drill, drill.new, { user: 'root', privilege: 'root' })
    const context = await drillContext(drill, { shells: { new: fresh, old: gone as never } })
    const seen = await compareDump.checks[0]!.run(context)
    expect(seen).toMatchObject({ verdict: 'attention' })
    expect(seen.evidence.en).toContain('old does not answer')
    expect(seen.next?.en).toContain('kept earlier')
    const { summary, tables } = await compareDump.run!(context)
    expect(summary.en).toContain('could not be asked')
    expect(tables).toEqual([])
    expect([...context.files.keys()]).toEqual(['config-dump-new.json'])
  }, 60_000)
})
