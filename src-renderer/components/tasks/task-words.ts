import type { Task } from '../../../src-main/contract/tasks.ts'
import type { Mark } from '../mark.ts'

/** Shape and colour of a task's state; its word is `task.state.<state>`. */
export function markOf(task: Task): Mark {
  switch (task.state) {
    case 'running':
      return 'running'
    case 'paused':
      return 'paused'
    case 'done':
      return 'ok'
    case 'partial':
      return 'attention'
    case 'failed':
      return 'failed'
    case 'stopped':
    case 'interrupted':
      return 'off'
  }
}
