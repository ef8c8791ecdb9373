import { learnDialect } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import { itemFolders, readItemFolder } from './scan.ts'
import type { AccountFolder } from './scan.ts'
import type { BackupSource } from './source.ts'
import { decodeText } from './text.ts'

/** Enough to see every spelling, few enough to be read at once. */
const ACCOUNTS = 12
const FOLDERS_PER_ACCOUNT = 8
const FILES_PER_FOLDER = 5
const SAMPLE_LIMIT = 1024 * 1024

/** Reads a sample of item files over several accounts and learns from it how this path spells its metadata. */
export function sampleDialect(source: BackupSource, accounts: readonly AccountFolder[]): Dialect {
  const samples: unknown[] = []
  for (const account of spread(accounts, ACCOUNTS)) {
    for (const folder of spread(itemFolders(source, account).found, FOLDERS_PER_ACCOUNT)) {
      for (const { path } of spread(readItemFolder(source, account, folder).found, FILES_PER_FOLDER)) {
        const value = readSample(source, path)
        if (value !== undefined) samples.push(value)
      }
    }
  }
  return learnDialect(samples)
}

/** The parsed content of an item file; undefined when it is not whole JSON. */
function readSample(source: BackupSource, path: string): unknown {
  const read = source.read(path, SAMPLE_LIMIT)
  if ('refused' in read || read.cut) return undefined
  try {
    return JSON.parse(decodeText(read.bytes).text)
  } catch {
    return undefined
  }
}

/** At most `count` elements, evenly spread. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all]
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]).filter(
    (value) => value !== undefined,
  )
}
