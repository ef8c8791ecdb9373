import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'

/** Keeps work at a chosen speed and lets commands be answered meanwhile. */
export class Pace {
  readonly #perSecond: () => number
  #due = performance.now()
  #breath = performance.now()

  /** @param perSecond steps a second; 0: as fast as it goes */
  constructor(perSecond: () => number) {
    this.#perSecond = perSecond
  }

  /** Waits until the next step may be done. */
  async step(): Promise<void> {
    const rate = this.#perSecond()
    const now = performance.now()
    if (rate > 0) {
      this.#due = Math.max(this.#due, now - 1000) + 1000 / rate
      if (this.#due > now + 1) {
        await sleep(this.#due - now)
        this.#breath = performance.now()
        return
      }
    }
    if (now - this.#breath > 8) {
      await breathe()
      this.#breath = performance.now()
    }
  }
}
