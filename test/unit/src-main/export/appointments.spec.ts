import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { learnDialect } from '../../../../src-main/backup/dialect.ts'
import { cleanUp, filesOf } from '../../../support/small-backup.ts'
import { exportInto, itemOf, setUp, sourceOf, UUID } from './small-export.ts'

afterEach(cleanUp)

const FROM = Date.UTC(2026, 2, 1, 10)
const EVENT = Date.UTC(2026, 10, 20, 9)

/** Exports one appointment without a blob; gives its files by ending. */
async function exported(fields: Record<string, unknown>): Promise<Map<string, string>> {
  const at = setUp()
  const states = [
    { start: FROM, end: FROM + 1000, type: 11, deleted: false, folderId: 10, name: 'Board', ...fields },
    { start: FROM + 1000, end: null, type: 11, deleted: false, folderId: 10, name: 'Board', ...fields },
  ]
  for (let id = 700; id < 730; id++) at.backup.item(UUID, id, states)
  const metadataPath = `accounts/${UUID}/items/05/705`
  const samples = Array.from({ length: 30 }, () => states)
  const metadata = { dialect: learnDialect(samples), zone: 'UTC' }
  const item = itemOf(705, [], { type: 'appointment', folders: ['Calendar'], metadataPath })
  await exportInto(at, sourceOf([item], { metadata }))
  const files = filesOf(at.out).filter((file) => file.includes('[705]'))
  return new Map(
    files.map((file) => [file.slice(file.lastIndexOf('.')), readFileSync(join(at.out, file), 'utf8')]),
  )
}

test('an appointment whose time nobody can tell becomes no event at the time its state began', async () => {
  const files = await exported({})
  expect([...files.keys()]).toEqual(['.json'])
})

test('one without a blob becomes a plain event, with all its metadata beside it', async () => {
  const recurrence = { rule: { freq: 'WEE', interval: 1 } }
  const files = await exported({ data: { startTime: EVENT, recurrence } })
  expect(files.get('.ics')).toContain('DTSTART:20261120T090000Z')
  expect(files.get('.json')).toContain('"WEE"')
})
