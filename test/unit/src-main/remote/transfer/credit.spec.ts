import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Credit } from '../../../../../src-main/remote/transfer/credit.ts'

const KB = 1024

/** Lets seconds pass on a line that carries `rate(most)` bytes a ms; what was allowed at the end of each span. */
function pass(credit: Credit, seconds: number, rate: (most: number) => number): number[] {
  const allowed: number[] = []
  for (let ms = 0; ms < seconds * 1000; ms += 200) {
    vi.advanceTimersByTime(200)
    credit.took(rate(credit.most) * 200)
    allowed.push(credit.most)
  }
  return allowed
}

describe('how much may be under way', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('a near line needs little, and more is tried now and then only', () => {
    const allowed = pass(new Credit(() => undefined), 60, () => 12_500)
    expect(allowed.at(-1)).toBeLessThanOrEqual(128 * KB)
    expect(allowed.filter((most) => most > 64 * KB).length).toBeLessThan(allowed.length / 10)
  })

  it('a far line gets what keeps it busy: 12.5 MB/s at 60 ms', () => {
    const credit = new Credit(() => undefined)
    const far = (most: number): number => Math.min(12_500, most / 60)
    pass(credit, 5, far)
    const allowed = pass(credit, 60, far)
    const carried = allowed.map(far).reduce((a, b) => a + b) / allowed.length
    expect(carried).toBeGreaterThan(0.9 * 12_500)
    expect(Math.max(...allowed)).toBeLessThanOrEqual(2048 * KB)
  })

  it("what a moment's luck allowed does not stay", () => {
    const credit = new Credit(() => undefined)
    let rate = 1000
    // Each try happens to fall on a quicker moment.
    pass(credit, 3, () => (rate *= 1.3))
    expect(credit.most).toBe(2048 * KB)
    const allowed = pass(credit, 60, () => rate)
    expect(allowed.at(-1)).toBeLessThanOrEqual(128 * KB)
  })

  it('never less than the least, however slow the line is', () => {
    const allowed = pass(new Credit(() => undefined), 120, () => 0.5)
    expect(Math.min(...allowed)).toBe(64 * KB)
  })
})
