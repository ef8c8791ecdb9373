import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { writeFully } from '../../backup/blob-read.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { appVersion } from '../../engine/version.ts'
import type { Case } from '../cases/case.ts'
import { assertFolder } from '../target.ts'
import { figuresOf } from './figures.ts'
import { reportHtml, type ReportData } from './html.ts'

/**
 * Writes the report of a case: `<file>.html`, and `<file>.json` beside it with the whole journal. An earlier report is
 * replaced, anything else is not.
 */
export function writeReport(
  of: Case,
  file: string,
): { html: string; json: string; entries: number; lastHash: string } {
  const base = resolve(file).replace(/\.(?:html?|json)$/i, '')
  const [html, json] = [`${base}.html`, `${base}.json`]
  assertFolder(html)
  for (const target of [html, json]) assertMayReplace(target)
  of.tell('report', `A report is written to ${html}`)
  const { journal } = of
  const entries = journal.read(0, journal.count)
  const data: ReportData = {
    format: 'lifeboat-report',
    version: 1,
    lifeboat: appVersion(),
    madeAt: Date.now(),
    figures: figuresOf(entries),
    lastHash: journal.lastHash,
    journal: entries,
  }
  write(html, reportHtml(data))
  write(json, `${JSON.stringify(data)}\n`)
  return { html, json, entries: entries.length, lastHash: data.lastHash }
}

function assertMayReplace(file: string): void {
  if (!existsSync(file)) return
  const head = Buffer.alloc(2048)
  const fd = openSync(file, 'r')
  try {
    const text = head.toString('utf8', 0, readSync(fd, head, 0, head.length, 0))
    if (text.includes('"format":"lifeboat-report"') || text.includes(': report of the recovery</title>'))
      return
  } finally {
    closeSync(fd)
  }
  throw new ExpectedError('REFUSED', `${file} is there already`, {
    why: 'It is no report of Lifeboat, and is not overwritten.',
    next: 'Choose another name.',
  })
}

function write(file: string, text: string): void {
  const part = `${file}.part`
  const fd = openSync(part, 'w', 0o600)
  try {
    writeFully(fd, Buffer.from(text))
    fsyncSync(fd)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
  renameSync(part, file)
}
