import type { Dialect } from '../../backup/dialect.ts'
import { sampleDialect } from '../../backup/dialect-sample.ts'
import type { AccountFolder } from '../../backup/scan.ts'
import type { BackupSource } from '../../backup/source.ts'
import { readMeta } from '../catalog.ts'
import { blobPath } from '../schema.ts'
import type { CatalogWriter } from './writer.ts'

/** A dialect learned from fewer files than this is learned again when there are more folders of them. */
const ENOUGH = 200

export interface Learned {
  dialect: Dialect
  /** Whether the id that the content tells can be held against the file's name. */
  trustIds: boolean
}

/**
 * How the metadata of this path are spelled, learned from a sample over several accounts. What was learned is kept with the catalog, so that
 * files read later are understood like those read before; when it has to be learned anew and differs, all metadata are read again.
 */
export function learnFrom(
  source: BackupSource,
  writer: CatalogWriter,
  zone: string,
  folders: readonly { account: number; folder: AccountFolder; dirs: string[] }[],
): Learned {
  const stored = readMeta(writer.db, 'dialect')
  const files = Number(readMeta(writer.db, 'dialectFiles') ?? 0)
  const before = Number(readMeta(writer.db, 'dialectFolders') ?? 0)
  const now = folders.reduce((sum, { dirs }) => sum + dirs.length, 0)
  if (typeof stored === 'string' && (files >= ENOUGH || now <= before)) return JSON.parse(stored) as Learned

  // The readers answer in any order; the same path must give the same sample, or all metadata would be read again.
  const sorted = [...folders].sort((a, b) => a.account - b.account)
  const sampled = sampleDialect(
    source,
    sorted.map(({ folder, dirs }) => ({ folder, dirs: () => dirs })),
    zone,
    blobPath,
  )
  const learned: Learned = { dialect: sampled.dialect, trustIds: sampled.trustIds }
  const text = JSON.stringify(learned)
  writer.transaction(() => {
    if (stored !== null && text !== stored) writer.db.exec('UPDATE item SET file_mtime = NULL')
    writer.setMeta('dialect', text)
    writer.setMeta('dialectFiles', sampled.files)
    writer.setMeta('dialectFolders', now)
  })
  return learned
}
