import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeSample } from '../../src-main/backup/writer/index.ts'
import { temporaryFolder } from '../support/temp.ts'
import { essence } from './results.ts'
import { canMount, contents, lifeboat, SmallDisk, strangers } from './support.ts'

/** A disk that is full, on either side: a clear error, nothing half-written under a final name, and it goes on after space is made. */
const folder = temporaryFolder('full')
const backup = join(folder, 'backup')
const other = join(folder, 'other')
const mountable = canMount(folder)

beforeAll(() => {
  writeSample(backup, { accounts: 3, items: 900, seed: 22, damage: true })
  writeSample(other, { accounts: 3, items: 900, seed: 22, damage: false })
})

interface Trial {
  name: string
  /** Where the space ends, and how much there is, KiB. */
  side: 'data' | 'out'
  room: number
  indexed?: boolean
  /** Something lies in the target already: then an export begins although the room looks small. */
  used?: boolean
  args: (out: string) => string[]
}

const heal = (out: string): string[] => ['heal', backup, '--from', other, '--out', join(out, 'copy')]
const take = (out: string): string[] => ['export', backup, '--unclaimed', '--out', join(out, 'mail')]
const TRIALS: readonly Trial[] = [
  { name: 'index, data folder', side: 'data', room: 600, args: () => ['index', backup] },
  { name: 'check, data folder', side: 'data', room: 60, args: () => ['check', backup] },
  { name: 'heal, data folder', side: 'data', room: 60, args: heal },
  { name: 'heal, target', side: 'out', room: 900, args: heal },
  { name: 'heal, target full from the start', side: 'out', room: 0, args: heal },
  { name: 'export, data folder', side: 'data', room: 4, indexed: true, args: take },
  { name: 'export, target', side: 'out', room: 900, args: take },
  { name: 'export, target that fills up meanwhile', side: 'out', room: 900, used: true, args: take },
]

describe.skipIf(!mountable)('a full disk (skipped: no small file system can be mounted here)', () => {
  test.each(TRIALS)(
    '$name',
    async ({ side, room, indexed, used, args, name }) => {
      const calm = join(folder, `calm ${name}`)
      const place = join(folder, name)
      const disk = SmallDisk.make(join(place, side), 64 * 1024)
      if (disk === null) throw new Error('the disk cannot be mounted')
      try {
        for (const one of ['data', 'out'])
          for (const at of [calm, place]) mkdirSync(join(at, one), { recursive: true })
        if (used) {
          for (const at of [calm, place]) {
            mkdirSync(join(at, 'out/mail'))
            writeFileSync(join(at, 'out/mail/note.txt'), 'here before')
          }
        }
        const whole = await lifeboat([...args(join(calm, 'out')), '--data', join(calm, 'data')])
        const command = [...args(join(place, 'out')), '--data', join(place, 'data')]
        if (indexed) expect((await lifeboat(['index', backup, '--data', join(place, 'data')])).code).toBe(0)
        const ballast = join(disk.path, 'ballast')
        const { bavail, bsize } = statfsSync(disk.path)
        writeFileSync(ballast, Buffer.alloc(bavail * bsize - room * 1024))
        const full = await lifeboat(command)
        expect(full.json.error, full.stderr).toMatchObject({
          message: expect.stringMatching(/full|not enough room/i) as string,
          next: expect.stringMatching(/space|disk|start/i) as string,
        })
        expect(full.code).toBe(1)
        // A file of the copy is the repaired one or, until its turn comes, the original: never a half.
        const sources = new Map([...contents(backup)].map(([file, hash]) => [`copy/${file}`, hash]))
        const odd = strangers(contents(join(place, 'out')), contents(join(calm, 'out')))
        expect(odd.filter((file) => contents(join(place, 'out')).get(file) !== sources.get(file))).toEqual([])
        rmSync(ballast)
        disk.grow(128)
        const again = await lifeboat(command)
        expect(again.code, JSON.stringify(again.json.error)).toBe(whole.code)
        expect(essence(again.json)).toEqual(essence(whole.json))
        expect([...contents(join(place, 'out'))].sort()).toEqual([...contents(join(calm, 'out'))].sort())
      } finally {
        disk.remove()
      }
    },
    120_000,
  )
})

const canDrop = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv')

describe.skipIf(!canDrop)(
  'a folder that turns unreadable in the middle (skipped: needs root to become nobody)',
  () => {
    test.each(['check', 'index'])(
      '%s: reported and passed over',
      async (name) => {
        const path = join(folder, `closing ${name}`)
        writeSample(path, { accounts: 3, items: 900, seed: 23, damage: false })
        execFileSync('chown', ['-R', '65534:65534', path])
        const data = join(folder, `data ${name}`)
        mkdirSync(data)
        execFileSync('chown', ['65534:65534', data])
        chmodSync(folder, 0o755)
        const prefix = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
        const running = lifeboat([name, path, '--data', data], { prefix })
        const began = performance.now()
        // As soon as work has begun: blobs come after metadata, so the whole store is still to be read.
        while (
          !existsSync(join(data, name === 'check' ? 'checks' : 'catalogs')) &&
          performance.now() - began < 20_000
        )
          await new Promise((done) => setTimeout(done, 5))
        const last = execFileSync('sh', ['-c', 'ls "$1"/items | tail -1', '-', path], {
          encoding: 'utf8',
        }).trim()
        chmodSync(join(path, 'items', last), 0)
        const ran = await running
        chmodSync(join(path, 'items', last), 0o755)
        expect(ran.json.error, ran.stderr).toBeUndefined()
        const told = JSON.stringify(ran.json)
        expect(told).toContain('blob-unreadable')
        expect(ran.code).toBe(name === 'check' ? 1 : 0)
      },
      60_000,
    )
  },
)
