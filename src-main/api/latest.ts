/** A watcher hears at most four times a second. */
const WATCH_MS = 250

/** A value that changes often and is followed by several watchers, each of which is only interested in the latest. */
export class Latest<T> {
  #value: T
  #version = 0
  #ended = false
  readonly #wake = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    this.#value = value
    this.#version++
    this.#wakeAll()
  }

  /** Ends all watchers. */
  end(): void {
    this.#ended = true
    this.#wakeAll()
  }

  /** The value at once, then after every change, at most 4 times a second, until `signal` aborts or it ends. */
  async *watch(signal?: AbortSignal): AsyncGenerator<T, void, void> {
    while (!this.#ended && !signal?.aborted) {
      const seen = this.#version
      yield this.#value
      await this.#pause(WATCH_MS, signal)
      if (this.#version === seen) await this.#change(signal)
    }
  }

  #wakeAll(): void {
    for (const wake of this.#wake) wake()
  }

  /** Waits for a change, the end or the signal. */
  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wake.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      this.#wake.add(done)
      signal?.addEventListener('abort', done)
      if (this.#ended || signal?.aborted) done()
    })
  }

  #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done)
    })
  }
}
