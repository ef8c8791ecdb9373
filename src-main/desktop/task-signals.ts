import type { Task } from '../contract/tasks.ts'

/** Something long: a task, or a step of a recovery. */
export type Work = Pick<
  Task,
  'id' | 'title' | 'state' | 'startedAt' | 'endedAt' | 'done' | 'total' | 'canStop' | 'error'
> & { kind: Task['kind'] | 'step' }

/** What the system can be told about tasks: taskbar or dock, sleep, a note in the corner of the screen. */
export interface Signals {
  /** Share of the whole from 0 to 1; null = under way without a known end; 'none' = nothing runs. */
  progress(share: number | null | 'none', paused: boolean): void
  /** Keeps the laptop from going to sleep, or lets it again. */
  stayAwake(wanted: boolean): void
  /** Tells about a task that is over. */
  tell(task: Work): void
  /** False while the person looks at something else. */
  isWatched(): boolean
}

/** What is done sooner than this needs no word to somebody who has looked away, ms. */
const LONG_MS = 2000
const OVER: ReadonlySet<string> = new Set(['done', 'partial', 'failed'])

/** Passes on what changes in the list of tasks. Only tasks of this process count: others have a window of their own. */
export class TaskSignals {
  readonly #signals: Signals
  #running = new Set<string>()
  #shown = ''
  #awake = false

  constructor(signals: Signals) {
    this.#signals = signals
  }

  /** @param tasks the whole list, as TaskManager.watch gives it, and the steps of recoveries beside them */
  update(tasks: readonly Work[]): void {
    const own = tasks.filter(({ canStop }) => canStop)
    const active = own.filter(({ state }) => state === 'running')
    this.#showProgress(own, active.length === 0)
    this.#keepAwake(active.length > 0)
    for (const task of tasks) {
      if (!this.#running.has(task.id) || task.canStop || !OVER.has(task.state)) continue
      const isLong = (task.endedAt ?? task.startedAt) - task.startedAt >= LONG_MS
      if ((isLong || task.state !== 'done') && !this.#signals.isWatched()) this.#signals.tell(task)
    }
    this.#running = new Set(own.map(({ id }) => id))
  }

  /** Nothing runs any more. */
  end(): void {
    this.#showProgress([], true)
    this.#keepAwake(false)
  }

  #showProgress(own: readonly Work[], paused: boolean): void {
    const shares = own.flatMap(({ done, total }) => (total === null || total <= 0 ? [] : [done / total]))
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    // one of unknown length makes the whole unknown
    const share = own.length === 0 ? 'none' : shares.length < own.length ? null : Math.min(1, mean)
    const shown = `${typeof share === 'number' ? share.toFixed(2) : String(share)} ${String(paused)}`
    if (shown === this.#shown) return
    this.#shown = shown
    this.#signals.progress(share, paused && own.length > 0)
  }

  #keepAwake(wanted: boolean): void {
    if (wanted === this.#awake) return
    this.#awake = wanted
    this.#signals.stayAwake(wanted)
  }
}
