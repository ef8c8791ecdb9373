/** What a task measured at one moment. */
interface Sample {
  at: number
  done: number
  bytes: number
}

/** Span over which a rate is measured, ms. */
const WINDOW_MS = 6000
/** Below this span nothing is said: a first rate would jump. */
const MIN_SPAN_MS = 400

/**
 * Measures how fast a task is going from what it reports, over the last seconds only: a disk that slows down shows.
 * `now` is passed in, ms.
 */
export class RateMeter {
  #samples: Sample[] = []

  /** Notes the counts at a moment. */
  add(now: number, done: number, bytes: number): void {
    const samples = this.#samples
    const last = samples.at(-1)
    if (last && (done < last.done || bytes < last.bytes)) samples.length = 0
    const before = samples.at(-2)
    // At most ten samples a second are kept: the newest one moves along.
    if (last && before && now - before.at < 100) samples[samples.length - 1] = { at: now, done, bytes }
    else samples.push({ at: now, done, bytes })
    while (samples.length > 2 && (samples[1]?.at ?? now) <= now - WINDOW_MS) samples.shift()
  }

  /** Forgets everything, e.g. when a task was paused. */
  reset(): void {
    this.#samples = []
  }

  /** Units and bytes a second; null while too little is known. A task that stands still falls to zero. */
  rates(now: number): { rate: number; byteRate: number } | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last) return null
    // Silence after the last report counts too, once it is longer than reports usually are apart.
    const end = now - last.at > 2000 ? now : last.at
    const span = end - first.at
    if (span < MIN_SPAN_MS) return null
    return {
      rate: ((last.done - first.done) * 1000) / span,
      byteRate: ((last.bytes - first.bytes) * 1000) / span,
    }
  }
}

/** Seconds left at a rate; null when it cannot be told. */
export function secondsLeft(done: number, total: number | null, rate: number | null): number | null {
  if (total === null || rate === null) return null
  if (done >= total) return 0
  return rate > 0 ? Math.ceil((total - done) / rate) : null
}
