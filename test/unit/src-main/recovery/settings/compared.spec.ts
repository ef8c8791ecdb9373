import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { parseFault } from '../../../../../src-main/drill/faults.ts'
import {
  compareConfigurations,
  compareSides,
  diffConfiguration,
} from '../../../../../src-main/recovery/settings/comparison.ts'
import { listArchives, openArchive } from '../../../../../src-main/recovery/settings/places.ts'
import {
  listOperations,
  stopAllOperations,
  stopOperation,
} from '../../../../../src-main/recovery/settings/queue.ts'
import { readSavedSettings } from '../../../../../src-main/recovery/settings/saved-settings.ts'
import { settingsStep } from '../../../../../src-main/recovery/settings/step.ts'
import { doSmartScan } from '../../../../../src-main/remote/carbonio/do-smart-scan.ts'
import type { RemoteShell } from '../../../../../src-main/remote/shell.ts'
import { bringBackup, login, openDrill } from '../../drill/support.ts'
import { drillContext } from '../support/drill-context.ts'

describe('settings of two simulated servers', () => {
  let drill: Drill
  let path: string
  let shells: { old: RemoteShell; new: RemoteShell }
  const eyes = { shell: (serverId: string) => (serverId === 'old' ? shells.old : shells.new) }

  beforeAll(async () => {
    drill = await openDrill([], { items: 60 })
    path = await bringBackup(drill)
    shells = {
      old: await login(drill, drill.old, { user: 'root', privilege: 'root' }),
      new: await login(drill, drill.new, { user: 'root', privilege: 'root' }),
    }
    const conf = join(drill.new.root, 'opt/zextras/postfix/conf')
    mkdirSync(conf, { recursive: true })
    writeFileSync(
      join(conf, 'main.cf'),
      '# synthetic sample\nmyhostname = mail-new.example.com\nmessage_size_limit = 10485760\n',
    )
  }, 60_000)

  it('a path without saved settings, and one that is none, say so', async () => {
    await expect(
      compareSides({ shell: shells.new, backupPath: '/mnt' }, { shell: shells.new }),
    ).rejects.toMatchObject({
      name: 'CarbonioError',
    })
    await expect(listArchives({ kind: 'server', serverId: 'new', path: '/mnt' }, eyes)).rejects.toMatchObject(
      { code: 'NOT_FOUND' },
    )
  })

  it.each(['live', 'from the path, read by the new server'])('the old one %s', async (how) => {
    const old = how === 'live' ? { shell: shells.old } : { shell: shells.new, backupPath: path }
    const { rows, counts } = await compareSides(old, { shell: shells.new })
    expect(counts.equal).toBeGreaterThan(3)
    expect(rows.find(({ key }) => key.endsWith('zimbraMtaMaxMessageSize'))).toMatchObject({
      old: '52428800',
      new: '10485760',
      standing: 'changed',
      command: 'zmprov mcf zimbraMtaMaxMessageSize 52428800',
    })
    expect(rows.find(({ key }) => key.endsWith('zimbraMtaRelayHost'))).toMatchObject({
      standing: 'only-old',
      new: null,
    })
    expect(rows.find(({ key }) => key === 'server/(this server)/ZxBackup_RealTimeScanner')).toMatchObject({
      standing: 'changed',
      command: `carbonio config set server ${drill.new.hostname} ZxBackup_RealTimeScanner TRUE`,
    })
    expect(rows.find(({ key }) => key.endsWith('ZxBackup_DestPath'))?.ofTheMachine).toBe(true)
  })

  it('of another date, of a file, in full or only in part: as the command takes it', async () => {
    const asked = { query: 'global/config', verbose: true, date: 'last' }
    const { rows, old } = await compareSides(
      { shell: shells.new, backupPath: path, ...asked },
      { shell: shells.new, query: asked.query, verbose: true },
    )
    for (const words of [
      'getServerConfig standard',
      'date last',
      `backup_path ${path}`,
      'query global/config',
    ])
      expect(old.command).toContain(words)
    expect(old.command).toContain('verbose true')
    expect(rows.length).toBeGreaterThan(1)
    expect(rows.filter(({ key }) => !key.startsWith('global/config/'))).toEqual([])
    // a file that is none: the server says so, and nothing is compared
    const { command } = await readSavedSettings(shells.new, {
      file: '/mnt/saved.json',
      date: '28/12/2022 04:01:14',
    })
    expect(command).toContain('file /mnt/saved.json')
    expect(command).toMatch(/date ['"]28\/12\/2022 04:01:14['"]/)
  })

  it('configuration files of an archive beside those of the new server, on both kinds of place', async () => {
    const digest = (): string => {
      const hash = createHash('sha256')
      for (const name of readdirSync(drill.old.backup, { recursive: true, encoding: 'utf8' }).sort()) {
        const { mtimeMs, size } = statSync(join(drill.old.backup, name))
        hash.update(`${name} ${String(mtimeMs)} ${String(size)}\n`)
      }
      return hash.digest('hex')
    }
    const before = digest()
    const places = [
      { kind: 'local' as const, path: drill.old.backup },
      { kind: 'server' as const, serverId: 'new', path },
    ]
    for (const place of places) {
      const archives = (await listArchives(place, eyes)).filter(({ kind }) => kind === 'customizations')
      expect(archives).toHaveLength(3)
      const archive = archives[0]!.name
      expect(archives[0]!.at).toBeGreaterThan(archives[1]!.at)
      const { rows, cut } = await compareConfigurations({ place, archive }, shells.new, eyes)
      expect(cut).toBeNull()
      expect(rows).toMatchObject([
        { name: 'opt/zextras/conf/localconfig.xml', standing: 'only-old' },
        { name: 'opt/zextras/postfix/conf/main.cf', standing: 'changed' },
      ])
      const diff = await diffConfiguration(
        { place, archive },
        shells.new,
        'opt/zextras/postfix/conf/main.cf',
        eyes,
      )
      expect(diff.missing).toBeNull()
      expect(diff.lines.filter(({ kind }) => kind === 'same').map(({ text }) => text)).toEqual([
        '# synthetic sample',
      ])
      expect(diff.lines.filter(({ kind }) => kind === 'new')).toHaveLength(2)
      const gone = await diffConfiguration({ place, archive }, shells.new, '../../../etc/passwd', eyes)
      expect(gone).toMatchObject({ lines: [], missing: expect.stringContaining('no such file') as unknown })
      for (const name of ['../server/x', '/etc/passwd', `${archive}/..`])
        await expect(openArchive(place, name, eyes)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    expect(digest()).toBe(before)
  })

  it('the step keeps what differs with the case', async () => {
    const context = await drillContext(drill, { shells })
    context.setFact('restore.path', path)
    const { verdict, evidence } = await settingsStep.checks[0]!.run(context)
    expect(verdict).toBe('attention')
    expect(evidence.en).toContain(path)
    const result = await settingsStep.run!(context)
    expect(result.tables[0]!.rows.map(([key]) => key)).toContain('global/config/zimbraMtaRelayHost')
    expect(JSON.parse(readFileSync(context.attachment('settings-compared.json'), 'utf8'))).toMatchObject({
      from: path,
    })
  })

  it('of the queue one is stopped, or all; one that is gone is not stopped in its stead', async () => {
    drill.setFaults(parseFault('busy=600'))
    for (let n = 0; n < 40 && (await listOperations(shells.new)).length === 0; n++)
      await new Promise((done) => setTimeout(done, 100))
    await doSmartScan.run(shells.new, {})
    const [first, second] = await listOperations(shells.new)
    expect(first?.standing).toBe('running')
    await expect(
      stopOperation(shells.new, { id: '00000000-0000-0000-0000-000000000000', name: 'SmartScan' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(
      (await stopOperation(shells.new, { id: second!.id, name: 'SmartScan' })).map(({ id }) => id),
    ).toEqual([first!.id])
    expect(await stopAllOperations(shells.new)).toEqual([])
  }, 60_000)
})
