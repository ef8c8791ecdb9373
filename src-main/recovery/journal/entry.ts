import { createHash } from 'node:crypto'
import { isSecretKey, redactText } from '../../engine/redact.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { journalEntrySchema, type JournalEntry } from '../../contract/recovery.ts'

const STRICT_ENTRY = journalEntrySchema.strict()

/** `before` of the first entry. */
export const FIRST_HASH = '0'.repeat(64)
/** What a command printed is kept so far, bytes. */
const MOST_OUTPUT = 64 * 1024
/** One line of a journal is never longer, bytes: what is longer was not written by Lifeboat. */
export const MOST_LINE = 16 * 1024 * 1024
const MOST_TEXT = 4000

/** What is to be written down; the rest of the entry is the journal's own. */
export interface EntryDraft {
  kind: string
  /** One line. */
  text: string
  step?: string | null
  host?: string | null
  command?: string | null
  exitCode?: number | null
  output?: string | null
  milliseconds?: number | null
  files?: JournalEntry['files']
  data?: unknown
}

/** JSON with sorted keys and no blanks: the same value is always the same text. Undefined members are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** SHA-256 (hex) of an entry without its `hash`. */
export function hashOf(entry: Omit<JournalEntry, 'hash'> | JournalEntry): string {
  const { hash: _, ...rest } = entry as JournalEntry
  return sha256(canonicalJson(rest))
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Makes the entry that follows. All its text is redacted. */
export function makeEntry(draft: EntryDraft, n: number, before: string, who: string): JournalEntry {
  const now = new Date()
  const clean = (text: string | null | undefined): string | null => (text == null ? null : redactText(text))
  const entry: Omit<JournalEntry, 'hash'> = {
    n,
    at: now.getTime(),
    offset: -now.getTimezoneOffset(),
    who,
    kind: draft.kind,
    step: draft.step ?? null,
    text: wellFormed(redactText(draft.text)).slice(0, MOST_TEXT),
    host: draft.host ?? null,
    command: wellFormed(clean(draft.command)),
    exitCode: draft.exitCode ?? null,
    output: cutOutput(wellFormed(clean(draft.output))),
    milliseconds: draft.milliseconds ?? null,
    files: draft.files ?? [],
    data: redactDeep(draft.data ?? null),
    before,
  }
  return { ...entry, hash: hashOf(entry) }
}

/** A copy without secrets. Unlike a log's it is never shortened: the state of the case is made of it. */
function redactDeep(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(redactText(value))
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value !== 'object') return null
  if (Array.isArray(value)) return value.map(redactDeep)
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
      if (member === undefined) return []
      if (typeof member === 'string' && isSecretKey(key)) return [[key, '***']]
      return [[key, redactDeep(member)]]
    }),
  )
}

/** Half a surrogate pair does not survive UTF-8, and with it the hash would not either. */
function wellFormed<T extends string | null>(text: T): T {
  return (
    text === null
      ? null
      : text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
  ) as T
}

function cutOutput(output: string | null): string | null {
  if (output === null || Buffer.byteLength(output) <= MOST_OUTPUT) return output
  const note = `\n[cut: ${Buffer.byteLength(output)} bytes in all]`
  // the end tells how it went, the beginning what it was
  const half = MOST_OUTPUT / 2 - 100
  const bytes = Buffer.from(output)
  const text = `${bytes.subarray(0, half).toString()}\n[…]\n${bytes.subarray(-half).toString()}${note}`
  return wellFormed(text)
}

/** An altered journal: where, and what of it does not fit. */
export class BrokenJournalError extends ExpectedError {
  /** Number of the entry (from 1) where it is broken. */
  readonly at: number

  constructor(at: number, why: string) {
    super('REFUSED', `The journal is broken at entry ${at}`, {
      why,
      next: 'Take the case from an export or a backup of the data folder; this one proves nothing any more.',
    })
    this.name = 'BrokenJournalError'
    this.at = at
  }
}

/**
 * Reads one line of a journal.
 * @throws BrokenJournalError when it is not the entry that must follow
 */
export function parseLine(line: string, n: number, before: string): JournalEntry {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new BrokenJournalError(n, 'This line is not JSON.')
  }
  return checkEntry(value, n, before, line)
}

/** The same for an entry that is JSON already. */
export function checkEntry(value: unknown, n: number, before: string, line?: string): JournalEntry {
  const parsed = STRICT_ENTRY.safeParse(value)
  if (!parsed.success) throw new BrokenJournalError(n, 'This entry does not have the form of one.')
  const entry = parsed.data
  if (line !== undefined && canonicalJson(value) !== line)
    throw new BrokenJournalError(n, 'This line is not written as Lifeboat writes it.')
  if (entry.n !== n)
    throw new BrokenJournalError(n, `Here stands entry ${entry.n}: entries are missing, or in another order.`)
  if (entry.before !== before)
    throw new BrokenJournalError(
      n,
      'It does not follow the entry before: that one was altered, taken out or put in.',
    )
  // The line without its hash is what was hashed: no need to write the entry a second time.
  const hash = line === undefined ? hashOf(entry) : sha256(line.replace(`"hash":"${entry.hash}",`, ''))
  if (hash !== entry.hash)
    throw new BrokenJournalError(n, 'Its content does not fit its hash: it was altered.')
  return entry
}
