import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverReportSchema, type ServerReport } from '../../../../src-main/contract/server-report.ts'
import { connect, type SshConnection } from '../../../../src-main/remote/connection.ts'
import { NO_SECRETS } from '../../../../src-main/remote/login.ts'
import { probeServer } from '../../../../src-main/remote/probe/probe.ts'
import { openShell } from '../../../../src-main/remote/ssh-shell.ts'
import { SSHD, startSshServer, type SshServer } from '../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../support/temp.ts'

/** Programs of a pretended server: each is a script, called as the real one is. The outputs are synthetic. */
function programs(scripts: Record<string, string[]>): string {
  const bin = join(temporaryFolder('probe'), 'bin')
  mkdirSync(bin)
  for (const [name, lines] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), ['#!/bin/sh', ...lines].join('\n'))
    chmodSync(join(bin, name), 0o755)
  }
  return bin
}

const SU = ['shift; user=$1; shift 2; echo Welcome; BECAME=$user exec sh -c "$1"']
const GETENT = ['[ "$2" = zextras ] && echo "zextras:x:990:991:Carbonio:/opt/zextras:/bin/bash"']

/** A small Backup Path. */
function backupPath(): string {
  const path = join(realpathSync(temporaryFolder('backup')), 'zextras')
  for (const name of ['items/f3', 'accounts/one', 'accounts/two'])
    mkdirSync(join(path, name), { recursive: true })
  writeFileSync(join(path, 'items/f3/blob'), Buffer.alloc(12_345))
  writeFileSync(join(path, 'accounts/one/account_info'), Buffer.alloc(55))
  return path
}

function carbonio(path: string): string[] {
  return [
    '[ "$BECAME" = zextras ] || { echo "You need to be zextras" >&2; exit 1; }',
    'case "$*" in',
    `  *"config dump server mail.example.com"*) echo '{"response":{"ZxBackup_DestPath":"${path}/","ZxBackup_DataRetentionDays":30,"backupAccountsRetentionDays":"0","ZxBackup_RealTimeScanner":true},"ok":true}';;`,
    `  *"backup getServices"*) echo '{"response":{"services":{"module":{"running":true,"could_start":false,"could_stop":true},"backup-realtime":{"running":false,"could_start":true,"could_stop":false},"smartscan-cron":{"running":true,"could_start":false,"could_stop":true}}},"ok":true}';;`,
    `  *"scheduler SmartScan get global"*) echo '{"response":{"enabled":true,"pattern":"0 4 * * *"},"ok":true}';;`,
    `  *"backup getAllOperations"*) echo '{"response":{"operationList":[{"id":"5a3f0a4e-0000-4000-8000-000000000001","name":"SmartScan","state":"Started","startTime":1732330800000,"module":"ZxBackup","parameters":{}}]},"ok":true}';;`,
    `  *"core getLicenseInfo"*) echo '{"response":{"valid":true,"expiration":4070908800000},"ok":true}';;`,
    `  *"core getVersion"*) echo '{"response":{"version":"24.12.0"},"ok":true}';;`,
    '  *) echo "unknown command $*" >&2; exit 1;;',
    'esac',
  ]
}

const HEALTHY = (path: string): Record<string, string[]> => ({
  su: SU,
  getent: GETENT,
  carbonio: carbonio(path),
  zmlocalconfig: ['echo "zimbra_server_hostname = mail.example.com"'],
  'dpkg-query': [
    'printf "ii \\tcarbonio-core\\t24.12.0-1\\nrc \\tcarbonio-old\\t1\\nii \\tcarbonio-mta\\t24.9.1-1\\n"',
  ],
  systemctl: [
    'case "$1" in',
    '  list-unit-files) echo "carbonio-appserver.target enabled enabled";;',
    '  list-units) echo "carbonio-appserver.target loaded active active Carbonio"; echo "carbonio-mta.target loaded inactive dead Carbonio";;',
    'esac',
  ],
})

/** Every fact of a report with its place. */
function facts(report: ServerReport): [string, { known: boolean; because?: string }][] {
  const { system, carbonio: ofCarbonio, storage, backup } = report
  const groups = { system, carbonio: ofCarbonio, storage, backup }
  return Object.entries(groups).flatMap(([group, entries]) =>
    Object.entries(entries as Record<string, { known: boolean; because?: string }>).map(
      ([name, fact]): [string, { known: boolean; because?: string }] => [`${group}.${name}`, fact],
    ),
  )
}

// What waits for limits waits side by side: each has a server of its own.
describe.skipIf(!SSHD)('looking at a server', () => {
  const connections: SshConnection[] = []
  afterAll(() => connections.forEach((connection) => connection.close()))

  async function probe(
    server: SshServer,
    options: Parameters<typeof probeServer>[1] = {},
  ): Promise<ServerReport> {
    const connection = await connect(server.connectOptions())
    connections.push(connection)
    const report = await probeServer(openShell(connection, server.profile(), NO_SECRETS), options)
    // What the screens are promised.
    expect(serverReportSchema.parse(report)).toEqual(report)
    return report
  }

  describe('a healthy one', () => {
    const path = backupPath()
    let report: ServerReport
    const changes: ServerReport[] = []
    let before: string
    /** Names, sizes and times of all that lies in the Backup Path. */
    const snapshot = (): string =>
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .sort()
        .map((name) => {
          const { size, mtimeMs, ctimeMs } = statSync(join(path, name))
          return `${name} ${size} ${mtimeMs} ${ctimeMs}`
        })
        .join('\n')

    beforeAll(async () => {
      utimesSync(join(path, 'items/f3/blob'), 1, 1)
      before = snapshot()
      const server = await startSshServer({ path: [programs(HEALTHY(path))] })
      report = await probe(server, { onChange: (change) => void changes.push(change) })
    })

    it('tells every fact', () => {
      expect(facts(report).filter(([, { known }]) => !known)).toEqual([])
      expect(report.done).toBe(true)
    })

    it('tells the system as it is', () => {
      const { system } = report
      expect(system.login).toMatchObject({ known: true, value: { uid: process.getuid?.() } })
      expect(system.kernel).toMatchObject({ value: expect.stringContaining('Linux') as string })
      const clock = system.timeDifference.known ? system.timeDifference.value : null
      expect(Math.abs(clock?.milliseconds ?? Infinity)).toBeLessThanOrEqual((clock?.uncertainty ?? 0) + 20)
    })

    it('tells Carbonio, its components and which manager they have', () => {
      expect(report.carbonio).toEqual({
        zextras: { known: true, value: { uid: 990, gid: 991, home: '/opt/zextras', shell: '/bin/bash' } },
        version: { known: true, value: '24.12.0' },
        packages: {
          known: true,
          value: [
            { name: 'carbonio-core', version: '24.12.0-1' },
            { name: 'carbonio-mta', version: '24.9.1-1' },
          ],
        },
        serviceManager: { known: true, value: 'systemd' },
        components: {
          known: true,
          value: [
            { name: 'carbonio-appserver.target', running: true, detail: 'active (active)' },
            { name: 'carbonio-mta.target', running: false, detail: 'inactive (dead)' },
          ],
        },
      })
    })

    it('tells the backup: settings from Carbonio, the rest by looking', () => {
      expect(report.backup).toMatchObject({
        path: { value: path },
        pathFrom: { value: 'ZxBackup_DestPath' },
        size: { value: { bytes: 12_400, complete: true, accounts: 2 } },
        owner: { value: { user: 'root', group: 'root', mode: '755', zextrasMayWrite: true } },
        caseSensitive: { value: { sensitive: true, how: 'there is items, and no ITEMS' } },
        readOnly: { value: false },
        realTimeScanner: { value: false },
        smartScan: { value: { enabled: true, schedule: '0 4 * * *' } },
        retention: { value: { items: 30, accounts: 0 } },
        operations: { value: [{ name: 'SmartScan', state: 'Started', startedAt: 1_732_330_800_000 }] },
        licence: { value: { valid: true, detail: 'Valid until 2099-01-01.' } },
      })
    })

    it('tells the volumes as df does', () => {
      const { volumes, places } = report.storage
      const root = volumes.known ? volumes.value.find(({ mount }) => mount === '/') : undefined
      expect(root?.size).toBeGreaterThan(0)
      expect((root?.used ?? 0) + (root?.free ?? 0)).toBeLessThanOrEqual(root?.size ?? 0)
      expect(places).toMatchObject({
        value: { root: { mount: '/', separateFromRoot: false }, backup: { path } },
      })
    })

    it('hands out what is known while more comes in, and writes nothing there', () => {
      expect(changes.length).toBeGreaterThan(20)
      expect(changes[0]?.system.os).toEqual({ known: false, because: 'it was not asked yet' })
      expect(changes.filter(({ done }) => done)).toHaveLength(1)
      expect(snapshot()).toBe(before)
    })
  })

  it.concurrent(
    'goes on with a dying one: what hangs, fails or is not there is told as that, in its time',
    async ({ expect }) => {
      const path = backupPath()
      const server = await startSshServer({
        path: [
          programs({
            ...HEALTHY(path),
            // its disk hangs, its lsblk is gone, Carbonio does not answer, nothing can be written
            stat: ['exec sleep 60'],
            lsblk: ['echo "lsblk: failed to access sysfs directory" >&2; exit 32'],
            findmnt: [
              `echo '{"filesystems":[{"target":"/","source":"/dev/sda1","fstype":"ext4","options":"ro,relatime"}]}'`,
            ],
            carbonio: ['echo "Unable to contact the mailbox: Connection refused (ECONNREFUSED)" >&2; exit 1'],
            'dpkg-query': ['exit 1'],
            rpm: ['echo "rpm: no such command" >&2; exit 127'],
          }),
        ],
      })
      const startedAt = Date.now()
      const report = await probe(server, { askFor: 4000 })
      expect(Date.now() - startedAt).toBeLessThan(60_000)
      expect(report.done).toBe(true)
      const unknown = new Map(facts(report).filter(([, { known }]) => !known))
      for (const [name, { because }] of unknown) expect(`${name}: ${because ?? ''}`).toMatch(/: .{10}/)
      expect([...unknown.keys()]).toEqual(
        expect.arrayContaining([
          'carbonio.packages',
          'carbonio.version',
          'storage.blockDevices',
          'backup.licence',
          'backup.operations',
        ]),
      )
      expect(unknown.get('storage.blockDevices')?.because).toContain('sysfs')
      // Each in its own time, and the mounts without their sizes.
      expect(report.storage.volumes).toMatchObject({
        known: true,
        value: [{ mount: '/', readOnly: true, hangs: true }],
      })
      expect(report.system.os.known).toBe(true)
      expect(report.carbonio.components.known).toBe(true)
    },
    90_000,
  )

  it.concurrent(
    'does not mix managers: without targets zmcontrol tells, and its stopped services with their words',
    async ({ expect }) => {
      const path = backupPath()
      const server = await startSshServer({
        path: [
          programs({
            ...HEALTHY(path),
            systemctl: ['exit 0'],
            test: [],
            env: [
              // the fixed path of zmcontrol cannot be faked in this machine's /opt: it is answered here
              'case "$*" in',
              '  *zmcontrol*status*) printf "Host mail.example.com\\n\\tldap                    Running\\n\\tmailbox                 Stopped\\n\\t\\tmailboxd is not running.\\n"; exit 1;;',
              '  *test*zmcontrol*) exit 0;;',
              'esac',
              'exec /usr/bin/env "$@"',
            ],
          }),
        ],
      })
      const report = await probe(server, { countFor: 5000 })
      expect(report.carbonio.serviceManager).toEqual({ known: true, value: 'zmcontrol' })
      expect(report.carbonio.components).toEqual({
        known: true,
        value: [
          { name: 'ldap', running: true, detail: 'Running' },
          { name: 'mailbox', running: false, detail: 'Stopped: mailboxd is not running.' },
        ],
      })
    },
  )

  it.concurrent(
    'says of a server without Carbonio that it has none, and finds a Backup Path in no unusual place',
    async ({ expect }) => {
      const server = await startSshServer({ path: [programs({ systemctl: ['exit 0'] })] })
      const report = await probe(server)
      expect(report.carbonio.zextras).toMatchObject({ known: false })
      expect(report.backup.operations).toMatchObject({
        known: false,
        because: expect.stringContaining('no such user') as string,
      })
      if (!existsSync('/opt/zextras/backup/zextras')) expect(report.backup.path.known).toBe(false)
      expect(report.storage.volumes.known).toBe(true)
    },
  )

  it.concurrent(
    'counts for a bounded time only, and says that it is at least so much',
    async ({ expect }) => {
      const path = backupPath()
      const server = await startSshServer({
        path: [
          programs({
            ...HEALTHY(path),
            find: ['i=0; while [ $i -lt 4000 ]; do echo 100; i=$((i+1)); done; exec sleep 60'],
          }),
        ],
      })
      const report = await probe(server, { countFor: 3000, askFor: 3000 })
      const size = report.backup.size.known ? report.backup.size.value : null
      expect(size).toMatchObject({ complete: false, accounts: null })
      // awk reads in blocks: what it had not read yet is not in it.
      expect(size?.bytes).toBeGreaterThanOrEqual(200_000)
      expect(size?.bytes).toBeLessThanOrEqual(400_000)
    },
  )

  it.concurrent('stops when it is told to', async ({ expect }) => {
    const server = await startSshServer({
      path: [programs({ ...HEALTHY(backupPath()), carbonio: ['exec sleep 60'] })],
    })
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 1500)
    const startedAt = Date.now()
    await expect(probe(server, { signal: stop.signal })).rejects.toThrow('enough')
    expect(Date.now() - startedAt).toBeLessThan(10_000)
  })
})
