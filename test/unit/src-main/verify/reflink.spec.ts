import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { startHeal } from '../../../../src-main/verify/healer.ts'
import type { HealResult } from '../../../../src-main/verify/heal-types.ts'
import { snapshotDifferences, snapshotTree, temporaryFolder } from '../../../support/index.ts'
import { mail, SmallBackup } from '../../../support/small-backup.ts'
import { canMake, canMount, hasProgram, makeDisk, mountDisk } from '../../../support/loop-disk.ts'

/** A repaired copy on a file system that can reflink: real xfs and btrfs on disks of the test's own. */
const FORMATS = ['xfs', 'btrfs'] as const
const possible = canMount && hasProgram('filefrag')
for (const format of FORMATS)
  if (possible && !canMake(format))
    console.warn(`SKIPPED: mkfs.${format} is missing, reflinks are not tried there`)
if (canMount && !possible) console.warn('SKIPPED: reflinks are looked at with filefrag(8)')

/** Whether the file's bytes lie where another file's do. */
function isShared(path: string): boolean {
  execFileSync('sync', ['-f', path])
  return /\bshared\b/.test(execFileSync('filefrag', ['-v', path], { encoding: 'utf8' }))
}

for (const format of FORMATS)
  describe.skipIf(!possible || !canMake(format))(`a heal on ${format}`, () => {
    const folder = temporaryFolder(`reflink-${format}`)
    const disk = join(folder, 'disk')
    const backup = join(disk, 'backup')
    const heal = (out: string): Promise<HealResult> =>
      startHeal({
        ...{ path: backup, from: [], out, zone: 'UTC', jobs: 2, timeoutMs: 30_000 },
        journalFile: join(folder, `journal-${out.replaceAll('/', '_')}`),
      }).done
    let blobs: string[]

    beforeAll(() => {
      makeDisk(join(folder, 'image'), format)
      mountDisk(join(folder, 'image'), disk)
      mkdirSync(backup)
      const small = new SmallBackup(backup)
      small.account('11111111-1111-4111-8111-111111111111', 'anna@example.com')
      // So large, also compressed, that no file system keeps them inside its tables.
      for (let n = 0; n < 6; n++) small.blob(mail(`Message ${n}`, randomBytes(20_000).toString('base64')))
      blobs = [...snapshotTree(backup).keys()].filter((path) => /^items\/[^/]+\/./.test(path))
      expect(blobs.length).toBeGreaterThan(3)
    })

    it('shares the bytes of good blobs, and a later write into the copy does not reach the original', async () => {
      const before = snapshotTree(backup)
      const out = join(disk, 'healed')
      const result = await heal(out)
      expect(result).toMatchObject({ lost: [], complete: true })
      for (const path of blobs) {
        expect(isShared(join(out, path)), path).toBe(true)
        const [copy, original] = [lstatSync(join(out, path)), lstatSync(join(backup, path))]
        expect(copy.nlink).toBe(1)
        expect(copy.mtimeMs).toBeCloseTo(original.mtimeMs, 0)
        expect(readFileSync(join(out, path))).toEqual(readFileSync(join(backup, path)))
      }
      writeFileSync(join(out, blobs[0]!), 'other bytes')
      expect(snapshotDifferences(before, snapshotTree(backup))).toEqual([])
    }, 60_000)

    it('on another disk the bytes are written, and are the same', async () => {
      const out = join(folder, 'elsewhere')
      expect(statfsSync(folder).type).not.toBe(statfsSync(disk).type)
      const result = await heal(out)
      expect(result).toMatchObject({ lost: [], complete: true })
      for (const path of blobs) {
        expect(isShared(join(out, path)), path).toBe(false)
        expect(readFileSync(join(out, path))).toEqual(readFileSync(join(backup, path)))
      }
    }, 60_000)
  })
