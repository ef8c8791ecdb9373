import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunName, RunReport } from '../drill/runs/driver.ts'
import { performRun } from '../drill/runs/driver.ts'
import { RUNS } from '../drill/runs/index.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT, UsageError } from './exit.ts'

export interface DrillRunOptions {
  dir?: string
  speed?: number
}

/** `lifeboat drill run PROCEDURE`: performs a procedure unattended against simulated servers, with faults. */
export async function drillRunCommand(
  { terminal, signal }: CommandContext,
  name: string,
  options: DrillRunOptions,
): Promise<number> {
  const load = RUNS[name as RunName]
  if (!load) {
    throw new UsageError(
      `there is no procedure “${name}” to perform`,
      'Only these can be performed unattended.',
      `Choose one of: ${Object.keys(RUNS).join(', ')}.`,
    )
  }
  const report = await performRun(await load(), {
    folder: options.dir === undefined ? mkdtempSync(join(tmpdir(), 'lifeboat-run-')) : asMeant(options.dir),
    speed: options.speed,
    signal,
    onStep: (text) => terminal.note(text),
  })
  if (terminal.json) printJson(terminal, report)
  else terminal.out(inWords(report))
  return report.ok ? EXIT.done : EXIT.failures
}

function inWords(report: RunReport): string {
  const { procedure, ok, steps, planted, caught, recovered, lost, problems, seconds, folder, simulation } =
    report
  return [
    simulation,
    `${procedure}: ${ok ? 'done' : 'NOT as it must be'} in ${String(seconds)} s, ${String(steps.length)} steps`,
    ...steps.map(
      ({ id, state, seconds: took }) => `  ${id}: ${state}${took === null ? '' : ` (${String(took)} s)`}`,
    ),
    `Planted ${String(planted.length)}, caught ${String(caught.length)}`,
    ...caught.map(({ id, how }) => `  ${id}: ${how}`),
    `Recovered: ${Object.entries(recovered)
      .map(([what, count]) => `${what} ${String(count)}`)
      .join(', ')}`,
    `Lost: ${String(lost.length)}`,
    ...lost.map(
      ({ account, item, what, why }) => `  ${account} ${item === null ? '' : String(item)} ${what}: ${why}`,
    ),
    ...problems.map((problem) => `Problem: ${problem}`),
    `Folder: ${folder}`,
    '',
  ].join('\n')
}
