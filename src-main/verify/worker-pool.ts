import type { Worker } from 'node:worker_threads'
import { startWorker } from '../engine/worker-thread.ts'

/**
 * A few threads that each answer one message at a time. `feed` hands out jobs until there are none; what comes back is
 * given to `take` in the order of arrival.
 */
export class WorkerPool<Job, Answer> {
  readonly #workers: Worker[]

  /** @param name file of the worker beside `importMetaUrl`, without ending */
  constructor(name: string, importMetaUrl: string, count: number, dataFor: (index: number) => object) {
    this.#workers = Array.from({ length: count }, (_, index) =>
      startWorker(name, importMetaUrl, { workerData: dataFor(index) }),
    )
  }

  /**
   * Runs jobs on all threads until `next` gives none. `gate` is awaited before each job: it holds while paused.
   * Rejects with the first error of a thread, of `next` or of `take`.
   */
  async feed(
    next: () => Job | null,
    take: (answer: Answer) => void,
    gate: () => Promise<void>,
  ): Promise<void> {
    await Promise.all(this.#workers.map((worker) => this.#drive(worker, next, take, gate)))
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  async #drive(
    worker: Worker,
    next: () => Job | null,
    take: (answer: Answer) => void,
    gate: () => Promise<void>,
  ): Promise<void> {
    for (;;) {
      await gate()
      const job = next()
      if (job === null) return
      take(await this.#ask(worker, job))
    }
  }

  #ask(worker: Worker, job: Job): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      }
      const onMessage = (answer: Answer): void => {
        settle()
        resolve(answer)
      }
      const onError = (error: Error): void => {
        settle()
        reject(error)
      }
      const onExit = (): void => {
        settle()
        reject(new Error('A reading thread ended unexpectedly.'))
      }
      worker.on('message', onMessage).on('error', onError).on('exit', onExit)
      worker.postMessage(job)
    })
  }
}
