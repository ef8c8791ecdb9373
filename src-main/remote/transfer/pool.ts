import type { Worker } from 'node:worker_threads'
import { startWorker } from '../../engine/worker-thread.ts'
import type { BatchAnswer, Job, ListJob, DigestsJob } from './batch.ts'
import type { WorkPlace } from './batch-work.ts'
import { PARTS, together } from './list-local.ts'
import type { Listing } from './listing.ts'
import { unpackListing, type PackedListing } from './listing-packed.ts'

/** Jobs that wait in a thread besides the one in hand: it never starves, and little is lost when it dies. */
const QUEUED = 2

interface Waiting {
  job: Job
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

interface Thread {
  worker: Worker
  open: Map<number, Waiting>
}

/** Threads that judge and write. Jobs go to the thread that has least to do. */
export class CopyPool {
  readonly #threads: Thread[] = []
  readonly #most: number
  #place: Omit<WorkPlace, 'name'> | null = null
  readonly #waiting: Waiting[] = []
  #serial = 0
  #closed = false
  #failure: { error: unknown } | null = null

  /** @param count threads at most; another one begins when all have something to do */
  constructor(count: number) {
    this.#most = count
    this.#begin()
  }

  /** Where the threads read and write; said once, before any job but listings. */
  place(place: Omit<WorkPlace, 'name'>): void {
    this.#place = place
    for (const { worker } of this.#threads) worker.postMessage({ place })
  }

  #begin(): Thread {
    const name = `w${String(this.#threads.length)}`
    const worker = startWorker('copy-worker', import.meta.url, { workerData: { name } })
    const thread: Thread = { worker, open: new Map() }
    worker.on('message', (message: { id: number; value?: unknown; error?: object }) => {
      this.#answered(thread, message)
    })
    worker.on('error', (error) => this.#failed(thread, error))
    worker.on('exit', () => this.#failed(thread, new Error('A thread of the copy ended unexpectedly.')))
    if (this.#place !== null) worker.postMessage({ place: this.#place })
    this.#threads.push(thread)
    return thread
  }

  /** Everything below a local folder, listed by several threads. */
  async list(root: string, ignore: string[]): Promise<Listing> {
    const parts = PARTS.map((part) => this.run({ kind: 'list', root, ignore, part }))
    return together((await Promise.all(parts)).map(unpackListing))
  }

  run(job: ListJob): Promise<PackedListing>
  run(job: DigestsJob): Promise<string[]>
  run(job: Exclude<Job, ListJob | DigestsJob>): Promise<BatchAnswer>
  run(job: Job): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed || this.#failure) {
        reject((this.#failure?.error as Error | undefined) ?? new Error('The copy has ended.'))
        return
      }
      this.#waiting.push({ job, resolve, reject })
      this.#deal()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  #deal(): void {
    for (;;) {
      const waiting = this.#waiting[0]
      if (!waiting) return
      let thread = this.#threads.reduce((a, b) => (b.open.size < a.open.size ? b : a))
      if (thread.open.size > 0 && this.#threads.length < this.#most) thread = this.#begin()
      if (thread.open.size > QUEUED) return
      this.#waiting.shift()
      const id = this.#serial++
      thread.open.set(id, waiting)
      const { job } = waiting
      thread.worker.postMessage({ id, job }, 'buffer' in job ? [job.buffer] : [])
    }
  }

  #answered(thread: Thread, { id, value, error }: { id: number; value?: unknown; error?: object }): void {
    const open = thread.open.get(id)
    thread.open.delete(id)
    if (error === undefined) open?.resolve(value)
    else open?.reject(Object.assign(new Error('writing failed'), error))
    this.#deal()
  }

  #failed(thread: Thread, error: unknown): void {
    if (this.#closed || this.#failure) return
    this.#failure = { error }
    for (const { reject } of [...thread.open.values(), ...this.#waiting]) reject(error)
    thread.open.clear()
    this.#waiting.length = 0
  }
}
