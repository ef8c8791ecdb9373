import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { fromReport, type ErrorReport } from '../engine/errors.ts'
import type { ExportOutcome, ExportProgress, ExportRequest } from './request.ts'

/** The one word of shared memory between an export and its thread. */
export const COMMAND = { run: 0, pause: 1, stop: 2 } as const

export interface ExportWorkerInput {
  request: ExportRequest
  shared: SharedArrayBuffer
}

export type FromExportWorker =
  | { kind: 'progress'; progress: ExportProgress }
  | { kind: 'done'; outcome: ExportOutcome }
  | { kind: 'failed'; error: ErrorReport }

/** A running export. */
export interface ExportRun {
  /** Rejects with an ExpectedError where a person can do something about it. */
  done: Promise<ExportOutcome>
  pause(): void
  resume(): void
  /** Finishes the file in hand, lists what is there, ends. `done` resolves with `stopped: true`. */
  stop(): void
}

/** Starts an export in a thread of its own. */
export function startExport(
  request: ExportRequest,
  onProgress: (progress: ExportProgress) => void = () => undefined,
): ExportRun {
  const shared = new SharedArrayBuffer(4)
  const command = new Int32Array(shared)
  const input: ExportWorkerInput = { request, shared }
  // The worker lies beside this file, in the sources as well as in the build.
  const url = new URL(`./export-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(url, { workerData: input })

  const done = new Promise<ExportOutcome>((resolve, reject) => {
    worker.on('message', (message: FromExportWorker) => {
      if (message.kind === 'progress') onProgress(message.progress)
      else if (message.kind === 'done') resolve(message.outcome)
      else reject(fromReport(message.error))
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`the export thread ended unexpectedly (${code})`)))
  })
  // The thread ends by itself; this only makes sure of it.
  const end = (): void => void worker.terminate()
  done.then(end, end)

  function say(word: number): void {
    if (Atomics.load(command, 0) === COMMAND.stop) return
    Atomics.store(command, 0, word)
    Atomics.notify(command, 0)
  }
  return {
    done,
    pause: () => say(COMMAND.pause),
    resume: () => say(COMMAND.run),
    stop: () => say(COMMAND.stop),
  }
}
