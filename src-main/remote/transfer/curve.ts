import type { CurvePoint } from './types.ts'

/** Points that a picture needs at most. */
const MAX_POINTS = 240

/** Throughput over the whole time of a transfer, in a bounded number of points: their distance grows with it. */
export class Curve {
  /** Seconds and bytes so far. */
  #samples: { at: number; bytes: number }[] = [{ at: 0, bytes: 0 }]
  /** Seconds between two points. */
  #step = 1

  add(at: number, bytes: number): void {
    const last = this.#samples.at(-1)
    if (last && at - last.at < this.#step) return
    this.#samples.push({ at, bytes })
    if (this.#samples.length <= MAX_POINTS) return
    this.#samples = this.#samples.filter((_, index) => index % 2 === 0)
    this.#step *= 2
  }

  points(): CurvePoint[] {
    return this.#samples.slice(1).map(({ at, bytes }, index) => {
      const before = this.#samples[index]
      const span = before ? at - before.at : 0
      return {
        at: Math.round(at * 10) / 10,
        rate: span > 0 ? Math.round((bytes - (before?.bytes ?? 0)) / span) : 0,
      }
    })
  }
}
