import type { Worker } from 'node:worker_threads'
import { ExpectedError } from '../engine/errors.ts'
import { startWorker } from '../engine/worker-thread.ts'
import { newPulse, PulseWatch } from './pulse.ts'

/** Jobs that a thread has in hand: the next one is there when the answer to the first goes out. */
const IN_HAND = 2
/** So many reads that never end are a dead disk, not a few bad sectors. */
const MAX_ABANDONED = 48
/** When the work is to stop, a read that hangs is waited for only so long, ms. */
const STOPPING_MS = 2000

/** What goes to a thread. */
export interface ToReader<Job> {
  job: Job
  /** Files and folders, relative paths, that hung before and that were not told to this thread yet. */
  hung: readonly string[]
}

export interface PoolPlan<Job, Answer> {
  /** File of the worker beside `importMetaUrl`, without ending. */
  name: string
  importMetaUrl: string
  count: number
  /** How long one file may take, ms. */
  timeoutMs: number
  /** Data for a new thread; `pulse` is the memory in which it tells what it reads. */
  dataFor(index: number, pulse: SharedArrayBuffer): object
  /** What is left of a job after this answer; null when it is done. */
  left(job: Job, answer: Answer): Job | null
  /** What to do instead of a job that hung. */
  afterHang(job: Job): Job
}

interface Session<Job, Answer> {
  next: () => Job | null
  take: (answer: Answer) => void
  gate: () => Promise<void>
  resolve: () => void
  reject: (error: Error) => void
}

interface Thread<Job> {
  worker: Worker
  watch: PulseWatch
  jobs: Job[]
  /** How many of the hung paths it was told. */
  told: number
}

/**
 * A few threads that each answer one message after the other. `feed` hands out jobs until there are none. A thread that
 * hangs in a read is left alone and another one takes its place and the rest of its jobs; what hung is not read again
 * by any thread.
 */
export class WorkerPool<Job, Answer> {
  readonly #plan: PoolPlan<Job, Answer>
  readonly #threads: Thread<Job>[]
  readonly #returned: Job[] = []
  readonly #hung: string[] = []
  readonly #abandoned = new Set<Worker>()
  readonly #timer: NodeJS.Timeout
  #session: Session<Job, Answer> | null = null
  #stopping = false

  constructor(plan: PoolPlan<Job, Answer>) {
    this.#plan = plan
    this.#threads = Array.from({ length: plan.count }, (_, index) => this.#start(index))
    this.#timer = setInterval(
      () => {
        this.#look()
      },
      Math.min(500, plan.timeoutMs / 4),
    )
    this.#timer.unref()
  }

  /** Threads that hang in a read at this moment. */
  get hanging(): number {
    return this.#abandoned.size
  }

  /** From now on a hanging read is waited for only shortly. */
  hurry(): void {
    this.#stopping = true
  }

  /**
   * Runs jobs on all threads until `next` gives none; answers come in any order. `gate` is awaited before each job: it
   * holds while paused. Rejects with the first error of a thread, of `next` or of `take`.
   */
  feed(next: () => Job | null, take: (answer: Answer) => void, gate: () => Promise<void>): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#session = { next, take, gate, resolve, reject }
      for (const thread of this.#threads) void this.#supply(thread)
    }).finally(() => {
      this.#session = null
    })
  }

  /** Ends the threads; one that hangs ends when its read does. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  #start(index: number): Thread<Job> {
    const pulse = newPulse()
    const worker = startWorker(this.#plan.name, this.#plan.importMetaUrl, {
      workerData: this.#plan.dataFor(index, pulse),
      // Without it a thread lets garbage pile up: it reads for minutes and holds little.
      resourceLimits: { maxYoungGenerationSizeMb: 24 },
    })
    const thread: Thread<Job> = { worker, watch: new PulseWatch(pulse), jobs: [], told: 0 }
    worker.on('message', (answer: Answer) => {
      this.#answered(thread, answer)
    })
    worker.on('error', (error: Error) => this.#session?.reject(error))
    worker.on('exit', () => this.#session?.reject(new Error('A reading thread ended unexpectedly.')))
    return thread
  }

  #answered(thread: Thread<Job>, answer: Answer): void {
    const session = this.#session
    const job = thread.jobs[0]
    if (session === null || job === undefined) return
    try {
      const left = this.#plan.left(job, answer)
      if (left === null) thread.jobs.shift()
      else thread.jobs[0] = left
      if (left === null) void this.#supply(thread)
      session.take(answer)
    } catch (error) {
      session.reject(error as Error)
    }
  }

  async #supply(thread: Thread<Job>): Promise<void> {
    const session = this.#session
    if (session === null) return
    try {
      await session.gate()
      while (thread.jobs.length < IN_HAND && this.#threads.includes(thread)) {
        const job = this.#returned.shift() ?? session.next()
        if (job === null) break
        thread.jobs.push(job)
        const message: ToReader<Job> = { job, hung: this.#hung.slice(thread.told) }
        thread.told = this.#hung.length
        thread.worker.postMessage(message)
      }
      if (this.#threads.every(({ jobs }) => jobs.length === 0)) session.resolve()
    } catch (error) {
      session.reject(error as Error)
    }
  }

  /** Looks for threads that hang. */
  #look(): void {
    const { timeoutMs } = this.#plan
    const limit = this.#stopping ? Math.min(STOPPING_MS, timeoutMs) : timeoutMs
    for (const [index, thread] of this.#threads.entries()) {
      if (thread.jobs.length === 0) continue
      const path = thread.watch.stuckAt(performance.now(), limit)
      if (path !== null) this.#replace(index, thread, path)
    }
  }

  #replace(index: number, thread: Thread<Job>, path: string): void {
    const { worker } = thread
    this.#hung.push(path)
    this.#abandoned.add(worker)
    worker.removeAllListeners()
    worker.on('error', () => undefined)
    worker.on('exit', () => this.#abandoned.delete(worker))
    // Takes effect when the read returns, if it ever does; it also holds the process, so `unref` comes after it.
    void worker.terminate()
    worker.unref()
    if (this.#abandoned.size > MAX_ABANDONED) {
      this.#session?.reject(
        new ExpectedError('UNREADABLE', 'The disk no longer answers', {
          why: `${String(this.#abandoned.size)} files, the last one ${path}, could not be read within the time limit.`,
          next: 'Copy the disk with a tool for failing disks (ddrescue), then start again on the copy; what was read is kept.',
        }),
      )
      return
    }
    const fresh = this.#start(index)
    this.#threads[index] = fresh
    const [first, ...others] = thread.jobs
    if (first !== undefined) this.#returned.unshift(this.#plan.afterHang(first), ...others)
    void this.#supply(fresh)
  }
}
