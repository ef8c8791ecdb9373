import type { Cell, JournalEntry, Language } from '../../contract/recovery.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { entryWords } from '../journal/entry-words.ts'
import { PROCEDURES } from '../procedures/index.ts'
import type { ReportFigures } from './figures.ts'
import { PAGE_WORDS, type PageWords } from './page-words.ts'

/** Everything a report is made of. */
export interface ReportData {
  format: 'lifeboat-report'
  version: 1
  /** Of the page. */
  language: Language
  /** Of Lifeboat. */
  lifeboat: string
  /** ms UTC. */
  madeAt: number
  figures: ReportFigures
  /** Hash of the last entry: what a second pair of eyes writes down. */
  lastHash: string
  journal: JournalEntry[]
}

/** Id of the element that holds the data. */
export const DATA_ID = 'lifeboat-report'

/** Text as HTML. Everything that came from a server, a mail or a person goes through here. */
function h(text: string | number | null): string {
  return (
    String(text ?? '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      // what would turn the reading order round
      .replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, escapeCode)
  )
}

const escapeCode = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16)}`

const STYLE = `
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #bbb}h3{font-size:1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
code,pre,.hash{font-family:ui-monospace,monospace;font-size:12px}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.2rem 0;background:#f4f4f4;padding:.3rem}
.failed{color:#a30000;font-weight:600}.attention{color:#7a4d00;font-weight:600}.ok{color:#0a5c1f}.num{font-variant-numeric:tabular-nums}
@media print{details{display:block}details>*{display:block}}
@media (prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}pre{background:#242424}th,td{border-color:#444}.failed{color:#ff8f8f}.attention{color:#f0c070}.ok{color:#8ad19a}}
`

/** In the head of every report: what is replaced by a later one. */
export const REPORT_MARK = '<meta name="generator" content="Lifeboat report">'

/** The report as one page without any outside parts. The same data always gives the same page. */
export function reportHtml(data: ReportData): string {
  const { figures, journal, language } = data
  const say = PAGE_WORDS[language]
  const { column } = say
  const minutes = Math.floor(figures.seconds / 60)
  const said = (n: number): string => inLanguage(journal[n - 1], language)
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
${REPORT_MARK}
<title>${h(say.title(figures.name))}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${h(figures.name)}</h1>
<p>${h(say.made(time(data.madeAt), data.lifeboat))} ${h(say.of(figures.id, procedureTitle(figures.procedure, language) ?? say.noProcedure))}</p>
<p>${h(say.extent(figures.entries, time(figures.openedAt), time(figures.lastAt), minutes))} ${h(say.commands(figures.commands, figures.failedCommands))}</p>
<p>${h(say.lastHash)}: <span class="hash">${h(data.lastHash)}</span>. <code>lifeboat report verify FILE</code> ${h(say.verify)}</p>
${stillChanged(figures, language)}
<h2>${h(say.done)}</h2>
${table(
  [column.step, column.state, column.begun, column.took, column.reason],
  figures.steps.map(({ key, state, startedAt, endedAt, reason, italian }) => [
    h(stepTitle(key, language)),
    mark(state, say),
    h(startedAt === null ? (endedAt === null ? '' : time(endedAt)) : time(startedAt)),
    h(startedAt === null || endedAt === null ? '' : span(endedAt - startedAt)),
    // what a person typed stays as it is
    h(language === 'en' || state === 'skipped' ? reason : inItalian(italian ?? reason ?? '')),
  ]),
)}
<h2>${h(say.recovered)}</h2>
${figures.steps.flatMap((step) => resultOf(step, language)).join('\n') || `<p>${h(say.none)}</p>`}
<h2>${h(say.lost)}</h2>
${
  figures.lost.length === 0
    ? `<p>${h(say.nothingLost)}</p>`
    : table(
        [column.account, column.item, column.what, column.why],
        figures.lost.map(({ account, item, what, why }) => [
          h(account),
          h(item),
          h(what),
          h(inWords(why, language)),
        ]),
      )
}
<h2>${h(say.exported)}</h2>
${some(
  figures.exported,
  say,
  [column.account, column.item, column.what, column.file, 'SHA-256'],
  ({ account, item, what, file, sha256 }) => [h(account), h(item), h(what), h(file), hash(sha256)],
)}
<h2>${h(say.overrides)}</h2>
${some(
  [...figures.overrides, ...figures.skipped].sort((a, b) => a.n - b.n),
  say,
  [column.when, column.who, column.what],
  ({ at, who, n }) => [h(time(at)), h(who), h(said(n))],
)}
<h2>${h(say.decisions)}</h2>
${some(figures.decisions, say, [column.when, column.who, column.what], ({ at, who, n }) => [
  h(time(at)),
  h(who),
  h(said(n)),
])}
<h2>${h(say.files)}</h2>
${some(figures.files, say, [column.name, column.bytes, 'SHA-256'], ({ name, bytes, sha256 }) => [
  h(name),
  h(bytes),
  hash(sha256),
])}
<h2>${h(say.journal)}</h2>
<details><summary>${h(say.entries(journal.length))}</summary>
${table(
  ['', column.local, column.who, column.step, column.what],
  journal.map((entry) => entryRow(entry, language)),
)}
</details>
<script type="application/json" id="${DATA_ID}">${embedded(data)}</script>
</body>
</html>
`
}

/** A table, or a word for none. */
function some<T>(
  rows: readonly T[],
  say: PageWords,
  columns: readonly string[],
  cells: (row: T) => string[],
): string {
  return rows.length === 0 ? `<p>${h(say.none)}</p>` : table(columns, rows.map(cells))
}

const hash = (sha256: string): string => `<span class="hash">${h(sha256)}</span>`

/** An entry in words; a report whose figures name one that is not there is never proved. */
function inLanguage(entry: JournalEntry | undefined, language: Language): string {
  return entry === undefined ? '' : entryWords(entry)[language]
}

/** As on the screens: where the engine only took over what an error said in English, that is translated as well. */
function inWords(said: Cell, language: Language): string {
  if (typeof said === 'string') return said
  return language === 'it' ? inItalian(said.it) : said.en
}

function procedureTitle(id: string | null, language: Language): string | null {
  return PROCEDURES.find((procedure) => procedure.id === id)?.title[language] ?? id
}

/** `procedure/step` in words; as it is where this version has no such step. */
function stepTitle(key: string, language: Language): string {
  const [procedure, id] = key.split('/')
  const found = PROCEDURES.find((one) => one.id === procedure)?.steps.find((step) => step.id === id)
  return found ? `${procedureTitle(procedure ?? null, language) ?? ''}: ${found.title[language]}` : key
}

/** JSON inside a page: no \`</script>\`, no comment sign. */
function embedded(data: ReportData): string {
  return JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll(/[\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, escapeCode)
}

function stillChanged({ stillPending }: ReportFigures, language: Language): string {
  if (stillPending.length === 0) return ''
  const { stillChanged: title, column } = PAGE_WORDS[language]
  const rows = stillPending.map(({ what, host, undo }) => [
    h(inWords(what, language)),
    h(host),
    `<code>${h(undo)}</code>`,
  ])
  return `<h2 class="failed">${h(title)}</h2>\n${table([column.what, column.where, column.undo], rows)}`
}

function resultOf({ key, result }: ReportFigures['steps'][number], language: Language): string[] {
  if (result === null) return []
  const figures = result.figures.map(({ label, value, tone }) => [
    h(inWords(label, language)),
    `<span class="num ${h(tone)}">${h(language === 'it' ? inItalian(value) : value)}</span>`,
  ])
  const tables = result.tables.map(
    ({ title, columns, rows, total }) =>
      `<details><summary>${h(inWords(title, language))} (${h(total)})</summary>${table(
        columns.map((column) => inWords(column, language)),
        rows.map((row) => row.map((cell) => h(inWords(cell, language)))),
      )}</details>`,
  )
  return [
    `<h3>${h(stepTitle(key, language))}</h3>\n<p>${h(inWords(result.summary, language))}</p>\n${figures.length > 0 ? table(['', ''], figures) : ''}${tables.join('\n')}`,
  ]
}

function entryRow(entry: JournalEntry, language: Language): string[] {
  const { n, at, offset, who, step, host, command, exitCode, output, files } = entry
  const say = PAGE_WORDS[language]
  const parts = [
    h(inLanguage(entry, language)),
    command === null
      ? ''
      : `<pre>${h(host)}$ ${h(command)}${exitCode === null ? '' : `\n[${say.exitCode} ${h(exitCode)}]`}</pre>`,
    output === null || output === ''
      ? ''
      : `<details><summary>${h(say.output)}</summary><pre>${h(output)}</pre></details>`,
    ...files.map(({ name, sha256 }) => `<div>${h(name)} ${hash(sha256)}</div>`),
    `<div class="hash">${h(entry.hash)}</div>`,
  ]
  return [h(n), h(local(at, offset)), h(who), h(step), parts.join('')]
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = `<tr>${columns.map((column) => `<th scope="col">${h(column)}</th>`).join('')}</tr>`
  return `<table><thead>${head}</thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</tbody></table>`
}

function mark(state: keyof PageWords['state'], say: PageWords): string {
  const tone = state === 'done' ? 'ok' : state === 'failed' ? 'failed' : 'attention'
  return `<span class="${tone}">${h(say.state[state])}</span>`
}

const time = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** Wall clock where it was written, and its offset. */
function local(at: number, offset: number): string {
  const sign = offset < 0 ? '-' : '+'
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
  const clock = new Date(at + offset * 60_000).toISOString().slice(0, 19).replace('T', ' ')
  return `${clock} ${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}

function span(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
