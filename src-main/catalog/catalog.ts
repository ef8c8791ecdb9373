import { createHash } from 'node:crypto'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openDatabase } from '../engine/sqlite.ts'
import type { Database } from '../engine/sqlite.ts'
import { LATEST_VERSION, migrate } from './migrations/index.ts'
import { APPLICATION_ID } from './schema.ts'

/** A catalog written by a newer Lifeboat: it must not be changed by this one. */
export class NewerCatalogError extends Error {
  readonly why = 'It was written by a newer version of Lifeboat.'
  readonly next = 'Start the newer version, or run `lifeboat forget PATH` and index again.'
}

/** Identifier of a Backup Path and name of its catalog: 16 hex digits of SHA-256 over its real path. */
export function catalogIdFor(realPath: string): string {
  return createHash('sha256').update(realPath).digest('hex').slice(0, 16)
}

/** File of the catalog of a Backup Path (its realpath) in a data folder. */
export function catalogFileFor(dataFolder: string, realPath: string): string {
  return join(dataFolder, 'catalogs', `${catalogIdFor(realPath)}.db`)
}

/** The files SQLite keeps for one database. */
export function catalogFiles(file: string): string[] {
  return [file, `${file}-wal`, `${file}-shm`]
}

/** Bytes a catalog takes on disk, 0 when there is none. */
export function catalogBytes(file: string): number {
  let bytes = 0
  for (const part of catalogFiles(file)) if (existsSync(part)) bytes += statSync(part).size
  return bytes
}

/** Removes a catalog. Returns the bytes it took. */
export function removeCatalog(file: string): number {
  const bytes = catalogBytes(file)
  for (const part of catalogFiles(file)) rmSync(part, { force: true })
  return bytes
}

/**
 * Opens a catalog; for writing it is created (0600, in a folder 0700) and migrated. Several connections may read while one
 * writes (WAL). A read-only connection never creates or migrates.
 * @throws NewerCatalogError, or SQLite's error when the file is no database (see openOrRebuild).
 */
export function openCatalog(file: string, options: { readonly?: boolean } = {}): Database {
  const readonly = options.readonly ?? false
  if (!readonly) prepareFile(file)
  const db = openDatabase(file, { readonly, mustExist: readonly })
  try {
    if (!readonly) {
      const application = Number(db.pragma('application_id', { simple: true }))
      const version = Number(db.pragma('user_version', { simple: true }))
      const fresh = version === 0 && application === 0 && isEmpty(db)
      if (fresh) {
        db.pragma('page_size = 4096')
        db.pragma(`application_id = ${String(APPLICATION_ID)}`)
      } else if (application !== APPLICATION_ID) throw new Error('the file is not a catalog of Lifeboat')
      if (version > LATEST_VERSION) throw new NewerCatalogError(`The catalog ${file} cannot be used.`)
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = NORMAL')
      migrate(db)
    }
    db.pragma('cache_size = -16384')
    db.pragma('temp_store = MEMORY')
    // Mapped pages count as memory of the process; 700 MB are meant for a million items.
    db.pragma('mmap_size = 33554432')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function isEmpty(db: Database): boolean {
  return db.prepare('SELECT count(*) AS n FROM sqlite_schema').pluck().get() === 0
}

function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  else if (process.platform !== 'win32') chmodSync(file, 0o600)
}

/**
 * Opens a catalog for writing; one that is damaged is set aside under another name and a new one begun: everything in it can be read again
 * from the Backup Path.
 * @param log one line for the log when that happened.
 */
export function openOrRebuild(file: string, log: (line: string) => void): Database {
  try {
    const db = openCatalog(file)
    const check = db.prepare('SELECT count(*) FROM meta').pluck().get()
    if (typeof check === 'number') return db
    db.close()
    throw new Error('the catalog cannot be read')
  } catch (error) {
    if (!isDamage(error)) throw error
    setAside(file, error as Error, log)
    return openCatalog(file)
  }
}

/** Gives a damaged catalog another name, so that a new one can be begun, and says so. */
export function setAside(file: string, reason: Error, log: (line: string) => void): void {
  const aside = `${file}.damaged-${String(Date.now())}`
  for (const part of catalogFiles(file)) {
    if (existsSync(part)) renameSync(part, part.replace(file, aside))
  }
  log(`The catalog ${file} is damaged (${reason.message}); it was set aside as ${aside} and is built again.`)
}

/** Tells a damaged database (build again) from a full disk, a refused or a locked one (report). */
export function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && code.startsWith('SQLITE_'))
    return /^SQLITE_(CORRUPT|NOTADB|FORMAT|ERROR)/.test(code)
  return error instanceof Error && error.message === 'the file is not a catalog of Lifeboat'
}

/** Damage that shows only while reading or writing. */
export function isCorruption(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(code)
}

/** Reads one value of `meta`. */
export function readMeta(db: Database, key: string): string | number | null {
  const value: unknown = db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key)
  return typeof value === 'string' || typeof value === 'number' ? value : null
}
