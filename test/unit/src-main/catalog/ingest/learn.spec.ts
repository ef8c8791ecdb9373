import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { detectLayout } from '../../../../../src-main/backup/layout.ts'
import { itemFolders, listAccounts } from '../../../../../src-main/backup/scan.ts'
import { localSource, type BackupSource } from '../../../../../src-main/backup/source.ts'
import { writeSample } from '../../../../../src-main/backup/writer/index.ts'
import { openCatalog } from '../../../../../src-main/catalog/catalog.ts'
import { learnFrom } from '../../../../../src-main/catalog/ingest/learn.ts'
import { CatalogWriter } from '../../../../../src-main/catalog/ingest/writer.ts'
import { cleanUp, temporaryFolder } from '../../../../support/small-backup.ts'

afterEach(cleanUp)

/** A source that tells which files were read. */
function counting(root: string): { source: BackupSource; read: string[] } {
  const inner = localSource(root)
  const read: string[] = []
  const source = Object.create(inner, {
    root: { value: inner.root },
    read: {
      value: (path: string, limit: number) => {
        read.push(path)
        return inner.read(path, limit)
      },
    },
  }) as BackupSource
  return { source, read }
}

test('few accounts teach the spelling once: not again when nothing was added, and from the same files in any order', () => {
  const folder = temporaryFolder()
  const backup = join(folder, 'backup')
  writeSample(backup, { accounts: 3, items: 300, seed: 5, damage: true })
  const { source, read } = counting(backup)
  const folders = listAccounts(source, detectLayout(backup)).found.map((account, index) => ({
    account: index + 1,
    folder: account,
    dirs: itemFolders(source, account).found,
  }))
  const writerOf = (name: string): CatalogWriter => new CatalogWriter(openCatalog(join(folder, name)))

  const writer = writerOf('one.db')
  const learned = learnFrom(source, writer, 'UTC', folders)
  expect(read.length).toBeGreaterThan(20)
  const first = read.splice(0)
  expect(learnFrom(source, writer, 'UTC', [...folders].reverse())).toEqual(learned)
  expect(read).toEqual([])

  const other = writerOf('two.db')
  expect(learnFrom(source, other, 'UTC', [...folders].reverse())).toEqual(learned)
  expect(read).toEqual(first)

  // More folders than then: looked at again.
  read.length = 0
  other.transaction(() => {
    other.setMeta('dialectFolders', 1)
  })
  learnFrom(source, other, 'UTC', folders)
  expect(read).toEqual(first)
  writer.db.close()
  other.db.close()
})
