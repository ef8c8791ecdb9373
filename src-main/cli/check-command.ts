import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { detectLayout } from '../backup/layout.ts'
import { NOTICE_KINDS, type ProblemKind } from '../backup/types.ts'
import { catalogIdFor } from '../catalog/catalog.ts'
import { dataFolder } from '../engine/data-folder.ts'
import { CheckResults } from '../verify/check-results.ts'
import { summaryOf } from '../verify/check-summary.ts'
import { READ_TIMEOUT_MS } from '../verify/check-types.ts'
import type { Affected, CheckProblem, CheckProgress, CheckResult } from '../verify/check-types.ts'
import { problemsIn } from '../verify/problem-file.ts'
import { runCheck, type VerifyRun } from '../verify/verify-run.ts'
import { asMeant, type CommandContext } from './command.ts'
import { EXIT, StoppedError } from './exit.ts'
import type { Terminal } from './terminal.ts'
import { count, counted, isoDate, plain, size } from './text.ts'
import { localZone } from './zone.ts'

export interface CheckOptions {
  jobs?: number
  sample?: number
  timeout?: number
}

/** `lifeboat check PATH`: verifies every blob and item file, without a server and without a catalog. */
export async function checkCommand(
  { terminal, signal, data }: CommandContext,
  path: string,
  options: CheckOptions,
): Promise<number> {
  const { root } = detectLayout(asMeant(path))
  const folder = dataFolder(data, root)
  const results = new CheckResults(folder, catalogIdFor(root))
  const startedAt = Date.now()
  const sample = options.sample ?? null
  const request = {
    path: root,
    zone: localZone(),
    jobs: options.jobs ?? availableParallelism(),
    sample,
    // The same name each time, so that a killed check is gone on with.
    journalFile: results.journalFile(sample === null ? 'whole' : `sample-${String(sample)}`),
    timeoutMs: timeoutOf(options.timeout),
  }
  const result = await follow((tell) => runCheck(request, tell), terminal, signal, 'Checking')
  if (!result.complete) throw new StoppedError()
  const id = `${new Date(startedAt)
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, 14)}-${randomUUID().slice(0, 8)}`
  const summary = summaryOf(id, catalogIdFor(root), startedAt, sample, result)
  results.keep(summary, result)
  print(terminal, result, results.problemsFile(id))
  // Last: who is killed before it goes on from here.
  results.remove(sample === null ? 'whole' : `sample-${String(sample)}`)
  return summary.errors > 0 ? EXIT.failures : EXIT.done
}

/** Shows progress until the work is done; Ctrl-C stops it, what was read stays in its journal. */
export async function follow<Result>(
  start: (tell: (progress: CheckProgress) => void) => VerifyRun<Result>,
  terminal: Terminal,
  signal: AbortSignal,
  label: string,
): Promise<Result> {
  const line = terminal.progress(label)
  const run = start(({ phase, done, total }) => {
    line.update({ done, total, unit: 'folders', label: `${label} ${phase}` })
  })
  signal.addEventListener('abort', run.stop)
  if (signal.aborted) run.stop()
  try {
    return await run.done
  } finally {
    signal.removeEventListener('abort', run.stop)
    line.end()
  }
}

/** `--timeout SECONDS` in ms. */
export function timeoutOf(seconds: number | undefined): number {
  return seconds === undefined ? READ_TIMEOUT_MS : seconds * 1000
}

function print(terminal: Terminal, result: CheckResult, problemsFile: string): void {
  const { backupPath, blobs, metadata, kinds, errors, notices, seconds } = result
  if (terminal.json) {
    // Written piece by piece: there may be a million problems.
    const head = JSON.stringify({ backupPath, blobs, metadata })
    terminal.out(`${head.slice(0, -1)},"problems":[`)
    let piece = ''
    let separator = ''
    for (const problem of problemsIn(problemsFile)) {
      piece += separator + JSON.stringify({ ...problem, affected: affectedJson(problem.affected) })
      separator = ','
      if (piece.length > 64 * 1024) {
        terminal.out(piece)
        piece = ''
      }
    }
    terminal.out(`${piece}],${JSON.stringify({ kinds, seconds }).slice(1)}\n`)
    return
  }
  const lines = [
    `${count(blobs.ok)} of ${counted(blobs.total, 'blob')} sound (${size(blobs.bytes)} read), ${count(metadata.ok)} of ${counted(metadata.total, 'item file')} understood`,
    errors === 0 ? 'No errors.' : `${counted(errors, 'error')}:`,
    ...firstErrors(problemsFile, errors).flatMap(problemLines),
  ]
  if (errors > SHOWN) lines.push(`  … and ${count(errors - SHOWN)} more; --json lists them all`)
  const kindsOf = (severity: 'error' | 'notice'): string =>
    Object.entries(kinds)
      .filter(([kind]) => NOTICE_KINDS.includes(kind as ProblemKind) === (severity === 'notice'))
      .map(([kind, n]) => `${kind} ${count(n)}`)
      .join(', ')
  if (errors > SHOWN) lines.push(`  by kind: ${kindsOf('error')}`)
  if (notices > 0) lines.push(`${counted(notices, 'notice')} (${kindsOf('notice')})`)
  terminal.out(`${lines.join('\n')}\n`)
}

function firstErrors(problemsFile: string, errors: number): CheckProblem[] {
  const first: CheckProblem[] = []
  const wanted = Math.min(errors, SHOWN)
  if (wanted === 0) return first
  for (const problem of problemsIn(problemsFile)) {
    if (problem.severity === 'error') first.push(problem)
    if (first.length === wanted) break
  }
  return first
}

const SHOWN = 40

function problemLines({ kind, path, detail, affected, recoverable }: CheckProblem): string[] {
  const first = `  ! ${kind} ${plain(path)}: ${plain(detail)}${recoverable ? ' (the message is whole)' : ''}`
  return [first, ...affected.slice(0, 5).map((one) => `      ${plain(whoAndWhat(one))}`)]
}

function whoAndWhat({ account, accountName, id, folder, subject, date }: Affected): string {
  const place = [accountName ?? account ?? 'no account', folder, id === null ? null : `item ${String(id)}`]
  return [...place, subject, isoDate(date)].filter((part) => part !== null).join(' · ')
}

/** Affected messages as every command prints them: dates ISO UTC. */
export function affectedJson(affected: readonly Affected[]): unknown[] {
  return affected.map((one) => ({ ...one, date: isoDate(one.date) }))
}
