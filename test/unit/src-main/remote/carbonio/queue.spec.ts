import { describe, expect, it } from 'vitest'
import { isRestoreRunning } from '../../../../../src-main/remote/carbonio/is-restore-running.ts'
import { parseMonitor } from '../../../../../src-main/remote/carbonio/monitor.ts'
import { OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { fixture, scripted, valueOf } from './support.ts'

const RESTORE = '0f1c9a52-6a7e-4a53-8d0c-2b8a3f0c7d10'
const SCAN = '45cd85f0-1111-461c-8bb0-7f0ddb0a19c5'

describe('isRestoreRunning', () => {
  it('sees a restore that waits behind a scan', async () => {
    const standing = await isRestoreRunning(scripted(fixture('get-all-operations.json.txt')))
    expect(standing).toMatchObject({ standing: 'queued', restores: [{ id: RESTORE }], ahead: [{ id: SCAN }] })
    expect(standing.why).toContain('behind Smart Scan')
  })

  it('sees one that runs', async () => {
    for (const name of ['get-all-operations-flat.json.txt', 'get-all-operations.txt']) {
      expect(await isRestoreRunning(scripted(fixture(name))), name).toMatchObject({ standing: 'running' })
    }
  })

  it('sees that there is none, and does not take a scan for one', async () => {
    expect(await isRestoreRunning(scripted(fixture('get-all-operations-empty.json.txt')))).toMatchObject({
      standing: 'none',
    })
    const scan = fixture('get-all-operations.json.txt')
      .replace('ExternalRestore', 'SmartScan')
      .replace('External Restore', 'Smart Scan')
    expect(await isRestoreRunning(scripted(scan))).toMatchObject({ standing: 'none' })
  })

  it('looks for one operation by its id', async () => {
    const shell = scripted(fixture('get-all-operations.json.txt'))
    expect(await isRestoreRunning(shell, SCAN.toUpperCase())).toMatchObject({ standing: 'running' })
    expect(await isRestoreRunning(shell, '30ed9eb9-eb28-4ca6-b65e-9940654b8601')).toMatchObject({
      standing: 'none',
    })
  })

  it('does not conclude anything from what it does not understand', async () => {
    for (const output of [
      '',
      'Nothing to show',
      '{"response":{"operationList":',
      fixture('get-all-operations-odd-state.json.txt'),
    ]) {
      expect(await isRestoreRunning(scripted(output)), output).toMatchObject({ standing: 'unknown' })
    }
  })

  it('lets a failure through', async () => {
    const shell = scripted({ code: 1, stderr: 'Connection refused' })
    await expect(isRestoreRunning(shell)).rejects.toMatchObject({ kind: 'service-not-running' })
  })
})

describe('monitor', () => {
  it('reads the newest progress and what was notified', async () => {
    const answer = await OPERATIONS.monitor.run(scripted(fixture('monitor.txt')), { operation: SCAN })
    const { progress, notifications } = valueOf(answer)
    expect(progress).toContainEqual({ label: 'Account scanned', text: '12/12', done: 12, total: 12 })
    expect(progress).toContainEqual({
      label: 'Item updated/new/unique',
      text: '0/934/612',
      done: null,
      total: null,
    })
    expect(notifications).toContain('Smart Scan Completed')
  })

  it('keeps the blocks apart', () => {
    expect(parseMonitor(fixture('monitor.txt')).blocks).toHaveLength(2)
    expect(parseMonitor('Account scanned: 1/2')).toEqual({ blocks: [], notifications: null })
  })
})
