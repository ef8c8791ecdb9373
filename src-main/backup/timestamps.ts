/**
 * Timestamps in every spelling that a backup might use. The unit is not public: seconds, milliseconds, ISO and the
 * vendor's `dd/MM/yyyy HH:mm:ss` all occur around it (FORMAT.md). All results are milliseconds since 1970 UTC.
 */

const MAX_MS = Date.UTC(2100, 0, 1)
/** Smaller numbers are no timestamps but ids, sizes, counters (1973 in seconds and in milliseconds). */
const MIN_SECONDS = 1e8
const MIN_MS = 1e11
/** Wall-clock times before this may be the moment 0 in some zone. */
const NEVER_UNTIL = Date.UTC(1970, 0, 2)

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

function fromNumber(value: number): number | null {
  if (!Number.isFinite(value) || value < MIN_SECONDS) return null
  if (value < MAX_MS / 1000) return Math.round(value * 1000)
  if (value < MIN_MS) return null
  if (value < MAX_MS) return Math.round(value)
  if (value >= MIN_MS * 1000 && value < MAX_MS * 1000) return Math.floor(value / 1000)
  if (value >= MIN_MS * 1e6 && value < MAX_MS * 1e6) return Math.floor(value / 1e6)
  return null
}

const formatters = new Map<string, Intl.DateTimeFormat | null>()
const offsets = new Map<string, Map<number, number>>()
const HOUR = 3_600_000

function formatterFor(zone: string): Intl.DateTimeFormat | null {
  let formatter = formatters.get(zone)
  if (formatter === undefined) {
    try {
      formatter = new Intl.DateTimeFormat('en-US', {
        ...(zone === '' || zone === 'local' ? {} : { timeZone: zone }),
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      })
    } catch {
      formatter = null
    }
    formatters.set(zone, formatter)
  }
  return formatter
}

/** Offset of `zone` from UTC at the instant `ms`, in ms. Zones change on quarter hours at the finest: cached by those. */
function zoneOffset(ms: number, zone: string): number {
  if (zone === 'UTC') return 0
  const slot = Math.floor(ms / (HOUR / 4))
  let known = offsets.get(zone)
  if (known === undefined) {
    known = new Map()
    offsets.set(zone, known)
  }
  const cached = known.get(slot)
  if (cached !== undefined) return cached
  const formatter = formatterFor(zone)
  let offset = 0
  if (formatter !== null) {
    const at = slot * (HOUR / 4)
    const part: Record<string, number> = {}
    for (const { type, value } of formatter.formatToParts(at)) part[type] = Number(value)
    const local = Date.UTC(
      part['year'] ?? 1970,
      (part['month'] ?? 1) - 1,
      part['day'] ?? 1,
      part['hour'] ?? 0,
      part['minute'] ?? 0,
      part['second'] ?? 0,
    )
    offset = local - at
  }
  if (known.size > 100_000) known.clear()
  known.set(slot, offset)
  return offset
}

/** Wall-clock time in `zone` as an instant. Of the hour that occurs twice in autumn the first is taken. */
function fromWallClock(wall: number, zone: string): number {
  const guess = wall - zoneOffset(wall, zone)
  const offset = zoneOffset(guess, zone)
  const second = wall - offset
  return zoneOffset(second, zone) === offset ? second : guess
}

interface Fields {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  ms: number
}

function instant(fields: Fields, offset: string | undefined, zone: string): number | null {
  const { year, month, day, hour, minute, second, ms } = fields
  if (year < 1970 || year >= 2100 || month < 1 || month > 12 || day < 1 || day > 31) return null
  if (hour > 24 || minute > 59 || second > 60) return null
  const wall = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  // The "never" value 0 as a clock shows it in any zone.
  if (wall < NEVER_UNTIL) return null
  if (offset === undefined || offset === '') return fromWallClock(wall, zone)
  if (/^(?:z|utc|gmt)$/i.test(offset)) return wall
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(offset)
  if (match === null) return fromWallClock(wall, zone)
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return wall - (match[1] === '-' ? -1 : 1) * minutes * 60_000
}

function millis(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000)
}

const TIME = String.raw`(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\[[\w/+-]+\])?)?`
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${TIME}$`)
const DAY_FIRST = new RegExp(String.raw`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})${TIME}$`)
const COMPACT = /^(\d{4})(\d{2})(\d{2})[T-]?(\d{2})(\d{2})(\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{4})?$/
const MONTH_FIRST = new RegExp(
  String.raw`^(?:[A-Za-z]{3,9},? )?([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?: at)?${TIME}$`,
)
const MAIL_DATE = new RegExp(String.raw`^(?:[A-Za-z]{3,9},? )?(\d{1,2}) ([A-Za-z]{3,9})\.? (\d{4})${TIME}$`)
const JAVA_DATE =
  /^[A-Za-z]{3} ([A-Za-z]{3}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([A-Za-z+:\d-]{1,9} )?(\d{4})$/

function hour12(hour: string | undefined, half: string | undefined): number {
  const value = Number(hour ?? 0)
  if (half === undefined) return value
  return (value % 12) + (/p/i.test(half) ? 12 : 0)
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
}

function timed(
  match: RegExpExecArray,
  year: number,
  month: number,
  day: number,
  zone: string,
): number | null {
  const fields = {
    year,
    month,
    day,
    hour: hour12(match[4], match[8]),
    minute: Number(match[5] ?? 0),
    second: Number(match[6] ?? 0),
    ms: millis(match[7]),
  }
  return instant(fields, match[9], zone)
}

function fromText(text: string, zone: string): number | null {
  const value = text.trim()
  if (value.length < 8 || value.length > 64) return null
  const plain = /^\d+(?:\.\d+)?$/.test(value)
  if (plain && value.length !== 14 && value.length !== 8) return fromNumber(Number(value))
  let match = YEAR_FIRST.exec(value)
  if (match !== null) return timed(match, Number(match[1]), Number(match[2]), Number(match[3]), zone)
  match = DAY_FIRST.exec(value)
  if (match !== null) {
    const first = Number(match[1])
    const second = Number(match[2])
    // The vendor writes the day first; where that cannot be, it was written the American way.
    const [day, month] = second > 12 && first <= 12 ? [second, first] : [first, second]
    return timed(match, Number(match[3]), month, day, zone)
  }
  match = COMPACT.exec(value)
  if (match !== null) {
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const found = instant({ year, month, day, hour, minute, second, ms: millis(match[7]) }, match[8], zone)
    if (found !== null || !plain) return found
  }
  if (plain) return fromNumber(Number(value))
  match = MONTH_FIRST.exec(value)
  if (match !== null) return timed(match, Number(match[3]), monthOf(match[1] ?? ''), Number(match[2]), zone)
  match = MAIL_DATE.exec(value)
  if (match !== null) return timed(match, Number(match[3]), monthOf(match[2] ?? ''), Number(match[1]), zone)
  match = JAVA_DATE.exec(value)
  if (match !== null) {
    // Java prints zone abbreviations that mean different things in different countries: only UTC is believed.
    const offset = /^(?:UTC|GMT)\s*$/.test(match[6] ?? '') ? 'Z' : undefined
    const fields = {
      year: Number(match[7]),
      month: monthOf(match[1] ?? ''),
      day: Number(match[2]),
      hour: Number(match[3]),
      minute: Number(match[4]),
      second: Number(match[5]),
      ms: 0,
    }
    return instant(fields, offset, zone)
  }
  match = /^\/Date\((\d+)(?:[+-]\d{4})?\)\/$/.exec(value)
  return match === null ? null : fromNumber(Number(match[1]))
}

/**
 * Reads a timestamp: seconds, milliseconds, micro- or nanoseconds (told apart by size), ISO 8601, `dd/MM/yyyy HH:mm:ss`,
 * LDAP's `yyyyMMddHHmmssZ`, mail and Java spellings, `[y, m, d, h, m, s]`, `{"$date": …}`. Text without a zone is
 * wall-clock time in `zone` (an IANA name; `local` is this computer's). Null for everything outside 1970–2100,
 * which covers the "never" values 0, -1 and 9223372036854775807.
 */
export function parseTimestamp(value: unknown, zone: string): number | null {
  if (typeof value === 'number') return fromNumber(value)
  if (typeof value === 'string') return fromText(value, zone)
  if (typeof value !== 'object' || value === null) return null
  if (Array.isArray(value)) {
    const parts = (value as unknown[]).slice(0, 7)
    if (parts.length < 3 || !parts.every((part) => typeof part === 'number' && Number.isInteger(part)))
      return null
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, nanos = 0] = parts as number[]
    return instant({ year, month, day, hour, minute, second, ms: Math.floor(nanos / 1e6) }, undefined, zone)
  }
  const record = value as Record<string, unknown>
  for (const key of [
    '$date',
    '$numberLong',
    'iMillis',
    'millis',
    'epochMillis',
    'time',
    'value',
    'epochSecond',
    'seconds',
    'sec',
  ]) {
    const inner = record[key]
    if (typeof inner === 'number' || typeof inner === 'string') return parseTimestamp(inner, zone)
    if (key === '$date' && typeof inner === 'object' && inner !== null) {
      const long = (inner as Record<string, unknown>)['$numberLong']
      if (typeof long === 'string') return fromText(long, zone)
    }
  }
  return null
}
