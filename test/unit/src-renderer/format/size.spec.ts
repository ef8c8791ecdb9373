import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeNumberFormat } from '../../../../src-renderer/format/size.ts'

const en = makeNumberFormat('en-GB')
const it_ = makeNumberFormat('it-IT')

describe('makeNumberFormat', () => {
  it('separates thousands', () => {
    expect(en.count(1_234_567)).toBe('1,234,567')
    expect(it_.count(1234)).toBe('1.234')
  })

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [84_300, '84 kB'],
    [9949, '9.9 kB'],
    [9951, '10 kB'],
    [999_499, '999 kB'],
    [999_600, '1.0 MB'],
    [1_234_567_890, '1.2 GB'],
  ])('%d bytes', (n, text) => {
    expect(en.bytes(n)).toBe(text.replace(' ', '\u00a0'))
  })

  it('keeps a size at three figures at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000_000_000 }), (n) => {
        expect(en.bytes(n).replace(/[^\d]/g, '').length).toBeLessThanOrEqual(3)
      }),
    )
  })

  it('never says 100 % before the end', () => {
    expect(en.percent(999_999, 1_000_000)).toBe('99%')
    expect(en.percent(1_000_000, 1_000_000)).toBe('100%')
    expect(en.percent(5, null)).toBe('')
    expect(en.percent(0, 0)).toBe('')
  })
})
