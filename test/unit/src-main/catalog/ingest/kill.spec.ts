import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeSample } from '../../../../../src-main/backup/writer/index.ts'
import { openCatalog, readMeta } from '../../../../../src-main/catalog/catalog.ts'
import { snapshotDifferences, snapshotTree, temporaryFolder } from '../../../../support/index.ts'
import { dumpCatalog, dumpDifferences } from '../support/dump.ts'
import { indexInChild, indexPath } from '../support/index-path.ts'

describe('an ingest that is killed', () => {
  const folder = temporaryFolder('kill')
  const path = join(folder, 'backup')
  const undisturbed = join(folder, 'whole', 'c.db')

  beforeAll(async () => {
    writeSample(path, { accounts: 4, items: 1500, seed: 11, damage: true })
    await indexPath(path, undisturbed)
  }, 60_000)

  it('goes on where it was, again and again, and ends with the same catalog', async () => {
    const file = join(folder, 'killed', 'c.db')
    let killed = 0
    let begun = 0
    for (let round = 0; round < 6; round++) {
      const end = await indexInChild(path, file, { killAt: round % 4 })
      if (end.signal === 'SIGKILL') killed++
      if (!existsSync(file)) continue
      const db = openCatalog(file)
      // Whatever was committed is sound, and counts and rows agree.
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      expect(() => db.exec(`INSERT INTO fts(fts) VALUES('integrity-check')`)).not.toThrow()
      const counted = db.prepare('SELECT coalesce(sum(items), 0) FROM account').pluck().get()
      expect(counted).toBe(db.prepare('SELECT count(*) FROM item').pluck().get())
      if (readMeta(db, 'phase') !== null) begun++
      db.close()
      if (end.signal === null) break
    }
    expect(killed).toBeGreaterThan(0)
    expect(begun).toBeGreaterThan(0)
    const last = await indexInChild(path, file)
    expect(last.code, last.stderr).toBe(0)
    expect(dumpDifferences(dumpCatalog(file), dumpCatalog(undisturbed))).toEqual([])
  }, 120_000)

  it('writes nothing under the Backup Path', async () => {
    const before = snapshotTree(path)
    await indexPath(path, join(folder, 'again', 'c.db'))
    expect(snapshotDifferences(before, snapshotTree(path))).toEqual([])
  }, 60_000)
})
