import type { z } from 'zod'
import { ConnectionError } from '../connection-errors.ts'
import type { CommandResult, RemoteShell } from '../shell.ts'
import { cleanOutput, shownOutput } from './clean-output.ts'
import { CarbonioError, failureIn, failureOf, redactedCommand } from './errors.ts'
import { envelopeParts, findJson } from './json-reply.ts'
import { parseTree, treeToObject } from './text-tree.ts'
import type { Answer, Effect, Reply, RunSettings } from './types.ts'

/** The part of the command line that names an operation: `carbonio backup …`, `carbonio config …`, another program. */
export type OperationModule = 'backup' | 'config' | 'zmlocalconfig' | 'files'

interface Definition<I extends z.ZodType, T> {
  /** Unique: the vendor's name, with what tells variants apart behind it. */
  name: string
  module: OperationModule
  effect: Effect
  /** What it does and what can go wrong, in one or two sentences a technician reads before it runs. */
  risk: string
  /** Parameters, checked before anything is built. */
  input: I
  /** What the reply holds. */
  output: z.ZodType<T>
  /** The arguments behind the program's name and its global options. */
  words(input: z.output<I>): string[]
  /** What the reply says; null when it is not understood. The result is checked against `output`. */
  read(reply: Reply, input: z.output<I>): unknown
  /** Throws a CarbonioError of kind `refused` where this must not run; also asked before a command is only shown. */
  check?(input: z.output<I>): void
  /** The last question before it runs, on this host; throws like `check`. */
  before?(input: z.output<I>, host: string): void
  /** Other than carbonio. Such programs know neither `--json` nor the other global options. */
  program?: string
  /** Exit codes that are no failure; default 0. */
  exitCodes?: readonly number[]
  /** ms, default two minutes: each call starts a JVM, and a busy server takes its time. */
  timeout?: number
}

/** One operation of Carbonio: its command for a technician to read, and a way to run it. */
export interface Operation<I extends z.ZodType = z.ZodType, T = unknown> {
  readonly name: string
  readonly module: OperationModule
  readonly effect: Effect
  readonly risk: string
  readonly input: I
  /**
   * The program and its arguments, each one argument. Pure.
   * @throws CarbonioError `bad-input` or `refused`
   */
  argv(input: z.input<I>, settings?: RunSettings): string[]
  /** The same as it would be typed into a shell, secrets replaced. */
  commandLine(input: z.input<I>, settings?: RunSettings): string
  /**
   * Runs it as `zextras`.
   * @throws CarbonioError when it did not succeed; ConnectionError when the server cannot be reached
   */
  run(shell: RemoteShell, input: z.input<I>, settings?: RunSettings): Promise<Answer<T>>
}

/** Where the programs are when the PATH of the login does not know them (D: the vendor's own scripts call it so). */
const BIN = '/opt/zextras/bin'
const PROGRAMS: ReadonlySet<string> = new Set(['carbonio', 'zmlocalconfig'])
const TIMEOUT = 120_000
/** Bytes of output that are read. What is longer was cut and is not read at all. */
const MOST_OUTPUT = 64 * 1024 * 1024

function inputError(operation: string, error: z.ZodError): CarbonioError {
  const issue = error.issues[0]
  const field = issue?.path.map(String).join('.') ?? ''
  return new CarbonioError(
    'bad-input',
    operation,
    `${operation} cannot be run with this ${field === '' ? 'input' : field}`,
    { why: issue?.message ?? 'The parameters do not fit.', next: 'Correct it. Nothing was run.' },
  )
}

/** Lifeboat's own no, before anything was run. */
export function refusal(operation: string, message: string, why: string, next: string): CarbonioError {
  return new CarbonioError('refused', operation, message, { why, next })
}

function replyOf(
  stdout: string,
  zone: string | null,
): { reply: Reply; error: string | null } | { doubt: string } {
  const text = cleanOutput(stdout)
  const json = findJson(text)
  if (json.kind === 'doubtful') return { doubt: json.why }
  if (json.kind === 'one') {
    const parts = envelopeParts(json.value)
    const failed = parts.filter((part) => part.error !== null)
    const error = failed
      .map((part) => (part.host === null ? part.error : `${part.host}: ${part.error}`))
      .join('; ')
    return { reply: { format: 'json', parts, text, tree: [], zone }, error: error === '' ? null : error }
  }
  const tree = parseTree(text)
  if (tree === null) return { doubt: 'It has more lines than Lifeboat reads as text.' }
  return {
    reply: {
      format: 'text',
      parts: [{ host: null, ok: null, payload: treeToObject(tree) }],
      text,
      tree,
      zone,
    },
    error: null,
  }
}

const shown = (stdout: string, stderr: string): string =>
  shownOutput(stderr.trim() === '' ? stdout : `${stdout}\n${stderr}`)

/** Says `--json` is not known: then nothing was run, and text is asked for. */
const refusesJson = (output: string): boolean =>
  /(?:unknown|invalid|unrecogni[sz]ed|illegal)[^\n]{0,40}--json/i.test(output)

/** Makes an operation of its definition. */
export function defineOperation<I extends z.ZodType, T>(definition: Definition<I, T>): Operation<I, T> {
  const { name, effect, module, risk } = definition

  function checked(input: unknown): z.output<I> {
    const parsed = definition.input.safeParse(input)
    if (!parsed.success) throw inputError(name, parsed.error)
    definition.check?.(parsed.data)
    return parsed.data
  }

  function build(input: z.output<I>, settings: RunSettings): string[] {
    const words = definition.words(input)
    if (definition.program !== undefined) return [settings.program ?? definition.program, ...words]
    const { host, sync, format = 'json' } = settings
    // global options stand before the module (FORMAT.md)
    return [
      settings.program ?? 'carbonio',
      ...(format === 'json' ? ['--json'] : []),
      ...(sync === true ? ['--sync'] : []),
      ...(host === undefined ? [] : ['--host', hostArgument(name, host)]),
      ...words,
    ]
  }

  async function execute(shell: RemoteShell, argv: string[], settings: RunSettings): Promise<CommandResult> {
    try {
      return await shell.run(argv, {
        as: 'zextras',
        timeout: settings.timeout ?? (settings.sync === true ? 0 : (definition.timeout ?? TIMEOUT)),
        maxOutput: MOST_OUTPUT,
        ...(settings.signal === undefined ? {} : { signal: settings.signal }),
      })
    } catch (error) {
      // before the session nothing was run
      const began = !(error instanceof ConnectionError) || error.step === 'session'
      if (effect === 'reads' || !began) throw error
      throw outcomeUnknown(name, shell.host, argv, error)
    }
  }

  async function find(shell: RemoteShell, argv: string[], settings: RunSettings) {
    const result = await execute(shell, argv, settings)
    const program = argv[0]!
    if (!PROGRAMS.has(program) || !isMissing(result, program)) return { argv, result }
    // nothing was run: the same by its full path
    const full = [`${BIN}/${program}`, ...argv.slice(1)]
    const second = await execute(shell, full, settings)
    return isMissing(second, full[0]!) ? { argv, result } : { argv: full, result: second }
  }

  async function run(shell: RemoteShell, input: unknown, settings: RunSettings = {}): Promise<Answer<T>> {
    const data = checked(input)
    definition.before?.(data, shell.host)
    let { argv, result } = await find(shell, build(data, settings), settings)
    if (effect === 'reads' && argv.includes('--json') && refusesJson(`${result.stderr}\n${result.stdout}`)) {
      ;({ argv, result } = await find(shell, build(data, { ...settings, format: 'text' }), settings))
    }
    const { code, stdout, stderr } = result
    const output = `${stderr}\n${stdout}`
    const sync = settings.sync === true
    const ended = { host: shell.host, argv, exitCode: code, output, sync }
    if (code === null && effect !== 'reads') {
      throw outcomeUnknown(
        name,
        shell.host,
        argv,
        new Error(`It ended by signal ${result.signal ?? 'unknown'}.`),
      )
    }
    const read = replyOf(stdout, settings.zone ?? null)
    if ('error' in read && read.error !== null) throw failureOf(name, ended, read.error)
    if (code === null || !(definition.exitCodes ?? [0]).includes(code)) throw failureOf(name, ended, null)

    const common = {
      raw: shown(stdout, stderr),
      command: redactedCommand(argv),
      milliseconds: result.milliseconds,
    }
    if (Buffer.byteLength(stdout) > MOST_OUTPUT - 4) {
      return { understood: false, why: 'The output is longer than Lifeboat reads; it was cut.', ...common }
    }
    if ('doubt' in read) return { understood: false, why: read.doubt, ...common }
    const { reply } = read
    const value = definition.output.safeParse(definition.read(reply, data))
    if (value.success) return { understood: true, value: value.data, format: reply.format, ...common }
    // exit code 0 is no proof: releases print an error and end with 0
    if (reply.format === 'text' && failureIn(output) !== null) throw failureOf(name, ended, null)
    const why =
      output.trim() === ''
        ? 'It printed nothing.'
        : `Its output has none of the forms that are known of ${name}.`
    return { understood: false, why, ...common }
  }

  return {
    name,
    module,
    effect,
    risk,
    input: definition.input,
    argv: (input, settings = {}) => build(checked(input), settings),
    commandLine: (input, settings = {}) => redactedCommand(build(checked(input), settings)),
    run,
  }
}

function hostArgument(operation: string, host: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/.test(host)) return host
  throw new CarbonioError('bad-input', operation, `${operation} cannot be run on this host`, {
    why: 'The name of a node holds letters, digits, dots and hyphens only.',
    next: 'Correct it. Nothing was run.',
  })
}

function isMissing(result: CommandResult, program: string): boolean {
  if (result.code === 127) return true
  const said = `${result.stderr}\n${result.stdout}`.slice(0, 2000)
  return result.code !== 0 && said.includes(program) && failureIn(said) === 'no-such-command'
}

function outcomeUnknown(
  operation: string,
  host: string,
  argv: readonly string[],
  cause: unknown,
): CarbonioError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CarbonioError(
    'unknown-outcome',
    operation,
    `It is not known whether ${operation} began on ${host}`,
    {
      why: `No answer came back: ${shownOutput(reason).slice(0, 300)}`,
      next: 'Read the queue of the server (getAllOperations) before it is started again.',
    },
    { host, argv, exitCode: null, output: '', cause },
  )
}
