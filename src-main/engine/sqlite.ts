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

/** What the binaries inside better-sqlite3 13 ask for. */
const PREBUILT_NODE_API = 10

/**
 * The native binding that `LIFEBOAT_SQLITE_BINDING` names (an absolute path of a `.node` file), where it is meant: in
 * Electron, and in a Node too old for the prebuilt one. Any other Node of the same environment has no use for it. A packaged
 * app ignores it (`LIFEBOAT_PACKAGED=1` is set by the Electron entry), so that no environment can make it load foreign code.
 */
function otherBinding(): string | undefined {
  if (process.env['LIFEBOAT_PACKAGED'] === '1') return undefined
  const isOld = Number(process.versions['napi'] ?? 0) < PREBUILT_NODE_API
  return isOld || 'electron' in process.versions ? process.env['LIFEBOAT_SQLITE_BINDING'] : undefined
}

/** Opens a SQLite file with better-sqlite3. */
export function openDatabase(file: string, options: OpenOptions = {}): Database {
  const Constructor = require('better-sqlite3') as typeof BetterSqlite3
  const binding = otherBinding()
  return new Constructor(file, {
    readonly: options.readonly ?? false,
    fileMustExist: options.mustExist ?? options.readonly ?? false,
    timeout: options.timeout ?? 5000,
    ...(binding ? { nativeBinding: binding } : {}),
  })
}
