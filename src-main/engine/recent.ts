import type { AppDatabase } from './app-database.ts'

/** A Backup Path that was opened once; the counts are those of the last time it was seen. */
export interface RecentEntry {
  /** Real path of the Backup Path. */
  path: string
  /** ms UTC */
  openedAt: number
  accounts: number
  items: number
  complete: boolean
  /** Written by Lifeboat itself as a sample. */
  sample: boolean
  /** Zone chosen for this path, IANA name; null = the laptop's. */
  zone: string | null
}

interface Row {
  path: string
  opened_at: number
  accounts: number
  items: number
  complete: number
  sample: number
  zone: string | null
}

/** The Backup Paths opened before, newest first. */
export function listRecent(db: AppDatabase): RecentEntry[] {
  const rows = db.prepare('SELECT * FROM recent ORDER BY opened_at DESC, path').all() as Row[]
  return rows.map(toEntry)
}

/** One of them; null when the path was never opened. */
export function recentEntry(db: AppDatabase, path: string): RecentEntry | null {
  const row = db.prepare('SELECT * FROM recent WHERE path = ?').get(path) as Row | undefined
  return row ? toEntry(row) : null
}

/** Remembers that a path was opened now. */
export function touchRecent(db: AppDatabase, path: string, sample = false, now = Date.now()): void {
  db.prepare(
    `INSERT INTO recent (path, opened_at, sample) VALUES (?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET opened_at = excluded.opened_at, sample = max(sample, excluded.sample)`,
  ).run(path, now, sample ? 1 : 0)
}

/** Keeps what the welcome screen shows of a path. Does nothing when the path was never opened. */
export function updateRecent(
  db: AppDatabase,
  path: string,
  counts: { accounts: number; items: number; complete: boolean },
): void {
  db.prepare('UPDATE recent SET accounts = ?, items = ?, complete = ? WHERE path = ?').run(
    counts.accounts,
    counts.items,
    counts.complete ? 1 : 0,
    path,
  )
}

/** Keeps the zone chosen for a path; null = the laptop's. */
export function saveZone(db: AppDatabase, path: string, zone: string | null): void {
  touchRecent(db, path)
  db.prepare('UPDATE recent SET zone = ? WHERE path = ?').run(zone, path)
}

/** Takes a path off the list. */
export function removeRecent(db: AppDatabase, path: string): void {
  db.prepare('DELETE FROM recent WHERE path = ?').run(path)
}

function toEntry(row: Row): RecentEntry {
  return {
    path: row.path,
    openedAt: row.opened_at,
    accounts: row.accounts,
    items: row.items,
    complete: row.complete === 1,
    sample: row.sample === 1,
    zone: row.zone,
  }
}
