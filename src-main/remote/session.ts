import type { BaseAgent } from 'ssh2'
import type { ConnectionState } from '../contract/servers.ts'
import { untilAborted } from './abort.ts'
import type { ConnectOptions, SshConnection } from './connection.ts'
import { ConnectionError } from './connection-errors.ts'
import { hopName, type ServerProfile } from './profile.ts'
import type { RemoteShell } from './shell.ts'
import { openShell } from './ssh-shell.ts'

/** Waits between tries to re-make a lost connection, ms; the last one repeats. */
const BACK_OFF_MS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000] as const
/** sshd lets nobody think longer than LoginGraceTime (2 minutes): a try that failed after a long answer is made again. */
const LONG_ANSWER_MS = 20_000

export interface SessionOptions extends Omit<ConnectOptions, 'profile' | 'signal' | 'onStep'> {
  profile: ServerProfile
  /** Hears every change of state. */
  onState?: (state: Omit<ConnectionState, 'serverId'>) => void
  backOff?: readonly number[]
}

/** A connection that is wanted: made when first used, re-made with back-off when lost, until it is closed. */
export interface Session {
  readonly profile: ServerProfile
  readonly state: Omit<ConnectionState, 'serverId'>
  /**
   * Runs commands on whatever connection stands. While a lost one is re-made, new commands wait for it; those that
   * were running fail with a ConnectionError, for nobody knows how far they came.
   */
  readonly shell: RemoteShell
  /**
   * The connection, made or re-made as needed.
   * @throws ConnectionError when it cannot be made and trying again by itself would not help
   */
  connection(signal?: AbortSignal): Promise<SshConnection>
  /** One more connection besides the shared one, with an agent; it is the caller's to close, and not made again. */
  another(agent: BaseAgent, signal?: AbortSignal): Promise<SshConnection>
  /** Tries a lost or failed connection at once. */
  retry(): Promise<void>
  close(): void
}

/** Makes a session. Nothing happens before it is used. */
export function openSession(options: SessionOptions): Session {
  const { profile } = options
  const backOff = options.backOff ?? BACK_OFF_MS
  const closing = new AbortController()
  let state: Session['state'] = { state: 'failed', since: Date.now(), retryAt: null, error: null }
  let current: Promise<SshConnection> | null = null
  let wake = (): void => undefined

  const isClosed = (): boolean => closing.signal.aborted

  function setState(next: Omit<Session['state'], 'since'>): void {
    state = { ...next, since: Date.now() }
    if (!closing.signal.aborted) options.onState?.(state)
  }

  /** One connection; once more when the server hung up while somebody was typing. */
  async function make(): Promise<SshConnection> {
    const startedAt = Date.now()
    const slow = { answer: false }
    const onAnswer = <T>(answer: T): T => {
      slow.answer ||= Date.now() - startedAt > LONG_ANSWER_MS
      return answer
    }
    const { secrets } = options
    // Loaded when a server is first wanted: the app starts quicker without.
    const { connect } = await import('./connection.ts')
    const attempt = (): Promise<SshConnection> =>
      connect({
        ...options,
        signal: closing.signal,
        acceptHostKey: (key) => options.acceptHostKey(key).then(onAnswer),
        secrets: {
          ...secrets,
          password: (hop) => secrets.password(hop).then(onAnswer),
          passphrase: (hop, file) => secrets.passphrase(hop, file).then(onAnswer),
        },
      })
    try {
      return await attempt()
    } catch (error) {
      const hungUp =
        error instanceof ConnectionError && (error.step === 'session' || error.step === 'key-exchange')
      if (!slow.answer || !hungUp || closing.signal.aborted) throw error
      return attempt()
    }
  }

  function first(): Promise<SshConnection> {
    setState({ state: 'connecting', retryAt: null, error: null })
    const making = make().then(
      (connection) => established(connection),
      (error: unknown) => {
        current = null
        setState({ state: 'failed', retryAt: null, error: shown(error) })
        throw error
      },
    )
    current = making
    return making
  }

  function established(connection: SshConnection): SshConnection {
    setState({ state: 'connected', retryAt: null, error: null })
    void connection.lost.then((reason) => {
      if (closing.signal.aborted) return
      current = remake(reason)
      // Whoever waits for it hears of a failure; when nobody does, the state tells.
      current.catch(() => undefined)
    })
    if (closing.signal.aborted) connection.close()
    return connection
  }

  async function remake(reason: ConnectionError | null): Promise<SshConnection> {
    let error: unknown = reason
    for (let tries = 0; ; tries++) {
      const wait = backOff[Math.min(tries, backOff.length - 1)] ?? 1000
      // Many clients of a server that comes back must not all come in the same moment.
      const jittered = Math.round(wait * (0.75 + Math.random() / 2))
      setState({ state: 'lost', retryAt: Date.now() + jittered, error: error ? shown(error) : null })
      await pause(jittered)
      closing.signal.throwIfAborted()
      try {
        return established(await make())
      } catch (next) {
        error = next
        if (isClosed() || !mayPass(next)) {
          current = null
          setState({ state: 'failed', retryAt: null, error: shown(next) })
          throw next
        }
      }
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds)
      function done(): void {
        clearTimeout(timer)
        closing.signal.removeEventListener('abort', done)
        resolve()
      }
      wake = done
      closing.signal.addEventListener('abort', done)
    })
  }

  async function connection(signal?: AbortSignal): Promise<SshConnection> {
    if (closing.signal.aborted) throw closedError(profile)
    signal?.throwIfAborted()
    const made = current ?? first()
    return untilAborted(made, signal)
  }

  const shell: RemoteShell = {
    host: hopName(profile),
    run: async (argv, runOptions) => {
      const stands = await connection(runOptions?.signal)
      return openShell(stands, profile, options.secrets).run(argv, runOptions)
    },
    start: async (argv, runOptions) => {
      const stands = await connection(runOptions?.signal)
      return openShell(stands, profile, options.secrets).start(argv, runOptions)
    },
  }

  return {
    profile,
    get state() {
      return state
    },
    shell,
    connection,
    another: async (agent, signal) => {
      const { connect } = await import('./connection.ts')
      return connect({ ...options, agent, ...(signal ? { signal } : {}) })
    },
    retry: async () => {
      wake()
      await connection()
    },
    close: () => {
      const open = current
      closing.abort(closedError(profile))
      open?.then(
        (stands) => stands.close(),
        () => undefined,
      )
    },
  }
}

/** A refused login or host key does not get better by itself; a network does. */
function mayPass(error: unknown): boolean {
  return error instanceof ConnectionError && error.step !== 'login' && error.step !== 'host-key'
}

function shown(error: unknown): { message: string; why: string; next: string } {
  if (error instanceof ConnectionError) return { message: error.message, why: error.why, next: error.next }
  return { message: error instanceof Error ? error.message : String(error), why: '', next: '' }
}

function closedError(profile: ServerProfile): ConnectionError {
  return new ConnectionError('session', profile, `The connection to ${hopName(profile)} was closed`, {
    why: 'It was closed here.',
    next: 'Connect again.',
  })
}
