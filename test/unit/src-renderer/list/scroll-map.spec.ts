import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_HEIGHT,
  offsetShowing,
  realHeight,
  scale,
  toReal,
  toVirtual,
  visibleRows,
  type ScrollShape,
} from '../../../../src-renderer/list/scroll-map.ts'

const MILLION: ScrollShape = { count: 1_000_000, rowHeight: 56, viewport: 600 }
const SMALL: ScrollShape = { count: 100, rowHeight: 30, viewport: 600 }

describe('scroll map', () => {
  it('is the identity while the rows fit', () => {
    expect(scale(SMALL)).toBe(1)
    expect(realHeight(SMALL)).toBe(3000)
    expect(toVirtual(1234, SMALL)).toBe(1234)
    expect(toReal(1234, SMALL)).toBe(1234)
  })

  it('never makes an element higher than browsers can', () => {
    expect(realHeight(MILLION)).toBe(MAX_HEIGHT)
    expect(MAX_HEIGHT).toBeLessThan(17_000_000)
  })

  it('reaches the first and the last row of a million', () => {
    const end = realHeight(MILLION) - MILLION.viewport
    expect(visibleRows(toVirtual(0, MILLION), MILLION).first).toBe(0)
    expect(visibleRows(toVirtual(end, MILLION), MILLION).last).toBe(999_999)
  })

  it('goes there and back without losing a row, at any place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), (index) => {
        const offset = offsetShowing(index, 0, MILLION)
        const back = toVirtual(toReal(offset, MILLION), MILLION)
        const { first, last } = visibleRows(back, MILLION)
        expect(first).toBeLessThanOrEqual(index)
        expect(last).toBeGreaterThanOrEqual(index)
        expect(Math.abs(back - offset)).toBeLessThan(0.01)
      }),
    )
  })

  it('moves as little as needed to show a row', () => {
    expect(offsetShowing(5, 0, SMALL)).toBe(0)
    expect(offsetShowing(20, 0, SMALL)).toBe(30)
    expect(offsetShowing(3, 300, SMALL)).toBe(90)
  })

  it('draws the rows on the screen and some around them', () => {
    expect(visibleRows(300, SMALL)).toEqual({ first: 10, last: 29 })
    expect(visibleRows(300, SMALL, 6)).toEqual({ first: 4, last: 35 })
    expect(visibleRows(0, { ...SMALL, count: 3 }, 6)).toEqual({ first: 0, last: 2 })
    expect(visibleRows(0, { ...SMALL, count: 0 }, 6)).toEqual({ first: 0, last: -1 })
  })

  it('does not leave the rows, whatever the scroll bar says', () => {
    expect(toVirtual(-50, SMALL)).toBe(0)
    expect(toVirtual(1e9, SMALL)).toBe(2400)
    expect(toVirtual(1e9, MILLION)).toBe(56_000_000 - 600)
  })
})
