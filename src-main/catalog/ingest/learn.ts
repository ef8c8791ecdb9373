import type { Dialect } from '../../backup/dialect.ts'
import { sampleDialect } from '../../backup/dialect-sample.ts'
import type { AccountFolder } from '../../backup/scan.ts'
import type { BackupSource } from '../../backup/source.ts'
import { readMeta } from '../catalog.ts'
import { blobPath } from '../schema.ts'
import type { CatalogWriter } from './writer.ts'

/** A dialect learned from fewer files than this is learned again when there are more. */
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
  folders: readonly { folder: AccountFolder; dirs: string[] }[],
): Learned {
  const stored = readMeta(writer.db, 'dialect')
  const files = Number(readMeta(writer.db, 'dialectFiles') ?? 0)
  if (typeof stored === 'string' && files >= ENOUGH) return JSON.parse(stored) as Learned

  const sampled = sampleDialect(
    source,
    folders.map(({ folder, dirs }) => ({ folder, dirs: () => dirs })),
    zone,
    blobPath,
  )
  const learned: Learned = { dialect: sampled.dialect, trustIds: sampled.trustIds }
  const text = JSON.stringify(learned)
  if (text !== stored) {
    writer.transaction(() => {
      if (stored !== null) writer.db.exec('UPDATE item SET file_mtime = NULL')
      writer.setMeta('dialect', text)
      writer.setMeta('dialectFiles', sampled.files)
    })
  }
  return learned
}
