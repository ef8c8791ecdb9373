import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { CheckResults } from '../verify/check-results.ts'
import { READ_TIMEOUT_MS } from '../verify/check-types.ts'
import { healResult, startCheckTask, startHealTask, verifyTasksOf } from '../verify/verify-task.ts'
import type { Engine } from './engine.ts'
import { os } from './implementer.ts'

/** Differences a screen gets at once; the totals are exact. */
const MAX_DIFFERENCES = 1000

function resultsOf(engine: Engine, catalogId: string): CheckResults {
  return new CheckResults(engine.dataFolder, engine.backups.get(catalogId).catalogId)
}

export const verifyRouter = os.verify.router({
  check: os.verify.check.handler(({ context: { engine }, input }) => {
    const { path, catalogId } = engine.backups.get(input.catalogId)
    const place = { dataFolder: engine.dataFolder, catalogId }
    const { id, resultId } = startCheckTask(engine.tasks, place, {
      path,
      zone: engine.displayZone(),
      jobs: engine.settings().jobs ?? availableParallelism(),
      sample: input.sample ?? null,
      timeoutMs: READ_TIMEOUT_MS,
    })
    return { taskId: id, resultId }
  }),
  tasks: os.verify.tasks.handler(({ context: { engine }, input }) =>
    verifyTasksOf(engine.tasks, engine.backups.get(input.catalogId)),
  ),
  results: os.verify.results.handler(({ context: { engine }, input }) =>
    resultsOf(engine, input.catalogId).list(),
  ),
  problems: os.verify.problems.handler(({ context: { engine }, input }) =>
    resultsOf(engine, input.catalogId).problems(input.id, input),
  ),
  picture: os.verify.picture.handler(({ context: { engine }, input }) =>
    resultsOf(engine, input.catalogId).cells(input.id),
  ),
  compare: os.verify.compare.handler(async ({ context: { engine }, input }) => {
    const { appeared, gone } = await resultsOf(engine, input.catalogId).compare(input.id, input.earlier)
    return {
      appeared: appeared.slice(0, MAX_DIFFERENCES),
      gone: gone.slice(0, MAX_DIFFERENCES),
      appearedTotal: appeared.length,
      goneTotal: gone.length,
    }
  }),
  removeResult: os.verify.removeResult.handler(({ context: { engine }, input }) => {
    resultsOf(engine, input.catalogId).remove(input.id)
  }),
  heal: os.verify.heal.handler(({ context: { engine }, input }) => {
    const { path, catalogId } = engine.backups.get(input.catalogId)
    const out = resolve(input.out)
    engine.assertMayWrite(out, 'folder for the repaired copy')
    const name = `heal-${createHash('sha256').update(out).digest('hex').slice(0, 16)}`
    const { id } = startHealTask(engine.tasks, {
      path,
      zone: engine.displayZone(),
      jobs: engine.settings().jobs ?? availableParallelism(),
      journalFile: new CheckResults(engine.dataFolder, catalogId).journalFile(name),
      from: input.from.map((folder) => resolve(folder)),
      out,
      timeoutMs: READ_TIMEOUT_MS,
    })
    return { taskId: id }
  }),
  healResult: os.verify.healResult.handler(({ context: { engine }, input }) =>
    healResult(engine.tasks, input.taskId),
  ),
})
