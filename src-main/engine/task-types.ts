import type { TaskError, TaskKind } from './task-store.ts'

/** What a task is, said before it starts. */
export interface TaskSpec {
  kind: TaskKind
  /** One line for a person: `Exporting 1,204 messages to /mnt/usb/out`. */
  title: string
  /** What `done` and `total` count, plural: `messages`. */
  unit: string
  total?: number | null
  /** True when `bytes` will be counted. */
  countsBytes?: boolean
  /** What is needed to start it again; JSON. Without params a task cannot be resumed. */
  params?: unknown
}

/** What a task reports while it runs; what is left out stays. Counts are totals so far, not differences. */
export interface TaskProgress {
  done?: number
  total?: number | null
  bytes?: number
  problems?: number
  title?: string
  phase?: string
  /** Where the task knows better than its count tells, e.g. by bytes; null: it cannot be told. Left out: by the count. */
  secondsLeft?: number | null
}

/** How a task ended when it did not throw. */
export interface TaskOutcome {
  state: 'done' | 'partial' | 'failed' | 'stopped'
  /** Kept as JSON with the row. */
  result?: unknown
  error?: TaskError
}

/** What a running task gets from the manager. */
export interface TaskContext {
  readonly id: string
  /** Aborted when a person stops the task or the app ends: finish what is in hand, keep the state, return. */
  readonly signal: AbortSignal
  /** Cheap; call it as often as you like. */
  update(progress: TaskProgress): void
  /** Tells how the task pauses and goes on. Without it the task cannot be paused. */
  onPause(pause: () => void | Promise<void>, resume: () => void | Promise<void>): void
}

export type TaskRunner = (context: TaskContext) => Promise<TaskOutcome>
