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
/** What must have been measured before a rate may tell the time left, either of: for so long, ms, and so much of the work. */
const TRUSTED = [
  { ms: 3000, share: 0.01 },
  { ms: 30_000, share: 0.001 },
] as const

/**
 * Measures how fast a task is going from what it reports, over the last seconds only: a disk that slows down shows.
 * `now` is passed in, ms.
 */
export class RateMeter {
  #samples: Sample[] = []
  /** Where measuring began, or began anew. */
  #begin: Sample | null = null

  /** Notes the counts at a moment. */
  add(now: number, done: number, bytes: number): void {
    const last = this.#samples.at(-1)
    if (last && (done < last.done || bytes < last.bytes)) this.reset()
    const samples = this.#samples
    this.#begin ??= { at: now, done, bytes }
    const before = samples.at(-2)
    // At most ten samples a second are kept: the newest one moves along.
    if (last && before && now - before.at < 100) samples[samples.length - 1] = { at: now, done, bytes }
    else samples.push({ at: now, done, bytes })
    while (samples.length > 2 && (samples[1]?.at ?? now) <= now - WINDOW_MS) samples.shift()
  }

  /** Forgets everything, e.g. when a task was paused. */
  reset(): void {
    this.#samples = []
    this.#begin = null
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

  /**
   * Seconds the rest will take at the rates of now. Where bytes are left they tell it, and the units (each file costs
   * its time) may only make it longer. Null while nothing can be told: it stands still, or too little was measured
   * (one small file says nothing of a large copy).
   */
  secondsLeft(now: number, left: { units: number; bytes?: number }): number | null {
    const { units, bytes = 0 } = left
    if (units <= 0 && bytes <= 0) return 0
    const begin = this.#begin
    const last = this.#samples.at(-1)
    const rates = this.rates(now)
    if (!begin || !last || !rates) return null
    const at = (rest: number, moved: number, rate: number): number | null =>
      rate > 0 && isTrusted(last.at - begin.at, moved, rest) ? rest / rate : null
    const byUnits = units > 0 ? at(units, last.done - begin.done, rates.rate) : null
    if (bytes <= 0) return byUnits === null ? null : Math.ceil(byUnits)
    const byBytes = at(bytes, last.bytes - begin.bytes, rates.byteRate)
    return byBytes === null ? null : Math.ceil(Math.max(byBytes, byUnits ?? 0))
  }
}

/** True when so much was measured that what is left can be told from it: `ms` of measuring, `moved` of it in that time. */
export function isTrusted(ms: number, moved: number, left: number): boolean {
  const share = moved / (moved + left)
  return TRUSTED.some((least) => ms >= least.ms && share >= least.share)
}
