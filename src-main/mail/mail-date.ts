const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec'

/** Obsolete zones of RFC 5322, 4.3 and a few more that are common, in minutes east of UTC. Military letters count as unknown, as told there. */
const ZONES: Record<string, number> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  wet: 0,
  west: 60,
  bst: 60,
  cet: 60,
  met: 60,
  mez: 60,
  cest: 120,
  mest: 120,
  mesz: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  ist: 330,
  jst: 540,
  kst: 540,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
}

const DAY_FIRST =
  /(\d{1,2})[\s.-]+([A-Za-z]{3})[A-Za-z]*\.?[\s.,-]+(\d{2,4})[\s,]+(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:[.,]\d+)?\s*([AaPp][Mm]\b)?\s*([+-]\s?\d{1,2}:?\d{2}|[A-Za-z]+)?\s*([+-]\d{4})?/
const ASCTIME =
  /([A-Za-z]{3})[A-Za-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?[\s,]+(?:(\d{4})[\s,]+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm]\b)?\s*([+-]\d{2}:?\d{2}|[A-Za-z]+)?\s*(\d{4})?/
const ISO =
  /(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*(Z\b|[+-]\d{2}:?\d{2})?)?/
const DAY_ONLY = /(\d{1,2})[\s.-]+([A-Za-z]{3})[A-Za-z]*\.?[\s.,-]+(\d{4})/

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined) return 0
  const match = /^([+-])\s?(\d{1,2}):?(\d{2})$/.exec(zone)
  if (match !== null) {
    const minutes = Number(match[2]) * 60 + Number(match[3])
    // No place on earth is further away; programs that write more than that write nonsense.
    if (minutes > 15 * 60) return 0
    return match[1] === '-' ? -minutes : minutes
  }
  return ZONES[zone.toLowerCase()] ?? 0
}

function fullYear(year: string | undefined): number {
  const n = Number(year)
  // RFC 5322, 4.3: two digits below 50 are 20xx, else 19xx; three digits (a bug around 2000) count from 1900.
  if ((year ?? '').length >= 4) return n
  return (year ?? '').length === 3 ? 1900 + n : n < 50 ? 2000 + n : 1900 + n
}

const LATEST = Date.UTC(2100, 0, 1)

function utc(
  year: number,
  month: number,
  day: number,
  time: (string | undefined)[],
  half: string | undefined,
  zone: string | undefined,
): number | null {
  let hour = Number(time[0] ?? 0)
  if (half !== undefined) hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  const minute = Number(time[1] ?? 0)
  const second = Number(time[2] ?? 0)
  if (month < 0 || month > 11 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return null
  const ms = Date.UTC(year, month, day, hour, minute, second) - zoneMinutes(zone) * 60_000
  return ms > 0 && ms < LATEST ? ms : null
}

function monthIndex(name: string | undefined): number {
  const at = MONTHS.indexOf((name ?? '?').toLowerCase())
  return at % 3 === 0 ? at / 3 : -1
}

/**
 * A Date header as programs really write it (RFC 5322 with its obsolete forms, comments, missing seconds, two-digit years,
 * asctime, ISO 8601) in ms UTC. Null outside 1970 to 2100 or when nothing is recognised; no zone means UTC.
 */
export function parseMailDate(header: string): number | null {
  let text = header.length > 200 ? header.slice(0, 200) : header
  // Comments may be nested (RFC 5322, 3.2.2).
  for (let n = 0; n < 5 && text.includes('('); n++) text = text.replace(/\([^()]*\)/g, ' ')
  let m = DAY_FIRST.exec(text)
  if (m !== null) {
    const month = monthIndex(m[2])
    if (month >= 0) {
      return utc(fullYear(m[3]), month, Number(m[1]), [m[4], m[5], m[6]], m[7], m[9] ?? m[8])
    }
  }
  m = ISO.exec(text)
  if (m !== null)
    return utc(Number(m[1]), Number(m[2]) - 1, Number(m[3]), [m[4], m[5], m[6]], undefined, m[7])
  m = ASCTIME.exec(text)
  if (m !== null && (m[3] ?? m[9]) !== undefined) {
    const month = monthIndex(m[1])
    if (month >= 0) return utc(Number(m[3] ?? m[9]), month, Number(m[2]), [m[4], m[5], m[6]], m[7], m[8])
  }
  m = DAY_ONLY.exec(text)
  if (m !== null && monthIndex(m[2]) >= 0)
    return utc(Number(m[3]), monthIndex(m[2]), Number(m[1]), [], undefined, undefined)
  return null
}
