import type { VerifyTask } from '../contract/verify.ts'
import type { TaskManager, TaskRunner } from '../engine/tasks.ts'
import { CheckResults } from './check-results.ts'
import { summaryOf } from './check-summary.ts'
import type { CheckProgress, CheckRequest } from './check-types.ts'
import type { HealRequest, HealResult } from './heal-types.ts'
import { runCheck, runHeal, type VerifyRun } from './verify-run.ts'

/** What is kept of a check or heal to go on with it; the journal has the rest. */
interface CheckParams {
  dataFolder: string
  catalogId: string
  resultId: string
  startedAt: number
  request: CheckRequest
}

/** Lets the task manager go on with interrupted and stopped checks and heals. Once per manager. */
export function registerVerify(tasks: TaskManager): void {
  // What was found does not change by asking again: there is nothing to go on with.
  tasks.registerResumer('check', (params) => checkRunner(params as CheckParams), true)
  tasks.registerResumer('heal', (params) => healRunner(params as HealRequest), true)
}

/** Starts a check as a task; its result is kept under the task's `resultId` in CheckResults. */
export function startCheckTask(
  tasks: TaskManager,
  place: { dataFolder: string; catalogId: string },
  request: Omit<CheckRequest, 'journalFile'>,
): { id: string; resultId: string } {
  const startedAt = Date.now()
  const resultId = new Date(startedAt).toISOString().replace(/\D/g, '').slice(0, 17)
  const journalFile = new CheckResults(place.dataFolder, place.catalogId).journalFile(resultId)
  const params: CheckParams = { ...place, resultId, startedAt, request: { ...request, journalFile } }
  const what = request.sample === null ? '' : ` ${request.sample.toLocaleString('en-US')} random blobs of`
  const { id } = tasks.start(
    { kind: 'check', title: `Checking${what} ${request.path}`, unit: 'folders', countsBytes: true, params },
    checkRunner(params),
  )
  return { id, resultId }
}

/** Starts a heal as a task. Its result is a HealResult. */
export function startHealTask(tasks: TaskManager, request: HealRequest): { id: string } {
  const { id } = tasks.start(
    {
      kind: 'heal',
      title: `Healing ${request.path} into ${request.out}`,
      unit: 'folders',
      countsBytes: true,
      params: request,
    },
    healRunner(request),
  )
  return { id }
}

/** Checks and heals of a Backup Path among the tasks that are kept, newest first. */
export function verifyTasksOf(tasks: TaskManager, place: { catalogId: string; path: string }): VerifyTask[] {
  return tasks.list().flatMap(({ id, kind }): VerifyTask[] => {
    if (kind === 'check') {
      const { catalogId, resultId, request } = tasks.params(id) as CheckParams
      if (catalogId !== place.catalogId) return []
      return [{ taskId: id, resultId, sample: request.sample, from: [], out: null }]
    }
    if (kind !== 'heal') return []
    const { path, from, out } = tasks.params(id) as HealRequest
    return path === place.path ? [{ taskId: id, resultId: null, sample: null, from: [...from], out }] : []
  })
}

/** Result of a heal task; null while there is none. */
export function healResult(tasks: TaskManager, id: string): HealResult | null {
  return tasks.result(id) as HealResult | null
}

function checkRunner({ dataFolder, catalogId, resultId, startedAt, request }: CheckParams): TaskRunner {
  return async (context) => {
    const result = await driven(context, (tell) => runCheck(request, tell))
    if (!result.complete) return { state: 'stopped' }
    const summary = summaryOf(resultId, catalogId, startedAt, request.sample, result)
    new CheckResults(dataFolder, catalogId).keep(summary, result)
    context.update({ problems: summary.errors })
    return { state: summary.errors > 0 ? 'partial' : 'done', result: summary }
  }
}

function healRunner(request: HealRequest): TaskRunner {
  return async (context) => {
    const result = await driven(context, (tell) => runHeal(request, tell))
    const lost = result.lost.length + result.lostMetadata.length
    context.update({ problems: lost })
    if (!result.complete) return { state: 'stopped', result }
    return { state: lost > 0 ? 'partial' : 'done', result }
  }
}

/** Ties a run to its task: progress, pause and resume, stop. */
async function driven<Result>(
  { signal, update, onPause }: Parameters<TaskRunner>[0],
  start: (tell: (progress: CheckProgress) => void) => VerifyRun<Result>,
): Promise<Result> {
  const run = start(({ phase, done, total, bytes, problems }) => {
    update({ phase, done, total, bytes, problems })
  })
  onPause(run.pause, run.resume)
  signal.addEventListener('abort', run.stop)
  if (signal.aborted) run.stop()
  try {
    return await run.done
  } finally {
    signal.removeEventListener('abort', run.stop)
  }
}
