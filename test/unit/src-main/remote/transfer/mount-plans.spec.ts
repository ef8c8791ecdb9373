import { describe, expect, test } from 'vitest'
import type { MountRequest } from '../../../../../src-main/contract/copy.ts'
import { mountPlan } from '../../../../../src-main/remote/transfer/mount-plans.ts'

const base: Omit<MountRequest, 'from'> = {
  mountPoint: '/mnt/lifeboat',
  below: 'zextras',
  onlyCopy: true,
  overlay: false,
  zextras: { uid: 998, gid: 997 },
}
const SOURCES: Record<string, MountRequest['from']> = {
  nfs: { kind: 'nfs', server: 'nas.example.com', exported: '/export/backup' },
  sshfs: {
    kind: 'sshfs',
    user: 'root',
    host: '2001:db8::1',
    port: 2222,
    path: "/opt/zextras/backup/it's",
    identity: '/root/key',
    knownHosts: '/root/known',
  },
  ext4: { kind: 'block', device: '/dev/sdb1', fileSystem: 'ext4' },
  xfs: { kind: 'block', device: '/dev/sdb1', fileSystem: 'xfs' },
  image: { kind: 'image', file: '/data/disk.raw', fileSystem: 'ext4' },
}

describe.each(Object.entries(SOURCES))('%s', (name, from) => {
  const plan = mountPlan({ ...base, from })
  const commands = plan.steps.map(({ argv }) => argv.join(' '))

  test('read-only, checked with findmnt and as zextras, never in fstab', () => {
    expect(commands.join('\n')).not.toMatch(/fstab/)
    const mounting = plan.steps.find(({ argv }) => argv[0] === 'mount' || argv[0] === 'sshfs')
    expect(mounting?.argv.join(' ')).toMatch(/(?:-o |,)(?:loop,)?ro,/)
    const checked = plan.steps.find(({ argv }) => argv[0] === 'findmnt')
    expect(checked?.check).toMatchObject({ expect: 'ro' })
    expect(plan.steps.at(-1)).toMatchObject({ as: 'zextras' })
    expect(plan.path).toBe('/mnt/lifeboat/zextras')
    expect(plan.warnings.join(' ')).toMatch(/only copy/)
  })

  test('everything is taken back, the last one first', () => {
    expect(plan.unmount.at(-1)).toEqual(['rmdir', '/mnt/lifeboat'])
    expect(plan.unmount.at(-2)).toEqual(
      name === 'sshfs' ? ['fusermount3', '-u', '/mnt/lifeboat'] : ['umount', '/mnt/lifeboat'],
    )
  })

  test('with an overlay the lower layer stays read-only and the upper one goes away', () => {
    const above = mountPlan({ ...base, from, overlay: true })
    const overlay = above.steps.find(({ argv }) => argv.includes('overlay'))
    expect(overlay?.argv.join(' ')).toContain('lowerdir=/mnt/lifeboat/zextras,upperdir=')
    expect(above.path).not.toContain('/mnt/lifeboat')
    const order = above.unmount.map(([program = '', ...rest]) => `${program} ${rest.at(-1) ?? ''}`)
    expect(order.indexOf('umount /var/tmp/lifeboat-overlay/merged')).toBeLessThan(
      order.indexOf('rm /var/tmp/lifeboat-overlay'),
    )
    expect(order.findIndex((text) => text.endsWith(' /mnt/lifeboat'))).toBeGreaterThan(
      order.indexOf('rm /var/tmp/lifeboat-overlay'),
    )
    expect(above.warnings.join(' ')).not.toMatch(/only copy/)
  })
})

test('a block device is made read-only before it is mounted, and no journal is replayed', () => {
  for (const [name, option] of [
    ['ext4', 'noload'],
    ['xfs', 'norecovery'],
  ] as const) {
    const { steps } = mountPlan({ ...base, from: SOURCES[name]! })
    const programs = steps.map(({ argv }) => argv[0])
    expect(programs.indexOf('blockdev')).toBeLessThan(programs.indexOf('mount'))
    expect(steps.find(({ argv }) => argv[0] === 'blockdev')?.argv).toEqual([
      'blockdev',
      '--setro',
      '/dev/sdb1',
    ])
    expect(steps.find(({ argv }) => argv[0] === 'mount')?.argv[2]).toContain(option)
  }
})

test('sshfs: visible to zextras, host key checked, one argument for each name', () => {
  const { steps } = mountPlan({ ...base, from: SOURCES['sshfs']! })
  const argv = steps.find(({ argv: [program] }) => program === 'sshfs')?.argv ?? []
  expect(argv).toContain("root@[2001:db8::1]:/opt/zextras/backup/it's")
  expect(argv[4]).toMatch(/allow_other/)
  expect(argv[4]).toMatch(/uid=998,gid=997/)
  expect(argv[4]).toMatch(/StrictHostKeyChecking=yes/)
})

test.each([
  { ...base, mountPoint: '/opt/zextras/backup/zextras' },
  { ...base, mountPoint: 'mnt' },
  { ...base, mountPoint: '/mnt/../etc' },
  { ...base, mountPoint: '/' },
  { ...base, below: '../x' },
  { ...base, below: 'a,b' },
])('what cannot be meant is refused: %o', (request) => {
  expect(() => mountPlan({ ...request, from: SOURCES['ext4']! })).toThrow()
})

test('names that would be options are refused', () => {
  expect(() => mountPlan({ ...base, from: { kind: 'block', device: '-L', fileSystem: 'ext4' } })).toThrow()
  expect(() => mountPlan({ ...base, from: { kind: 'nfs', server: '-o', exported: '/x' } })).toThrow()
})
