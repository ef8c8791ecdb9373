export interface NumberFormat {
  /** `1,204` */
  count(n: number): string
  /** `84 kB`, `1.2 GB`: powers of 1000, as disks and file managers of today count. */
  bytes(n: number): string
  /** `61 %` from done and total; empty while the total is unknown. */
  percent(done: number, total: number | null): string
  /** `1,240/s` or `84 MB/s`. */
  rate(n: number): string
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Number formats of one locale. Sizes keep three figures at most, so that columns stay calm. */
export function makeNumberFormat(locale: string): NumberFormat {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0, useGrouping: 'always' })
  const one = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  return {
    count: (n) => whole.format(n),
    bytes: (n) => {
      let value = Math.max(0, n)
      let unit = 0
      // 999,950 B would otherwise show as 1,000 kB
      while (value >= 999.5 && unit < UNITS.length - 1) {
        value /= 1000
        unit++
      }
      const text = unit === 0 || value >= 9.95 ? whole.format(value) : one.format(value)
      return `${text}\u00a0${UNITS[unit]}`
    },
    // an unfinished task never shows 100 %
    percent: (done, total) =>
      total === null || total <= 0 ? '' : percent.format(Math.min(done >= total ? 1 : 0.99, done / total)),
    rate: (n) => `${n < 9.95 ? one.format(n) : whole.format(n)}/s`,
  }
}
