import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../src-main/drill/drill.ts'
import { doExternalRestore } from '../../../../src-main/remote/carbonio/do-external-restore.ts'
import { getAllOperations } from '../../../../src-main/remote/carbonio/get-all-operations.ts'
import { parseRestoreReport } from '../../../../src-main/remote/carbonio/parse-restore-report.ts'
import { zmlocalconfigSet } from '../../../../src-main/remote/carbonio/zmlocalconfig-set.ts'
import {
  bringBackup,
  login,
  mailboxDifferences,
  notification,
  openDrill,
  realSsh,
  wantedItems,
} from './support.ts'

const hasSsh = spawnSync('ssh', ['-V']).status === 0
if (!hasSsh) console.warn('SKIPPED: no ssh client here, OpenSSH did not try the simulated servers')

describe('a drill', () => {
  let drill: Drill
  beforeAll(async () => {
    drill = await openDrill()
  }, 60_000)

  it.skipIf(!hasSsh)(
    'lets OpenSSH in by key, says in its banner what it is, and nothing on standard output',
    async () => {
      const { code, stdout, stderr } = await realSsh(drill, drill.old, 'cat /etc/os-release; exit 7')
      expect(code).toBe(7)
      expect(stdout.toString()).toContain('Lifeboat drill')
      expect(stderr).toContain('Simulated by Lifeboat')
      expect(stdout.toString()).not.toContain('OpenSSH')
    },
  )

  it.skipIf(!hasSsh)('is refused by OpenSSH when its host key is another one', async () => {
    const other = join(drill.folder, 'other_known_hosts')
    const [oldLine = ''] = drill.old.knownHosts.split('\n')
    writeFileSync(other, drill.new.knownHosts.replace(/^\S+/, oldLine.split(' ')[0] ?? ''))
    const { code, stderr } = await realSsh(drill, drill.old, 'true', ['-o', `UserKnownHostsFile=${other}`])
    expect(code).toBe(255)
    expect(stderr).toContain('HOST IDENTIFICATION HAS CHANGED')
  })

  it.skipIf(!hasSsh)('passes 64 MiB through a command untouched', async () => {
    const command = 'awk \'BEGIN { for (i = 0; i < 2097152; i++) printf "%031d\\n", i }\' | tee /dev/null'
    const { stdout } = await realSsh(drill, drill.old, command)
    expect(stdout.length).toBe(2097152 * 32)
    expect(stdout.toString('latin1', stdout.length - 32)).toBe(`${String(2097151).padStart(31, '0')}\n`)
  })

  it('lets in by password and by keyboard-interactive, and nobody with a wrong one', async () => {
    for (const kind of ['password', 'keyboard-interactive'] as const) {
      const shell = await login(drill, drill.new, { auth: [{ kind }] })
      expect((await shell.run(['whoami'])).stdout).toBe('zextras\n')
      await expect(login(drill, drill.new, { auth: [{ kind }], password: 'wrong' })).rejects.toMatchObject({
        step: 'login',
      })
    }
    await expect(login(drill, drill.new, { user: 'nobody' })).rejects.toMatchObject({ step: 'login' })
  })

  it('knows who may become whom', async () => {
    const admin = await login(drill, drill.new, { user: 'admin', privilege: 'sudo' })
    expect((await admin.run(['id', '-un'], { as: 'zextras' })).stdout).toBe('zextras\n')
    const operator = await login(drill, drill.new, { user: 'operator', privilege: 'sudo-password' })
    expect((await operator.run(['id', '-u'], { as: 'root' })).stdout).toBe('0\n')
    const su = await login(drill, drill.new, { user: 'operator', privilege: 'su' })
    expect((await su.run(['id', '-un'], { as: 'zextras' })).stdout).toBe('zextras\n')
    const wrong = await login(drill, drill.new, {
      user: 'operator',
      privilege: 'sudo-password',
      password: drill.password,
    })
    expect((await wrong.run(['carbonio', 'backup', 'getBackupInfo'])).stderr).toContain(
      'must be run as zextras',
    )
  })

  it('takes paths of the server and arguments with quotes as they are meant', async () => {
    const shell = await login(drill, drill.new)
    const odd = 'a b\'c"d$(id)\n/opt/zextras'
    expect((await shell.run(['printf', '%s', odd])).stdout).toBe(
      odd.replace('/opt/zextras', join(drill.new.root, 'opt/zextras')),
    )
    expect((await shell.run(['test', '-d', '/opt/zextras/backup/zextras/accounts'])).code).toBe(0)
    expect((await shell.run(['cat', `${drill.new.root}/etc/hostname`])).stdout).toBe('mail-new.example.com\n')
  })

  it('restores a backup to its end, byte for byte, once and only once', async () => {
    const path = await bringBackup(drill)
    const shell = await login(drill, drill.new)
    const answer = await doExternalRestore.run(
      shell,
      { sourcePath: path, notifications: ['me@example.com'] },
      { sync: true },
    )
    expect(answer).toMatchObject({ understood: true })
    const wanted = wantedItems(drill.old.backup)
    expect(wanted.length).toBeGreaterThan(100)
    expect(wanted.filter(({ message }) => message !== null).length).toBeGreaterThan(80)
    expect(mailboxDifferences(drill.new, wanted)).toEqual([])
    const report = parseRestoreReport(notification(drill.new, 'Operation Ended'))
    expect(report).toMatchObject({
      understood: true,
      value: { restored: wanted.length, skipped: 0, unrestored: 0, complete: true },
    })
    expect(notification(drill.new, 'Operation Started')).toContain(path)
    expect(notification(drill.new, 'Phase 1 feedback')).toContain('anna.rossi@mail.example.com')

    // A second time everything is there already.
    await doExternalRestore.run(shell, { sourcePath: path }, { sync: true })
    expect(mailboxDifferences(drill.new, wanted)).toEqual([])
    expect(parseRestoreReport(notification(drill.new, 'Operation Ended'))).toMatchObject({
      value: { restored: 0, skipped: wanted.length, unrestored: 0 },
    })
    expect(await getAllOperations.run(shell, {})).toMatchObject({ value: { operations: [] } })
  }, 60_000)

  it('writes nothing into the Backup Path that it reads', () => {
    const { status } = spawnSync('diff', ['-r', drill.old.backup, join(drill.new.root, 'mnt/old-backup')])
    expect(status).toBe(0)
  })
})

describe('a drill with items that cannot be restored', () => {
  it('names each of them with its cause, and they come back once the cause is cured', async () => {
    const drill = await openDrill(['unrestored=12'])
    expect(drill.planted).toHaveLength(12)
    for (const cause of ['read error', 'broken', 'invalid'] as const)
      expect(drill.planted.filter((item) => item.cause === cause)).toHaveLength(4)
    const path = await bringBackup(drill)
    const shell = await login(drill, drill.new, { user: 'admin', privilege: 'sudo' })
    const unrestored = async (): Promise<string[]> => {
      await doExternalRestore.run(shell, { sourcePath: path }, { sync: true })
      const report = parseRestoreReport(notification(drill.new, 'Operation Ended'))
      if (!report.understood || !report.value.complete) throw new Error('The report is not complete.')
      return report.value.accounts
        .flatMap(({ account, items }) => items.map((item) => `${account} ${item}`))
        .sort()
    }
    const planted = (...causes: string[]): string[] =>
      drill.planted
        .filter(({ cause }) => causes.includes(cause))
        .map(({ account, item }) => `${account} ${item}`)
        .sort()
    expect(await unrestored()).toEqual(planted('read error', 'broken', 'invalid'))

    await shell.run(['chown', '-R', 'zextras:zextras', path], { as: 'root' })
    expect(await unrestored()).toEqual(planted('broken', 'invalid'))

    await zmlocalconfigSet.run(shell, { key: 'zimbra_lmtp_validate_messages', value: 'false' })
    expect(await unrestored()).toEqual(planted('broken'))
    const [invalid] = drill.planted.filter(({ cause }) => cause === 'invalid')
    const stored = join(drill.new.store, invalid?.account ?? '', `${invalid?.item}.msg`)
    expect(existsSync(stored) && readFileSync(stored).length).toBeGreaterThan(10_240)
  }, 60_000)
})
