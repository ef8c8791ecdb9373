import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromWallClock, parseDateRange, parseMoment } from '../../../../../src-main/catalog/search/dates.ts'

const zone = 'Europe/Rome'

test('moments: local unless marked', () => {
  expect(parseMoment('2026-07-01T10:00', zone)).toBe(Date.UTC(2026, 6, 1, 8))
  expect(parseMoment('2026-01-01T10:00', zone)).toBe(Date.UTC(2026, 0, 1, 9))
  expect(parseMoment('2026-07-01 10:00:30', zone)).toBe(Date.UTC(2026, 6, 1, 8, 0, 30))
  expect(parseMoment('2026-07-01T10:00:00Z', zone)).toBe(Date.UTC(2026, 6, 1, 10))
  expect(parseMoment('2026-07-01T10:00:00.250Z', zone)).toBe(Date.UTC(2026, 6, 1, 10, 0, 0, 250))
  expect(parseMoment('2026-07-01T10:00:00+05:30', zone)).toBe(Date.UTC(2026, 6, 1, 4, 30))
  expect(parseMoment('01/07/2026 10:00:00', zone)).toBe(Date.UTC(2026, 6, 1, 8))
  expect(parseMoment('2026-07-01', zone)).toBe(Date.UTC(2026, 5, 30, 22))
  expect(parseMoment('2026', 'UTC')).toBe(Date.UTC(2026, 0, 1))
})

test('what is no date is none', () => {
  for (const text of [
    '',
    'x',
    '2026-13-01',
    '2026-02-30',
    '32/01/2026',
    '10:00',
    '2026-07-01T25:61',
    '9'.repeat(60),
    '7q',
  ]) {
    expect(parseDateRange(text, zone)).toBeNull()
  }
})

test('days around the changes of summer time are 23 and 25 hours long', () => {
  const hours = (day: string): number => {
    const range = parseDateRange(day, zone)!
    return (range.end - range.start) / 3_600_000
  }
  expect(hours('2026-03-29')).toBe(23)
  expect(hours('2026-10-25')).toBe(25)
  expect(hours('2026-07-01')).toBe(24)
})

test('an ISO text written by a Date is that moment, in every zone', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.constantFrom(
        'UTC',
        'Europe/Rome',
        'Asia/Kolkata',
        'America/St_Johns',
        'Pacific/Chatham',
        'No/Where',
      ),
      (ms, where) => {
        expect(parseMoment(new Date(ms).toISOString(), where)).toBe(ms)
      },
    ),
  )
})

test('wall clocks are read back', () => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e9 }), (seconds) => {
      const shown = format.format(seconds * 1000)
      // The hour that exists twice is read as its first: what it shows is the same.
      expect(format.format(fromWallClock(Date.parse(`${shown.replace(' ', 'T')}Z`), zone))).toBe(shown)
    }),
  )
})
