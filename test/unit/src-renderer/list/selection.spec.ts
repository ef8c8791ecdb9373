import { describe, expect, it } from 'vitest'
import * as s from '../../../../src-renderer/list/selection.ts'

const keys = (selection: s.Selection): string[] => [...selection.keys].sort()

describe('selection', () => {
  it('begins with nothing: no row, no action', () => {
    expect(s.chosenCount(s.EMPTY_SELECTION, 50)).toBe(0)
    expect(s.chosenKeys(s.EMPTY_SELECTION)).toEqual([])
  })

  it('a click chooses one row without marking it', () => {
    const one = s.moveTo(3, 'i3')
    expect(s.isMarked(one, 'i3')).toBe(false)
    expect(s.chosenCount(one, 50)).toBe(1)
    expect(s.chosenKeys(one)).toEqual(['i3'])
  })

  it('ctrl-click adds to the row that was chosen before', () => {
    const two = s.toggle(s.moveTo(3, 'i3'), 7, 'i7')
    expect(keys(two)).toEqual(['i3', 'i7'])
    expect(two.cursor).toBe(7)
    expect(keys(s.toggle(two, 3, 'i3'))).toEqual(['i7'])
  })

  it('Space marks the row under the cursor alone', () => {
    const marked = s.mark(s.moveTo(3, 'i3'), 3, 'i3')
    expect(keys(marked)).toEqual(['i3'])
    expect(keys(s.mark(s.moveKeeping(marked, 4, 'i4'), 4, 'i4'))).toEqual(['i3', 'i4'])
    expect(keys(s.mark(marked, 3, 'i3'))).toEqual([])
  })

  it('a range runs from the anchor to either side and keeps the anchor', () => {
    const start = s.moveTo(5, 'i5')
    expect(s.rangeTo(start, 8)).toEqual([5, 8])
    expect(s.rangeTo(start, 2)).toEqual([2, 5])
    const down = s.withRange(start, 8, 'i8', ['i5', 'i6', 'i7', 'i8'])
    expect(s.rangeTo(down, 3)).toEqual([3, 5])
    expect(s.chosenCount(down, 50)).toBe(4)
  })

  it('a range without an anchor is the row itself', () => {
    expect(s.rangeTo(s.EMPTY_SELECTION, 8)).toEqual([8, 8])
  })

  it('all means the whole view, also rows that were never loaded', () => {
    const all = s.selectAll(s.moveTo(3, 'i3'))
    expect(s.chosenCount(all, 1_000_000)).toBe(1_000_000)
    expect(s.chosenKeys(all)).toBeNull()
    expect(s.isMarked(all, 'i999999')).toBe(true)
  })

  it('all but one names every other row', () => {
    const rest = s.allBut(s.selectAll(s.EMPTY_SELECTION), ['i1', 'i2', 'i3'], 1, 'i2')
    expect(rest.all).toBe(false)
    expect(keys(rest)).toEqual(['i1', 'i3'])
    expect(s.isMarked(rest, 'i2')).toBe(false)
  })

  it('dropping the marks keeps the cursor', () => {
    const cleared = s.clearMarks(s.selectAll(s.moveTo(3, 'i3')))
    expect(cleared.all).toBe(false)
    expect(s.chosenKeys(cleared)).toEqual(['i3'])
  })

  it('moving by key drops nothing while rows are marked', () => {
    const marked = s.toggle(s.moveTo(0, 'i0'), 1, 'i1')
    expect(keys(s.moveKeeping(marked, 2, 'i2'))).toEqual(['i0', 'i1'])
    expect(s.chosenKeys(s.moveKeeping(marked, 2, 'i2'))).toEqual(['i0', 'i1'])
  })
})
