import type { Worker } from 'node:worker_threads'
import type { BackupLayout } from '../../backup/layout.ts'
import { startWorker } from '../../engine/worker-thread.ts'
import { fromWire, SHARED_NEXT, SHARED_READERS, SHARED_STOP } from './protocol.ts'
import type { Batch, FromReader, Job, StepContext, ToReader } from './protocol.ts'

export interface PoolOptions {
  layout: BackupLayout
  catalogFile: string
  zone: string
  jobs: number
  shared: Int32Array
  onBatch: (batch: Batch) => void
}

/** The reader threads. A step gives all of them one list of jobs and ends when every reader is through. */
export class ReaderPool {
  readonly #options: PoolOptions
  readonly #workers: Worker[] = []
  #waiting = 0
  #settle: { resolve: () => void; reject: (error: Error) => void } | null = null
  #failure: Error | null = null

  constructor(options: PoolOptions) {
    this.#options = options
    for (let reader = 0; reader < options.jobs; reader++) this.#workers.push(this.#start(reader))
  }

  #start(reader: number): Worker {
    const { layout, catalogFile, zone, shared } = this.#options
    const worker = startWorker('reader-worker', import.meta.url, {
      workerData: { layout, catalogFile, zone, reader, shared },
      // Measured: with V8's own limits the heaps of the threads together grow by 300 MB that nothing needs.
      resourceLimits: { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1024 },
    })
    worker.on('message', (message: FromReader) => {
      if (message.kind === 'batch') this.#options.onBatch(message)
      else if (message.kind === 'reader-failed') this.#fail(fromWire(message.error))
      else if (--this.#waiting === 0) this.#end()
    })
    worker.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    })
    worker.on('exit', (code) => {
      if (code !== 0) this.#fail(new Error(`A reader thread ended with code ${String(code)}`))
    })
    return worker
  }

  /** Runs the jobs; resolves when all are done or the ingest is stopped. */
  step(jobs: Job[], context: StepContext): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    Atomics.store(this.#options.shared, SHARED_NEXT, 0)
    this.#waiting = this.#workers.length
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      const message: ToReader = { kind: 'step', jobs, context }
      for (const worker of this.#workers) worker.postMessage(message)
    })
  }

  /** Tells the readers that a batch was written and may be forgotten. */
  release(batch: Batch): void {
    const slot = SHARED_READERS + batch.reader
    Atomics.sub(this.#options.shared, slot, batch.kb)
    Atomics.notify(this.#options.shared, slot)
  }

  async close(): Promise<void> {
    // 2 = at once: a reader that waits for the writer must not wait any longer.
    if (this.#failure !== null) Atomics.store(this.#options.shared, SHARED_STOP, 2)
    for (let reader = 0; reader < this.#workers.length; reader++) {
      Atomics.notify(this.#options.shared, SHARED_READERS + reader)
    }
    const message: ToReader = { kind: 'close' }
    await Promise.all(
      this.#workers.map((worker) => {
        const ended = new Promise((resolve) => worker.once('exit', resolve))
        worker.postMessage(message)
        const timer = setTimeout(() => void worker.terminate(), 5000)
        return Promise.race([ended, worker.threadId === -1 ? Promise.resolve() : ended]).finally(() => {
          clearTimeout(timer)
        })
      }),
    )
  }

  #end(): void {
    const settle = this.#settle
    this.#settle = null
    settle?.resolve()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    const settle = this.#settle
    this.#settle = null
    settle?.reject(error)
  }
}
