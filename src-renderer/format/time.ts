import { isZone } from './zone.ts'

export interface TimeFormat {
  /** `12 Oct 2026, 09:14` */
  dateTime(ms: number): string
  /** `12 Oct, 09:14:03`: for lines of a log. */
  seconds(ms: number): string
  /** `12 Oct 2026` */
  date(ms: number): string
  /** With weekday, seconds and the zone's name: for tooltips and details. */
  full(ms: number): string
  /** `2026-10-12 07:14:03 UTC` */
  utc(ms: number): string
  /** What stands behind a shown moment: the full form, and UTC below it. */
  hover(ms: number): string
  /** Month `YYYY-MM` as words: `October 2026`. */
  month(month: string): string
  /** `3 minutes ago`; `now` in ms UTC. */
  relative(ms: number, now: number): string
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** Formats for one locale and zone (IANA); an unknown zone falls back to UTC rather than failing the screen. */
export function makeTimeFormat(locale: string, zone: string): TimeFormat {
  const timeZone = isZone(zone) ? zone : 'UTC'
  const make = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...options })
  const dateTime = make({
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  })
  const seconds = make({
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const date = make({ day: 'numeric', month: 'short', year: 'numeric' })
  const full = make({
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  })
  const month = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', month: 'long', year: 'numeric' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const utc = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace(/\..*$/, ' UTC')
  return {
    dateTime: (ms) => dateTime.format(ms),
    seconds: (ms) => seconds.format(ms),
    date: (ms) => date.format(ms),
    full: (ms) => full.format(ms),
    utc,
    hover: (ms) => `${full.format(ms)}\n${utc(ms)}`,
    month: (text) => {
      const [year = 1970, number = 1] = text.split('-').map(Number)
      return month.format(Date.UTC(year, number - 1, 15))
    },
    relative: (ms, now) => {
      const seconds = (ms - now) / 1000
      for (const [unit, length] of STEPS)
        if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit)
      return relative.format(0, 'second')
    },
  }
}

export type DurationUnit = 'seconds' | 'minutes' | 'hours' | 'days'

/** The two largest units of a duration that are worth showing: 4000 s → 1 hour 7 minutes; under a minute only seconds. */
export function durationParts(seconds: number): { unit: DurationUnit; count: number }[] {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return [{ unit: 'seconds', count: whole }]
  const minutes = Math.round(whole / 60)
  if (minutes < 60) return [{ unit: 'minutes', count: minutes }]
  if (minutes < 24 * 60) return pair('hours', Math.floor(minutes / 60), 'minutes', minutes % 60)
  const hours = Math.round(minutes / 60)
  return pair('days', Math.floor(hours / 24), 'hours', hours % 24)
}

function pair(big: DurationUnit, count: number, small: DurationUnit, rest: number) {
  const first = { unit: big, count }
  return rest > 0 ? [first, { unit: small, count: rest }] : [first]
}
