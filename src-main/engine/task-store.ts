import type { Task } from '../contract/tasks.ts'
import type { Advice } from './errors.ts'
import type { AppDatabase } from './app-database.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

export type TaskKind = Task['kind']
export type TaskState = Task['state']
export type TaskError = Advice & { message: string }

/** A task as its row tells it. Times in ms UTC. */
export interface TaskRecord {
  id: string
  kind: TaskKind
  title: string
  state: TaskState
  startedAt: number
  endedAt: number | null
  done: number
  total: number | null
  unit: string
  bytes: number | null
  problems: number
  error: TaskError | null
  dismissed: boolean
  hasParams: boolean
}

interface Row {
  id: string
  kind: string
  title: string
  state: string
  started_at: number
  ended_at: number | null
  done: number
  total: number | null
  unit: string
  bytes: number | null
  problems: number
  error: string | null
  dismissed: number
  has_params: number
}

const COLUMNS =
  'id, kind, title, state, started_at, ended_at, done, total, unit, bytes, problems, error, dismissed, params IS NOT NULL AS has_params'
/** Rows shown at most; older dismissed ones are removed after this many days. */
const SHOWN = 200
const KEEP_DISMISSED_MS = 30 * 86_400_000

/** The rows of the table `tasks`. */
export class TaskStore {
  readonly #db: AppDatabase
  readonly #owner: ProcessIdentity

  constructor(db: AppDatabase, owner: ProcessIdentity) {
    this.#db = db
    this.#owner = owner
  }

  insert(record: TaskRecord, params: unknown): void {
    this.#db
      .prepare(
        `INSERT INTO tasks (id, kind, title, state, started_at, done, total, unit, bytes, problems, params, pid, pid_started)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        record.id,
        record.kind,
        record.title,
        record.state,
        record.startedAt,
        record.done,
        record.total,
        record.unit,
        record.bytes,
        record.problems,
        params === undefined ? null : JSON.stringify(params),
        this.#owner.pid,
        this.#owner.started,
      )
  }

  /** Writes everything but params and result; the row belongs to this process from now on. */
  update(record: TaskRecord): void {
    this.#db
      .prepare(
        `UPDATE tasks SET title = ?, state = ?, started_at = ?, ended_at = ?, done = ?, total = ?, bytes = ?, problems = ?,
         error = ?, dismissed = ?, pid = ?, pid_started = ? WHERE id = ?`,
      )
      .run(
        record.title,
        record.state,
        record.startedAt,
        record.endedAt,
        record.done,
        record.total,
        record.bytes,
        record.problems,
        record.error ? JSON.stringify(record.error) : null,
        record.dismissed ? 1 : 0,
        this.#owner.pid,
        this.#owner.started,
        record.id,
      )
  }

  saveResult(id: string, result: unknown): void {
    this.#db.prepare('UPDATE tasks SET result = ? WHERE id = ?').run(JSON.stringify(result), id)
  }

  setDismissed(id: string): void {
    this.#db.prepare('UPDATE tasks SET dismissed = 1 WHERE id = ?').run(id)
  }

  get(id: string): TaskRecord | null {
    const row = this.#db.prepare(`SELECT ${COLUMNS} FROM tasks WHERE id = ?`).get(id) as Row | undefined
    return row ? toRecord(row) : null
  }

  /** Newest first. */
  list(): TaskRecord[] {
    const rows = this.#db.prepare(`SELECT ${COLUMNS} FROM tasks ORDER BY seq DESC LIMIT ?`).all(SHOWN)
    return (rows as Row[]).map(toRecord)
  }

  params(id: string): unknown {
    return this.#json(id, 'params')
  }

  result(id: string): unknown {
    return this.#json(id, 'result')
  }

  /** Marks the rows that a process left running which is no longer alive. Returns how many. */
  markInterrupted(now: number): number {
    const open = this.#db
      .prepare("SELECT id, pid, pid_started FROM tasks WHERE state IN ('running', 'paused')")
      .all() as { id: string; pid: number; pid_started: string }[]
    const dead = open.filter((row) => !isAlive({ pid: row.pid, started: row.pid_started }))
    const mark = this.#db.prepare(
      "UPDATE tasks SET state = 'interrupted', ended_at = ? WHERE id = ? AND state IN ('running', 'paused')",
    )
    for (const row of dead) mark.run(now, row.id)
    return dead.length
  }

  /** Removes dismissed rows of long ago. */
  prune(now: number): void {
    this.#db.prepare('DELETE FROM tasks WHERE dismissed = 1 AND ended_at < ?').run(now - KEEP_DISMISSED_MS)
  }

  /** Changes when another process wrote to the database. */
  version(): number {
    return this.#db.pragma('data_version', { simple: true }) as number
  }

  #json(id: string, column: 'params' | 'result'): unknown {
    const text = this.#db.prepare(`SELECT ${column} FROM tasks WHERE id = ?`).pluck().get(id) as
      string | null | undefined
    return text ? (JSON.parse(text) as unknown) : null
  }
}

function toRecord(row: Row): TaskRecord {
  return {
    id: row.id,
    kind: row.kind as TaskKind,
    title: row.title,
    state: row.state as TaskState,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    done: row.done,
    total: row.total,
    unit: row.unit,
    bytes: row.bytes,
    problems: row.problems,
    error: row.error ? (JSON.parse(row.error) as TaskError) : null,
    dismissed: row.dismissed === 1,
    hasParams: row.has_params === 1,
  }
}
