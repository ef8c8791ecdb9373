import type { JournalEntry } from '../../contract/recovery.ts'
import type { ReportFigures } from './figures.ts'

/** Everything a report is made of. */
export interface ReportData {
  format: 'lifeboat-report'
  version: 1
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

/** The report as one page without any outside parts. The same data always gives the same page. */
export function reportHtml(data: ReportData): string {
  const { figures, journal } = data
  const minutes = Math.floor(figures.seconds / 60)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${h(figures.name)}: report of the recovery</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${h(figures.name)}</h1>
<p>Report of the recovery, made ${h(time(data.madeAt))} by Lifeboat ${h(data.lifeboat)}. Case <code>${h(figures.id)}</code>, procedure ${h(figures.procedure ?? 'none chosen')}.</p>
<p>${h(figures.entries)} entries from ${h(time(figures.openedAt))} to ${h(time(figures.lastAt))} (${h(minutes)} min); ${h(figures.commands)} commands on servers, ${h(figures.failedCommands)} of them with an exit code other than 0.</p>
<p>Last hash of the journal: <span class="hash">${h(data.lastHash)}</span>. <code>lifeboat report verify FILE</code> proves that the journal below is unbroken and that this page says what it says.</p>
${stillChanged(figures)}
<h2>What was done</h2>
${table(
  ['Step', 'State', 'Begun', 'Took', 'Reason'],
  figures.steps.map(({ key, state, startedAt, endedAt, reason }) => [
    h(key),
    mark(state),
    h(startedAt === null ? (endedAt === null ? '' : time(endedAt)) : time(startedAt)),
    h(startedAt === null || endedAt === null ? '' : span(endedAt - startedAt)),
    h(reason),
  ]),
)}
<h2>What was recovered</h2>
${figures.steps.map(resultOf).join('\n')}
<h2>What was lost</h2>
${
  figures.lost.length === 0
    ? '<p>Nothing is named as lost.</p>'
    : table(
        ['Account', 'Item', 'What', 'Why'],
        figures.lost.map(({ account, item, what, why }) => [h(account), h(item), h(what), h(why)]),
      )
}
<h2>What was written as files instead</h2>
${
  figures.exported.length === 0
    ? '<p>Nothing.</p>'
    : table(
        ['Account', 'Item', 'What', 'File', 'SHA-256'],
        figures.exported.map(({ account, item, what, file, sha256 }) => [
          h(account),
          h(item),
          h(what),
          h(file),
          `<span class="hash">${h(sha256)}</span>`,
        ]),
      )
}
<h2>Overrides and skipped steps</h2>
${
  figures.overrides.length + figures.skipped.length === 0
    ? '<p>None.</p>'
    : table(
        ['When', 'Who', 'Step', 'What'],
        [...figures.overrides, ...figures.skipped]
          .sort((a, b) => a.at - b.at)
          .map(({ at, who, step, text }) => [h(time(at)), h(who), h(step), h(text)]),
      )
}
<h2>Decisions</h2>
${table(
  ['When', 'Who', 'What'],
  figures.decisions.map(({ at, who, text }) => [h(time(at)), h(who), h(text)]),
)}
<h2>Files of the case</h2>
${
  figures.files.length === 0
    ? '<p>None.</p>'
    : table(
        ['Name', 'Bytes', 'SHA-256'],
        figures.files.map(({ name, bytes, sha256 }) => [
          h(name),
          h(bytes),
          `<span class="hash">${h(sha256)}</span>`,
        ]),
      )
}
<h2>Journal</h2>
<details><summary>All ${h(journal.length)} entries</summary>
${table(['', 'When (local, UTC offset)', 'Who', 'Step', 'What'], journal.map(entryRow))}
</details>
<script type="application/json" id="${DATA_ID}">${embedded(data)}</script>
</body>
</html>
`
}

/** JSON inside a page: no \`</script>\`, no comment sign. */
function embedded(data: ReportData): string {
  return JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll(/[\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, escapeCode)
}

function stillChanged({ stillPending }: ReportFigures): string {
  if (stillPending.length === 0) return ''
  const rows = stillPending.map(({ what, host, undo }) => [h(what), h(host), `<code>${h(undo)}</code>`])
  return `<h2 class="failed">Still changed on servers</h2>\n${table(['What', 'Where', 'Command that puts it back'], rows)}`
}

function resultOf({ key, result }: ReportFigures['steps'][number]): string {
  if (result === null) return ''
  const figures = result.figures.map(({ label, value, tone }) => [
    h(label.en),
    `<span class="num ${h(tone)}">${h(value)}</span>`,
  ])
  const tables = result.tables.map(
    ({ title, columns, rows, total }) =>
      `<details><summary>${h(title.en)} (${h(total)})</summary>${table(
        columns.map(({ en }) => en),
        rows.map((row) => row.map(h)),
      )}</details>`,
  )
  return `<h3>${h(key)}</h3>\n<p>${h(result.summary.en)}</p>\n${figures.length > 0 ? table(['', ''], figures) : ''}${tables.join('\n')}`
}

function entryRow(entry: JournalEntry): string[] {
  const { n, at, offset, who, step, text, host, command, exitCode, output, files, hash } = entry
  const parts = [
    h(text),
    command === null
      ? ''
      : `<pre>${h(host)}$ ${h(command)}${exitCode === null ? '' : `\n[exit code ${h(exitCode)}]`}</pre>`,
    output === null || output === ''
      ? ''
      : `<details><summary>output</summary><pre>${h(output)}</pre></details>`,
    ...files.map(({ name, sha256 }) => `<div>${h(name)} <span class="hash">${h(sha256)}</span></div>`),
    `<div class="hash">${h(hash)}</div>`,
  ]
  return [h(n), h(local(at, offset)), h(who), h(step), parts.join('')]
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = `<tr>${columns.map((column) => `<th scope="col">${h(column)}</th>`).join('')}</tr>`
  return `<table><thead>${head}</thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</tbody></table>`
}

function mark(state: string): string {
  const tone = state === 'done' ? 'ok' : state === 'failed' ? 'failed' : 'attention'
  return `<span class="${tone}">${h(state)}</span>`
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
