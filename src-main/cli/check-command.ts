import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { detectLayout } from '../backup/layout.ts'
import { catalogIdFor } from '../catalog/catalog.ts'
import { dataFolder } from '../engine/data-folder.ts'
import { CheckResults } from '../verify/check-results.ts'
import { summaryOf } from '../verify/check-summary.ts'
import type { Affected, CheckProblem, CheckProgress, CheckResult } from '../verify/check-types.ts'
import { runCheck, type VerifyRun } from '../verify/verify-run.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT, StoppedError } from './exit.ts'
import { localZone } from './open-path.ts'
import type { Terminal } from './terminal.ts'
import { count, counted, isoDate, plain, size } from './text.ts'

export interface CheckOptions {
  jobs?: number
  sample?: number
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
  }
  const result = await follow((tell) => runCheck(request, tell), terminal, signal, 'Checking')
  if (!result.complete) throw new StoppedError()
  const id = `${new Date(startedAt)
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, 14)}-${randomUUID().slice(0, 8)}`
  const summary = summaryOf(id, catalogIdFor(root), startedAt, sample, result)
  results.keep(summary, result)
  results.remove(sample === null ? 'whole' : `sample-${String(sample)}`)
  print(terminal, result)
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

function print(terminal: Terminal, result: CheckResult): void {
  const { backupPath, blobs, metadata, problems, kinds, seconds } = result
  if (terminal.json) {
    const listed = problems.map((problem) => ({ ...problem, affected: affectedJson(problem.affected) }))
    printJson(terminal, { backupPath, blobs, metadata, problems: listed, kinds, seconds })
    return
  }
  const errors = problems.filter(({ severity }) => severity === 'error')
  const lines = [
    `${count(blobs.ok)} of ${counted(blobs.total, 'blob')} sound (${size(blobs.bytes)} read), ${count(metadata.ok)} of ${counted(metadata.total, 'item file')} understood`,
    errors.length === 0 ? 'No errors.' : `${counted(errors.length, 'error')}:`,
    ...errors.slice(0, SHOWN).flatMap(problemLines),
  ]
  if (errors.length > SHOWN) lines.push(`  … and ${count(errors.length - SHOWN)} more; --json lists them all`)
  const notices = problems.length - errors.length
  if (notices > 0) {
    const names = [
      ...new Set(problems.filter(({ severity }) => severity === 'notice').map(({ kind }) => kind)),
    ]
    lines.push(
      `${counted(notices, 'notice')} (${names.map((kind) => `${kind} ${count(kinds[kind] ?? 0)}`).join(', ')})`,
    )
  }
  terminal.out(`${lines.join('\n')}\n`)
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
