/** Number of a month `YYYY-MM` on one axis. */
export function monthNumber(month: string): number {
  const [year = 1970, number = 1] = month.split('-').map(Number)
  return year * 12 + number - 1
}

/** `YYYY-MM` of a month number. */
export function monthName(number: number): string {
  return `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`
}

export interface MonthCount {
  month: string
  messages: number
}

/**
 * Every month from first to last, also the empty ones, for an axis without gaps. Broken dates of single messages may
 * lie decades away: more than `max` months are cut to those before the last one.
 */
export function filledMonths(months: readonly MonthCount[], max = 480): MonthCount[] {
  const counts = new Map(months.map(({ month, messages }) => [monthNumber(month), messages]))
  if (counts.size === 0) return []
  const last = Math.max(...counts.keys())
  const first = Math.max(Math.min(...counts.keys()), last - max + 1)
  const filled: MonthCount[] = []
  for (let n = first; n <= last; n++) filled.push({ month: monthName(n), messages: counts.get(n) ?? 0 })
  return filled
}

/** Bars of a small chart: one a month, or one for several months where they would be thinner than 2 pixels. */
export function sparkBars(
  months: readonly MonthCount[],
  from: string,
  to: string,
  width: number,
  height: number,
): { x: number; y: number; width: number; height: number }[] {
  const first = monthNumber(from)
  const span = Math.max(1, monthNumber(to) - first + 1)
  const slots = Math.min(span, Math.floor(width / 3))
  const sums = new Array<number>(slots).fill(0)
  for (const { month, messages } of months) {
    const slot = Math.floor(((monthNumber(month) - first) * slots) / span)
    if (slot >= 0 && slot < slots) sums[slot] = (sums[slot] ?? 0) + messages
  }
  const most = Math.max(1, ...sums)
  const step = width / slots
  const bar = Math.min(12, Math.max(1, step - 1))
  return sums.flatMap((sum, slot) => {
    if (sum === 0) return []
    // the smallest month is still visible
    const tall = Math.max(2, Math.round((sum / most) * (height - 2)))
    return [{ x: Math.round(slot * step * 10) / 10, y: height - tall, width: bar, height: tall }]
  })
}
