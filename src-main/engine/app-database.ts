import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { APP_MIGRATIONS } from './app-migrations.ts'
import { ExpectedError, toExpectedError } from './errors.ts'
import { openDatabase, type Database } from './sqlite.ts'

/** The database of the app itself: settings, paths opened before, tasks. */
export type AppDatabase = Database

/** File name inside the data folder. */
export const APP_DATABASE_NAME = 'lifeboat.db'

/**
 * Opens (or creates, mode 0600) the app database of a data folder and brings it to the present version.
 * @throws ExpectedError REFUSED when it was written by a newer Lifeboat, is damaged, or cannot be written
 */
export function openAppDatabase(folder: string): AppDatabase {
  const file = join(folder, APP_DATABASE_NAME)
  try {
    // Created by us first, so that its mode is right from the first byte; WAL files take over the mode.
    closeSync(openSync(file, 'a', 0o600))
    if (process.platform !== 'win32') chmodSync(file, 0o600)
    const db = openDatabase(file)
    try {
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = NORMAL')
      db.pragma('foreign_keys = ON')
      migrateAppDatabase(db)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    throw (
      toExpectedError(error) ??
      new ExpectedError(
        'REFUSED',
        `Lifeboat's own database ${file} cannot be opened`,
        {
          why: (error as Error).message,
          next: 'Move the file away (it holds settings and the list of tasks, no mail) and start again.',
        },
        { cause: error },
      )
    )
  }
}

/** Brings a database to `target` (the present version); each step in a transaction of its own. */
export function migrateAppDatabase(db: AppDatabase, target: number = APP_MIGRATIONS.length): void {
  const version = (): number => db.pragma('user_version', { simple: true }) as number
  if (version() > APP_MIGRATIONS.length) {
    throw new ExpectedError('REFUSED', 'The data folder belongs to a newer Lifeboat', {
      why: `Its database has version ${version()}, this Lifeboat knows ${APP_MIGRATIONS.length}.`,
      next: 'Start the newer Lifeboat, or name another data folder with --data DIR.',
    })
  }
  const step = db.transaction(() => {
    // Asked again under the write lock: another process may have been first.
    const from = version()
    if (from >= target) return false
    const sql = APP_MIGRATIONS[from]
    if (sql !== undefined) db.exec(sql)
    db.pragma(`user_version = ${from + 1}`)
    return true
  })
  while (version() < target) step.immediate()
}
