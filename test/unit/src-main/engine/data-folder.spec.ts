import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openAppDatabase } from '../../../../src-main/engine/app-database.ts'
import { dataFolder, defaultDataFolder } from '../../../../src-main/engine/data-folder.ts'
import { assertApart, assertNotInside, isWithin, realPlace } from '../../../../src-main/engine/paths.ts'
import { cleanUp, temporaryFolder } from '../../../support/small-backup.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  cleanUp()
})

test('each platform has its place', () => {
  expect(defaultDataFolder('linux', {}, '/home/a')).toBe('/home/a/.local/share/lifeboat')
  expect(defaultDataFolder('linux', { XDG_DATA_HOME: '/x' }, '/home/a')).toBe('/x/lifeboat')
  expect(defaultDataFolder('linux', { XDG_DATA_HOME: 'relative' }, '/home/a')).toBe(
    '/home/a/.local/share/lifeboat',
  )
  expect(defaultDataFolder('darwin', {}, '/Users/a')).toBe('/Users/a/Library/Application Support/Lifeboat')
  expect(defaultDataFolder('win32', { APPDATA: '/r' }, '/u')).toBe('/r/Lifeboat')
})

test('LIFEBOAT_DATA is used, an explicit folder wins, both are private', () => {
  const base = temporaryFolder()
  vi.stubEnv('LIFEBOAT_DATA', join(base, 'env'))
  expect(dataFolder()).toBe(join(base, 'env'))
  expect(dataFolder(join(base, 'deep/own'))).toBe(join(base, 'deep/own'))
  expect(statSync(join(base, 'env')).mode & 0o777).toBe(0o700)
  const db = openAppDatabase(join(base, 'env'))
  expect(statSync(join(base, 'env/lifeboat.db')).mode & 0o777).toBe(0o600)
  expect(statSync(join(base, 'env/lifeboat.db-wal')).mode & 0o777).toBe(0o600)
  db.close()
  chmodSync(join(base, 'env'), 0o755)
  dataFolder()
  expect(statSync(join(base, 'env')).mode & 0o777).toBe(0o700)
})

test('a folder that holds other things keeps its mode; a file in the way is told', () => {
  const base = temporaryFolder()
  const shared = join(base, 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o755)
  writeFileSync(join(shared, 'something'), '')
  dataFolder(shared)
  expect(statSync(shared).mode & 0o777).toBe(0o755)
  expect(() => dataFolder(join(shared, 'something'))).toThrow(expect.objectContaining({ code: 'REFUSED' }))
})

describe('apart', () => {
  test('real places of what is not there yet, through links and dangling ones', () => {
    const base = realPlace(temporaryFolder())
    mkdirSync(join(base, 'a'))
    symlinkSync(join(base, 'a'), join(base, 'l'))
    symlinkSync('a/not/there', join(base, 'd'))
    symlinkSync('loop', join(base, 'loop'))
    expect(realPlace(join(base, 'l/x/y'))).toBe(join(base, 'a/x/y'))
    expect(realPlace(join(base, 'd/z'))).toBe(join(base, 'a/not/there/z'))
    expect(realPlace(join(base, 'l/../b'))).toBe(join(base, 'b'))
    expect(() => realPlace(join(base, 'loop/x'))).not.toThrow()
  })

  test('inside and around are refused, beside and same prefix are not', () => {
    const base = temporaryFolder()
    const backup = join(base, 'backup')
    mkdirSync(backup)
    for (const folder of [backup, join(backup, 'x'), base, `${backup}/../backup/y`]) {
      expect(() => assertApart(folder, backup, 'folder'), folder).toThrow(
        expect.objectContaining({ code: 'REFUSED' }),
      )
    }
    for (const folder of [`${backup}-2`, join(base, 'other'), join(backup, '..backup/../../z')]) {
      expect(() => assertApart(folder, backup, 'folder'), folder).not.toThrow()
    }
    expect(() => assertNotInside(base, backup, 'data folder')).not.toThrow()
    expect(() => assertNotInside(join(backup, 'data'), backup, 'data folder')).toThrow()
    expect(isWithin('/a/..b', '/a')).toBe(true)
    expect(isWithin('/b', '/a')).toBe(false)
  })
})
