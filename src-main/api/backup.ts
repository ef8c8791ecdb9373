import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isSample, writeSampleGently } from '../backup/writer/index.ts'
import { catalogBytes, catalogFileFor, catalogIdFor, removeCatalog } from '../catalog/catalog.ts'
import { listProblemKinds, listProblems } from '../catalog/queries/problems.ts'
import type { RecentPath } from '../contract/backup.ts'
import { ExpectedError } from '../engine/errors.ts'
import { realPlace } from '../engine/paths.ts'
import { listRecent, removeRecent } from '../engine/recent.ts'
import { exportSpool } from '../export/export-task.ts'
import type { ExportRequest } from '../export/request.ts'
import type { Engine } from './engine.ts'
import { os } from './implementer.ts'

export const backupRouter = os.backup.router({
  open: os.backup.open.handler(({ context: { engine }, input }) => {
    const { catalogId } = engine.backups.open(input.path, input.zone)
    return engine.backups.summary(catalogId)
  }),
  close: os.backup.close.handler(({ context: { engine }, input }) => engine.backups.close(input.catalogId)),
  summary: os.backup.summary.handler(({ context: { engine }, input }) =>
    engine.backups.summary(input.catalogId),
  ),
  watch: os.backup.watch.handler(({ context: { engine }, input, signal }) =>
    engine.backups.get(input.catalogId).progress.watch(signal),
  ),
  refresh: os.backup.refresh.handler(({ context: { engine }, input }) =>
    engine.backups.refresh(input.catalogId),
  ),
  setZone: os.backup.setZone.handler(({ context: { engine }, input }) =>
    engine.backups.setZone(input.catalogId, input.zone),
  ),
  recent: os.backup.recent.handler(({ context: { engine } }) => recentPaths(engine)),
  forget: os.backup.forget.handler(({ context: { engine }, input }) => forget(engine, input.path)),
  createSample: os.backup.createSample.handler(({ context: { engine } }) => createSample(engine)),
  problemKinds: os.backup.problemKinds.handler(({ context: { engine }, input }) =>
    listProblemKinds(engine.backups.get(input.catalogId).db),
  ),
  problems: os.backup.problems.handler(({ context: { engine }, input }) =>
    listProblems(engine.backups.get(input.catalogId).db, input),
  ),
})

function recentPaths(engine: Engine): RecentPath[] {
  return listRecent(engine.db).map(({ path, openedAt, accounts, items, complete, sample }) => ({
    path,
    openedAt,
    accounts,
    items,
    complete,
    sample,
    available: existsSync(path),
    catalogBytes: catalogBytes(catalogFileFor(engine.dataFolder, path)),
  }))
}

/** Removes the catalog of a path and takes it off the list; the path itself may be gone. */
async function forget(engine: Engine, path: string): Promise<{ bytes: number }> {
  const root = realPlace(path)
  const catalogFile = catalogFileFor(engine.dataFolder, root)
  assertUnused(engine, catalogFile)
  await engine.backups.close(catalogIdFor(root))
  const bytes = removeCatalog(catalogFile)
  rmSync(exportSpool(engine.dataFolder, catalogIdFor(root)), { recursive: true, force: true })
  removeRecent(engine.db, root)
  return { bytes }
}

/** A catalog that an export reads must stay. @throws ExpectedError REFUSED */
function assertUnused(engine: Engine, catalogFile: string): void {
  for (const { id, kind, state } of engine.tasks.list()) {
    if (kind !== 'export' || (state !== 'running' && state !== 'paused')) continue
    if ((engine.tasks.params(id) as ExportRequest).catalogFile !== catalogFile) continue
    throw new ExpectedError('REFUSED', 'The catalog is in use', {
      why: 'An export of this backup path is running.',
      next: 'Stop the export or let it finish, then remove the catalog.',
    })
  }
}

/** Two people asking at once get the same sample. */
const beingWritten = new WeakMap<Engine, Promise<{ path: string }>>()

/** The sample backup in the data folder: written once, whole or not at all. */
function createSample(engine: Engine): Promise<{ path: string }> {
  const path = join(engine.dataFolder, 'sample-backup')
  if (isSample(path)) return Promise.resolve({ path })
  const running = beingWritten.get(engine)
  if (running) return running
  const writing = writeSampleTask(engine, path).finally(() => beingWritten.delete(engine))
  beingWritten.set(engine, writing)
  return writing
}

async function writeSampleTask(engine: Engine, path: string): Promise<{ path: string }> {
  const unfinished = `${path}.part`
  const { finished } = engine.tasks.start(
    { kind: 'sample', title: 'Writing the sample backup', unit: 'items' },
    async ({ signal, update }) => {
      rmSync(unfinished, { recursive: true, force: true })
      const onProgress = (done: number, total: number): void => update({ done, total })
      await writeSampleGently(unfinished, { damage: true, onProgress, signal })
      renameSync(unfinished, path)
      return { state: 'done' }
    },
  )
  const task = await finished
  if (task.state === 'done') return { path }
  throw new ExpectedError('REFUSED', task.error?.message ?? 'The sample backup was not written', {
    why: task.error?.why ?? 'Writing it was stopped.',
    next: task.error?.next ?? 'Ask for it again.',
  })
}
