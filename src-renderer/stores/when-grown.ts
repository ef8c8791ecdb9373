import { onScopeDispose, watch } from 'vue'
import { useBackup } from './backup.ts'

/**
 * Does `work` when the open catalog has more to show: at most every `everyMs` while it grows, and at once when everything
 * was read, so that a list is never behind a screen that says so.
 */
export function whenGrown(everyMs: number, work: () => void): void {
  const backup = useBackup()
  let timer: ReturnType<typeof setTimeout> | undefined
  const now = (): void => {
    clearTimeout(timer)
    timer = undefined
    work()
  }
  watch(
    () => [backup.revision, backup.complete] as const,
    ([, complete], [, before]) => {
      if (complete && !before) now()
      else timer ??= setTimeout(now, everyMs)
    },
  )
  onScopeDispose(() => clearTimeout(timer))
}
