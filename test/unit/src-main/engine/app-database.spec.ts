import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { migrateAppDatabase, openAppDatabase } from '../../../../src-main/engine/app-database.ts'
import { APP_MIGRATIONS } from '../../../../src-main/engine/app-migrations.ts'
import {
  listRecent,
  recentEntry,
  removeRecent,
  saveZone,
  touchRecent,
  updateRecent,
} from '../../../../src-main/engine/recent.ts'
import { DEFAULT_SETTINGS, readSettings, saveSettings } from '../../../../src-main/engine/settings.ts'
import { openDatabase } from '../../../../src-main/engine/sqlite.ts'
import { cleanUp, temporaryFolder } from '../../../support/small-backup.ts'

afterEach(cleanUp)

describe('migrations', () => {
  test.each(APP_MIGRATIONS.map((_, version) => version))(
    'from version %i to the next keeps what was there',
    (version) => {
      const db = openDatabase(join(temporaryFolder(), 'x.db'))
      migrateAppDatabase(db, version)
      if (version >= 1) db.exec("INSERT INTO settings VALUES ('theme', '\"dark\"')")
      migrateAppDatabase(db, version + 1)
      expect(db.pragma('user_version', { simple: true })).toBe(version + 1)
      if (version >= 1) expect(readSettings(db).theme).toBe('dark')
      db.close()
    },
  )

  test('a database of a newer Lifeboat is refused and left alone', () => {
    const folder = temporaryFolder()
    openAppDatabase(folder).close()
    const raw = openDatabase(join(folder, 'lifeboat.db'))
    raw.pragma('user_version = 99')
    raw.close()
    expect(() => openAppDatabase(folder)).toThrow(
      expect.objectContaining({ code: 'REFUSED', message: expect.stringMatching(/newer/) as string }),
    )
  })

  test('a file that is no database is told with advice', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'lifeboat.db'), 'x'.repeat(5000))
    expect(() => openAppDatabase(folder)).toThrow(
      expect.objectContaining({ code: 'REFUSED', next: expect.stringMatching(/Move the file/) as string }),
    )
  })
})

test('settings: defaults, saved values, nonsense falls back value by value', () => {
  const db = openAppDatabase(temporaryFolder())
  expect(readSettings(db)).toEqual(DEFAULT_SETTINGS)
  expect(saveSettings(db, { theme: 'dark', jobs: 2 })).toMatchObject({
    theme: 'dark',
    jobs: 2,
    density: 'comfortable',
  })
  db.exec(
    "UPDATE settings SET value = '\"pink\"' WHERE key = 'theme'; INSERT INTO settings VALUES ('density', 'not json')",
  )
  expect(readSettings(db)).toMatchObject({ theme: 'system', jobs: 2, density: 'comfortable' })
  expect(() => saveSettings(db, { jobs: 1000 })).toThrow()
  expect(readSettings(db).jobs).toBe(2)
  db.close()
})

test('recent paths: newest first, counts kept, zone, removal', () => {
  const db = openAppDatabase(temporaryFolder())
  touchRecent(db, '/a', true, 1000)
  touchRecent(db, '/b', false, 2000)
  updateRecent(db, '/a', { accounts: 3, items: 10, complete: true })
  touchRecent(db, '/a', false, 3000)
  expect(listRecent(db).map((entry) => entry.path)).toEqual(['/a', '/b'])
  expect(recentEntry(db, '/a')).toMatchObject({
    accounts: 3,
    items: 10,
    complete: true,
    sample: true,
    zone: null,
  })
  saveZone(db, '/b', 'Europe/Rome')
  expect(recentEntry(db, '/b')?.zone).toBe('Europe/Rome')
  removeRecent(db, '/a')
  expect(recentEntry(db, '/a')).toBeNull()
  db.close()
})
