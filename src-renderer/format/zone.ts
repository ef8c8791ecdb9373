/** Wall-clock time in a zone, and back. The laptop's zone, the shown zone and UTC are three different things here. */

export interface WallClock {
  year: number
  /** 1–12. */
  month: number
  day: number
  hour: number
  minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function partsFormat(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, format)
  }
  return format
}

/** True when the platform knows the IANA zone. */
export function isZone(zone: string): boolean {
  try {
    partsFormat(zone)
    return true
  } catch {
    return false
  }
}

/** The wall clock of `zone` at `ms` (UTC). */
export function wallClock(ms: number, zone: string): WallClock & { second: number } {
  const found: Record<string, number> = {}
  for (const { type, value } of partsFormat(zone).formatToParts(ms)) found[type] = Number(value)
  return {
    year: found['year'] ?? 1970,
    month: found['month'] ?? 1,
    day: found['day'] ?? 1,
    hour: found['hour'] ?? 0,
    minute: found['minute'] ?? 0,
    second: found['second'] ?? 0,
  }
}

function asUtc(clock: WallClock): number {
  return Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute)
}

/**
 * The moment at which the clocks of `zone` show `clock`, ms UTC. Of an hour that happens twice the first is taken;
 * an hour that a change of clocks leaves out is read with the offset before it, as people mean it.
 */
export function momentOf(clock: WallClock, zone: string): number {
  const wanted = asUtc(clock)
  const shown = (ms: number): number => asUtc(wallClock(ms, zone))
  const dayBefore = wanted - 86_400_000
  const offsets = [shown(dayBefore) - dayBefore, shown(wanted + 86_400_000) - (wanted + 86_400_000)]
  const fitting = offsets.map((offset) => wanted - offset).filter((ms) => shown(ms) === wanted)
  return fitting.length > 0 ? Math.min(...fitting) : wanted - (offsets[0] ?? 0)
}

const two = (n: number): string => String(n).padStart(2, '0')

/** `2026-10-12T09:14` for a datetime-local field. */
export function toField(ms: number, zone: string): string {
  const { year, month, day, hour, minute } = wallClock(ms, zone)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`
}

/** Reads a datetime-local field as wall clock of `zone`; null when it is not a date. */
export function fromField(text: string, zone: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/.exec(text)
  if (!match) return null
  const [year, month, day, hour, minute] = (match.slice(1) as (string | undefined)[]).map((part) =>
    Number(part ?? 0),
  )
  if (year === undefined || month === undefined || day === undefined) return null
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return null
  return momentOf({ year, month, day, hour: hour ?? 0, minute: minute ?? 0 }, zone)
}

/** First and last moment of a UTC month `YYYY-MM`: `[start, end)`. */
export function monthRange(month: string): [number, number] {
  const [year = 1970, number = 1] = month.split('-').map(Number)
  return [Date.UTC(year, number - 1, 1), Date.UTC(year, number, 1)]
}
