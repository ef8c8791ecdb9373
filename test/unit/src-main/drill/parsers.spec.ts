import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../src-main/drill/drill.ts'
import { configDump } from '../../../../src-main/remote/carbonio/config-dump.ts'
import { configGet } from '../../../../src-main/remote/carbonio/config-get.ts'
import { configSet } from '../../../../src-main/remote/carbonio/config-set.ts'
import { doAccountScan } from '../../../../src-main/remote/carbonio/do-account-scan.ts'
import { doCoherencyCheck } from '../../../../src-main/remote/carbonio/do-coherency-check.ts'
import { doExternalRestore } from '../../../../src-main/remote/carbonio/do-external-restore.ts'
import { doItemRestore } from '../../../../src-main/remote/carbonio/do-item-restore.ts'
import { doItemSearch } from '../../../../src-main/remote/carbonio/do-item-search.ts'
import { doRestoreBlobs } from '../../../../src-main/remote/carbonio/do-restore-blobs.ts'
import { doRestoreOnNewAccount } from '../../../../src-main/remote/carbonio/do-restore-on-new-account.ts'
import { doSmartScan } from '../../../../src-main/remote/carbonio/do-smart-scan.ts'
import { doStartService } from '../../../../src-main/remote/carbonio/do-start-service.ts'
import { doStopAllOperations } from '../../../../src-main/remote/carbonio/do-stop-all-operations.ts'
import { doStopService } from '../../../../src-main/remote/carbonio/do-stop-service.ts'
import { doUndelete } from '../../../../src-main/remote/carbonio/do-undelete.ts'
import { getAccountInfo } from '../../../../src-main/remote/carbonio/get-account-info.ts'
import { getAllOperations } from '../../../../src-main/remote/carbonio/get-all-operations.ts'
import { getAvailableAccounts } from '../../../../src-main/remote/carbonio/get-available-accounts.ts'
import { getAvailableDomains } from '../../../../src-main/remote/carbonio/get-available-domains.ts'
import { getBackupInfo } from '../../../../src-main/remote/carbonio/get-backup-info.ts'
import { getCosBackupStatus } from '../../../../src-main/remote/carbonio/get-cos-backup-status.ts'
import { getItem } from '../../../../src-main/remote/carbonio/get-item.ts'
import { getMap } from '../../../../src-main/remote/carbonio/get-map.ts'
import { getServerConfig } from '../../../../src-main/remote/carbonio/get-server-config.ts'
import { getServices } from '../../../../src-main/remote/carbonio/get-services.ts'
import { legalHoldGet } from '../../../../src-main/remote/carbonio/legal-hold-get.ts'
import { watchOperation } from '../../../../src-main/remote/carbonio/monitor.ts'
import type { Answer, RunSettings } from '../../../../src-main/remote/carbonio/types.ts'
import { zmlocalconfigGet } from '../../../../src-main/remote/carbonio/zmlocalconfig-get.ts'
import { zmlocalconfigSet } from '../../../../src-main/remote/carbonio/zmlocalconfig-set.ts'
import { probeServer } from '../../../../src-main/remote/probe/probe.ts'
import type { RemoteShell } from '../../../../src-main/remote/shell.ts'
import { bringBackup, login, openDrill } from './support.ts'

/** The matchers of vitest are typed `any`. */
const like = {
  arrayContaining: (list: unknown[]): unknown => expect.arrayContaining(list),
  objectContaining: (object: object): unknown => expect.objectContaining(object),
  stringContaining: (text: string): unknown => expect.stringContaining(text),
  stringMatching: (pattern: RegExp): unknown => expect.stringMatching(pattern),
}

const ANNA = 'anna.rossi@mail.example.com'

/** Whatever the app asks, the simulation answers in the documented forms: its own readers understand each, JSON and text. */
describe('what the simulation prints', () => {
  let drill: Drill
  let shell: RemoteShell
  let path: string
  beforeAll(async () => {
    drill = await openDrill([], { items: 160 })
    shell = await login(drill, drill.old)
    path = drill.old.backup
  }, 60_000)

  type Ask = (shell: RemoteShell, settings: RunSettings) => Promise<Answer<unknown>>
  const target = { scope: 'server' as const, name: 'mail-old.example.com' }
  const READS: Record<string, [Ask, unknown]> = {
    getBackupInfo: [(s, o) => getBackupInfo.run(s, {}, o), { activeAccounts: 5 }],
    getAvailableAccounts: [
      (s, o) => getAvailableAccounts.run(s, { backupPath: path }, o),
      { accounts: like.arrayContaining([like.objectContaining({ address: ANNA })]) },
    ],
    getAvailableDomains: [
      (s, o) => getAvailableDomains.run(s, { backupPath: path }, o),
      { domains: ['mail.example.com'] },
    ],
    getAccountInfo: [
      (s, o) => getAccountInfo.run(s, { account: ANNA }, o),
      { address: ANNA, end: { text: 'now' } },
    ],
    getItem: [
      (s, o) => getItem.run(s, { account: ANNA, item: '257', date: 'all' }, o),
      { states: like.arrayContaining([like.objectContaining({ type: 'message', deleted: false })]) },
    ],
    doItemSearch: [
      (s, o) => doItemSearch.run(s, { account: ANNA, filter: 'all' }, o),
      { items: like.arrayContaining([like.objectContaining({ id: '257' })]) },
    ],
    'getServerConfig standard': [
      (s, o) => getServerConfig.run(s, { type: 'standard', query: '/' }, o),
      { date: {} },
    ],
    'getServerConfig customizations': [
      (s, o) => getServerConfig.run(s, { type: 'customizations' }, o),
      { archives: [{}, {}, {}] },
    ],
    getServices: [
      (s, o) => getServices.run(s, {}, o),
      {
        services: like.arrayContaining([like.objectContaining({ name: 'realtime-scanner', running: true })]),
      },
    ],
    getCOSBackupStatus: [
      (s, o) => getCosBackupStatus.run(s, {}, o),
      { coses: [{ name: 'default', enabled: true }, { enabled: true }] },
    ],
    'legalHold get': [
      (s, o) => legalHoldGet.run(s, { accounts: 'all' }, o),
      { accounts: [{ held: false }, {}, {}, {}, {}] },
    ],
    'config get': [
      (s, o) => configGet.run(s, { target, attribute: 'ZxBackup_DestPath' }, o),
      { value: like.stringContaining('/backup/zextras') },
    ],
    'config get, old syntax': [
      (s, o) => configGet.run(s, { target, attribute: 'ZxBackup_DestPath', syntax: 'old' }, o),
      { inherited: false },
    ],
    'config dump': [
      (s, o) => configDump.run(s, { target }, o),
      { settings: { ZxBackup_DataRetentionDays: '30' } },
    ],
  }
  for (const [name, [ask, value]] of Object.entries(READS)) {
    for (const format of ['json', 'text'] as const) {
      it(`${name} is understood as ${format}`, async () => {
        expect(await ask(shell, { format })).toMatchObject({ understood: true, value, format })
      })
    }
  }

  it('every operation that changes something is understood, and ends with the code for success', async () => {
    const fresh = await login(drill, drill.new)
    const sourcePath = await bringBackup(drill)
    const sync = { sync: true }
    const here = { scope: 'server' as const, name: drill.new.hostname }
    const queued = { understood: true, value: { operationId: like.stringMatching(/^[0-9a-f-]{36}$/) } }
    const done = { understood: true }
    expect(
      await doExternalRestore.run(fresh, { sourcePath, accounts: [ANNA], concurrentAccounts: 2 }, sync),
    ).toMatchObject(queued)
    expect(
      await configSet.run(fresh, { target: here, attribute: 'ZxBackup_DestPath', value: sourcePath }),
    ).toMatchObject(done)
    expect(
      await doRestoreOnNewAccount.run(
        fresh,
        { source: ANNA, destination: 'anna.back@mail.example.com', date: 'last' },
        sync,
      ),
    ).toMatchObject(queued)
    expect(await doUndelete.run(fresh, { account: ANNA, start: 'first', end: 'last' }, sync)).toMatchObject(
      queued,
    )
    expect(await doItemRestore.run(fresh, { account: ANNA, item: '257' }, sync)).toMatchObject(queued)
    expect(await doSmartScan.run(fresh, {}, sync)).toMatchObject(queued)
    expect(await doAccountScan.run(fresh, { account: ANNA }, sync)).toMatchObject(queued)
    expect(await doCoherencyCheck.run(fresh, { backupPath: sourcePath, onlyCopy: true }, sync)).toMatchObject(
      queued,
    )
    expect(await doRestoreBlobs.run(fresh, { volume: '1' }, sync)).toMatchObject(queued)
    expect(await doStopService.run(fresh, { service: 'realtime-scanner' })).toMatchObject(done)
    expect(await doStartService.run(fresh, { service: 'realtime-scanner' })).toMatchObject(done)
    expect(await doStopAllOperations.run(fresh, {})).toMatchObject(done)
    expect(
      await zmlocalconfigSet.run(fresh, { key: 'zimbra_lmtp_validate_messages', value: 'false' }),
    ).toMatchObject(done)
    expect(await zmlocalconfigGet.run(fresh, { key: 'zimbra_lmtp_validate_messages' })).toMatchObject({
      value: { value: 'false' },
    })
    const { stdout } = await fresh.run([
      'sh',
      '-c',
      'ls -d "$1"/map_*',
      'sh',
      join(drill.new.root, 'opt/zextras/backup/zextras'),
    ])
    expect(await getMap.run(fresh, { file: stdout.trim() })).toMatchObject({ understood: true })
    const mailbox = await fresh.run([
      'carbonio',
      '--json',
      'simulation',
      'getMailbox',
      'anna.back@mail.example.com',
    ])
    expect(
      (JSON.parse(mailbox.stdout) as { response: { items: unknown[] } }).response.items.length,
    ).toBeGreaterThan(10)
  }, 60_000)

  it('the monitor of a restore is followed to its notification', async () => {
    const slow = await openDrill([], { speed: 100, items: 160 })
    const fresh = await login(slow, slow.new)
    const sourcePath = await bringBackup(slow)
    const answer = await doExternalRestore.run(fresh, { sourcePath })
    if (!answer.understood || answer.value.operationId === null)
      throw new Error('The restore was not queued.')
    expect(await getAllOperations.run(fresh, {}, { format: 'text' })).toMatchObject({
      value: { operations: [{ id: answer.value.operationId }] },
    })
    const events: string[] = []
    for await (const event of watchOperation(fresh, answer.value.operationId)) {
      events.push(event.kind)
      if (event.kind === 'notifications') expect(event.text).toContain('Restored Items:')
    }
    expect(events.length).toBeGreaterThan(2)
    expect(events.at(-1)).toBe('notifications')
  }, 60_000)

  it('a probe of the server tells every fact', async () => {
    const report = await probeServer(await login(drill, drill.old, { user: 'admin', privilege: 'sudo' }), {
      countFor: 3000,
    })
    const untold = Object.entries({
      ...report.system,
      ...report.carbonio,
      ...report.storage,
      ...report.backup,
    })
      .filter(([, fact]) => !fact.known)
      .map(([name, fact]) => `${name}: ${fact.known ? '' : fact.because}`)
    expect(untold).toEqual([])
    expect(report.backup).toMatchObject({
      path: { value: drill.old.backup },
      owner: { value: { user: 'zextras' } },
      realTimeScanner: { value: true },
      operations: { value: [] },
      licence: { value: { valid: true } },
    })
    expect(report.storage.places).toMatchObject({ value: { backup: { separateFromRoot: true } } })
  }, 60_000)
})
