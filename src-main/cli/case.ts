import { Option, type Command } from 'commander'
import { collect, runCommand, wholeNumber, withCommonOptions, type CommonOptions } from './command.ts'
import type { CaseNoteOptions, CaseOutOptions, CaseReportOptions, JournalOptions } from './case-command.ts'

const CASE_HELP = 'id of the case, the beginning of it, or its name'

/** `lifeboat case …` and `lifeboat report …`: the cases of a recovery, from a terminal. */
export function addCaseCommands(program: Command): void {
  const group = program.command('case').description('the cases of recoveries: their journal, export, report')
  const add = (name: string, description: string): Command =>
    withCommonOptions(group.command(name).description(description)).allowExcessArguments(false)

  add('list', 'all cases, the one changed last first').action((options: CommonOptions) =>
    runCommand(options, async (context) => (await import('./case-command.ts')).caseList(context)),
  )
  add('show', 'a case: servers, sources, every step with its state')
    .argument('<case>', CASE_HELP)
    .action((name: string, options: CommonOptions) =>
      runCommand(options, async (context) => (await import('./case-command.ts')).caseShow(context, name)),
    )
  add('journal', 'what was done: who, when, commands, exit codes, output')
    .argument('<case>', CASE_HELP)
    .option('--after <n>', 'only entries after this one', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .action((name: string, options: CommonOptions & JournalOptions) =>
      runCommand(options, async (context) =>
        (await import('./case-command.ts')).caseJournal(context, name, options),
      ),
    )
  add('export', 'write a case as one file, to hand it over')
    .argument('<case>', CASE_HELP)
    .requiredOption('--out <file>', 'the file, such as outage.lifeboat-case; never overwritten')
    .action((name: string, options: CommonOptions & CaseOutOptions) =>
      runCommand(options, async (context) =>
        (await import('./case-command.ts')).caseExport(context, name, options),
      ),
    )
  add('import', 'take a case from such a file; one whose journal was altered is refused')
    .argument('<file>', 'written by `lifeboat case export` or by the app')
    .action((file: string, options: CommonOptions) =>
      runCommand(options, async (context) => (await import('./case-command.ts')).caseImport(context, file)),
    )
  add('note', 'write a note into the journal of a case')
    .argument('<case>', CASE_HELP)
    .argument('<text>', 'the note')
    .option('--file <file>', 'keep this file with it; may be repeated', collect)
    .action((name: string, text: string, options: CommonOptions & CaseNoteOptions) =>
      runCommand(options, async (context) =>
        (await import('./case-command.ts')).caseNote(context, name, text, options),
      ),
    )
  add('report', 'write the report of a case: one HTML file, and JSON with the whole journal beside it')
    .argument('<case>', CASE_HELP)
    .requiredOption('--out <file>', 'the HTML file')
    .addOption(
      new Option('--language <language>', 'of the page; what people and servers said stays as it was')
        .choices(['en', 'it'])
        .default('en'),
    )
    .action((name: string, options: CommonOptions & CaseReportOptions) =>
      runCommand(options, async (context) =>
        (await import('./case-command.ts')).caseReport(context, name, options),
      ),
    )

  const report = program.command('report').description('reports of recoveries')
  withCommonOptions(
    report
      .command('verify')
      .description('prove that the journal in a report is unbroken and that the report says what it says')
      .argument('<file>', 'the HTML or JSON of a report')
      .allowExcessArguments(false),
  ).action((file: string, options: CommonOptions) =>
    runCommand(options, async (context) => (await import('./report-command.ts')).reportVerify(context, file)),
  )
}
