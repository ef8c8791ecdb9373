import { cpus, release, totalmem, arch } from 'node:os'
import type { DiagnosticsQuestion, LogLine } from '../contract/log.ts'
import type { Task } from '../contract/tasks.ts'
import { redactText } from './redact.ts'

export interface DiagnosticsFacts {
  version: string
  host: string
  language: string
  zone: string
}

/** The log is told from this long before an error was seen to this long after, ms. */
export const BEFORE_MS = 5 * 60_000
export const AFTER_MS = 60_000

/**
 * What somebody who helps must know of an error, as one plain text: program, system, screen, error, task, the log of
 * that time. Secrets are taken out of all of it; nothing of a mail comes in, for no part of it is given any.
 */
export function diagnosticsText(
  facts: DiagnosticsFacts,
  question: DiagnosticsQuestion,
  task: Task | null,
  lines: readonly LogLine[],
): string {
  const { error } = question
  const parts = [
    `Lifeboat ${facts.version} · ${facts.host} · ${runtime()}`,
    `${process.platform} ${release()} ${arch()} · ${cpus().length} processors · ${Math.round(totalmem() / 1e9)} GB memory`,
    `Language ${facts.language} · time zone ${facts.zone}`,
    `Screen ${question.screen} · seen at ${iso(question.at)}`,
  ]
  if (error) {
    parts.push('', `Error ${error.code ?? 'nobody expected'}: ${error.what}`)
    if (error.why) parts.push(`Why: ${error.why}`)
    if (error.next) parts.push(`Next: ${error.next}`)
    if (error.details && error.code === null) parts.push(error.details)
  }
  if (task) parts.push('', ...taskLines(task))
  parts.push('', `Log from ${iso(question.at - BEFORE_MS)} to ${iso(question.at + AFTER_MS)}`)
  parts.push(...(lines.length > 0 ? lines.map(logLine) : ['(nothing was written)']))
  return `${redactText(parts.join('\n'))}\n`
}

function runtime(): string {
  const { electron, node } = process.versions as Record<string, string | undefined>
  return electron ? `Electron ${electron}` : `Node ${node ?? '?'}`
}

function taskLines(task: Task): string[] {
  const ended = task.endedAt === null ? '' : ` · ended ${iso(task.endedAt)}`
  const lines = [
    `Task ${task.kind} · ${task.state} · ${task.done} of ${task.total ?? '?'} ${task.unit} · ${task.problems} problems`,
    task.title,
    `started ${iso(task.startedAt)}${ended}`,
  ]
  if (task.error)
    lines.push(`failed: ${task.error.message}`, `Why: ${task.error.why}`, `Next: ${task.error.next}`)
  return lines
}

function logLine({ time, level, event, detail }: LogLine): string {
  const below = detail === '' ? '' : `\n    ${detail.replaceAll('\n', '\n    ')}`
  return `${time === null ? '–' : iso(time)} ${level} ${event}${below}`
}

/** Never throws: a time may come from a log line that somebody else wrote. */
function iso(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms)
}
