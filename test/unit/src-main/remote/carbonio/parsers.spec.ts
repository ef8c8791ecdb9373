import { describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { fixture, fixtureNames, scripted, valueOf, wholeFixture } from './support.ts'

const A = '3f5f0d6e-0001-4b52-93de-6f6ff2d1a001'
const B = '3f5f0d6e-0002-4b52-93de-6f6ff2d1a002'
const RESTORE = '0f1c9a52-6a7e-4a53-8d0c-2b8a3f0c7d10'

describe('fixtures', () => {
  it('say where their form comes from', () => {
    const names = fixtureNames()
    expect(names.length).toBeGreaterThan(40)
    for (const name of names) expect(wholeFixture(name), name).toMatch(/^# (?:documented|synthetic)/)
  })
})

describe('getServices', () => {
  it('reads text', async () => {
    const answer = await OPERATIONS.getServices.run(scripted(fixture('get-services.txt')), {})
    const { services } = valueOf(answer)
    expect(services.map(({ name, running }) => [name, running])).toEqual([
      ['module', true],
      ['backup-realtime', false],
      ['smartscan-cron', true],
      ['purge-cron', true],
    ])
    expect(services[1]!.couldNotStartBecause).toBe('RealTime Scanner disabled')
  })

  it('reads the JSON of a node', async () => {
    const answer = await OPERATIONS.getServices.run(scripted(fixture('get-services.json.txt')), {})
    expect(valueOf(answer).services).toHaveLength(2)
    expect(answer).toMatchObject({ format: 'json' })
  })

  it('does not take a service whose state is missing for stopped', async () => {
    const torn = fixture('get-services.txt').replace(/running +true/, 'running')
    expect(await OPERATIONS.getServices.run(scripted(torn), {})).toMatchObject({ understood: false })
  })
})

describe('getItem', () => {
  const ask = (output: string) =>
    OPERATIONS.getItem.run(
      scripted(output),
      { account: 'anna@example.org', item: '24700', date: 'all' },
      { zone: 'Europe/Rome' },
    )

  it('reads every state of the manual’s form', async () => {
    const { states } = valueOf(await ask(fixture('get-item.txt')))
    expect(states.map(({ deleted }) => deleted)).toEqual([false, false, true])
    expect(states[0]).toMatchObject({
      start: { text: '03/02/2026 08:15:44', at: Date.UTC(2026, 1, 3, 7, 15, 44) },
      type: 'message',
      blobPath: '/mnt/old/items/c0/c0,gUlvzQfE21z6YRXJnNkKL85PrRHw0KMQUqo,pMmQ=',
    })
  })

  it('reads start_date of older releases', async () => {
    const { states } = valueOf(await ask(fixture('get-item-older.txt')))
    expect(states[0]!.start!.text).toBe('03/02/2026 08:15:44')
  })

  it('keeps states apart when one has no blob', async () => {
    const { states } = valueOf(await ask(fixture('get-item-no-blob.txt')))
    expect(states.map(({ type, blobPath }) => [type, blobPath === null])).toEqual([
      ['message', false],
      ['contact', true],
      ['message', false],
    ])
  })

  it('reads JSON and keeps keys that it does not know', async () => {
    const { states } = valueOf(await ask(fixture('get-item.json.txt')))
    expect(states[1]!.fields['newKey']).toEqual({ x: 1 })
    expect(states[0]!.start!.at).toBe(1770106544000)
  })

  it('leaves the instant open when the zone of the server is not known', async () => {
    const answer = await OPERATIONS.getItem.run(scripted(fixture('get-item.txt')), {
      account: 'a@b.org',
      item: '1',
    })
    expect(valueOf(answer).states[0]!.start).toEqual({ text: '03/02/2026 08:15:44', at: null })
  })
})

describe('getAllOperations', () => {
  it.each(['get-all-operations.json.txt', 'get-all-operations.txt'])('reads %s', async (name) => {
    const { operations } = valueOf(await OPERATIONS.getAllOperations.run(scripted(fixture(name)), {}))
    expect(operations.map(({ standing }) => standing)).toEqual(['running', 'queued'])
    expect(operations.find(({ name: operation }) => operation === 'ExternalRestore')!.id).toBe(RESTORE)
  })

  it('reads the flat form and the empty ones', async () => {
    const flat = await OPERATIONS.getAllOperations.run(
      scripted(fixture('get-all-operations-flat.json.txt')),
      {},
    )
    expect(valueOf(flat).operations[0]).toMatchObject({
      host: 'new.example.org',
      started: { at: 1795400000000 },
      fields: { parameters: { origin: 'ZxLink' } },
    })
    for (const name of ['get-all-operations-empty.json.txt', 'get-all-operations-empty.txt']) {
      const answer = await OPERATIONS.getAllOperations.run(scripted(fixture(name)), {})
      expect(valueOf(answer).operations, name).toEqual([])
    }
  })
})

describe('the others', () => {
  it.each(['get-backup-info.txt', 'get-backup-info.json.txt'])('getBackupInfo reads %s', async (name) => {
    const value = valueOf(await OPERATIONS.getBackupInfo.run(scripted(fixture(name)), {}))
    expect(value).toMatchObject({ activeAccounts: 41, checkedAccounts: 43 })
    expect(value.lastScan!.at).toBe(name.includes('json') ? 1795320000000 : null)
  })

  it('getAvailableAccounts reads pairs, and never pairs separate lists', async () => {
    const paired = await OPERATIONS.getAvailableAccounts.run(
      scripted(fixture('get-available-accounts.txt')),
      {},
    )
    expect(valueOf(paired).accounts).toEqual([
      { id: A, address: 'anna@example.org' },
      { id: B, address: "o'brien@example.org" },
    ])
    const lists = await OPERATIONS.getAvailableAccounts.run(
      scripted(fixture('get-available-accounts.json.txt')),
      {},
    )
    expect(valueOf(lists).accounts).toEqual([
      { id: null, address: 'anna@example.org' },
      { id: B, address: null },
    ])
  })

  it('getAvailableDomains', async () => {
    for (const name of ['get-available-domains.txt', 'get-available-domains.json.txt']) {
      const answer = await OPERATIONS.getAvailableDomains.run(scripted(fixture(name)), {
        backupPath: '/mnt/old',
      })
      expect(valueOf(answer).domains, name).toContain('example.org')
    }
  })

  it.each(['get-account-info.txt', 'get-account-info.json.txt'])(
    'getAccountInfo reads %s without secrets',
    async (name) => {
      const answer = await OPERATIONS.getAccountInfo.run(scripted(fixture(name)), { account: A })
      expect(valueOf(answer)).toMatchObject({ id: A, address: 'anna@example.org', end: { text: 'now' } })
      expect(JSON.stringify(answer)).not.toContain('abcdefgh')
    },
  )

  it('doItemSearch is not confused by words of errors in subjects', async () => {
    for (const name of ['do-item-search.json.txt', 'do-item-search.txt']) {
      const answer = await OPERATIONS.doItemSearch.run(scripted(fixture(name)), { account: A })
      expect(
        valueOf(answer).items.map(({ id }) => id),
        name,
      ).toEqual(['4784', '4790'])
    }
  })

  it('getServerConfig', async () => {
    const standard = await OPERATIONS.getServerConfig.run(scripted(fixture('get-server-config.txt')), {
      type: 'standard',
      date: 'last',
      query: 'serverConfig/zimbraMailMode/mail.example.org',
    })
    expect(valueOf(standard)).toMatchObject({
      date: { text: '28/10/2026 15:14:29 CET' },
      fields: { 'mail.example.org': 'both' },
    })
    const archives = await OPERATIONS.getServerConfig.run(
      scripted(fixture('get-server-config-customizations.txt')),
      { type: 'customizations' },
    )
    expect(valueOf(archives).archives.map(({ filename }) => filename)).toEqual([
      'customizations_28_10_26#04_01_14.tar.gz',
      'customizations_29_10_26#04_01_10.tar.gz',
    ])
  })

  it('getMap', async () => {
    for (const name of ['get-map.txt', 'get-map.json.txt']) {
      const answer = await OPERATIONS.getMap.run(scripted(fixture(name)), { file: '/mnt/old/map_1' })
      expect(valueOf(answer).pairs[0], name).toEqual({ from: A, to: B })
    }
  })

  it('getCOSBackupStatus, also of a name with two blanks', async () => {
    const answer = await OPERATIONS.getCosBackupStatus.run(scripted(fixture('get-cos-backup-status.txt')), {})
    expect(valueOf(answer).coses).toEqual([
      { name: 'default', enabled: true },
      { name: 'EXTERNALS', enabled: false },
      { name: 'Two  blanks', enabled: true },
    ])
    const json = await OPERATIONS.getCosBackupStatus.run(
      scripted(fixture('get-cos-backup-status.json.txt')),
      {},
    )
    expect(valueOf(json).coses[1]).toEqual({ name: 'EXTERNALS', enabled: false })
  })

  it('legalHold get', async () => {
    const answer = await OPERATIONS.legalHoldGet.run(scripted(fixture('legal-hold-get.txt')), {})
    expect(valueOf(answer).accounts.map(({ address, held }) => [address, held])).toEqual([
      ['anna@example.org', false],
      ['bernd@example.org', true],
    ])
  })

  it('config get and dump; secrets stay behind', async () => {
    const target = { scope: 'server', name: 'new.example.org' } as const
    const text = await OPERATIONS.configGet.run(scripted(fixture('config-get.txt')), {
      target,
      attribute: 'ZxBackup_DestPath',
    })
    expect(valueOf(text)).toEqual({
      attribute: 'ZxBackup_DestPath',
      value: '/opt/zextras/backup/zextras/',
      inherited: false,
    })
    const json = await OPERATIONS.configGet.run(scripted(fixture('config-get.json.txt')), {
      target,
      attribute: 'ZxBackup_RealTimeScanner',
    })
    expect(valueOf(json)).toMatchObject({ value: 'true', inherited: true })
    const other = await OPERATIONS.configGet.run(scripted(fixture('config-get.json.txt')), {
      target,
      attribute: 'ZxBackup_DestPath',
    })
    expect(other, 'the answer to another question').toMatchObject({ understood: false })
    const dump = await OPERATIONS.configDump.run(scripted(fixture('config-dump.txt')), { target })
    expect(valueOf(dump).settings).toMatchObject({
      ZxBackup_DataRetentionDays: '30',
      s3AccessPassword: '***',
    })
    expect(JSON.stringify(dump)).not.toContain('hunter2')
    const dumpJson = await OPERATIONS.configDump.run(scripted(fixture('config-dump.json.txt')), { target })
    expect(valueOf(dumpJson).settings).toMatchObject({
      ZxBackup_DestPath: '/opt/zextras/backup/zextras/',
      apiToken: '***',
    })
  })

  it('zmlocalconfig', async () => {
    const key = 'zimbra_lmtp_validate_messages'
    const shell = scripted(`${key} = true\n`, '')
    expect(valueOf(await OPERATIONS.zmlocalconfigGet.run(shell, { key }))).toEqual({ key, value: 'true' })
    expect(valueOf(await OPERATIONS.zmlocalconfigSet.run(shell, { key, value: 'false' }))).toEqual({ key })
    expect(shell.ran).toEqual([
      ['zmlocalconfig', key],
      ['zmlocalconfig', '-e', `${key}=false`],
    ])
    const secret = await OPERATIONS.zmlocalconfigGet.run(scripted('zimbra_ldap_password = tops3cret\n'), {
      key: 'zimbra_ldap_password',
    })
    expect(JSON.stringify(secret)).not.toContain('tops3cret')
  })

  it('what was queued and what was done', async () => {
    for (const name of ['queued.json.txt', 'queued.txt']) {
      const answer = await OPERATIONS.doExternalRestore.run(scripted(fixture(name)), {
        sourcePath: '/mnt/old',
      })
      expect(valueOf(answer).operationId, name).toBe(RESTORE)
    }
    const done = await OPERATIONS.doStopService.run(scripted(fixture('service-stopped.txt')), {
      service: 'backup-realtime',
    })
    expect(valueOf(done).said).toBe('service stopped')
    const not = await OPERATIONS.doStopService.run(scripted('service not stopped'), {
      service: 'backup-realtime',
    })
    expect(not.understood).toBe(false)
    const set = await OPERATIONS.configSet.run(scripted(fixture('config-set-ok.txt')), {
      target: { scope: 'server', name: 'new.example.org' },
      attribute: 'ZxBackup_RealTimeScanner',
      value: 'FALSE',
    })
    expect(set.understood).toBe(true)
  })

  it('does not take the id of an account for that of an operation', async () => {
    const answer = await OPERATIONS.doRestoreOnNewAccount.run(scripted(`ok, operation queued for ${A}`), {
      source: A,
      destination: 'again@example.org',
      date: 'last',
    })
    expect(valueOf(answer).operationId).toBeNull()
  })

  it('takes the operation for the operation among several ids', async () => {
    const reply = JSON.stringify({
      response: { id: A, account: { id: B }, queue: { operationId: RESTORE } },
      ok: true,
    })
    const input = { source: A, destination: 'again@example.org', date: 'last' } as const
    expect(valueOf(await OPERATIONS.doRestoreOnNewAccount.run(scripted(reply), input)).operationId).toBe(
      RESTORE,
    )
    const bare = JSON.stringify({ response: { id: A }, ok: true })
    expect(valueOf(await OPERATIONS.doRestoreOnNewAccount.run(scripted(bare), input)).operationId).toBeNull()
  })

  it('answers of several nodes: the queue is one, services of two are not', async () => {
    const node = (name: string) => ({
      response: { operationList: [{ id: name, name: 'ExternalRestore', state: 'Queued' }] },
      ok: true,
    })
    const queue = JSON.stringify({ response: { one: node('1'), two: node('2') }, nested: true, ok: true })
    const { operations } = valueOf(
      await OPERATIONS.getAllOperations.run(scripted(queue), {}, { host: 'all_servers' }),
    )
    expect(operations.map(({ id, host }) => [id, host])).toEqual([
      ['1', 'one'],
      ['2', 'two'],
    ])
    const services = { response: { services: { module: { running: true } } }, ok: true }
    const two = JSON.stringify({ response: { one: services, two: services }, ok: true })
    expect(await OPERATIONS.getServices.run(scripted(two), {})).toMatchObject({ understood: false })
    const failed = JSON.stringify({
      response: { one: services, two: { ok: false, error: 'licence expired' } },
      ok: true,
    })
    await expect(OPERATIONS.getServices.run(scripted(failed), {})).rejects.toMatchObject({
      kind: 'licence',
      why: expect.stringContaining('two: licence expired') as string,
    })
  })

  it('runs another program where it is told to', async () => {
    const shell = scripted(fixture('get-services.txt'))
    await OPERATIONS.getServices.run(
      shell,
      {},
      { program: '/opt/other/carbonio', format: 'text', timeout: 5000 },
    )
    expect(shell.ran).toEqual([['/opt/other/carbonio', 'backup', 'getServices']])
    expect(shell.options[0]).toMatchObject({ as: 'zextras', timeout: 5000 })
  })
})
