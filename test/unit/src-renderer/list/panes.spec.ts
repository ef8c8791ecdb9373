import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitPanes } from '../../../../src-renderer/list/panes.ts'

const PANES = [
  { width: 232, min: 160 },
  { width: 440, min: 320 },
  { width: 460, min: 320 },
]
const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)

describe('fitPanes', () => {
  it('keeps the wanted widths and gives the rest to the last pane', () => {
    expect(fitPanes([232, 440, 0], PANES, 1190)).toEqual([232, 440, 518])
  })

  it('takes what is missing from the pane with most to spare', () => {
    expect(fitPanes([232, 440, 0], PANES, 936)).toEqual([232, 384, 320])
  })

  it('gives the minima where nothing else fits', () => {
    expect(fitPanes([232, 440, 460], PANES, 500)).toEqual([160, 320, 320])
  })

  it('fills the room exactly and respects every minimum', () => {
    const width = fc.integer({ min: 1, max: 3000 })
    fc.assert(
      fc.property(fc.tuple(width, width, width), fc.integer({ min: 800, max: 4000 }), (wanted, total) => {
        const widths = fitPanes(wanted, PANES, total)
        expect(sum(widths)).toBeCloseTo(total)
        widths.forEach((w, index) => {
          expect(w).toBeGreaterThanOrEqual(PANES[index]!.min - 0.5)
        })
      }),
    )
  })
})
