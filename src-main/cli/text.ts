/** Text for a terminal: aligned, and free of anything that could command the terminal. */

/** Control characters, escape sequences' beginnings and direction marks: subjects come from strangers. */
const UNSAFE = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u
const ZERO = /\p{Mn}|\p{Me}|\u200b|\u200c|\u200d|\ufe0e|\ufe0f/u

/** One line without control characters. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(UNSAFE, '').trim()
}

/** Columns a text takes on a terminal. */
export function columnsOf(text: string): number {
  let width = 0
  for (const char of text) width += ZERO.test(char) ? 0 : WIDE.test(char) ? 2 : 1
  return width
}

/** Cuts a text to a number of columns, with `…` at the end. */
export function cutTo(text: string, limit: number): string {
  if (columnsOf(text) <= limit) return text
  let result = ''
  let width = 0
  for (const char of text) {
    width += columnsOf(char)
    if (width > limit - 1) break
    result += char
  }
  return `${result}…`
}

export interface Column {
  title: string
  /** Numbers stand right. */
  right?: boolean
  /** Longest cell, columns; the rest is cut. */
  max?: number
}

/** An aligned table with a head; the last column is cut to the width of the terminal. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const cells = rows.map((row) =>
    row.map((cell, index) => cutTo(plain(cell), columns[index]?.max ?? Number.POSITIVE_INFINITY)),
  )
  const widths = columns.map((column, index) =>
    Math.max(columnsOf(column.title), ...cells.map((row) => columnsOf(row[index] ?? ''))),
  )
  const line = (row: readonly string[]): string => {
    const parts = columns.map((column, index) => {
      const cell = row[index] ?? ''
      const gap = ' '.repeat((widths[index] ?? 0) - columnsOf(cell))
      return column.right ? gap + cell : cell + gap
    })
    return cutTo(parts.join('  ').trimEnd(), width)
  }
  return [line(columns.map((column) => column.title)), ...cells.map(line)].join('\n')
}

/** `1,204` */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** `1 message`, `1,204 messages` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** `3.4 MB`, decimal units. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`
}

/** `2026-11-20 04:01` local time, `–` for null. */
export function localDate(ms: number | null): string {
  if (ms === null) return '–'
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return '–'
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** ISO UTC or null, as `--json` has every date. */
export function isoDate(ms: number | null): string | null {
  if (ms === null) return null
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** `4 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
