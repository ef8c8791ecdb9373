import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { ExpectedError } from '../../engine/errors.ts'
import { appVersion } from '../../engine/version.ts'
import { BrokenJournalError, canonicalJson, checkEntry, FIRST_HASH } from '../journal/entry.ts'
import { languageSchema, type JournalEntry } from '../../contract/recovery.ts'
import { figuresOf } from './figures.ts'
import { DATA_ID, reportHtml, type ReportData } from './html.ts'

/** What a report is worth. */
export interface Verified {
  ok: boolean
  entries: number
  /** Number of the entry where the journal is broken; null when it is whole. */
  brokenAt: number | null
  /** What does not fit; with `ok` what was proved. */
  why: string
  lastHash: string | null
}

const LANGUAGES: ReadonlySet<unknown> = new Set(languageSchema.options)
const MOST = 512 * 1024 * 1024

/**
 * Proves that the journal in a report (HTML or JSON) is unbroken, and that everything the report says comes from it.
 * @throws ExpectedError UNREADABLE when the file cannot be read, BAD_QUERY when it is no report
 */
export function verifyReport(file: string): Verified {
  const text = read(resolve(file))
  const isPage = /^\s*<!doctype html/i.test(text)
  const data = isPage ? dataOfPage(text) : parse(text)
  if (data?.format !== 'lifeboat-report' || !Array.isArray(data.journal)) throw noReport(file)
  const bad = (why: string, brokenAt: number | null = null): Verified => ({
    ok: false,
    entries: data.journal.length,
    brokenAt,
    why,
    lastHash: typeof data.lastHash === 'string' ? data.lastHash : null,
  })
  const entries: JournalEntry[] = []
  let hash = FIRST_HASH
  try {
    for (const value of data.journal as unknown[]) {
      const entry = checkEntry(value, entries.length + 1, hash)
      entries.push(entry)
      hash = entry.hash
    }
  } catch (error) {
    if (error instanceof BrokenJournalError) return bad(`Entry ${error.at}: ${error.why}`, error.at)
    throw error
  }
  if (hash !== data.lastHash)
    return bad(
      'The journal does not end with the hash that the report names: its end was cut off.',
      entries.length,
    )
  if (entries[0]?.kind !== 'created') return bad('The journal does not begin with the opening of a case.', 1)
  if (canonicalJson(figuresOf(entries)) !== canonicalJson(data.figures)) {
    return bad('The figures of the report are not those of its journal.')
  }
  if (!LANGUAGES.has(data.language)) return bad('It is in no language that Lifeboat writes reports in.')
  if (isPage) {
    const doubt = judgePage(text, data)
    if (doubt !== null) return bad(doubt)
  }
  return {
    ok: true,
    entries: entries.length,
    brokenAt: null,
    why: isPage
      ? 'The journal is unbroken, its figures are those of the report, and the page says what it says.'
      : 'The journal is unbroken, and its figures are those of the report.',
    lastHash: hash,
  }
}

/** The page is made once more from its data: it must be the same, byte for byte. */
function judgePage(text: string, data: ReportData): string | null {
  if (reportHtml(data) === text) return null
  if (data.lifeboat !== appVersion()) {
    return `The page was made by Lifeboat ${data.lifeboat}: whether its text was altered can be told by that version, or from the JSON beside it.`
  }
  return 'The text of the page is not what its journal says: it was altered.'
}

function read(file: string): string {
  try {
    const { size } = statSync(file)
    if (size > MOST) throw new Error(`It has ${size} bytes: more than any report.`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ExpectedError('UNREADABLE', `${file} cannot be read`, {
      why: (error as Error).message,
      next: 'Name the HTML or JSON file of a report.',
    })
  }
}

function dataOfPage(text: string): ReportData | null {
  const start = `<script type="application/json" id="${DATA_ID}">`
  const from = text.lastIndexOf(start)
  const to = text.indexOf('</script>', from)
  return from < 0 || to < 0 ? null : parse(text.slice(from + start.length, to))
}

function parse(text: string): ReportData | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as ReportData) : null
  } catch {
    return null
  }
}

function noReport(file: string): ExpectedError {
  return new ExpectedError('BAD_QUERY', `${file} is no report of Lifeboat`, {
    why: 'It holds no journal.',
    next: 'Name the HTML or JSON file that “Report” wrote.',
  })
}
