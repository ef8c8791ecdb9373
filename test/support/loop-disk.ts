import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { temporaryFolder } from './temp.ts'

const MAKERS = {
  // without what makes the kernel write to the disk at its first mount
  ext4: ['mkfs.ext4', '-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0'],
  xfs: ['mkfs.xfs', '-q'],
  btrfs: ['mkfs.btrfs', '-q'],
} as const
export type DiskFormat = keyof typeof MAKERS

export function hasProgram(name: string): boolean {
  return spawnSync('which', [name]).status === 0
}

/** Whether the program is there that makes such a disk. */
export function canMake(format: DiskFormat): boolean {
  return hasProgram(MAKERS[format][0])
}

/** Makes a file that is a disk with an empty file system. */
export function makeDisk(image: string, format: DiskFormat): void {
  writeFileSync(image, '')
  truncateSync(image, format === 'ext4' ? 32 * 2 ** 20 : 320 * 2 ** 20)
  const [program, ...options] = MAKERS[format]
  execFileSync(program, [...options, image], { stdio: 'ignore' })
}

/** Mounts a disk at a folder that is made for it; the end of the test file takes what is left away. */
export function mountDisk(image: string, point: string): void {
  mkdirSync(point, { recursive: true })
  execFileSync('mount', ['-o', 'loop', image, point])
  points.add(point)
}

const points = new Set<string>()

/** Unmounts everything at or below a path. */
export function unmountBelow(path: string): void {
  const mounted = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  for (const point of mounted.map((line) => line.split(' ')[1] ?? '').reverse())
    if (point === path || point.startsWith(`${path}/`)) spawnSync('umount', [point])
}

/** Whether a file can be mounted as a disk here: only by root, with the programs and a kernel that lets it. */
export const canMount = ((): boolean => {
  if (process.getuid?.() !== 0 || !hasProgram('losetup') || !canMake('ext4')) return false
  const folder = temporaryFolder('loop')
  const image = join(folder, 'disk')
  const point = join(folder, 'point')
  mkdirSync(point)
  makeDisk(image, 'ext4')
  const mounted = spawnSync('mount', ['-o', 'loop,ro', image, point]).status === 0
  if (mounted) execFileSync('umount', [point])
  return mounted
})()
if (!canMount)
  console.warn(
    'SKIPPED: disks are tried only by root, where a file can be mounted as one (mount, losetup, mkfs.ext4)',
  )

afterAll(() => {
  for (const point of points) unmountBelow(point)
  points.clear()
})
