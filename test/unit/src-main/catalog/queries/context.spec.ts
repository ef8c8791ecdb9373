import { expect, test } from 'vitest'
import { contextOf } from '../../../../../src-main/catalog/queries/context.ts'
import { openDatabase } from '../../../../../src-main/engine/sqlite.ts'

test('what was remembered of an older revision is let go of when something newer is kept', () => {
  const db = openDatabase(':memory:')
  db.exec("CREATE TABLE meta (key TEXT PRIMARY KEY, value); INSERT INTO meta VALUES ('revision', 1)")
  const context = contextOf(db)
  context.remember('selection', 'first', 8, () => 'of revision 1')
  expect(context.recall('selection', 'first')).toEqual({ made: 'of revision 1' })

  db.exec("UPDATE meta SET value = 2 WHERE key = 'revision'")
  context.remember('selection', 'second', 8, () => 'of revision 2')

  // Seen as one would see it who still stood at revision 1: nothing holds the old result any more.
  context.pin(1)
  expect(context.recall('selection', 'first')).toBeUndefined()
  context.pin(null)
  expect(context.recall('selection', 'second')).toEqual({ made: 'of revision 2' })
  db.close()
})
