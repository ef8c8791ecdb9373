import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionError } from '../connection-errors.ts'
import type { CommandResult, RunAs, RunningCommand, RunOptions } from '../shell.ts'
import type { CopyPlace, CopyTiming, OpenServer } from './types.ts'

type ServerPlace = Extract<CopyPlace, { kind: 'server' }>

/** The longest wait between two tries, ms. */
const MAX_WAIT = 30_000

/**
 * A connection to one server that is made again, with growing waits, when it was lost. What ran on it is lost with it:
 * commands fail with a ConnectionError and whoever started them asks again for what is still missing.
 */
export class ServerLink {
  readonly name: string
  readonly path: string
  /** Aborted when the copy is to stop. */
  readonly signal: AbortSignal
  /** Called with each connection but the first, before it is used. */
  onAgain: ((start: (argv: readonly string[]) => Promise<RunningCommand>) => Promise<void>) | null = null
  #times = 0
  readonly #place: ServerPlace
  readonly #timing: CopyTiming
  readonly #onState: (waiting: string | null) => void
  #open: OpenServer | null = null
  #opening: Promise<OpenServer> | null = null
  /** When something last came over this connection or a try began to fail, ms. */
  #failingSince: number | null = null
  #wait: number
  #closed = false
  #making: Promise<void> | null = null

  constructor(
    place: ServerPlace,
    timing: CopyTiming,
    signal: AbortSignal,
    onState: (waiting: string | null) => void,
  ) {
    this.name = place.name
    this.path = place.path
    this.#place = place
    this.#timing = timing
    this.signal = signal
    this.#onState = onState
    this.#wait = timing.backOff
  }

  /** The first connection: what fails now is told at once. */
  async connect(): Promise<void> {
    await this.#server()
  }

  /**
   * Waits until there is a connection again.
   * @throws the last error when it could not be made in time, or when trying again cannot help
   */
  reconnect(because: unknown): Promise<void> {
    // Whatever else was lost with the connection waits for the same try.
    this.#making ??= this.#connectAgain(because).finally(() => {
      this.#making = null
    })
    return this.#making
  }

  async #connectAgain(because: unknown): Promise<void> {
    let error = because
    this.#failingSince ??= Date.now()
    for (;;) {
      this.signal.throwIfAborted()
      if (!mayPass(error) || Date.now() - this.#failingSince > this.#timing.patience) throw error
      this.#onState(error instanceof Error ? error.message : String(error))
      await sleep(this.#wait, undefined, { signal: this.signal })
      this.#wait = Math.min(MAX_WAIT, this.#wait * 2)
      try {
        await this.#server()
        this.#onState(null)
        return
      } catch (failed) {
        error = failed
      }
    }
  }

  /** Something came over: the next loss begins with short waits again. */
  progressed(): void {
    this.#failingSince = null
    this.#wait = this.#timing.backOff
  }

  /** @param as default: as the place says */
  async start(argv: readonly string[], as?: RunAs): Promise<RunningCommand> {
    const { shell } = await this.#server()
    return shell.start(argv, { as: as ?? this.#place.as ?? 'login' })
  }

  /** The host key of the server, as it was checked when the connection was made. */
  async hostKey(): Promise<Buffer> {
    return (await this.#server()).hostKey
  }

  /** Who logs in where, and how a connection besides this one is made. */
  get place(): ServerPlace {
    return this.#place
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const { shell } = await this.#server()
    return shell.run(argv, { as: this.#place.as ?? 'login', signal: this.signal, ...options })
  }

  /** Like `run`, and again after a lost connection: for commands that may be repeated. */
  async again(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    return this.repeat(() => this.run(argv, options))
  }

  /** Does something until it did not fail for want of a connection. */
  async repeat<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const value = await work()
        this.progressed()
        return value
      } catch (error) {
        this.signal.throwIfAborted()
        if (!(error instanceof ConnectionError)) throw error
        await this.reconnect(error)
      }
    }
  }

  async #connect(): Promise<OpenServer> {
    const server = await this.#place.open(this.signal)
    try {
      // What was held on the lost connection is taken again before anything else happens on this one.
      if (this.#times++ > 0) await this.onAgain?.((argv) => this.#startOn(server, argv))
    } catch (error) {
      server.close()
      throw error
    }
    return server
  }

  #startOn({ shell }: OpenServer, argv: readonly string[]): Promise<RunningCommand> {
    return shell.start(argv, { as: this.#place.as ?? 'login' })
  }

  close(): void {
    this.#closed = true
    this.#drop()
  }

  #drop(): void {
    this.#open?.close()
    this.#open = null
  }

  async #server(): Promise<OpenServer> {
    if (this.#closed) throw new Error('The transfer has ended.')
    if (this.#open) return this.#open
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = null
    })
    const server = await this.#opening
    this.#open = server
    void server.lost.then(() => {
      if (this.#open === server) this.#open = null
    })
    return server
  }
}

/** Whether another try can help: a refused host key, login or password for root stays refused. */
function mayPass(error: unknown): boolean {
  return error instanceof ConnectionError && !['host-key', 'login', 'privilege'].includes(error.step)
}
