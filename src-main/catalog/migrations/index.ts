import type { Database } from '../../engine/sqlite.ts'
import { sql001 } from './001-first.ts'
import { sql002 } from './002-unclaimed-by-date.ts'
import { sql003 } from './003-lists-by-date.ts'

export interface Migration {
  version: number
  sql: string
}

/** All migrations in order; the version of a catalog is its `PRAGMA user_version`. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, sql: sql001 },
  { version: 2, sql: sql002 },
  { version: 3, sql: sql003 },
]

export const LATEST_VERSION = MIGRATIONS.at(-1)?.version ?? 0

/** Brings a catalog up to `target` (default: the latest), each step in its own transaction. Returns the version it had. */
export function migrate(db: Database, target = LATEST_VERSION): number {
  const before = Number(db.pragma('user_version', { simple: true }))
  for (const { version, sql } of MIGRATIONS) {
    if (version <= before || version > target) continue
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${String(version)}`)
    }).immediate()
  }
  return before
}
