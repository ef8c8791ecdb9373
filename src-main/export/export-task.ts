import { join } from 'node:path'
import type { ExportResult } from '../contract/tasks.ts'
import type { TaskManager, TaskRunner } from '../engine/tasks.ts'
import { startExport } from './export-run.ts'
import type { ExportOutcome, ExportProgress, ExportRequest } from './request.ts'

/** Failures kept with a task; the complete list is in failures.csv. */
const MAX_FAILURES = 10_000

/** Where exports of a Backup Path keep their lists until they are published. */
export function exportSpool(dataFolder: string, catalogId: string): string {
  return join(dataFolder, 'spool', catalogId)
}

/** Lets the task manager start interrupted, stopped and partly failed exports again. Once per manager. */
export function registerExports(tasks: TaskManager): void {
  tasks.registerResumer('export', (params) => exportRunner(params as ExportRequest))
}

/**
 * Starts an export as a task. Its result is an ExportResult (see exportResult).
 * @param rows how many rows it has, as far as known
 * @param onProgress hears the progress besides the task
 * @returns the task's id, and the whole outcome (rejects as the export does)
 */
export function startExportTask(
  tasks: TaskManager,
  request: ExportRequest,
  rows: number | null,
  onProgress: (progress: ExportProgress) => void = () => undefined,
): { id: string; outcome: Promise<ExportOutcome> } {
  const what = rows === null ? '' : ` ${rows.toLocaleString('en-US')} ${rows === 1 ? 'item' : 'items'}`
  const listener: Listener = { progress: onProgress, done: () => undefined, failed: () => undefined }
  const outcome = new Promise<ExportOutcome>((resolve, reject) => {
    listener.done = resolve
    listener.failed = reject
  })
  // Whoever only wants the task hears of a failure there.
  outcome.catch(() => undefined)
  const { id } = tasks.start(
    {
      kind: 'export',
      title: `Exporting${what} to ${request.out}`,
      unit: 'items',
      total: rows,
      countsBytes: true,
      params: request,
    },
    exportRunner(request, listener),
  )
  return { id, outcome }
}

/** The result of an export task as the contract has it; null while there is none. */
export function exportResult(tasks: TaskManager, id: string): ExportResult | null {
  return tasks.result(id) as ExportResult | null
}

interface Listener {
  progress(progress: ExportProgress): void
  done(outcome: ExportOutcome): void
  failed(error: unknown): void
}

function exportRunner(request: ExportRequest, listener?: Listener): TaskRunner {
  return async ({ signal, update, onPause }) => {
    const run = startExport(request, (progress) => {
      const { done, total, bytes, failed } = progress
      update({ done, total, bytes, problems: failed })
      listener?.progress(progress)
    })
    if (listener) run.done.then(listener.done, listener.failed)
    onPause(run.pause, run.resume)
    const stop = (): void => run.stop()
    signal.addEventListener('abort', stop)
    if (signal.aborted) run.stop()
    try {
      const outcome = await run.done
      update({ problems: outcome.failed.length })
      return { state: stateOf(outcome), result: toResult(outcome) }
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

function stateOf(outcome: ExportOutcome): 'done' | 'partial' | 'stopped' {
  if (outcome.stopped) return 'stopped'
  return outcome.complete ? 'done' : 'partial'
}

function toResult(outcome: ExportOutcome): ExportResult {
  const { exported, bytes, already, failed, unverified, manifest, out, complete } = outcome
  return {
    exported,
    bytes,
    already,
    ...(unverified > 0 ? { unverified } : {}),
    failed: failed.slice(0, MAX_FAILURES),
    failedTotal: failed.length,
    manifest,
    out,
    complete,
  }
}
