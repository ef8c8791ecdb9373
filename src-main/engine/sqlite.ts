import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'

export type Database = BetterSqlite3.Database
export type Statement = BetterSqlite3.Statement

const require = createRequire(import.meta.url)

export interface OpenOptions {
  readonly?: boolean
  /** Fail when the file is not there instead of creating it. */
  mustExist?: boolean
  /** How long a statement waits for another process that writes, ms. */
  timeout?: number
}

/**
 * Opens a SQLite file with better-sqlite3. `LIFEBOAT_SQLITE_BINDING` names another native binding (an absolute path of a
 * `.node` file): the prebuilt one needs Node-API 10, which Node 20 and Electron before 35 lack. A packaged app ignores it
 * (`LIFEBOAT_PACKAGED=1` is set by the Electron entry), so that no environment can make it load foreign code.
 */
export function openDatabase(file: string, options: OpenOptions = {}): Database {
  const Constructor = require('better-sqlite3') as typeof BetterSqlite3
  const binding =
    process.env['LIFEBOAT_PACKAGED'] === '1' ? undefined : process.env['LIFEBOAT_SQLITE_BINDING']
  return new Constructor(file, {
    readonly: options.readonly ?? false,
    fileMustExist: options.mustExist ?? options.readonly ?? false,
    timeout: options.timeout ?? 5000,
    ...(binding ? { nativeBinding: binding } : {}),
  })
}
