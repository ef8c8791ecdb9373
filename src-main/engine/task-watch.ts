/** What a watcher needs to know of the tasks. */
export interface Watched<T> {
  list(): T
  /** Changes when another process wrote. */
  version(): number
  /** Something runs here: its rates age. */
  busy(): boolean
  ended(): boolean
  /** Calls `listener` at every change; returns how to stop that. */
  listen(listener: () => void): () => void
}

/** A watcher hears at most four times a second. */
const WATCH_MS = 250
/** Rates age and other processes write: a watcher looks again after this long, ms. */
const TICK_MS = 1000

/**
 * The list at once, then again after every change, at most 4 times a second and only when it differs, until `signal` is
 * aborted, the tasks end or the iterator is returned.
 */
export async function* watchList<T>(
  watched: Watched<T>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, void> {
  const over = (): boolean => signal?.aborted === true || watched.ended()
  const bell = new Bell()
  const ring = (): void => bell.ring()
  const forget = watched.listen(ring)
  signal?.addEventListener('abort', ring)
  try {
    let last = ''
    let version = watched.version()
    while (!over()) {
      const list = watched.list()
      const text = JSON.stringify(list)
      if (text !== last) {
        last = text
        yield list
      }
      await new Promise((done) => setTimeout(done, WATCH_MS))
      while (!over() && !(await bell.wait(TICK_MS))) {
        if (over()) return
        const now = watched.version()
        if (now !== version || watched.busy()) {
          version = now
          break
        }
      }
    }
  } finally {
    forget()
    signal?.removeEventListener('abort', ring)
  }
}

/** Remembers that it rang until somebody waits. */
class Bell {
  #rung = false
  #wake: (() => void) | null = null

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** True when it rang, false when `ms` went by in silence. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#rung) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, ms)
        this.#wake = () => {
          clearTimeout(timer)
          done()
        }
      })
      this.#wake = null
    }
    const rung = this.#rung
    this.#rung = false
    return rung
  }
}
