import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  fromField,
  isZone,
  momentOf,
  monthRange,
  toField,
  wallClock,
} from '../../../../src-renderer/format/zone.ts'

const at = (text: string): number => Date.parse(text)

describe('wall clock of a zone', () => {
  it('shows the clock of the zone, in summer and in winter', () => {
    expect(wallClock(at('2026-07-01T12:00:00Z'), 'Europe/Rome')).toMatchObject({
      day: 1,
      hour: 14,
      minute: 0,
    })
    expect(wallClock(at('2026-01-01T23:30:00Z'), 'Europe/Rome')).toMatchObject({
      year: 2026,
      day: 2,
      hour: 0,
      minute: 30,
    })
    expect(wallClock(at('2026-01-01T00:10:00Z'), 'Asia/Kolkata')).toMatchObject({ hour: 5, minute: 40 })
  })

  it('reads a clock back to the same moment in every zone', () => {
    const zones = fc.constantFrom(
      'Europe/Rome',
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Apia',
      'UTC',
      'Australia/Lord_Howe',
    )
    const minute = fc.integer({ min: 0, max: Math.floor(at('2037-01-01T00:00:00Z') / 60_000) })
    fc.assert(
      fc.property(zones, minute, (zone, minutes) => {
        const ms = minutes * 60_000
        // an hour that happens twice is read as the first one: the clock is the same
        const back = momentOf(wallClock(ms, zone), zone)
        expect(wallClock(back, zone)).toEqual({ ...wallClock(ms, zone), second: 0 })
        expect(back).toBeLessThanOrEqual(ms)
      }),
    )
  })

  it('takes the first of an hour that happens twice', () => {
    // 25 October 2026, 02:30 in Rome: first at 00:30 UTC, again at 01:30 UTC
    expect(momentOf({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 }, 'Europe/Rome')).toBe(
      at('2026-10-25T00:30:00Z'),
    )
  })

  it('reads an hour that clocks leave out with the offset before it', () => {
    // 29 March 2026: 02:30 does not exist in Rome
    expect(momentOf({ year: 2026, month: 3, day: 29, hour: 2, minute: 30 }, 'Europe/Rome')).toBe(
      at('2026-03-29T01:30:00Z'),
    )
  })
})

describe('date fields', () => {
  it('are filled and read in the shown zone', () => {
    const ms = at('2026-10-12T07:14:00Z')
    expect(toField(ms, 'Europe/Rome')).toBe('2026-10-12T09:14')
    expect(fromField('2026-10-12T09:14', 'Europe/Rome')).toBe(ms)
    expect(fromField('2026-10-12', 'UTC')).toBe(at('2026-10-12T00:00:00Z'))
  })

  it.each(['', 'yesterday', '2026-13-01T00:00', '2026-00-10', '0026-10-12T09:14'])('refuse %j', (text) => {
    expect(fromField(text, 'UTC')).toBeNull()
  })
})

describe('zones and months', () => {
  it('tells zones that exist', () => {
    expect(isZone('Europe/Rome')).toBe(true)
    expect(isZone('Europe/Atlantis')).toBe(false)
  })

  it('a month ends where the next begins', () => {
    expect(monthRange('2026-12')).toEqual([at('2026-12-01T00:00:00Z'), at('2027-01-01T00:00:00Z')])
  })
})
