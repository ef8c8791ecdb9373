import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../src-main/drill/drill.ts'
import { parseFault } from '../../../../src-main/drill/faults.ts'
import { doExternalRestore } from '../../../../src-main/remote/carbonio/do-external-restore.ts'
import { doStopOperation } from '../../../../src-main/remote/carbonio/do-stop-operation.ts'
import { getAllOperations } from '../../../../src-main/remote/carbonio/get-all-operations.ts'
import { getServices } from '../../../../src-main/remote/carbonio/get-services.ts'
import { zmlocalconfigGet } from '../../../../src-main/remote/carbonio/zmlocalconfig-get.ts'
import type { RemoteShell } from '../../../../src-main/remote/shell.ts'
import { bringBackup, login, mailboxDifferences, notification, openDrill, wantedItems } from './support.ts'

const canMount = process.platform === 'linux' && process.getuid?.() === 0

describe('faults of a drill', () => {
  let drill: Drill
  let path: string
  beforeAll(async () => {
    drill = await openDrill([], { items: 160 })
    path = await bringBackup(drill)
  }, 60_000)

  /** With these faults on, and off again afterwards. */
  async function during<T>(faults: readonly string[], work: () => Promise<T>): Promise<T> {
    drill.setFaults(faults.flatMap(parseFault))
    // The thread of the server hears of it a moment later.
    await sleep(60)
    try {
      return await work()
    } finally {
      drill.setFaults([])
      await sleep(60)
    }
  }
  const restore = (shell: RemoteShell) => doExternalRestore.run(shell, { sourcePath: path }, { sync: true })

  it('are written [old:|new:]NAME[=VALUE]', () => {
    expect(parseFault('drop')).toEqual([{ name: 'drop', server: 'old', value: 4 * 1024 * 1024 }])
    expect(parseFault('new:full-disk=20M')).toEqual([
      { name: 'full-disk', server: 'new', value: 20 * 1024 * 1024 },
    ])
    expect(parseFault('latency=20').map(({ server }) => server)).toEqual(['old', 'new'])
    for (const wrong of ['', 'nope', 'drop=', 'other:drop', 'drop=1T', 'constructor'])
      expect(() => parseFault(wrong)).toThrow(/There is no fault/)
  })

  it('latency: everything arrives, later', async () => {
    await during(['latency=100'], async () => {
      const shell = await login(drill, drill.old)
      const began = performance.now()
      const { stdout } = await shell.run(['head', '-c', '3000000', '/dev/zero'])
      expect(stdout.length).toBe(3_000_000)
      expect(performance.now() - began).toBeGreaterThan(190)
    })
  })

  it('drop: a connection is cut in the middle, the next one stands', async () => {
    await during(['drop=500K'], async () => {
      const shell = await login(drill, drill.old)
      await expect(shell.run(['head', '-c', '50000000', '/dev/zero'])).rejects.toMatchObject({
        name: 'ConnectionError',
      })
      const again = await login(drill, drill.old)
      expect((await again.run(['echo', 'here'])).stdout).toBe('here\n')
    })
  })

  it('kill-sessions: what runs is lost, and said at once', async () => {
    await during(['new:kill-sessions=1'], async () => {
      const shell = await login(drill, drill.new)
      const began = performance.now()
      await expect(shell.run(['sleep', '30'])).rejects.toMatchObject({ name: 'ConnectionError' })
      expect(performance.now() - began).toBeLessThan(6000)
    })
  })

  it('full-disk: what is sent no longer fits, and the restore fails; with room again both work', async () => {
    const shell = await login(drill, drill.new)
    const send = () => shell.run(['sh', '-c', 'cat > /opt/zextras/sent'], { input: Buffer.alloc(400_000) })
    await during(['full-disk=100K'], async () => {
      const { code, stderr } = await send()
      expect(code).not.toBe(0)
      expect(stderr).toContain('No space left on device')
      const free = (await shell.run(['stat', '-f', '-c', '%S %a', '/opt/zextras'])).stdout
        .trim()
        .split(' ')
        .map(Number)
      expect((free[0] ?? 0) * (free[1] ?? 0)).toBeLessThanOrEqual(100 * 1024)
      await expect(restore(shell)).rejects.toMatchObject({ name: 'CarbonioError' })
      expect(notification(drill.new, 'Operation Failed')).toContain('No space left on device')
    })
    expect((await send()).code).toBe(0)
    expect(await restore(shell)).toMatchObject({ understood: true })
    expect(mailboxDifferences(drill.new, wantedItems(drill.old.backup))).toEqual([])
  }, 30_000)

  it.skipIf(!canMount)('read-only: nothing can be written, everything can be read', async () => {
    await during(['read-only'], async () => {
      const shell = await login(drill, drill.new)
      const { code, stderr } = await shell.run(['touch', '/opt/zextras/new-file'])
      expect(code).not.toBe(0)
      expect(stderr).toContain('Read-only file system')
      expect((await shell.run(['ls', '/opt/zextras/backup/zextras'])).stdout).toContain('accounts')
      expect((await shell.run(['findmnt', '--json'])).stdout).toContain('ro,relatime')
    })
  })

  it('wrong-owner: zextras cannot read what was brought until it is his', async () => {
    await during(['wrong-owner'], async () => {
      const shell = await login(drill, drill.new, { user: 'root', privilege: 'root' })
      const owner = async () => (await shell.run(['stat', '-c', '%U %a', path])).stdout
      expect(await owner()).toBe('root 700\n')
      await expect(restore(shell)).rejects.toThrow(/./)
      await shell.run(['chown', '-R', 'zextras:zextras', path])
      expect(await owner()).toMatch(/^zextras /)
      expect(await restore(shell)).toMatchObject({ understood: true })
    })
  })

  it('slow: the command takes its time', async () => {
    await during(['new:slow=700'], async () => {
      const began = performance.now()
      await getAllOperations.run(await login(drill, drill.new), {})
      expect(performance.now() - began).toBeGreaterThan(700)
    })
  })

  it('licence: the backup does nothing and says why', async () => {
    await during(['licence'], async () => {
      const shell = await login(drill, drill.new)
      await expect(restore(shell)).rejects.toMatchObject({ kind: 'licence' })
      expect(await getServices.run(shell, {})).toMatchObject({
        value: { services: [{ name: 'module', running: false }, {}, {}, {}, {}, {}] },
      })
    })
  })

  it('busy: a restore waits behind the SmartScan until that is stopped', async () => {
    await during(['busy'], async () => {
      const shell = await login(drill, drill.new)
      const waiting = restore(shell)
      for (;;) {
        const answer = await getAllOperations.run(shell, {})
        const [scan, ours] = answer.understood ? answer.value.operations : []
        if (ours === undefined) continue
        expect([scan?.name, scan?.standing, ours.standing]).toEqual(['SmartScan', 'running', 'queued'])
        await doStopOperation.run(shell, { operation: scan?.id ?? '' })
        break
      }
      expect(await waiting).toMatchObject({ understood: true })
    })
  })

  it('a switch-back that was left on the server happens by itself, unless it is called off', async () => {
    const shell = await login(drill, drill.new, { user: 'root', privilege: 'root' })
    const set = (value: string, unit: string) =>
      shell.run([
        'systemd-run',
        '--on-active=1',
        `--unit=${unit}`,
        'su',
        '-',
        'zextras',
        '-c',
        `zmlocalconfig -e drill_test=${value}`,
      ])
    expect((await set('late', 'called-off')).code).toBe(0)
    expect((await shell.run(['systemctl', 'stop', 'called-off.timer'])).code).toBe(0)
    expect((await set('back', 'kept')).code).toBe(0)
    expect((await shell.run(['systemctl', 'list-timers'])).stdout).toMatch(/kept\.timer/)
    const value = () => shell.run(['su', '-', 'zextras', '-c', 'zmlocalconfig drill_test'])
    for (let n = 0; n < 100 && !(await value()).stdout; n++) await sleep(50)
    expect((await value()).stdout).toBe('drill_test = back\n')
  })

  it('validator-off and scanner-on: how somebody left the server', async () => {
    await during(['validator-off', 'scanner-on'], async () => {
      const shell = await login(drill, drill.new)
      expect(await zmlocalconfigGet.run(shell, { key: 'zimbra_lmtp_validate_messages' })).toMatchObject({
        value: { value: 'false' },
      })
      const services = await getServices.run(shell, {})
      if (!services.understood) throw new Error(services.why)
      expect(services.value.services.find(({ name }) => name === 'realtime-scanner')?.running).toBe(true)
    })
  })
})
