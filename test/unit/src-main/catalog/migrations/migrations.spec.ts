import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCatalog } from '../../../../../src-main/catalog/catalog.ts'
import { LATEST_VERSION, migrate, MIGRATIONS } from '../../../../../src-main/catalog/migrations/index.ts'
import { APPLICATION_ID } from '../../../../../src-main/catalog/schema.ts'
import { openDatabase } from '../../../../../src-main/engine/sqlite.ts'
import type { Database } from '../../../../../src-main/engine/sqlite.ts'
import { temporaryFolder } from '../../../../support/index.ts'

/** Everything that makes up a schema, names of internal tables left out. */
function schemaOf(db: Database): string[] {
  return db
    .prepare(
      `SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'`,
    )
    .pluck()
    .all()
    .sort() as string[]
}

function fillVersion1(db: Database): void {
  db.exec(`INSERT INTO meta VALUES ('zone', 'Europe/Rome');
    INSERT INTO account(pk, uuid, name) VALUES (1, 'a', 'anna@example.com');
    INSERT INTO content(id, digest, file_size, claims, owner, date, subject) VALUES (1, 'one', 5, 0, 'anna@example.com', 9, 'x');
    INSERT INTO content(id, digest, file_size, claims, date) VALUES (2, 'two', 5, 1, 8);
    INSERT INTO item(pk, account, id, condition, type, deleted, flags, content, date, states)
      VALUES (1, 1, 257, 'ok', 4, 0, '', 2, 8, 1);
    INSERT INTO claim VALUES (2, 1);
    INSERT INTO fts(rowid, subject) VALUES (64, 'hello');`)
}

describe('migrations of a catalog', () => {
  const folder = temporaryFolder('migrations')

  it('are numbered without gaps', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1))
  })

  it('bring version 1 with its rows to version 2', () => {
    const db = openDatabase(join(folder, 'one.db'))
    migrate(db, 1)
    fillVersion1(db)
    expect(schemaOf(db).some((line) => line.includes('content_unclaimed_date'))).toBe(false)
    expect(migrate(db, 2)).toBe(1)
    expect(db.pragma('user_version', { simple: true })).toBe(2)
    const plan = db
      .prepare('EXPLAIN QUERY PLAN SELECT id FROM content WHERE claims = 0 ORDER BY date DESC LIMIT 1')
      .all() as { detail: string }[]
    expect(plan.map(({ detail }) => detail).join(' ')).toContain('content_unclaimed_date')
    expect(db.prepare('SELECT count(*) FROM content WHERE claims = 0').pluck().get()).toBe(1)
    expect(db.prepare(`SELECT rowid FROM fts WHERE fts MATCH 'hello'`).pluck().get()).toBe(64)
    db.close()
  })

  it('end in the same schema step by step and at once', () => {
    const steps = openDatabase(join(folder, 'steps.db'))
    for (let version = 1; version <= LATEST_VERSION; version++)
      expect(migrate(steps, version)).toBe(version - 1)
    const once = openDatabase(join(folder, 'once.db'))
    migrate(once)
    expect(schemaOf(steps)).toEqual(schemaOf(once))
    steps.close()
    once.close()
  })

  it('do nothing the second time', () => {
    const db = openDatabase(join(folder, 'twice.db'))
    migrate(db)
    const before = schemaOf(db)
    expect(migrate(db)).toBe(LATEST_VERSION)
    expect(schemaOf(db)).toEqual(before)
    db.close()
  })

  it('leave the version before whole when one fails', () => {
    const db = openDatabase(join(folder, 'fails.db'))
    migrate(db, 1)
    fillVersion1(db)
    // Something is in the way of the second step.
    db.exec('CREATE TABLE content_unclaimed_date (x)')
    expect(() => migrate(db)).toThrow(/already/)
    expect(db.pragma('user_version', { simple: true })).toBe(1)
    expect(db.prepare('SELECT count(*) FROM content').pluck().get()).toBe(2)
    db.exec('DROP TABLE content_unclaimed_date')
    migrate(db)
    expect(db.pragma('user_version', { simple: true })).toBe(LATEST_VERSION)
    db.close()
  })

  it('happen when an older catalog is opened for writing, and never for reading', () => {
    const file = join(folder, 'older.db')
    const old = openDatabase(file)
    old.pragma(`application_id = ${String(APPLICATION_ID)}`)
    migrate(old, 1)
    fillVersion1(old)
    old.close()
    const reading = openCatalog(file, { readonly: true })
    expect(reading.pragma('user_version', { simple: true })).toBe(1)
    reading.close()
    const writing = openCatalog(file)
    expect(writing.pragma('user_version', { simple: true })).toBe(LATEST_VERSION)
    expect(writing.prepare('SELECT name FROM account').pluck().get()).toBe('anna@example.com')
    writing.close()
  })

  it('are not done to a database of something else', () => {
    const file = join(folder, 'foreign.db')
    const foreign = openDatabase(file)
    foreign.exec('CREATE TABLE precious (x)')
    foreign.close()
    expect(() => openCatalog(file)).toThrow(/not a catalog/)
    const again = openDatabase(file)
    expect(again.prepare('SELECT count(*) FROM precious').pluck().get()).toBe(0)
    again.close()
  })
})
