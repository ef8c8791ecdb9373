import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Language } from '../../contract/recovery.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { appVersion } from '../../engine/version.ts'
import type { Case } from '../cases/case.ts'
import { assertFolder } from '../target.ts'
import { writeWholeFile } from '../write-file.ts'
import { figuresOf } from './figures.ts'
import { REPORT_MARK, reportHtml, type ReportData } from './html.ts'

/** Makes a PDF of a page. */
export type Print = (html: string) => Promise<Buffer>

interface Written {
  html: string
  json: string
  entries: number
  lastHash: string
}

/** The report as a PDF too, beside the HTML file. @returns its path */
export async function writeReportWithPdf(
  of: Case,
  file: string,
  language: Language,
  print: Print,
): Promise<Written & { pdf: string }> {
  const base = baseOf(file)
  const pdf = `${base}.pdf`
  // A PDF does not say whose it is: only one that lies beside a report of ours is replaced.
  if (existsSync(pdf) && !existsSync(`${base}.html`)) throw alreadyThere(pdf)
  const made = writeReport(of, file, language)
  writeWholeFile(pdf, await print(readFileSync(made.html, 'utf8')))
  return { ...made, pdf }
}

const baseOf = (file: string): string => resolve(file).replace(/\.(?:html?|json)$/i, '')

/**
 * Writes the report of a case: `<file>.html`, and `<file>.json` beside it with the whole journal. An earlier report is
 * replaced, anything else is not.
 */
export function writeReport(of: Case, file: string, language: Language): Written {
  const base = baseOf(file)
  const [html, json] = [`${base}.html`, `${base}.json`]
  assertFolder(html)
  for (const target of [html, json]) assertMayReplace(target)
  of.tell('report', `A report is written to ${html}`)
  const { journal } = of
  const entries = journal.read(0, journal.count)
  const data: ReportData = {
    format: 'lifeboat-report',
    version: 1,
    language,
    lifeboat: appVersion(),
    madeAt: Date.now(),
    figures: figuresOf(entries),
    lastHash: journal.lastHash,
    journal: entries,
  }
  writeWholeFile(html, Buffer.from(reportHtml(data)))
  writeWholeFile(json, Buffer.from(`${JSON.stringify(data)}\n`))
  return { html, json, entries: entries.length, lastHash: data.lastHash }
}

function assertMayReplace(file: string): void {
  if (!existsSync(file)) return
  const head = Buffer.alloc(2048)
  const fd = openSync(file, 'r')
  try {
    const text = head.toString('utf8', 0, readSync(fd, head, 0, head.length, 0))
    if (text.includes('"format":"lifeboat-report"') || text.includes(REPORT_MARK)) return
  } finally {
    closeSync(fd)
  }
  throw alreadyThere(file)
}

function alreadyThere(file: string): ExpectedError {
  return new ExpectedError('REFUSED', `${file} is there already`, {
    why: 'It is no report of Lifeboat, and is not overwritten.',
    next: 'Choose another name.',
  })
}
