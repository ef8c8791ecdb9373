import { learnDialect } from '../../backup/dialect.ts'
import type { Dialect } from '../../backup/dialect.ts'
import { parseItemFile } from '../../backup/metadata.ts'
import { readItemFolder } from '../../backup/scan.ts'
import type { AccountFolder } from '../../backup/scan.ts'
import type { BackupSource } from '../../backup/source.ts'
import { decodeText } from '../../backup/text.ts'
import { readMeta } from '../catalog.ts'
import { blobPath } from '../schema.ts'
import type { CatalogWriter } from './writer.ts'

/** Enough to see every spelling, few enough to be read at once. */
const ACCOUNTS = 12
const FOLDERS_PER_ACCOUNT = 8
const FILES_PER_FOLDER = 5
const SAMPLE_LIMIT = 1024 * 1024
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

  const texts: { bytes: Buffer; id: number }[] = []
  const samples: unknown[] = []
  const ids: number[] = []
  for (const { folder, dirs } of spread(folders, ACCOUNTS)) {
    for (const dir of spread(dirs, FOLDERS_PER_ACCOUNT)) {
      for (const { path, id } of spread(readItemFolder(source, folder, dir).found, FILES_PER_FOLDER)) {
        const read = source.read(path, SAMPLE_LIMIT)
        if ('refused' in read || read.cut) continue
        try {
          samples.push(JSON.parse(decodeText(read.bytes).text))
          ids.push(id)
          texts.push({ bytes: read.bytes, id })
        } catch {
          // A torn file teaches nothing that a whole one does not.
        }
      }
    }
  }
  const dialect = learnDialect(samples, {
    ids,
    blobExists: (digest) => source.stat(blobPath(digest)) !== null,
  })
  // A number that merely looks like the item's id (a transaction's) must not make every item a mismatch.
  let right = 0
  let wrong = 0
  for (const { bytes, id } of texts) {
    const found = parseItemFile(bytes, { dialect, zone }).id
    if (found === id) right++
    else if (found !== null) wrong++
  }
  const learned: Learned = { dialect, trustIds: right >= 20 && wrong * 10 < right }
  const text = JSON.stringify(learned)
  if (text !== stored) {
    writer.transaction(() => {
      if (stored !== null) writer.db.exec('UPDATE item SET file_mtime = NULL')
      writer.setMeta('dialect', text)
      writer.setMeta('dialectFiles', samples.length)
    })
  }
  return learned
}

/** At most `count` elements, evenly spread. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all]
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]).filter(
    (value) => value !== undefined,
  )
}
