import { resolve } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { DATA_HELP, JSON_HELP } from './help.ts'
import { EXIT, errorLine, reportOf, StoppedError } from './exit.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** Options of every command. */
export interface CommonOptions {
  json?: boolean
  data?: string
}

/** What a command gets to work with. */
export interface CommandContext {
  terminal: Terminal
  /** Aborted by Ctrl-C and the like. */
  signal: AbortSignal
  /** `--data`, absolute. */
  data: string | undefined
}

/** Adds `--json` and `--data` to a command. */
export function withCommonOptions(command: Command): Command {
  return command.option('--json', JSON_HELP).option('--data <dir>', DATA_HELP)
}

/**
 * Runs a command: its result goes to stdout, an error becomes one line on stderr or, with `--json`, the document itself.
 * Sets the exit code; the process ends when nothing is left to do.
 * @param work returns the exit code when it is not 0
 */
export async function runCommand(
  options: CommonOptions,
  work: (context: CommandContext) => Promise<number> | Promise<void>,
): Promise<void> {
  const terminal = processTerminal(options.json ?? false)
  const abort = new AbortController()
  const release = stopOnSignals(abort)
  try {
    const context = { terminal, signal: abort.signal, data: options.data && asMeant(options.data) }
    process.exitCode = (await work(context)) ?? EXIT.done
  } catch (error) {
    // Whatever broke off because it was to stop is a stop.
    fail(abort.signal.aborted ? new StoppedError() : error, terminal.json)
  } finally {
    release()
  }
}

/** Says an error and sets the exit code. */
export function fail(error: unknown, json: boolean): void {
  const { report, exitCode } = reportOf(error)
  if (json) process.stdout.write(`${JSON.stringify({ error: report })}\n`)
  else process.stderr.write(`${errorLine(report)}\n`)
  if (process.env['LIFEBOAT_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  process.exitCode = exitCode
}

/** The first signal asks politely, a second one ends the process. */
function stopOnSignals(abort: AbortController): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(EXIT.stopped)
    abort.abort()
  }
  for (const name of signals) process.on(name, stop)
  return () => {
    for (const name of signals) process.off(name, stop)
  }
}

/** Prints the one JSON document of a command. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value)}\n`)
}

/** A path as the person meant it: npm runs scripts in the package's folder and keeps theirs in INIT_CWD. */
export function asMeant(path: string): string {
  const base = process.env['npm_lifecycle_event'] === 'lifeboat' ? process.env['INIT_CWD'] : undefined
  return resolve(base ?? '', path)
}

/** For options that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** Parses a whole number for commander. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < from || value > to) {
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`)
    }
    return value
  }
}
