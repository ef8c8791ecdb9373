import { learnDialect } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import { parseItemFile } from './metadata.ts'
import { readItemFolder } from './scan.ts'
import type { AccountFolder } from './scan.ts'
import type { BackupSource } from './source.ts'
import { decodeText } from './text.ts'

/** Enough to see every spelling, few enough to be read at once. */
const ACCOUNTS = 12
const FOLDERS_PER_ACCOUNT = 8
const FILES_PER_FOLDER = 5
const SAMPLE_LIMIT = 1024 * 1024

export interface SampledDialect {
  dialect: Dialect
  /** Whether the id that the content tells can be held against the file's name. */
  trustIds: boolean
  /** How many files it was learned from. */
  files: number
}

/** An account to take files from; `dirs` lists its item folders and is asked for few accounts only. */
export interface SampledAccount {
  folder: AccountFolder
  dirs: () => readonly string[]
}

/**
 * Reads a sample of item files over several accounts and learns from it how this path spells its metadata. A torn file
 * teaches nothing that a whole one does not.
 * @param zone IANA zone of timestamps that name none
 * @param blobPathOf where a blob is expected, relative
 */
export function sampleDialect(
  source: BackupSource,
  accounts: readonly SampledAccount[],
  zone: string,
  blobPathOf: (digest: string) => string,
): SampledDialect {
  const samples: unknown[] = []
  const ids: number[] = []
  const texts: { bytes: Buffer; id: number }[] = []
  for (const { folder, dirs } of spread(accounts, ACCOUNTS)) {
    for (const dir of spread(dirs(), FOLDERS_PER_ACCOUNT)) {
      for (const { path, id } of spread(readItemFolder(source, folder, dir).found, FILES_PER_FOLDER)) {
        const read = source.read(path, SAMPLE_LIMIT)
        if ('refused' in read || read.cut) continue
        try {
          samples.push(JSON.parse(decodeText(read.bytes).text))
        } catch {
          continue
        }
        ids.push(id)
        texts.push({ bytes: read.bytes, id })
      }
    }
  }
  const blobExists = (digest: string): boolean => source.stat(blobPathOf(digest)) !== null
  const dialect = learnDialect(samples, { ids, blobExists })
  // A number that merely looks like the item's id (a transaction's) must not make every item a mismatch.
  let right = 0
  let wrong = 0
  for (const { bytes, id } of texts) {
    const found = parseItemFile(bytes, { dialect, zone }).id
    if (found === id) right++
    else if (found !== null) wrong++
  }
  return { dialect, trustIds: right >= 20 && wrong * 10 < right, files: samples.length }
}

/** At most `count` elements, evenly spread. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all]
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]).filter(
    (value) => value !== undefined,
  )
}
