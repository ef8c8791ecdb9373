/** One run of a stand-in program, as the simulated server sees it. */
export interface Call {
  program: string
  args: string[]
  /** Commands from standard input, one a line. */
  input: string
  user: string
  cwd: string
  out(text: string): void
  err(text: string): void
  /** Aborted when the caller went away: what it started goes on all the same. */
  gone: AbortSignal
}

/** The command ends with this message and exit code. */
export class CommandError extends Error {
  readonly code: number
  constructor(message: string, code = 1) {
    super(message)
    this.name = 'CommandError'
    this.code = code
  }
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = Record<string, Json>

const COLUMN = 60

/** The text form of a reply: indented keys, values in one column, headings alone (FORMAT.md, "The carbonio command"). */
export function printTree(value: Json, depth = 1): string {
  const indent = '        '.repeat(depth)
  if (Array.isArray(value)) {
    return value
      .map((entry) =>
        typeof entry === 'object' && entry !== null
          ? `${printTree(entry, depth)}\n`
          : `${indent}${scalar(entry)}\n`,
      )
      .join('')
  }
  if (typeof value !== 'object' || value === null) return `${indent}${scalar(value)}\n`
  return Object.entries(value)
    .map(([key, entry]) => {
      if (typeof entry === 'object' && entry !== null) {
        return `${indent}${key}\n${printTree(entry, depth + 1)}`
      }
      // A blob path stands one blank behind its key, everything else in the column.
      if (key === 'blob path') return `${indent}${key} ${scalar(entry)}\n`
      return `${indent}${key.padEnd(COLUMN - 1)} ${key.length >= COLUMN - 1 ? ' ' : ''}${scalar(entry)}\n`
    })
    .join('')
}

function scalar(value: Json): string {
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `dd/MM/yyyy HH:mm:ss`, UTC: the simulated servers keep universal time. */
export function formatDate(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T')
  return `${date.split('-').reverse().join('/')} ${time.slice(0, 8)}`
}

/** A date of the command line, ms UTC. @throws CommandError when it is none */
export function parseDate(text: string): number {
  const match = /^(\d{2})\/(\d{2})\/(\d{4})(?: (\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text)
  if (!match) throw new CommandError(`Invalid value for date: "${text}", expected dd/MM/yyyy HH:mm:ss`, 2)
  const [, day, month, year, hour = 0, minute = 0, second = 0] = match.map(Number)
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)
}
