import type { Task } from '../contract/tasks.ts'
import type { Log } from './log.ts'
import type { TaskManager } from './tasks.ts'

/** Writes into the log when a task of this process begins and how it ends. Titles stay out: they may name mail. */
export async function logTasks(tasks: TaskManager, log: Log, signal: AbortSignal): Promise<void> {
  const running = new Set<string>()
  for await (const list of tasks.watch(signal)) {
    for (const task of list) {
      if (task.canStop && !running.has(task.id)) {
        running.add(task.id)
        log.info('task begins', { task: task.id, kind: task.kind })
      } else if (running.has(task.id) && task.endedAt !== null && !task.canStop) {
        running.delete(task.id)
        tellEnd(task, log)
      }
    }
  }
}

function tellEnd(
  { id, kind, state, startedAt, endedAt, done, total, problems, error }: Task,
  log: Log,
): void {
  const seconds = Math.round((endedAt ?? startedAt) - startedAt) / 1000
  const facts = { task: id, kind, state, seconds, done, total, problems, ...(error ? { why: error } : {}) }
  if (state === 'failed') log.error('task failed', facts)
  else log.info('task ends', facts)
}
