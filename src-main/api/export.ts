import { resolve } from 'node:path'
import { countView } from '../catalog/queries/walk.ts'
import { ExpectedError } from '../engine/errors.ts'
import { exportResult, exportSpool, startExportTask } from '../export/export-task.ts'
import { freeBytes, targetRefusal } from '../export/target-folder.ts'
import { os } from './implementer.ts'

export const exportRouter = os.export.router({
  plan: os.export.plan.handler(({ context: { engine }, input }) => {
    const { view, keys } = input
    const backup = engine.backups.get(view.catalogId)
    const counted = countView(backup.db, view, keys, engine.displayZone())
    if (input.out === undefined) return { ...counted, free: null, refusal: null }
    const out = resolve(input.out)
    return { ...counted, free: freeBytes(out), refusal: targetRefusal(out, backup.path) }
  }),
  start: os.export.start.handler(({ context: { engine }, input }) => {
    const { view, keys } = input
    const { db, path, catalogFile, catalogId } = engine.backups.get(view.catalogId)
    const out = resolve(input.out)
    const refusal = targetRefusal(out, path)
    if (refusal !== null) {
      throw new ExpectedError('REFUSED', 'The export cannot be written there', {
        why: refusal,
        next: 'Choose another folder.',
      })
    }
    const { id } = startExportTask(
      engine.tasks,
      {
        backupPath: path,
        catalogFile,
        parts: [keys === undefined ? { view } : { view, keys }],
        out,
        format: input.format,
        zone: engine.displayZone(),
        spool: exportSpool(engine.dataFolder, catalogId),
      },
      countView(db, view, keys, engine.displayZone()).items,
    )
    return { id }
  }),
  result: os.export.result.handler(({ context: { engine }, input }) => exportResult(engine.tasks, input.id)),
})
