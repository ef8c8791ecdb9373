import { availableParallelism } from 'node:os'
import { startWorker } from '../../engine/worker-thread.ts'
import { startOfIngest } from './progress.ts'
import { fromWire, SHARED_READERS, SHARED_STOP } from './protocol.ts'
import type { FromCoordinator, IngestOptions, IngestProgress, IngestResult } from './protocol.ts'

export type { IngestProgress, IngestResult } from './protocol.ts'

export interface StartOptions extends Omit<IngestOptions, 'jobs'> {
  /** Reader threads; default: as many as there are cores. */
  jobs?: number
  signal?: AbortSignal
  /** Lines for the log. */
  onLog?: (line: string) => void
}

export interface IngestHandle {
  /** How far it is. */
  progress(): IngestProgress
  /** Calls at most four times a second; returns how to stop listening. */
  onProgress(listener: (progress: IngestProgress) => void): () => void
  /**
   * Resolves with the totals when the catalog is up to date or the ingest was stopped. Rejects with NotABackupPathError,
   * UnreadablePathError, NewerCatalogError, or SQLite's error (code SQLITE_FULL: the disk of the data folder is full).
   */
  done: Promise<IngestResult>
  /** Stops after the file in hand and waits; what was read stays in the catalog. */
  stop(): Promise<void>
}

/**
 * Builds the catalog of a Backup Path or brings it up to date. All work is done in other threads. The same call goes on after a stop
 * or a crash: every file whose size and time are known from before is left alone.
 */
export function startIngest(options: StartOptions): IngestHandle {
  const jobs = Math.max(1, Math.min(64, options.jobs ?? availableParallelism()))
  const shared = new Int32Array(new SharedArrayBuffer(4 * (SHARED_READERS + jobs)))
  const listeners = new Set<(progress: IngestProgress) => void>()
  let progress = startOfIngest()
  const show = (next: IngestProgress): void => {
    progress = next
    for (const listener of listeners) listener(next)
  }

  const { path, catalogFile, zone } = options
  const workerData = { options: { path, catalogFile, zone, jobs }, shared }
  const worker = startWorker(
    'ingest-worker',
    import.meta.url,
    { workerData, resourceLimits: { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1024 } },
    ['reader-worker'],
  )
  const done = new Promise<IngestResult>((resolve, reject) => {
    const fail = (error: Error): void => {
      show({ ...progress, phase: 'failed', error: error.message })
      reject(error)
    }
    let result: IngestResult | null = null
    let failure: Error | null = null
    worker.on('message', (message: FromCoordinator) => {
      if (message.kind === 'progress') show(message.progress)
      else if (message.kind === 'log') options.onLog?.(message.line)
      else if (message.kind === 'done') result = message.result
      else failure = fromWire(message.error)
    })
    worker.on('error', (error) => {
      failure ??= error instanceof Error ? error : new Error(String(error))
    })
    // Settled only when the thread is gone: then the catalog's files are closed and may be moved or removed.
    worker.on('exit', (code) => {
      if (failure !== null) fail(failure)
      else if (result !== null) resolve(result)
      else fail(new Error(`Indexing ended unexpectedly (code ${String(code)})`))
    })
  })
  // A caller that only watches the progress must not bring the process down.
  done.catch(() => undefined)

  const stop = async (): Promise<void> => {
    Atomics.compareExchange(shared, SHARED_STOP, 0, 1)
    await done.catch(() => undefined)
  }
  if (options.signal?.aborted === true) void stop()
  options.signal?.addEventListener('abort', () => void stop(), { once: true })

  return {
    progress: () => progress,
    onProgress(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    done,
    stop,
  }
}
