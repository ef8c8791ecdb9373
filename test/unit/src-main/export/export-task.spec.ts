import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startIngest } from '../../../../src-main/catalog/ingest/ingest.ts'
import { exportResultSchema } from '../../../../src-main/contract/tasks.ts'
import { openAppDatabase, type AppDatabase } from '../../../../src-main/engine/app-database.ts'
import { TaskManager } from '../../../../src-main/engine/tasks.ts'
import { exportResult, registerExports, startExportTask } from '../../../../src-main/export/export-task.ts'
import type { ExportRequest } from '../../../../src-main/export/request.ts'
import { cleanUp, mail, SmallBackup, temporaryFolder } from '../../../support/small-backup.ts'

const ANNA = '11111111-2222-3333-4444-555555555555'
const COUNT = 800
let folder: string
let backup: SmallBackup
let db: AppDatabase
let tasks: TaskManager

beforeAll(async () => {
  folder = temporaryFolder()
  backup = new SmallBackup(join(folder, 'backup'))
  backup.account(ANNA, 'anna@example.com')
  for (let id = 300; id < 300 + COUNT; id++) {
    const blobDigest = backup.blob(mail(`Message ${id}`, `${id} `.repeat(300)))
    backup.item(ANNA, id, [{ startDate: 1_700_000_000_000 + id, type: 'message', blobDigest, folderId: 2 }])
  }
  await startIngest({ path: backup.root, catalogFile: join(folder, 'catalog.db'), zone: 'UTC', jobs: 1 }).done
  db = openAppDatabase(folder)
  tasks = new TaskManager(db)
  registerExports(tasks)
}, 120_000)
afterAll(() => {
  db.close()
  cleanUp()
})

function requestTo(name: string): ExportRequest {
  return {
    backupPath: backup.root,
    catalogFile: join(folder, 'catalog.db'),
    parts: [{ view: { catalogId: 'x', scope: { kind: 'all' }, at: null, deleted: 'show' } }],
    out: join(folder, name),
    format: 'eml',
    spool: join(folder, 'spool'),
  }
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
const emlIn = (name: string): number => {
  const out = join(folder, name)
  if (!existsSync(out)) return 0
  return readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.eml'))
    .length
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(5)
}

test('pauses, goes on and ends with a result that the contract knows', async () => {
  const { id, outcome } = startExportTask(tasks, requestTo('a'), COUNT)
  await until(() => emlIn('a') > 5)
  await tasks.pause(id)
  await wait(300)
  const there = emlIn('a')
  await wait(400)
  expect(emlIn('a')).toBe(there)
  expect(there).toBeLessThan(COUNT)
  expect(tasks.get(id)).toMatchObject({ state: 'paused', canResume: true })
  await tasks.resume(id)
  expect(await outcome).toMatchObject({ exported: COUNT, failed: [], complete: true })
  await until(() => tasks.get(id).endedAt !== null)
  expect(tasks.get(id).state).toBe('done')
  expect(tasks.get(id)).toMatchObject({ done: COUNT, total: COUNT, problems: 0, dismissed: false })
  const result = exportResult(tasks, id)
  expect(exportResultSchema.parse(result)).toEqual(result)
  expect(result).toMatchObject({ exported: COUNT, complete: true, failedTotal: 0 })
}, 120_000)

test('stopped while paused, then resumed: the same row, nothing twice', async () => {
  const { id } = startExportTask(tasks, requestTo('b'), COUNT)
  await until(() => emlIn('b') > 5)
  await tasks.pause(id)
  await tasks.stop(id)
  expect(tasks.get(id)).toMatchObject({ state: 'stopped', canResume: true })
  const there = emlIn('b')
  expect(exportResult(tasks, id)).toMatchObject({ complete: false, exported: there })
  expect(existsSync(join(folder, 'b/manifest.csv'))).toBe(true)
  await tasks.resume(id)
  await until(() => tasks.get(id).endedAt !== null)
  expect(tasks.get(id).state).toBe('done')
  expect(exportResult(tasks, id)).toMatchObject({ exported: COUNT - there, already: there, complete: true })
}, 120_000)

test('a target that is refused fails the task with what, why and next', async () => {
  const { id, outcome } = startExportTask(tasks, { ...requestTo('c'), out: join(backup.root, 'out') }, COUNT)
  await expect(outcome).rejects.toMatchObject({ code: 'REFUSED' })
  await until(() => tasks.get(id).state === 'failed')
  expect(tasks.get(id).error).toMatchObject({ message: expect.stringContaining('inside') as string })
  expect(existsSync(join(backup.root, 'out'))).toBe(false)
}, 60_000)
