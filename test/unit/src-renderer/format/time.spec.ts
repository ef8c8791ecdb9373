import { describe, expect, it } from 'vitest'
import { durationParts, makeTimeFormat } from '../../../../src-renderer/format/time.ts'

const MS = Date.parse('2026-10-12T07:14:03Z')

describe('makeTimeFormat', () => {
  it('writes dates in the language and zone of the person', () => {
    expect(makeTimeFormat('en-GB', 'Europe/Rome').dateTime(MS)).toBe('12 Oct 2026, 09:14')
    expect(makeTimeFormat('it-IT', 'Europe/Rome').dateTime(MS)).toBe('12 ott 2026, 09:14')
    expect(makeTimeFormat('en-GB', 'America/New_York').dateTime(MS)).toBe('12 Oct 2026, 03:14')
  })

  it('always has UTC at hand', () => {
    expect(makeTimeFormat('it-IT', 'Europe/Rome').utc(MS)).toBe('2026-10-12 07:14:03 UTC')
  })

  it('shows midnight as 00, not 24', () => {
    expect(makeTimeFormat('en-GB', 'UTC').dateTime(Date.UTC(2026, 0, 2))).toContain('00:00')
  })

  it('falls back to UTC when the zone is unknown, rather than failing the screen', () => {
    expect(makeTimeFormat('en-GB', 'Mars/Base').dateTime(MS)).toBe('12 Oct 2026, 07:14')
  })

  it('names months and distances', () => {
    expect(makeTimeFormat('en-GB', 'UTC').month('2026-10')).toBe('October 2026')
    expect(makeTimeFormat('it-IT', 'Pacific/Apia').month('2026-01')).toBe('gennaio 2026')
    expect(makeTimeFormat('en-GB', 'UTC').relative(MS - 180_000, MS)).toBe('3 minutes ago')
    expect(makeTimeFormat('en-GB', 'UTC').relative(MS - 5000, MS)).toBe('now')
    expect(makeTimeFormat('it-IT', 'UTC').relative(MS - 86_400_000, MS)).toBe('ieri')
  })
})

describe('durationParts', () => {
  it.each([
    [0, ['0 seconds']],
    [-3, ['0 seconds']],
    [59.4, ['59 seconds']],
    [59.6, ['1 minutes']],
    [150, ['3 minutes']],
    [3599, ['1 hours']],
    [4000, ['1 hours', '7 minutes']],
    [7200, ['2 hours']],
    [90_000, ['1 days', '1 hours']],
  ])('%d s', (seconds, expected) => {
    expect(durationParts(seconds).map(({ unit, count }) => `${String(count)} ${unit}`)).toEqual(expected)
  })
})
