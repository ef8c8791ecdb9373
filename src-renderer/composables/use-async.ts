import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { isAbort, toShownError, type ShownError } from '../format/shown-error.ts'

/** A skeleton appears only after this long: quick answers must not flicker. */
export const SLOW_AFTER_MS = 200

export interface Async<T, Args extends unknown[]> {
  data: ShallowRef<T | undefined>
  error: ShallowRef<ShownError | null>
  pending: Ref<boolean>
  /** Pending for longer than 200 ms and nothing to show yet. */
  slow: Ref<boolean>
  /** Runs again; an earlier run that is still under way is given up. Never rejects. */
  run(...args: Args): Promise<void>
  /** Runs the last call again. */
  retry(): Promise<void>
  clear(): void
}

/** One asynchronous question of a screen with its states: pending, slow, failed, there. Old data stay until new ones come. */
export function useAsync<T, Args extends unknown[]>(
  ask: (signal: AbortSignal, ...args: Args) => Promise<T>,
): Async<T, Args> {
  const data = shallowRef<T>()
  const error = shallowRef<ShownError | null>(null)
  const pending = ref(false)
  const slow = ref(false)
  let controller: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let last: Args | null = null

  async function run(...args: Args): Promise<void> {
    controller?.abort()
    const mine = new AbortController()
    controller = mine
    last = args
    pending.value = true
    clearTimeout(timer)
    timer = setTimeout(() => (slow.value = data.value === undefined), SLOW_AFTER_MS)
    try {
      const answer = await ask(mine.signal, ...args)
      if (controller !== mine) return
      data.value = answer
      error.value = null
    } catch (thrown) {
      if (controller !== mine || isAbort(thrown)) return
      error.value = toShownError(thrown)
    } finally {
      if (controller === mine) {
        clearTimeout(timer)
        pending.value = false
        slow.value = false
      }
    }
  }

  function clear(): void {
    controller?.abort()
    controller = null
    clearTimeout(timer)
    data.value = undefined
    error.value = null
    pending.value = false
    slow.value = false
  }

  onScopeDispose(clear)
  return { data, error, pending, slow, run, retry: async () => (last ? run(...last) : undefined), clear }
}
