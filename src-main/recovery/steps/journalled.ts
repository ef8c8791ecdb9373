import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { PlannedCommand } from '../../contract/recovery.ts'
import { CarbonioError, redactedCommand } from '../../remote/carbonio/errors.ts'
import type { Operation } from '../../remote/carbonio/operation.ts'
import type { Answer, RunSettings } from '../../remote/carbonio/types.ts'
import { ConnectionError } from '../../remote/connection-errors.ts'
import type { CommandResult, RemoteShell } from '../../remote/shell.ts'
import type { Case } from '../cases/case.ts'
import type { EntryDraft } from '../journal/entry.ts'
import type { CommandOptions } from '../types.ts'

/** What only reads is tried again for so long after the connection was lost, ms. */
const PATIENCE_MS = 10 * 60_000
/** The same answer is written down again after this long, ms. */
const AGAIN_MS = 60_000

type Told = Pick<EntryDraft, 'host' | 'command' | 'exitCode' | 'output' | 'milliseconds'> & {
  text: string
  effect: PlannedCommand['effect']
}

/** Runs commands on servers so that each one is in the journal of the case. */
export class JournalledCommands {
  readonly #case: Case
  readonly #step: string
  readonly #signal: AbortSignal
  /** What was last said of a command that reads: polling a queue must not fill the journal with the same words. */
  readonly #said = new Map<string, { answer: string; at: number; times: number }>()

  readonly #patience: number

  constructor(of: Case, step: string, signal: AbortSignal, patient: boolean) {
    this.#patience = patient ? PATIENCE_MS : 0
    this.#case = of
    this.#step = step
    this.#signal = signal
  }

  /** A shell whose commands are journalled. */
  shell(shell: RemoteShell): RemoteShell {
    return {
      host: shell.host,
      run: (argv, options) => this.command(shell, argv, options),
      start: async (argv, options) => {
        const command = as(options?.as, redactedCommand(argv))
        const running = await shell.start(argv, options)
        this.#write({ text: `Started on ${shell.host}`, host: shell.host, command, effect: 'changes' })
        return running
      },
    }
  }

  /** @throws ConnectionError */
  async command(
    shell: RemoteShell,
    argv: readonly string[],
    options: CommandOptions = {},
  ): Promise<CommandResult> {
    const { effect = 'changes', ...run } = options
    const command = as(options.as, redactedCommand(argv))
    const attempt = async (): Promise<CommandResult> => {
      const startedAt = Date.now()
      try {
        const result = await shell.run(argv, { signal: this.#signal, ...run })
        const { code, signal, stdout, stderr, milliseconds } = result
        const ended = code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`
        this.#write({
          text: `${program(argv)} on ${shell.host}: ${ended}`,
          host: shell.host,
          command,
          exitCode: code,
          output: [stdout, stderr].filter(Boolean).join('\n'),
          milliseconds,
          effect,
        })
        return result
      } catch (error) {
        this.#failed(error, `${program(argv)} on ${shell.host}`, shell.host, command, startedAt, effect)
        throw error
      }
    }
    return effect === 'reads' ? this.#patiently(attempt) : attempt()
  }

  /** @throws CarbonioError, ConnectionError */
  async carbonio<I extends z.ZodType, T>(
    shell: RemoteShell,
    operation: Operation<I, T>,
    input: z.input<I>,
    settings: RunSettings = {},
  ): Promise<Answer<T>> {
    const effect = operation.effect === 'stops' ? 'destroys' : operation.effect
    const attempt = async (): Promise<Answer<T>> => {
      const startedAt = Date.now()
      let exitCode: number | null = null
      const seen: RemoteShell = {
        ...shell,
        run: async (argv, options) => {
          const result = await shell.run(argv, options)
          exitCode = result.code
          return result
        },
      }
      try {
        const answer = await operation.run(seen, input, { signal: this.#signal, ...settings })
        this.#write({
          text: `${operation.name} on ${shell.host}${answer.understood ? '' : ': its answer is not understood'}`,
          host: shell.host,
          command: answer.command,
          exitCode,
          output: answer.raw,
          milliseconds: answer.milliseconds,
          effect,
        })
        return answer
      } catch (error) {
        const command =
          error instanceof CarbonioError && error.command ? error.command : shown(operation, input)
        this.#failed(error, `${operation.name} on ${shell.host}`, shell.host, command, startedAt, effect)
        throw error
      }
    }
    return operation.effect === 'reads' ? this.#patiently(attempt) : attempt()
  }

  /** Writes down how often the last answers were given again. */
  close(): void {
    for (const { times } of this.#said.values()) {
      if (times > 0)
        this.#case.tell('repeated', `The same answer came ${times} more times`, { step: this.#step })
    }
    this.#said.clear()
  }

  /** The session makes a lost connection anew by itself; what only reads is simply asked again. */
  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const until = Date.now() + this.#patience
    for (let wait = 500; ; wait = Math.min(wait * 2, 15_000)) {
      try {
        return await attempt()
      } catch (error) {
        const passes =
          error instanceof ConnectionError && (error.step === 'session' || error.step === 'reach')
        if (!passes || this.#signal.aborted || Date.now() + wait > until) throw error
        await pause(wait, this.#signal)
      }
    }
  }

  #failed(
    error: unknown,
    what: string,
    host: string,
    command: string,
    startedAt: number,
    effect: PlannedCommand['effect'],
  ): void {
    const message = error instanceof Error ? error.message : String(error)
    const said = error instanceof CarbonioError ? error.output : ''
    this.#write({
      text: `${what}: ${message}`,
      host,
      command,
      exitCode: error instanceof CarbonioError ? error.exitCode : null,
      output: [message, said].filter(Boolean).join('\n'),
      milliseconds: Date.now() - startedAt,
      effect,
    })
  }

  #write({ text, effect, ...told }: Told): void {
    if (effect === 'reads') {
      const key = `${told.host ?? ''}\0${told.command ?? ''}`
      const answer = createHash('sha256')
        .update(`${String(told.exitCode)}\0${told.output ?? ''}`)
        .digest('base64')
      const last = this.#said.get(key)
      if (last?.answer === answer && Date.now() - last.at < AGAIN_MS) {
        last.times++
        return
      }
      const data = { effect, ...(last && last.times > 0 ? { sameBefore: last.times } : {}) }
      this.#said.set(key, { answer, at: Date.now(), times: 0 })
      this.#case.tell('command', text, { ...told, step: this.#step, data })
      return
    }
    this.#case.tell('command', text, { ...told, step: this.#step, data: { effect } })
  }
}

function shown<I extends z.ZodType, T>(operation: Operation<I, T>, input: z.input<I>): string {
  try {
    return operation.commandLine(input)
  } catch {
    return operation.name
  }
}

/** What is run, without the environment before it. */
function program(argv: readonly string[]): string {
  const named = argv.find((word, at) => !(at === 0 && word === 'env') && !/^[A-Z_]+=/.test(word))
  return named?.split('/').at(-1) ?? ''
}

function as(who: CommandOptions['as'], command: string): string {
  return who === undefined || who === 'login' ? command : `[${who}] ${command}`
}

/** Waits, or throws what the signal aborts with. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      if (signal.aborted) reject(signal.reason as Error)
      else resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
