import { randomUUID } from 'node:crypto'
import type { Task } from '../contract/tasks.ts'
import type { AppDatabase } from './app-database.ts'
import { describeError, ExpectedError } from './errors.ts'
import { ownIdentity } from './process-identity.ts'
import { RateMeter } from './task-rate.ts'
import { watchList } from './task-watch.ts'
import { TaskStore, type TaskKind, type TaskRecord } from './task-store.ts'
import type { TaskOutcome, TaskProgress, TaskRunner, TaskSpec } from './task-types.ts'

export type { TaskKind } from './task-store.ts'
export type { TaskContext, TaskOutcome, TaskRunner, TaskSpec } from './task-types.ts'

interface Live {
  record: TaskRecord
  meter: RateMeter
  abort: AbortController
  pause: (() => void | Promise<void>) | null
  goOn: (() => void | Promise<void>) | null
  savedAt: number
  /** Only of this moment: not kept with the row. */
  phase: string | null
  /** What the task says itself; undefined: it leaves that to the meter. */
  secondsLeft: number | null | undefined
  closing: boolean
  dismissAtEnd: boolean
  finished: Promise<Task>
}

/** Progress is written to the row at most this often, ms. */
const SAVE_MS = 1000
/**
 * Everything long is a task: a row before it starts, measured progress, stop, pause and resume, its result kept as
 * JSON until a person has dismissed it. Tasks that a dead process left running show as interrupted.
 */
export class TaskManager {
  readonly #store: TaskStore
  readonly #live = new Map<string, Live>()
  readonly #resumers = new Map<TaskKind, (params: unknown) => TaskRunner>()
  readonly #partialIsEnd = new Set<TaskKind>()
  readonly #listeners = new Set<() => void>()
  #closed = false

  constructor(db: AppDatabase) {
    this.#store = new TaskStore(db, ownIdentity())
    this.#store.markInterrupted(Date.now())
    this.#store.prune(Date.now())
  }

  /** Says how tasks of a kind are started again from their params; `partialIsEnd`: `partial` means done, with findings. */
  registerResumer(kind: TaskKind, resumer: (params: unknown) => TaskRunner, partialIsEnd = false): void {
    this.#resumers.set(kind, resumer)
    if (partialIsEnd) this.#partialIsEnd.add(kind)
  }

  /** Writes the row, then runs the task. `finished` never rejects: a failure is a task in state `failed`. */
  start(spec: TaskSpec, runner: TaskRunner): { id: string; finished: Promise<Task> } {
    if (this.#closed) throw closedError()
    const record: TaskRecord = {
      id: randomUUID(),
      kind: spec.kind,
      title: spec.title,
      state: 'running',
      startedAt: Date.now(),
      endedAt: null,
      done: 0,
      total: spec.total ?? null,
      unit: spec.unit,
      bytes: spec.countsBytes ? 0 : null,
      problems: 0,
      error: null,
      dismissed: false,
      hasParams: spec.params !== undefined,
    }
    this.#store.insert(record, spec.params)
    return { id: record.id, finished: this.#run(record, runner) }
  }

  /** All tasks, newest first. */
  list(): Task[] {
    return this.#store.list().map((record) => this.#toTask(this.#live.get(record.id)?.record ?? record))
  }

  /** One task; throws NOT_FOUND. */
  get(id: string): Task {
    return this.#toTask(this.#record(id))
  }

  /** The result of a task, null while there is none. */
  result(id: string): unknown {
    this.#record(id)
    return this.#store.result(id)
  }

  /** The params a task was started with. */
  params(id: string): unknown {
    this.#record(id)
    return this.#store.params(id)
  }

  /** Asks a task to stop and waits until it has. A paused one stops too. */
  async stop(id: string): Promise<void> {
    const live = this.#live.get(id)
    if (!live) throw this.#notRunning(id)
    live.abort.abort()
    if (live.record.state === 'paused') await live.goOn?.()
    await live.finished
  }

  async pause(id: string): Promise<void> {
    const live = this.#live.get(id)
    if (!live) throw this.#notRunning(id)
    if (live.record.state !== 'running' || !live.pause) return
    await live.pause()
    // It may have ended meanwhile.
    if (!this.#live.has(id)) return
    live.record.state = 'paused'
    live.meter.reset()
    this.#save(live)
  }

  /** Goes on with a paused task, or starts a stopped, interrupted, failed or partly failed one again: the same row. */
  async resume(id: string): Promise<void> {
    const live = this.#live.get(id)
    if (live) {
      if (live.record.state !== 'paused') return
      await live.goOn?.()
      if (!this.#live.has(id)) return
      live.record.state = 'running'
      live.meter.reset()
      this.#save(live)
      return
    }
    if (this.#closed) throw closedError()
    const record = this.#record(id)
    const resumer = this.#resumers.get(record.kind)
    if (!this.#canRestart(record) || !resumer) {
      throw new ExpectedError('REFUSED', 'This task cannot be resumed', {
        why: 'It is finished, belongs to another running Lifeboat, or is of a kind that starts anew.',
        next: 'Start it again from where it was started.',
      })
    }
    const params = this.#store.params(id)
    Object.assign(record, {
      state: 'running',
      startedAt: Date.now(),
      endedAt: null,
      done: 0,
      problems: 0,
      error: null,
      dismissed: false,
    })
    if (record.bytes !== null) record.bytes = 0
    this.#store.update(record)
    void this.#run(record, resumer(params))
  }

  /** A person has seen the result. A running task stays. */
  dismiss(id: string): void {
    const record = this.#record(id)
    if (this.#live.has(id)) return
    this.#store.setDismissed(record.id)
    this.#changed()
  }

  /** Dismisses a task now or, while it runs, as soon as it is over: for results that were shown elsewhere. */
  dismissWhenOver(id: string): void {
    const live = this.#live.get(id)
    if (live) live.dismissAtEnd = true
    else this.dismiss(id)
  }

  /**
   * All tasks at once, then the whole list again after every change, at most 4 times a second, until `signal` is
   * aborted, the manager closes or the iterator is returned.
   */
  watch(signal?: AbortSignal): AsyncGenerator<Task[], void, void> {
    const watched = {
      list: () => this.list(),
      version: () => this.#store.version(),
      busy: () => this.#live.size > 0,
      ended: () => this.#closed,
      listen: (listener: () => void) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
    }
    return watchList(watched, signal)
  }

  /** Ends the manager: running tasks are asked to stop and are kept as interrupted, to be resumed next time. */
  async close(): Promise<void> {
    this.#closed = true
    const running = [...this.#live.values()]
    for (const live of running) {
      live.closing = true
      live.abort.abort()
      if (live.record.state === 'paused') await live.goOn?.()
    }
    await Promise.allSettled(running.map((live) => live.finished))
    this.#changed()
  }

  #run(record: TaskRecord, runner: TaskRunner): Promise<Task> {
    const live: Live = {
      record,
      meter: new RateMeter(),
      abort: new AbortController(),
      pause: null,
      goOn: null,
      savedAt: Date.now(),
      phase: null,
      secondsLeft: undefined,
      closing: false,
      dismissAtEnd: false,
      finished: Promise.resolve(null as unknown as Task),
    }
    this.#live.set(record.id, live)
    live.finished = this.#execute(live, runner)
    this.#changed()
    return live.finished
  }

  async #execute(live: Live, runner: TaskRunner): Promise<Task> {
    const { record } = live
    let outcome: TaskOutcome
    try {
      // The caller gets the id before anything else happens.
      await Promise.resolve()
      outcome = await runner({
        id: record.id,
        signal: live.abort.signal,
        update: (progress) => this.#progress(live, progress),
        onPause: (pause, resume) => {
          live.pause = pause
          live.goOn = resume
          this.#changed()
        },
      })
    } catch (error) {
      const { message, why, next } = describeError(error)
      outcome = live.abort.signal.aborted
        ? { state: 'stopped' }
        : { state: 'failed', error: { message, why, next } }
    }
    this.#live.delete(record.id)
    record.state = outcome.state === 'stopped' && live.closing ? 'interrupted' : outcome.state
    record.endedAt = Date.now()
    record.error = outcome.error ?? null
    record.dismissed = live.dismissAtEnd
    try {
      if (outcome.result !== undefined) this.#store.saveResult(record.id, outcome.result)
      this.#store.update(record)
    } catch {
      // The data folder is full or gone; the row will show as interrupted, which is true enough.
    }
    this.#changed()
    return this.#toTask(record)
  }

  #progress(live: Live, progress: TaskProgress): void {
    const { record } = live
    if (progress.done !== undefined) record.done = progress.done
    if (progress.total !== undefined) record.total = progress.total
    if (progress.bytes !== undefined) record.bytes = progress.bytes
    if (progress.problems !== undefined) record.problems = progress.problems
    if (progress.title !== undefined) record.title = progress.title
    if (progress.secondsLeft !== undefined) live.secondsLeft = progress.secondsLeft
    if (progress.phase !== undefined) this.#enter(live, progress.phase)
    const now = Date.now()
    if (record.state === 'running') live.meter.add(now, record.done, record.bytes ?? 0)
    if (now - live.savedAt >= SAVE_MS) this.#save(live)
    else this.#changed()
  }

  /** Another phase counts other things: its rate begins anew. */
  #enter(live: Live, phase: string): void {
    if (live.phase !== null && live.phase !== phase) live.meter.reset()
    live.phase = phase
  }

  #save(live: Live): void {
    live.savedAt = Date.now()
    try {
      this.#store.update(live.record)
    } catch {
      // Progress that cannot be written must not stop the work; the end is written again.
    }
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #record(id: string): TaskRecord {
    const record = this.#live.get(id)?.record ?? this.#store.get(id)
    if (!record) {
      throw new ExpectedError('NOT_FOUND', 'There is no such task', {
        why: 'It was removed, or belongs to another data folder.',
        next: 'Reload the list of tasks.',
      })
    }
    return record
  }

  #notRunning(id: string): ExpectedError {
    const { state } = this.#record(id)
    const elsewhere = state === 'running' || state === 'paused'
    return new ExpectedError('REFUSED', 'This task is not running here', {
      why: elsewhere ? 'It belongs to another running Lifeboat.' : `Its state is ${state}.`,
      next: elsewhere ? 'Stop it there.' : 'Nothing has to be done.',
    })
  }

  #canRestart(record: TaskRecord): boolean {
    const ended = ['partial', 'failed', 'stopped', 'interrupted'].includes(record.state)
    if (record.state === 'partial' && this.#partialIsEnd.has(record.kind)) return false
    return ended && record.hasParams && this.#resumers.has(record.kind)
  }

  #toTask(record: TaskRecord): Task {
    const live = this.#live.get(record.id)
    const now = Date.now()
    const running = record.state === 'running' ? live : undefined
    const rates = running ? running.meter.rates(now) : null
    const rate = rates ? round(rates.rate) : null
    return {
      id: record.id,
      kind: record.kind,
      title: record.title,
      state: record.state,
      startedAt: record.startedAt,
      endedAt: record.endedAt,
      done: record.done,
      total: record.total,
      unit: record.unit,
      ...(live?.phase ? { phase: live.phase } : {}),
      bytes: record.bytes,
      rate,
      byteRate: rates && record.bytes !== null ? Math.round(rates.byteRate) : null,
      secondsLeft: running ? secondsLeft(running, now) : null,
      problems: record.problems,
      error: record.error,
      dismissed: record.dismissed,
      canStop: live !== undefined,
      canPause: live?.pause != null && record.state === 'running',
      canResume: live ? record.state === 'paused' : this.#canRestart(record),
    }
  }
}

function secondsLeft(
  { record: { done, total }, secondsLeft: said, meter }: Live,
  now: number,
): number | null {
  if (said !== undefined) return said
  return total === null ? null : meter.secondsLeft(now, { units: total - done })
}

function closedError(): ExpectedError {
  return new ExpectedError('REFUSED', 'Lifeboat is closing', {
    why: 'No new task can be started now.',
    next: 'Open Lifeboat again.',
  })
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10
}
