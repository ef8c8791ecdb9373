/**
 * Dates as a person types them in a query or behind `--at`: ISO (`2026-10-12`, `2026-10-12T09:30`, with `Z` or an offset
 * when it is not local), a month `2026-10`, a year `2026`, `12/10/2026` (dd/MM/yyyy, as the `carbonio` command
 * writes it), `7d` (days, weeks, months, years, hours ago), `today`, `yesterday`. Local means the given IANA zone.
 */

/** A stretch of time, ms UTC: `start` inclusive, `end` exclusive. */
export interface DateRange {
  start: number
  end: number
}

const DAY = 86_400_000
const ISO =
  /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?)?(?:\s*(Z|[+-]\d{2}:?\d{2}))?$/i
const SLASHED = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/
const AGO = /^(\d{1,4})\s?(h|d|w|m|mo|y)$/i

const formatters = new Map<string, Intl.DateTimeFormat | null>()

function formatterOf(zone: string): Intl.DateTimeFormat | null {
  let known = formatters.get(zone)
  if (known === undefined) {
    try {
      known = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      })
    } catch {
      known = null // an unknown zone name: UTC
    }
    if (formatters.size > 50) formatters.clear()
    formatters.set(zone, known)
  }
  return known
}

/** Wall-clock time of `ms` in `zone`, written as if it were UTC. */
function wallClock(ms: number, zone: string): number {
  const formatter = formatterOf(zone)
  if (formatter === null) return ms
  const part: Record<string, number> = {}
  for (const { type, value } of formatter.formatToParts(ms)) part[type] = Number(value)
  return Date.UTC(part.year ?? 1970, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second)
}

/**
 * The moment at which clocks in `zone` show the given time (`wall` = that time written as UTC ms). A time that a change to
 * summer time leaves out becomes the moment of the change plus the rest; of one that exists twice the first is taken.
 */
export function fromWallClock(wall: number, zone: string): number {
  const seconds = Math.floor(wall / 1000) * 1000
  const rest = wall - seconds
  const before = seconds - (wallClock(seconds - DAY, zone) - (seconds - DAY))
  const after = seconds - (wallClock(seconds + DAY, zone) - (seconds + DAY))
  if (wallClock(before, zone) === seconds) return before + rest
  if (wallClock(after, zone) === seconds) return after + rest
  return before + rest
}

function wallDate(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number | null {
  if (month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return null
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  if (year < 100) return null
  const made = new Date(Date.UTC(year, month - 1, day))
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? wall : null
}

function clock(hour: string | undefined, minute: string | undefined, second: string | undefined) {
  return {
    h: Number(hour ?? 0),
    m: Number(minute ?? 0),
    s: Number(second ?? 0),
    unit: hour === undefined ? DAY : second === undefined ? 60_000 : 1000,
  }
}

function offsetMs(mark: string): number {
  if (/^z$/i.test(mark)) return 0
  const digits = mark.replace(/\D/g, '')
  const size = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
  return mark.startsWith('-') ? -size : size
}

function parseIso(text: string, zone: string): DateRange | null {
  const hit = ISO.exec(text)
  if (hit === null) return null
  const [, year, month, day, hour, minute, second, fraction, mark] = hit
  const time = clock(hour, minute, second)
  const start = wallDate(Number(year), Number(month ?? 1), Number(day ?? 1), time.h, time.m, time.s)
  if (start === null) return null
  const local = (wall: number) => (mark ? wall - offsetMs(mark) : fromWallClock(wall, zone))
  if (day === undefined) {
    const end =
      month === undefined ? Date.UTC(Number(year) + 1, 0, 1) : Date.UTC(Number(year), Number(month), 1)
    return { start: local(start), end: local(end) }
  }
  if (fraction !== undefined) {
    const ms = Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6)
    return { start: local(start + ms), end: local(start + ms) + 1 }
  }
  return { start: local(start), end: time.unit === DAY ? local(start + DAY) : local(start) + time.unit }
}

function parseSlashed(text: string, zone: string): DateRange | null {
  const hit = SLASHED.exec(text)
  if (hit === null) return null
  const [, day, month, year, hour, minute, second] = hit
  const time = clock(hour, minute, second)
  const start = wallDate(Number(year), Number(month), Number(day), time.h, time.m, time.s)
  if (start === null) return null
  const from = fromWallClock(start, zone)
  return { start: from, end: time.unit === DAY ? fromWallClock(start + DAY, zone) : from + time.unit }
}

function startOfDay(now: number, zone: string, daysBack: number): number {
  const today = Math.floor(wallClock(now, zone) / DAY) * DAY
  return fromWallClock(today - daysBack * DAY, zone)
}

function parseAgo(text: string, zone: string, now: number): DateRange | null {
  const word = text.toLowerCase()
  if (word === 'today') return { start: startOfDay(now, zone, 0), end: startOfDay(now, zone, -1) }
  if (word === 'yesterday') return { start: startOfDay(now, zone, 1), end: startOfDay(now, zone, 0) }
  const hit = AGO.exec(word)
  if (hit === null) return null
  const count = Number(hit[1])
  const days = { h: 1 / 24, d: 1, w: 7, m: 30, mo: 30, y: 365 }[hit[2] as 'h' | 'd' | 'w' | 'm' | 'mo' | 'y']
  const moment = now - count * days * DAY
  return { start: moment, end: moment }
}

/** What `text` means, or null when it is no date. `now` (ms) is what `7d` counts from. */
export function parseDateRange(text: string, zone: string, now: number = Date.now()): DateRange | null {
  const trimmed = text.trim()
  if (trimmed.length > 40) return null
  return parseIso(trimmed, zone) ?? parseSlashed(trimmed, zone) ?? parseAgo(trimmed, zone, now)
}

/**
 * A moment for an *as of* view (`--at`). A bare day, month or year is its first moment, as everywhere in ISO: `2026-10-12`
 * shows what was there when that day began. Null when it is no date.
 */
export function parseMoment(text: string, zone: string, now: number = Date.now()): number | null {
  return parseDateRange(text, zone, now)?.start ?? null
}
