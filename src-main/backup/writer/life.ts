import type { ItemType } from '../types.ts'

/** One state as the sample writes it: the known fields plus whatever else the JSON of this kind of item carries. */
export interface LifeState {
  /** ms UTC */
  start: number
  /** ms UTC, null while valid */
  end: number | null
  deleted: boolean
  folder: number
  flags: string
  tags: readonly string[]
  name: string | null
  subject: string | null
  sender: string | null
  recipients: string | null
  /** ms UTC */
  date: number
  /** Uncompressed bytes of the item's blob, or null. */
  blob: Buffer | null
  /** Further keys of the JSON (contact fields, appointment times …). */
  extra: Readonly<Record<string, unknown>>
}

/** An item with all its states, before it is spelled as JSON. */
export interface ItemLife {
  /** Index of the account in the staff. */
  account: number
  id: number
  type: ItemType
  states: LifeState[]
  /** Documents are named by SHA-384, everything else by SHA-256. */
  algorithm: 'sha256' | 'sha384'
}

const DAY = 86_400_000

/** First moment of the sample. */
export const SAMPLE_START = Date.UTC(2020, 10, 20, 7, 0, 0)
/** The backup of the sample ends here; nothing in it is younger. */
export const SAMPLE_END = Date.UTC(2026, 10, 20, 3, 1, 0)

const DAYS = Math.floor((SAMPLE_END - SAMPLE_START) / DAY)

/**
 * The moment at `fraction` (0 to 1) of the six years, always within working hours and mostly within
 * working days; grows with `fraction`, and mail gets denser towards the end as it does in life.
 */
export function momentAt(fraction: number): number {
  const position = Math.min(DAYS - 1, Math.max(0, fraction) ** 0.75 * (DAYS - 1))
  const day = Math.floor(position)
  const within = position - day
  let start = SAMPLE_START + day * DAY
  // Weekends are folded onto the evening of Friday, so that the order holds.
  const weekday = new Date(start).getUTCDay()
  if (weekday === 6) start += -DAY + 11.5 * 3_600_000 + within * 1_800_000
  else if (weekday === 0) start += -2 * DAY + 12 * 3_600_000 + within * 1_800_000
  else start += within * 11 * 3_600_000
  return Math.floor(start)
}

/**
 * Adds a state that begins at `start` with `change` applied to the one before, and closes that one.
 * A change after the end of the sample never happened; the result says whether it did.
 */
export function addState(life: ItemLife, start: number, change: Partial<LifeState>): boolean {
  const last = life.states.at(-1)
  if (!last || start >= SAMPLE_END || start <= last.start) return false
  last.end = start
  life.states.push({ ...last, ...change, start, end: null })
  return true
}

/** A fresh life with one state. */
export function newLife(
  account: number,
  id: number,
  type: ItemType,
  start: number,
  first: Partial<LifeState> & { folder: number },
): ItemLife {
  return {
    account,
    id,
    type,
    algorithm: type === 'document' ? 'sha384' : 'sha256',
    states: [
      {
        start,
        end: null,
        deleted: false,
        flags: '',
        tags: [],
        name: null,
        subject: null,
        sender: null,
        recipients: null,
        date: start,
        blob: null,
        extra: {},
        ...first,
      },
    ],
  }
}
