import type { Task } from '../../../src-main/contract/tasks.ts'
import type { Mark } from '../mark.ts'

/** Key of the word for a task's state. A check that found something has been done to its end all the same. */
export function stateKey({ kind, state }: Task): string {
  return kind === 'check' && state === 'partial' ? 'check.found' : `task.state.${state}`
}

/** Shape and colour of a task's state; its word is `stateKey`. */
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
