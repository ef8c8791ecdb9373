import { settingsSchema, type Settings } from '../contract/app.ts'
import type { AppDatabase } from './app-database.ts'

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  density: 'comfortable',
  displayZone: null,
  exportFormat: 'eml',
  jobs: null,
}

/** The settings as saved; what is missing or no longer valid falls back to its default, value by value. */
export function readSettings(db: AppDatabase): Settings {
  const rows = db.prepare('SELECT key, value FROM settings').all() as { key: string; value: string }[]
  const stored = new Map(rows.map((row) => [row.key, row.value]))
  const result: Record<string, unknown> = { ...DEFAULT_SETTINGS }
  for (const [key, schema] of Object.entries(settingsSchema.shape)) {
    const text = stored.get(key)
    if (text === undefined) continue
    const parsed = schema.safeParse(parseJson(text))
    if (parsed.success) result[key] = parsed.data
  }
  return result as Settings
}

/** Saves the given settings, leaves the others, and returns all of them. Throws a ZodError for values that are not valid. */
export function saveSettings(db: AppDatabase, patch: Partial<Settings>): Settings {
  const valid = settingsSchema.partial().parse(patch)
  const put = db.prepare(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  db.transaction(() => {
    for (const [key, value] of Object.entries(valid as Record<string, unknown>)) {
      if (value !== undefined) put.run(key, JSON.stringify(value))
    }
  })()
  return readSettings(db)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
