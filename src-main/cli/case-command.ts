import type { JournalEntry, Language } from '../contract/recovery.ts'
import { dataFolder } from '../engine/data-folder.ts'
import { exportCase, importCase } from '../recovery/cases/archive.ts'
import type { Case } from '../recovery/cases/case.ts'
import { CaseStore } from '../recovery/cases/store.ts'
import { writeReport } from '../recovery/report/write.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT } from './exit.ts'

export interface JournalOptions {
  after?: number
}

export interface CaseOutOptions {
  out: string
}

export interface CaseReportOptions extends CaseOutOptions {
  language: Language
}

export interface CaseNoteOptions {
  file?: string[]
}

const PAGE = 500

function openStore({ data }: CommandContext): CaseStore {
  return new CaseStore(dataFolder(data))
}

/** `lifeboat case list`: exit code 1 when the journal of one is refused. */
export async function caseList(context: CommandContext): Promise<number> {
  const { terminal } = context
  const { cases, unreadable } = openStore(context).list()
  if (terminal.json) {
    printJson(terminal, {
      cases: cases.map(summary),
      refused: unreadable.map(({ id, error }) => ({ id, why: whyOf(error) })),
    })
  } else {
    for (const one of cases) {
      const { id, name, procedure, changed, closed, pendings } = summary(one)
      const open = pendings.length > 0 ? `, ${pendings.length} to be put back` : ''
      terminal.out(
        `${id}  ${name} (${procedure ?? 'intake'}${closed ? ', closed' : ''}${open}), ${changed}\n`,
      )
    }
    for (const { id, error } of unreadable) terminal.out(`${id}  REFUSED: ${whyOf(error)}\n`)
    if (cases.length + unreadable.length === 0) terminal.out('No cases.\n')
  }
  return unreadable.length > 0 ? EXIT.failures : EXIT.done
}

/** `lifeboat case show CASE` */
export async function caseShow(context: CommandContext, name: string): Promise<void> {
  const { terminal } = context
  const one = openStore(context).find(name)
  const { state, journal } = one
  const steps = [...state.steps].map(([key, step]) => ({
    step: key,
    state: step.state,
    runs: step.runs,
    reason: step.reason,
    result: step.result?.summary.en ?? null,
  }))
  const shown = {
    ...summary(one),
    servers: [...state.servers.values()],
    sources: [...state.sources.values()],
    chosenSource: state.chosenSource,
    steps,
    notes: state.notes,
    entries: journal.count,
    lastHash: journal.lastHash,
  }
  if (terminal.json) return printJson(terminal, shown)
  const lines = [
    `${shown.name} (${shown.id}), ${shown.procedure ?? 'intake'}${shown.closed ? ', closed' : ''}`,
    ...shown.servers.map(({ role, name: server }) => `  server ${role}: ${server}`),
    ...shown.sources.map(({ place, items, error }) => {
      const where = place.kind === 'local' ? place.path : `server:${place.path}`
      return `  source ${where}: ${error ?? (items === null ? 'not looked at' : `${items} items`)}`
    }),
    ...steps.map(({ step, state: was, reason, result }) => {
      const more = reason ?? result
      return `  ${step}: ${was}${more === null ? '' : ` (${more})`}`
    }),
    ...shown.pendings.map(
      ({ what, host, undo }) => `  STILL CHANGED on ${host}: ${what}; put back with: ${undo}`,
    ),
    `${shown.entries} entries, last hash ${shown.lastHash}`,
  ]
  terminal.out(`${lines.join('\n')}\n`)
}

/** `lifeboat case journal CASE` */
export async function caseJournal(
  context: CommandContext,
  name: string,
  { after = 0 }: JournalOptions,
): Promise<void> {
  const { terminal } = context
  const { journal } = openStore(context).find(name)
  if (terminal.json) return printJson(terminal, { entries: journal.read(after, journal.count) })
  for (let at = after; at < journal.count; at += PAGE) {
    for (const entry of journal.read(at, PAGE)) terminal.out(`${inWords(entry)}\n`)
  }
}

/** `lifeboat case export CASE --out FILE` */
export async function caseExport(
  context: CommandContext,
  name: string,
  { out }: CaseOutOptions,
): Promise<void> {
  const { terminal } = context
  const made = await exportCase(openStore(context).find(name), asMeant(out))
  if (terminal.json) printJson(terminal, made)
  else terminal.out(`${made.file} (${made.bytes} bytes)\nSHA-256 ${made.sha256}\n`)
}

/** `lifeboat case import FILE` */
export async function caseImport(context: CommandContext, file: string): Promise<void> {
  const { terminal } = context
  const store = openStore(context)
  const one = store.get(await importCase(store, asMeant(file)))
  if (terminal.json) printJson(terminal, summary(one))
  else terminal.out(`${one.state.name} (${one.id}): ${one.journal.count} entries, unbroken\n`)
}

/** `lifeboat case note CASE TEXT` */
export async function caseNote(
  context: CommandContext,
  name: string,
  text: string,
  { file = [] }: CaseNoteOptions,
): Promise<void> {
  const one = openStore(context).find(name)
  const files = []
  for (const path of file) files.push(await one.keepFile(asMeant(path)))
  const entry = one.write('note', text, { text }, { files })
  if (context.terminal.json) printJson(context.terminal, entry)
  else context.terminal.out(`Entry ${entry.n}, hash ${entry.hash}\n`)
}

/** `lifeboat case report CASE --out FILE` */
export async function caseReport(
  context: CommandContext,
  name: string,
  { out, language }: CaseReportOptions,
): Promise<void> {
  const made = writeReport(openStore(context).find(name), asMeant(out), language)
  if (context.terminal.json) printJson(context.terminal, made)
  else {
    const { html, json, entries, lastHash } = made
    context.terminal.out(`${html}\n${json}\n${entries} entries, last hash ${lastHash}\n`)
  }
}

function summary({ id, state }: Case) {
  const { name, procedure, createdAt, changedAt, closed } = state
  return {
    id,
    name,
    procedure,
    created: new Date(createdAt).toISOString(),
    changed: new Date(changedAt).toISOString(),
    closed,
    pendings: [...state.pendings.values()].map(({ what, host, undo }) => ({ what: what.en, host, undo })),
  }
}

function inWords({ n, at, who, step, text, host, command, exitCode, hash }: JournalEntry): string {
  const head = `${n}  ${new Date(at).toISOString()}  ${who}  ${step ?? '-'}  ${text}`
  const ran =
    command === null ? '' : `\n      ${host ?? ''}$ ${command}${exitCode === null ? '' : ` [${exitCode}]`}`
  return `${head}${ran}\n      ${hash}`
}

function whyOf(error: Error & { why?: unknown }): string {
  return `${error.message}. ${typeof error.why === 'string' ? error.why : ''}`.trim()
}
