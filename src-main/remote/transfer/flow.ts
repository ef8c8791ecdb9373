/** What came in so long, ms, may be in hand; but never less than a few files. */
const HELD_MS = 25
const LEAST_HELD = 64 * 1024

/**
 * What holds a transfer back: a person who paused it, the bandwidth limit, and bytes that came in but are not yet
 * judged and written. Times in ms.
 */
export class Flow {
  readonly #most: number
  readonly #jobs: number
  #max: number
  #held = 0
  #paused = false
  #limit: number | null
  /** When the bytes taken so far would be through at the limit. */
  #throughAt = 0
  #wake: (() => void)[] = []
  #stopped: Error | null = null

  /** @param max bytes in hand at once; @param jobs threads that judge and write; @param limit bytes a second */
  constructor(max: number, jobs: number, limit: number | null) {
    this.#most = max
    this.#jobs = jobs
    this.#max = max
    this.#limit = limit
  }

  get paused(): boolean {
    return this.#paused
  }

  get limit(): number | null {
    return this.#limit
  }

  setLimit(limit: number | null): void {
    this.#limit = limit
    this.#throughAt = 0
    this.#changed()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#throughAt = 0
    this.#changed()
  }

  /** Ends every wait with an error. */
  stop(reason: unknown): void {
    this.#stopped = reason instanceof Error ? reason : new Error(String(reason))
    this.#changed()
  }

  /** Bytes a ms come in: on a slow line (or computer) less is held, for it is lost when this process dies. */
  measured(rate: number): void {
    this.#max = Math.min(this.#most, Math.max(LEAST_HELD, rate * HELD_MS))
    this.#changed()
  }

  /** Bytes that make a job: so few that each thread has one in hand and one waiting before the source is held back. */
  get piece(): number {
    return this.#max / (2 * this.#jobs)
  }

  /** Bytes came in over the network (or from the disk). */
  took(bytes: number): void {
    if (this.#limit === null) return
    const now = Date.now()
    this.#throughAt = Math.max(this.#throughAt, now - 100) + (bytes / this.#limit) * 1000
  }

  hold(bytes: number): void {
    this.#held += bytes
  }

  release(bytes: number): void {
    this.#held -= bytes
    this.#changed()
  }

  /** Null when the transfer may go on at once; else a promise of that. Rejects when it was stopped. */
  wait(): Promise<void> | null {
    if (this.#stopped !== null) return Promise.reject(this.#stopped)
    return this.#mayGoOn() ? null : this.#waitLong()
  }

  #mayGoOn(): boolean {
    return !this.#paused && this.#held < this.#max && this.#tooSoon() <= 0
  }

  #tooSoon(): number {
    return this.#limit === null ? 0 : this.#throughAt - Date.now() - 20
  }

  async #waitLong(): Promise<void> {
    while (!this.#mayGoOn()) {
      const soon = this.#tooSoon()
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve)
        if (soon > 0) setTimeout(resolve, Math.min(soon + 20, 1000))
      })
      if (this.#stopped !== null) throw this.#stopped
    }
  }

  #changed(): void {
    const wake = this.#wake
    this.#wake = []
    for (const resolve of wake) resolve()
  }
}
