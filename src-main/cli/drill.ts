import type { Command } from 'commander'
import { collect, runCommand, wholeNumber, withCommonOptions, type CommonOptions } from './command.ts'
import type { DrillUpOptions } from './drill-command.ts'
import type { DrillRunOptions } from './drill-run-command.ts'

/** `lifeboat drill …`: rehearsals on simulated servers. */
export function addDrillCommands(program: Command): void {
  const drill = program
    .command('drill')
    .description('rehearse on simulated servers: an old one, a new one, and a synthetic backup')
  withCommonOptions(
    drill
      .command('up')
      .description('start the simulated servers on 127.0.0.1 and keep them running until Ctrl-C')
      .allowExcessArguments(false),
  )
    .option('--dir <dir>', 'folder of the drill: new, or an earlier one, which goes on')
    .option(
      '--speed <n>',
      'items a restore brings back per second (default 200, 0: no limit)',
      wholeNumber(0, 1_000_000),
    )
    .option('--fault <fault>', 'let something go wrong, [old:|new:]NAME[=VALUE]; may be repeated', collect)
    .option('--accounts <n>', 'accounts of a new drill (default 5)', wholeNumber(1, 10_000))
    .option('--items <n>', 'items of a new drill (default 2000)', wholeNumber(1, 1_000_000))
    .option('--seed <n>', 'the same seed gives the same backup (default 1)', wholeNumber(0, 2 ** 32 - 1))
    .option('--reset', 'begin anew: what an earlier drill left in the folder is removed')
    .option('--faults', 'only list what can go wrong')
    .action((options: CommonOptions & DrillUpOptions) =>
      runCommand(options, async (context) =>
        (await import('./drill-command.ts')).drillUpCommand(context, options),
      ),
    )
  withCommonOptions(
    drill
      .command('run')
      .description(
        'perform a whole procedure unattended against simulated servers, with faults, through its steps',
      )
      .argument('<procedure>', 'data-recovery, vm-snapshot, same-server or unrestored')
      .allowExcessArguments(false),
  )
    .option('--dir <dir>', 'folder of the run: new, or of an earlier one, which is begun anew')
    .option('--speed <n>', 'items a restore brings back per second (0: no limit)', wholeNumber(0, 1_000_000))
    .action((procedure: string, options: CommonOptions & DrillRunOptions) =>
      runCommand(options, async (context) =>
        (await import('./drill-run-command.ts')).drillRunCommand(context, procedure, options),
      ),
    )
}
