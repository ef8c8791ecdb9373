import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeSample } from '../../../../../src-main/backup/writer/index.ts'
import { openCatalog } from '../../../../../src-main/catalog/catalog.ts'
import { startIngest } from '../../../../../src-main/catalog/ingest/ingest.ts'
import { LATEST_VERSION } from '../../../../../src-main/catalog/migrations/index.ts'
import { temporaryFolder } from '../../../../support/index.ts'
import { dumpCatalog, dumpDifferences } from '../support/dump.ts'
import { indexInChild, indexPath } from '../support/index-path.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65534

function canMount(): boolean {
  if (!isRoot || process.platform !== 'linux') return false
  const probe = join(temporaryFolder('mount'), 'probe')
  mkdirSync(probe)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync('umount', [probe], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('what can go wrong with the catalog file', () => {
  const folder = temporaryFolder('failures')
  const path = join(folder, 'backup')
  writeSample(path, { accounts: 3, items: 400, seed: 3, damage: true })

  it('sets a damaged catalog aside, builds it again and says so', async () => {
    const file = join(folder, 'damaged', 'c.db')
    await indexPath(path, file)
    const good = dumpCatalog(file)
    const bytes = readFileSync(file)
    for (const spoil of [
      () => writeFileSync(file, Buffer.alloc(20_000, 7)),
      () => {
        bytes.fill(0x5a, 2000, 30_000)
        writeFileSync(file, bytes)
      },
      // The head is sound: it shows only on the way.
      () => {
        const later = readFileSync(file)
        later.fill(0x5a, 60_000, Math.floor(later.length / 2))
        writeFileSync(file, later)
        const [bucket = ''] = readdirSync(join(path, 'items'))
        for (const name of readdirSync(join(path, 'items', bucket))) {
          const blob = join(path, 'items', bucket, name)
          utimesSync(blob, statSync(blob).atime, new Date(statSync(blob).mtimeMs + 1000))
        }
      },
    ]) {
      spoil()
      const lines: string[] = []
      await startIngest({ path, catalogFile: file, zone: 'UTC', jobs: 2, onLog: (line) => lines.push(line) })
        .done
      expect(lines.join('\n')).toMatch(/damaged.*set aside.*built again/)
      expect(dumpDifferences(dumpCatalog(file), good, /^\["[^"]{27,}=",1,null,/)).toEqual([])
    }
    expect(
      readdirSync(join(folder, 'damaged')).filter((name) => name.includes('.damaged-')),
    ).not.toHaveLength(0)
  }, 60_000)

  it('builds again from an empty and from a truncated file', async () => {
    const file = join(folder, 'cut', 'c.db')
    mkdirSync(join(folder, 'cut'))
    writeFileSync(file, '')
    await indexPath(path, file)
    const good = dumpCatalog(file)
    truncateSync(file, 5000)
    await indexPath(path, file)
    expect(dumpDifferences(dumpCatalog(file), good)).toEqual([])
  }, 60_000)

  it('does not touch a catalog of a newer version', async () => {
    const file = join(folder, 'newer', 'c.db')
    const db = openCatalog(file)
    db.pragma(`user_version = ${String(LATEST_VERSION + 1)}`)
    db.close()
    await expect(indexPath(path, file)).rejects.toThrow(/cannot be used/)
    expect(existsSync(file)).toBe(true)
  })

  it('keeps the catalog to its owner', async () => {
    const file = join(folder, 'private', 'deeper', 'c.db')
    await indexPath(path, file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'private', 'deeper')).mode & 0o777).toBe(0o700)
  }, 60_000)

  it.skipIf(!canMount())(
    'says that the disk is full, and goes on when there is space (skipped: cannot mount a tmpfs)',
    async () => {
      const mount = join(folder, 'full')
      mkdirSync(mount)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', mount])
      try {
        const file = join(mount, 'c.db')
        const error = await indexPath(path, file).then(
          () => null,
          (reason: unknown) => reason as Error & { code?: string },
        )
        expect(error?.code).toMatch(/^SQLITE_(FULL|IOERR)/)
        execFileSync('mount', ['-o', 'remount,size=64m', mount])
        const result = await indexPath(path, file)
        expect(result.stopped).toBe(false)
        const elsewhere = join(folder, 'not-full', 'c.db')
        await indexPath(path, elsewhere)
        expect(dumpDifferences(dumpCatalog(file), dumpCatalog(elsewhere))).toEqual([])
      } finally {
        execFileSync('umount', ['-l', mount])
      }
    },
    90_000,
  )

  it.skipIf(!isRoot)(
    'counts files that refuse us once per owner and mode, with the remedy (skipped: needs root to become nobody)',
    async () => {
      const closed = join(folder, 'closed')
      writeSample(closed, { accounts: 3, items: 300, seed: 5, damage: false })
      const accounts = readdirSync(join(closed, 'accounts')).sort()
      const first = accounts[0] ?? ''
      const second = accounts[1] ?? ''
      const bucket = join(closed, 'accounts', first, 'items')
      const buckets = readdirSync(bucket)
      const [one = '', two = ''] = buckets.filter((name) => readdirSync(join(bucket, name)).length > 0)
      chmodSync(join(bucket, one), 0o000)
      const items = readdirSync(join(bucket, two))
      for (const name of items) chmodSync(join(bucket, two, name), 0o600)
      chmodSync(join(closed, 'accounts', second, 'account_info'), 0o600)
      const data = join(folder, 'nobody')
      mkdirSync(data, { mode: 0o777 })
      chmodSync(data, 0o777)
      chmodSync(folder, 0o755)
      const file = join(data, 'c.db')
      const end = await indexInChild(closed, file, { uid: NOBODY })
      expect(end.code, end.stderr + end.stdout).toBe(0)
      const db = openCatalog(file, { readonly: true })
      const refusals = db.prepare('SELECT owner, mode, files, remedy FROM refusal ORDER BY mode').all() as {
        owner: string
        mode: string
        files: number
        remedy: string
      }[]
      expect(refusals.map(({ owner, mode, files }) => [owner, mode, files])).toEqual([
        ['root (uid 0)', '0000', 1],
        ['root (uid 0)', '0600', items.length + 1],
      ])
      expect(refusals[0]?.remedy).toMatch(/read-only bind mount.*sudo lifeboat serve/)
      // The items are known by their place; nothing else is lost.
      const unreadable = db.prepare(`SELECT count(*) FROM item WHERE condition = 'unreadable'`).pluck().get()
      expect(unreadable).toBe(items.length)
      db.close()

      // When it may be read again, the catalog becomes what it should be.
      chmodSync(join(bucket, one), 0o755)
      for (const name of items) chmodSync(join(bucket, two, name), 0o644)
      chmodSync(join(closed, 'accounts', second, 'account_info'), 0o644)
      expect((await indexInChild(closed, file, { uid: NOBODY })).code).toBe(0)
      const whole = join(folder, 'whole', 'c.db')
      await indexPath(closed, whole)
      expect(dumpDifferences(dumpCatalog(file), dumpCatalog(whole))).toEqual([])

      // A folder that stops being readable does not lose what was read of it.
      const before = dumpCatalog(file)['items']
      chmodSync(join(bucket, one), 0o000)
      expect((await indexInChild(closed, file, { uid: NOBODY })).code).toBe(0)
      expect(dumpCatalog(file)['items']).toEqual(before)
      chmodSync(join(bucket, one), 0o755)
      rmSync(data, { recursive: true })
    },
    90_000,
  )
})
