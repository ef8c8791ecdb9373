import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { MountPlan, MountRequest, PlanStep } from '../../../../../src-main/contract/copy.ts'
import { mountPlan } from '../../../../../src-main/remote/transfer/mount-plans.ts'
import {
  canMake,
  canMount,
  hasProgram,
  makeDisk,
  mountDisk,
  unmountBelow,
  type DiskFormat,
} from '../../../../support/loop-disk.ts'
import { SSHD, startSshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { differences, makeTree, remove } from './support/tree.ts'

/**
 * Mount plans as they are printed, run by the real mount(8), losetup(8), blockdev(8), overlayfs and sshfs(1) on disks of
 * the test's own, with the ids of a user zextras. NFS has no server here and stays a plan: mount-plans.spec.ts.
 */
const folder = temporaryFolder('mounts')
// zextras comes through it
chmodSync(folder, 0o755)
/** Its number is all that mounts and files know of a user. */
const ZEXTRAS = { uid: 64_001, gid: 64_001 }
const canSshfs = canMount && SSHD !== null && hasProgram('sshfs') && existsSync('/dev/fuse')
if (canMount && !canSshfs) console.warn('SKIPPED: the SSHFS plan is run only with sshd, sshfs and /dev/fuse')

/** A disk with a Backup Path of zextras below `zextras/`. */
function furnish(image: string, fileSystem: DiskFormat): string {
  makeDisk(image, fileSystem)
  const point = `${image}.point`
  const whole = `${image}.tree`
  makeTree(whole, { blobs: 8 })
  mountDisk(image, point)
  execFileSync('cp', ['-a', whole, join(point, 'zextras')])
  execFileSync('chown', ['-R', `${ZEXTRAS.uid}:${ZEXTRAS.gid}`, join(point, 'zextras')])
  execFileSync('umount', [point])
  return whole
}

interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** Runs one command as the plan's user. */
function command(argv: readonly string[], as: PlanStep['as']): Ran {
  const by =
    as === 'root' ? [] : ['setpriv', `--reuid=${ZEXTRAS.uid}`, `--regid=${ZEXTRAS.gid}`, '--clear-groups']
  const [program = '', ...args] = [...by, ...argv]
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return { code: status ?? -1, stdout, stderr }
}

/** As a technician does: one step after the other, each with its check. */
function perform(plan: MountPlan): void {
  for (const step of plan.steps) {
    const ran = command(step.argv, step.as)
    expect(ran, step.what).toMatchObject({ code: 0 })
    if (step.check) {
      const checked = command(step.check.argv, step.as)
      expect(checked, step.what).toMatchObject({ code: 0 })
      expect(checked.stdout, step.what).toContain(step.check.expect)
    }
  }
}

const undone: (() => void)[] = []
function undo(plan: MountPlan): void {
  for (const argv of plan.unmount) expect(command(argv, 'root'), argv.join(' ')).toMatchObject({ code: 0 })
}
afterEach(() => {
  // Of a test that failed half-way nothing stays mounted.
  unmountBelow(folder)
  unmountBelow('/var/tmp/lifeboat-overlay')
  for (const one of undone.splice(0)) one()
})

const request = (
  name: string,
  from: MountRequest['from'],
  more: Partial<MountRequest> = {},
): MountRequest => ({
  from,
  mountPoint: join(folder, `mnt-${name}`),
  below: 'zextras',
  onlyCopy: true,
  overlay: false,
  zextras: ZEXTRAS,
  ...more,
})
const sumOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')
const fstab = (): string => (existsSync('/etc/fstab') ? readFileSync('/etc/fstab', 'utf8') : '')

describe.skipIf(!canMount)('a mount plan that is run', () => {
  test.each(['ext4', 'xfs', 'btrfs'] as const)(
    'a virtual disk with %s: zextras reads all of it, nobody writes, the file stays the same to the byte',
    (fileSystem) => {
      if (!canMake(fileSystem))
        return console.warn(`SKIPPED: mkfs.${fileSystem} is missing, no such disk is tried`)
      const image = join(folder, `disk-${fileSystem}`)
      const whole = furnish(image, fileSystem)
      const [before, table] = [sumOf(image), fstab()]
      const plan = mountPlan(request(fileSystem, { kind: 'image', file: image, fileSystem }))
      perform(plan)
      expect(differences(whole, plan.path)).toEqual([])
      expect(command(['cat', `${plan.path}/backupstat`], 'zextras').stdout).toBe('stat')
      expect(command(['touch', `${plan.path}/x`], 'root').stderr).toMatch(/read-only/i)
      undo(plan)
      expect(existsSync(join(folder, `mnt-${fileSystem}`))).toBe(false)
      expect(sumOf(image)).toBe(before)
      expect(fstab()).toBe(table)
    },
  )

  test('a journal that was not replayed stays so: the disk of a crashed server is not written to', () => {
    const image = join(folder, 'crashed')
    furnish(image, 'ext4')
    const point = join(folder, 'crashed-point')
    mountDisk(image, point)
    writeFileSync(join(point, 'late'), 'x')
    execFileSync('sync', ['-f', point])
    // The disk as it lies there while the server is still up.
    const crashed = `${image}-copy`
    execFileSync('cp', [image, crashed])
    execFileSync('umount', [point])
    expect(execFileSync('dumpe2fs', ['-h', crashed], { encoding: 'utf8' })).toContain('needs_recovery')
    const before = sumOf(crashed)
    const plan = mountPlan(request('crashed', { kind: 'image', file: crashed, fileSystem: 'ext4' }))
    perform(plan)
    undo(plan)
    expect(sumOf(crashed)).toBe(before)
  })

  test('a block device is read-only for everybody while it is mounted', () => {
    const image = join(folder, 'device')
    const whole = furnish(image, 'ext4')
    const before = sumOf(image)
    const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim()
    undone.push(() => {
      execFileSync('blockdev', ['--setrw', device])
      execFileSync('losetup', ['--detach', device])
    })
    const plan = mountPlan(request('device', { kind: 'block', device, fileSystem: 'ext4' }))
    perform(plan)
    expect(differences(whole, plan.path)).toEqual([])
    expect(command(['dd', 'if=/dev/zero', `of=${device}`, 'count=1'], 'root').code).not.toBe(0)
    undo(plan)
    expect(sumOf(image)).toBe(before)
  })

  test('the overlay of an only copy takes what a restore writes; below nothing changes', () => {
    const image = join(folder, 'overlaid')
    const whole = furnish(image, 'ext4')
    const before = sumOf(image)
    const plan = mountPlan(
      request('overlaid', { kind: 'image', file: image, fileSystem: 'ext4' }, { overlay: true }),
    )
    undone.push(() => remove('/var/tmp/lifeboat-overlay'))
    perform(plan)
    const map = `${plan.path}/map_0001`
    expect(
      command(['sh', '-c', 'echo map > "$1" && rm "$2"', 'sh', map, `${plan.path}/backupstat`], 'zextras'),
    ).toMatchObject({ code: 0 })
    expect(existsSync(map)).toBe(true)
    expect(differences(whole, join(folder, 'mnt-overlaid/zextras'))).toEqual([])
    undo(plan)
    expect(existsSync('/var/tmp/lifeboat-overlay')).toBe(false)
    expect(sumOf(image)).toBe(before)
  })

  test.skipIf(!canSshfs)('SSHFS from a real sshd: zextras sees what root mounted', async () => {
    const server = await startSshServer()
    const whole = join(folder, 'far')
    makeTree(join(whole, 'zextras'), { blobs: 8 })
    const plan = mountPlan(
      request('sshfs', {
        kind: 'sshfs',
        user: server.user,
        host: '127.0.0.1',
        port: server.port,
        path: whole,
        identity: server.key,
        knownHosts: server.knownHostsFile,
      }),
    )
    perform(plan)
    // SFTP tells whole seconds.
    expect(differences(join(whole, 'zextras'), plan.path, 'seconds')).toEqual([])
    expect(command(['cat', `${plan.path}/backupstat`], 'zextras').stdout).toBe('stat')
    expect(command(['touch', `${plan.path}/x`], 'root').stderr).toMatch(/read-only/i)
    undo(plan)
    expect(existsSync(join(folder, 'mnt-sshfs'))).toBe(false)
  })
})
