import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { catalogFileFor, openCatalog } from '../../../../src-main/catalog/catalog.ts'
import { startIngest } from '../../../../src-main/catalog/ingest/ingest.ts'
import { accountNamed } from '../../../../src-main/cli/choices.ts'
import { openCatalogAccess, type OpenCatalogAccess } from '../../../../src-main/recovery/catalog-access.ts'
import { cleanUp, mail, SmallBackup, temporaryFolder } from '../../../support/small-backup.ts'

/** An account that was deleted and made again: two UUIDs, one address, the same numbers of items. */

const OLD = '11111111-2222-3333-4444-555555555555'
const NEW = '99999999-2222-3333-4444-555555555555'
const DAY = 86_400_000
const FIRST = Date.UTC(2026, 0, 1)

let catalogFile: string
let access: OpenCatalogAccess

beforeAll(async () => {
  const folder = temporaryFolder()
  const backup = new SmallBackup(join(folder, 'backup'))
  const put = (uuid: string, id: number, subject: string, day: number): void => {
    const blobDigest = backup.blob(mail(subject))
    const start = FIRST + day * DAY
    backup.item(uuid, id, [
      { start, end: null, type: 5, deleted: false, folderId: 2, subject, size: 100, blobDigest },
    ])
  }
  for (const uuid of [OLD, NEW]) backup.account(uuid, 'anna@example.com')
  for (let id = 300; id < 310; id++) put(OLD, id, `Old ${String(id)}`, id - 300)
  for (let id = 300; id < 305; id++) put(NEW, id, `New ${String(id)}`, id - 200)
  catalogFile = catalogFileFor(join(folder, 'data'), backup.root)
  await startIngest({ path: backup.root, catalogFile, zone: 'UTC', jobs: 1 }).done
  access = openCatalogAccess(backup.root, catalogFile)
}, 60_000)
afterAll(() => {
  access.close()
  cleanUp()
})

it('an item of a report is looked for in the account that lives, then in the one before it', () => {
  expect(access.item('anna@example.com', 302)?.subject).toBe('New 302')
  expect(access.item('Anna@Example.com', 307)?.subject).toBe('Old 307')
  expect(access.item(OLD, 302)?.subject).toBe('Old 302')
  expect(access.item(NEW, 307)).toBeNull()
})

it('who names it by its address is told the UUIDs to choose from', () => {
  const db = openCatalog(catalogFile, { readonly: true })
  try {
    expect(() => accountNamed(db, 'anna@example.com')).toThrow(
      expect.objectContaining({
        why: expect.stringContaining(`anna@example.com (${OLD})`) as string,
      }) as Error,
    )
    expect(accountNamed(db, NEW).id).toBe(NEW)
  } finally {
    db.close()
  }
})
