import { Argument, Command, CommanderError, Option } from 'commander'
import { appVersion } from '../engine/version.ts'
import { collect, fail, runCommand, wholeNumber, withCommonOptions, type CommonOptions } from './command.ts'
import { UsageError } from './exit.ts'
import { AT_HELP, DELETED_HELP, EXIT_CODES, PATH_HELP } from './help.ts'
import { addCaseCommands } from './case.ts'
import { addDrillCommands } from './drill.ts'
import type { CheckOptions } from './check-command.ts'
import { accountList, directWay, jumpHosts, parseRate } from './copy-options.ts'
import type { CopyCommandOptions } from './copy.ts'
import type { ExportCommandOptions } from './export-command.ts'
import type { HealOptions } from './heal-command.ts'
import type { LoginOptions } from './ssh-login.ts'
import type { ServersOptions } from './servers-command.ts'
import type { SampleOptions } from './sample-command.ts'
import type { SearchOptions } from './search-command.ts'
import type { ServeCommandOptions } from './serve-command.ts'

const TIMEOUT_HELP =
  'how long reading one file may take (default 30); then it is left alone and tried again last'

/** Every command of `lifeboat`. The code of a command is loaded when it runs. */
function buildProgram(): Command {
  const program = new Command('lifeboat')
    .description(
      'Opens a copied Carbonio Backup Path offline, finds any message, takes it out as .eml. Nothing is ever written under the Backup Path.',
    )
    .version(appVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError(false)

  command(program, 'index', 'read the Backup Path into the catalog, or only what changed')
    .argument('<path>', PATH_HELP)
    .action((path: string, options: CommonOptions) =>
      runCommand(options, async (context) =>
        (await import('./index-command.ts')).indexCommand(context, path),
      ),
    )

  command(program, 'accounts', 'list the accounts: messages, deleted, size, dates, where the backup ends')
    .argument('<path>', PATH_HELP)
    .action((path: string, options: CommonOptions) =>
      runCommand(options, async (context) =>
        (await import('./accounts-command.ts')).accountsCommand(context, path),
      ),
    )

  command(program, 'search', 'search all accounts at once')
    .argument('<path>', PATH_HELP)
    .argument(
      '<query...>',
      'words, "a phrase", -word, from: to: subject: in: account: has:attachment before: after: is:deleted; of a message the first 64 KB of text',
    )
    .option('--at <date>', AT_HELP)
    .addOption(deletedOption())
    .option('--limit <n>', 'how many to list', wholeNumber(1, 1_000_000))
    .action((path: string, query: string[], options: CommonOptions & SearchOptions) =>
      runCommand(options, async (context) =>
        (await import('./search-command.ts')).searchCommand(context, path, query.map(unshield), options),
      ),
    )

  command(program, 'item', 'show all states of one item, with the raw metadata')
    .argument('<path>', PATH_HELP)
    .argument('<account>', 'address or UUID')
    .addArgument(new Argument('<id>', "the item's number").argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)))
    .action((path: string, account: string, id: number, options: CommonOptions) =>
      runCommand(options, async (context) =>
        (await import('./item-command.ts')).itemCommand(context, path, account, id),
      ),
    )

  command(
    program,
    'export',
    'take mail out: byte-identical .eml files, mbox, Maildir or zip, with manifest.csv',
  )
    .argument('<path>', PATH_HELP)
    .requiredOption('--out <dir>', 'folder to export into; existing files are never overwritten')
    .option('--account <account>', 'only this account (address or UUID); may be repeated', collect)
    .option('--item <id>', 'only the item of this number; may be repeated', collect)
    .option('--query <query>', 'only what this search finds')
    .option('--at <date>', AT_HELP)
    .addOption(deletedOption())
    .option('--unclaimed', 'also the mail that no readable metadata claims')
    .addOption(
      new Option('--format <format>', 'how').choices(['eml', 'mbox', 'maildir', 'zip']).default('eml'),
    )
    .action((path: string, options: CommonOptions & ExportCommandOptions) =>
      runCommand(options, async (context) =>
        (await import('./export-command.ts')).exportCommand(context, path, options),
      ),
    )

  command(
    program,
    'check',
    'verify every blob and item file; name what is damaged and the messages it belongs to',
  )
    .argument('<path>', PATH_HELP)
    .option('--jobs <n>', 'reading threads (default: as many as there are cores)', wholeNumber(1, 64))
    .option('--timeout <seconds>', TIMEOUT_HELP, wholeNumber(1, 86_400))
    .option('--sample <n>', 'read only so many blobs, chosen at random', wholeNumber(1, 1_000_000_000))
    .action((path: string, options: CommonOptions & CheckOptions) =>
      runCommand(options, async (context) =>
        (await import('./check-command.ts')).checkCommand(context, path, options),
      ),
    )

  command(program, 'heal', 'make a repaired copy, with what other copies still have; the path is only read')
    .argument('<path>', PATH_HELP)
    .option(
      '--from <other>',
      'another copy: a Backup Path, a mailstore or a folder of .eml files; may be repeated',
      collect,
    )
    .requiredOption('--out <new>', 'new folder for the repaired copy')
    .option('--jobs <n>', 'reading threads (default: as many as there are cores)', wholeNumber(1, 64))
    .option('--timeout <seconds>', TIMEOUT_HELP, wholeNumber(1, 86_400))
    .action((path: string, options: CommonOptions & HealOptions) =>
      runCommand(options, async (context) =>
        (await import('./heal-command.ts')).healCommand(context, path, options),
      ),
    )

  withLogin(
    command(
      program,
      'copy',
      'bring a Backup Path where it is needed, over SSH or here; every blob is proved by its digest on the way',
    ),
  )
    .argument('<source>', 'a local path or ssh://user@host:port/path; nothing is ever written there')
    .argument('<target>', 'a local path or ssh://user@host:port/path; it becomes the Backup Path')
    .option('--accounts <names>', 'only these accounts (addresses or UUIDs, with commas)', accountList)
    .option('--first <names>', 'mail of these accounts before all other mail', accountList)
    .option('--bwlimit <rate>', 'bytes a second at most, such as 500k or 10M', parseRate)
    .option('--jobs <n>', 'verifying threads (default: as many as there are cores)', wholeNumber(1, 64))
    .option('--delete', 'remove files of the target that the source no longer has (never more than 5 %)')
    .option('--direct', 'between two servers: the bytes go straight from one to the other')
    .option(
      '--direct-to <host:port>',
      'the same, with the address by which the old server reaches the new one',
      directWay,
    )
    .option('--dry-run', 'only look: what would be copied, and what stands in its way')
    .action((source: string, target: string, options: CommonOptions & CopyCommandOptions) =>
      runCommand(options, async (context) =>
        (await import('./copy.ts')).copyCommand(context, source, target, options),
      ),
    )

  withLogin(
    command(
      program,
      'probe',
      'look at a server over SSH: system, Carbonio, volumes, backup; nothing is changed',
    ),
  )
    .argument('<server>', 'ssh://user@host:port')
    .action((server: string, options: CommonOptions & LoginOptions) =>
      runCommand(options, async (context) =>
        (await import('./probe-command.ts')).probeCommand(context, server, options),
      ),
    )

  withLogin(command(program, 'servers', 'the list of servers; add, remove, import'))
    .option('--add <server>', 'add ssh://user@host:port')
    .option('--name <name>', 'its name in the list (default: the host)')
    .addOption(new Option('--role <role>', 'what it is').choices(['old', 'new', 'storage', 'other']))
    .option('--remove <name>', 'take one off the list (name or id)')
    .option('--import [file]', 'add the hosts of an OpenSSH configuration (default: ~/.ssh/config)')
    .action((options: CommonOptions & ServersOptions) =>
      runCommand(options, async (context) =>
        (await import('./servers-command.ts')).serversCommand(context, options),
      ),
    )

  command(program, 'serve', 'the app as a page in the browser, on 127.0.0.1 only')
    .argument('[path]', 'a Backup Path to open at once')
    .option('--port <n>', 'port (default: any free one)', wholeNumber(0, 65535))
    .option('--no-open', 'do not start the browser')
    .action((path: string | undefined, options: CommonOptions & ServeCommandOptions) =>
      runCommand(options, async (context) =>
        (await import('./serve-command.ts')).serveCommand(context, path, options),
      ),
    )

  command(program, 'forget', 'remove the catalog of a Backup Path; the path itself is not touched')
    .argument('<path>', PATH_HELP)
    .action((path: string, options: CommonOptions) =>
      runCommand(options, async (context) =>
        (await import('./forget-command.ts')).forgetCommand(context, path),
      ),
    )

  command(program, 'sample', 'write a synthetic Backup Path to try things with')
    .argument('<out>', 'an empty or new folder')
    .option('--accounts <n>', 'accounts (default 5)', wholeNumber(1, 100_000))
    .option('--items <n>', 'items in all (default 2000)', wholeNumber(1, 10_000_000))
    .option('--seed <n>', 'the same seed gives the same path (default 1)', wholeNumber(0, 2 ** 32 - 1))
    .option('--damage', 'put in a dozen damages of every kind')
    .action((out: string, options: CommonOptions & SampleOptions) =>
      runCommand(options, async (context) =>
        (await import('./sample-command.ts')).sampleCommand(context, out, options),
      ),
    )
  addCaseCommands(program)
  addDrillCommands(program)
  return program
}

function command(program: Command, name: string, description: string): Command {
  return withCommonOptions(program.command(name).description(description)).allowExcessArguments(false)
}

function withLogin(command: Command): Command {
  return command
    .option('--identity <file>', 'private key to log in with (default: the agent, then the keys in ~/.ssh)')
    .option('--known-hosts <file>', "known_hosts of the servers (default: Lifeboat's own and OpenSSH's)")
    .option('--jump <hosts>', 'jump hosts on the way: user@host:port, several with commas between', jumpHosts)
    .addOption(
      new Option(
        '--privilege <way>',
        'how commands become root or zextras (default: as the user suggests)',
      ).choices(['zextras', 'root', 'sudo', 'sudo-password', 'su']),
    )
}

function deletedOption(): Option {
  return new Option('--deleted <mode>', DELETED_HELP).choices(['hide', 'show', 'only']).default('show')
}

/**
 * Runs `lifeboat` with the arguments after the program's name and sets process.exitCode.
 * @param args without `node` and the script
 */
export async function runProgram(args: readonly string[]): Promise<void> {
  const json = args.includes('--json')
  const program = buildProgram()
  let complaint = ''
  for (const one of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    one.exitOverride().configureOutput({
      // Said below, in the one form that errors have.
      writeErr: (text) => {
        complaint += text
      },
    })
  }
  try {
    await program.parseAsync(shieldWords(args), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) return fail(error, json)
    if (error.exitCode === 0) return
    if (error.code === 'commander.help' && args.length === 0) {
      process.stderr.write(complaint)
      process.exitCode = 2
      return
    }
    fail(usageError(error, args, program), json)
  }
}

/** In front of a word that must not be taken for an option. */
const SHIELD = '\0'

/** `search PATH invoice -draft`: a word to leave out looks like an option to every parser of command lines. */
function shieldWords(args: readonly string[]): string[] {
  if (args[0] !== 'search') return [...args]
  const end = args.indexOf('--')
  return args.map((arg, index) => {
    const isWord = /^-[^-]/.test(arg) && arg !== '-h' && (end < 0 || index < end)
    return isWord ? SHIELD + arg : arg
  })
}

function unshield(word: string): string {
  return word.startsWith(SHIELD) ? word.slice(SHIELD.length) : word
}

function usageError(error: CommanderError, args: readonly string[], program: Command): UsageError {
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim()
  const name = program.commands.find((one) => args.includes(one.name()))?.name()
  const help = name ? `lifeboat ${name} --help` : 'lifeboat --help'
  return new UsageError(
    message === '(outputHelp)' ? 'no command was given' : message,
    'The command line is not right.',
    `See \`${help}\`.`,
  )
}
