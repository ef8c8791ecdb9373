import { z } from 'zod'
import { parseTimestamp } from '../../backup/timestamps.ts'

/**
 * Parameters of the operations. Every value becomes one argument; what no argument can carry, and what would be split
 * by Carbonio itself (a comma inside a list), is refused here with the reason.
 */

const word = z
  .string()
  .min(1, 'It must not be empty.')
  .refine((text) => !text.includes('\0'), 'It holds a NUL character, which no argument can carry.')
  .refine((text) => text.trim() !== '', 'It must not be blank.')

/** One argument of any text. */
export const textArgument = word.refine(
  (text) => !text.startsWith('--'),
  'It begins with --, which Carbonio would read as an option.',
)

const listEntry = textArgument.refine(
  (text) => !text.includes(','),
  'It holds a comma, at which Carbonio would cut it in two. Use the id instead of the name.',
)

/** A list that Carbonio takes as one argument with commas. */
export const listArgument = z.array(listEntry).min(1, 'The list must not be empty.')

/** Mail address or id of an account. */
export const accountArgument = textArgument.max(320, 'No address and no id is so long.')

/** An absolute path on the server. */
export const pathArgument = textArgument.refine(
  (text) => text.startsWith('/'),
  'It must be an absolute path on the server.',
)

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
export const uuidArgument = z
  .string()
  .regex(UUID, 'It must be the id of an operation, such as 30ed9eb9-eb28-4ca6-b65e-9940654b8601.')

/** Wall clock of the server: `dd/MM/yyyy HH:mm:ss`. */
export const dateArgument = z
  .string()
  .regex(
    /^\d{2}\/\d{2}\/\d{4} \d{2}:\d{2}:\d{2}$/,
    'It must be a date of the form dd/MM/yyyy HH:mm:ss, in the time zone of the server.',
  )
  .refine((text) => {
    const [day = 0, month = 0, year = 0, hour = 0, minute = 0, second = 0] = text.split(/[/ :]/).map(Number)
    const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
    return (
      time.getUTCDate() === day && time.getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second < 60
    )
  }, 'There is no such day or time.')

/** A date, or one of these words. */
export function dateOr<const W extends readonly [string, ...string[]]>(...words: W) {
  return z.union([z.enum(words), dateArgument])
}

export const addressesArgument = z
  .array(listEntry.refine((text) => text.includes('@'), 'It must be a mail address.'))
  .min(1)

/** An optional parameter as its two arguments; nothing when it is not given. */
type Named = string | number | boolean | readonly string[] | undefined

/** `name value` pairs in the given order, as Carbonio takes optional parameters; lists are joined with commas. */
export function named(parameters: Readonly<Record<string, Named>>): string[] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [name, typeof value === 'object' ? value.join(',') : String(value)],
  )
}

const pad = (value: number): string => String(value).padStart(2, '0')

/**
 * An instant as Carbonio takes dates, in the server's time zone.
 * @param at ms since 1970 UTC; @param zone IANA name
 */
export function carbonioDate(at: number, zone: string): string {
  const part: Record<string, number> = {}
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
  const { day = 0, month = 0, year = 0, hour = 0, minute = 0, second = 0 } = part
  return `${pad(day)}/${pad(month)}/${String(year).padStart(4, '0')} ${pad(hour)}:${pad(minute)}:${pad(second)}`
}

/** A time as it was printed, and the instant where that can be told. */
export const momentSchema = z.object({
  text: z.string(),
  /** ms since 1970 UTC; null where the zone of a wall clock is not known. */
  at: z.number().nullable(),
})
export type Moment = z.infer<typeof momentSchema>

/**
 * Reads a time of an output. JSON has ms since 1970 (`lastScan`, `startTime`: seen in public code), text a wall clock
 * of the server, which is an instant only when its zone is known.
 */
export function momentOf(value: unknown, zone: string | null): Moment | null {
  if (typeof value === 'number') {
    return Number.isFinite(value) && value > 0
      ? { text: String(value), at: parseTimestamp(value, 'UTC') }
      : null
  }
  if (typeof value !== 'string' || value.trim() === '') return null
  const text = value.trim()
  if (/^\d{9,}$/.test(text)) return { text, at: parseTimestamp(Number(text), 'UTC') }
  const sure = /(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/.test(text)
  return { text, at: zone !== null || sure ? parseTimestamp(text, zone ?? 'UTC') : null }
}

/** true and false as JSON and as text print them; null for anything else. */
export function booleanOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return null
  const text = value.trim().toLowerCase()
  return text === 'true' || text === 'yes' ? true : text === 'false' || text === 'no' ? false : null
}

/** A whole number as JSON and as text print it; null for anything else. */
export function countOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value.trim())) return null
  return Number(value.trim())
}

/** Text of a value that is text, number or truth; null for anything else and for the empty text. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
