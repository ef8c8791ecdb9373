const two = (n: number): string => String(n).padStart(2, '0')

/** `03:12:09` as the clock showed it where the entry was made; with `date` also the day and the offset from UTC. */
export function localClock(ms: number, offsetMinutes: number, date = false): string {
  const there = new Date(ms + offsetMinutes * 60_000)
  const clock = there.toISOString().slice(11, 19)
  if (!date) return clock
  const sign = offsetMinutes < 0 ? '-' : '+'
  const minutes = Math.abs(offsetMinutes)
  return `${there.toISOString().slice(0, 10)} ${clock} UTC${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** `2026-10-12 07:14:03 UTC` */
export function utcClock(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
