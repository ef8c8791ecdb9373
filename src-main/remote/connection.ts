import type { Duplex } from 'node:stream'
import { Client } from 'ssh2'
import type { BaseAgent, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm, SFTPWrapper } from 'ssh2'
import { abortReason } from './abort.ts'
import { ConnectionError, fromSshError } from './connection-errors.ts'
import { checkHostKey, type UnknownHostKey } from './host-key-check.ts'
import { fingerprint, keyTypeOf, knownKeyTypes, type KnownHostLine } from './known-hosts.ts'
import { loginHandler, type LoginTrail, type SecretSource } from './login.ts'
import { useKeyObjects } from './key-objects.ts'
import type { Hop, ServerProfile } from './profile.ts'
import { hopName } from './profile.ts'

export type { UnknownHostKey } from './host-key-check.ts'
export type { SecretSource } from './login.ts'

/** A step that was reached, for *Test connection*. */
export type ReachedStep = 'reach' | 'key-exchange' | 'host-key' | 'login'

export interface ConnectOptions {
  profile: Pick<ServerProfile, 'jumps'> & Hop
  knownHosts: () => readonly KnownHostLine[]
  /** Asked once per unknown key; false refuses. Without a person to ask it must answer false. */
  acceptHostKey: (key: UnknownHostKey) => Promise<boolean>
  secrets: SecretSource
  signal?: AbortSignal
  /** Time for each hop to let us in, ms; while a person is asked the clock stands still. */
  readyTimeout?: number
  /** Between two keepalives, ms; the connection is lost after three without an answer. */
  keepalive?: number
  /** Told of each step that was reached, with what was found. */
  onStep?: (hop: Hop, step: ReachedStep, detail: string) => void
  /** Shown to the last server, for commands that are started with `agent`. */
  agent?: BaseAgent
}

const KEEPALIVE_MS = 10_000
const KEEPALIVE_MISSED = 3
const READY_TIMEOUT_MS = 20_000

/** sshd allows ten sessions on a connection; more have to wait this long for one to end, ms. */
const SESSION_WAIT_MS = 30_000

/** An open connection through all its jump hosts. */
export interface SshConnection {
  readonly profile: ConnectOptions['profile']
  /** Settles when the connection is gone, with the reason (null after close()). */
  readonly lost: Promise<ConnectionError | null>
  /** Of the server itself, checked; in SSH wire format. */
  readonly hostKey: Buffer
  /**
   * Runs a line of shell text, made by commandLine(). Waits when the server has no session left.
   * @param options terminal: it gets one, with a single stream of output; agent: it may use the agent of this connection
   */
  exec(command: string, options?: { terminal?: boolean; agent?: boolean }): Promise<ClientChannel>
  sftp(): Promise<SFTPWrapper>
  close(): void
}

/**
 * Connects through the jump hosts to the server, checking every host key on the way.
 * @throws ConnectionError with the step that failed, its cause and what to try
 */
export async function connect(options: ConnectOptions): Promise<SshConnection> {
  const hops: Hop[] = [...options.profile.jumps, options.profile]
  const opened: OpenedHop[] = []
  const end = (): void => {
    for (const hop of opened.toReversed()) hop.end()
  }
  try {
    let through: Duplex | undefined
    for (const [index, hop] of hops.entries()) {
      options.signal?.throwIfAborted()
      const hopOpened = await openHop(hop, options, through)
      opened.push(hopOpened)
      const next = hops[index + 1]
      if (next) through = await forward(hopOpened.client, hop, next)
    }
    const last = opened.at(-1)
    if (!last) throw new Error('A connection needs at least one hop.')
    // A jump host that is gone takes all behind it along, and is the cause to name.
    void last.lost.then(end)
    return wrap(options.profile, last, end)
  } catch (error) {
    end()
    throw error
  }
}

function wrap(
  profile: ConnectOptions['profile'],
  { client, lost, hostKey }: OpenedHop,
  end: () => void,
): SshConnection {
  let gone: { reason: ConnectionError | null } | null = null
  void lost.then((reason) => {
    gone = { reason }
  })
  const lostSoon = (): Promise<ConnectionError | null> =>
    Promise.race([lost, new Promise<null>((resolve) => setTimeout(resolve, 1000, null))])
  const open = async <T>(
    request: (done: (error: Error | undefined, made: T) => void) => void,
  ): Promise<T> => {
    const until = Date.now() + SESSION_WAIT_MS
    for (;;) {
      try {
        return await new Promise<T>((resolve, reject) => {
          // ssh2 forgets the callback of a channel that is asked for while the connection goes away.
          void lost.then((reason) => reject(reason ?? closed(profile)))
          if (gone) return
          request((error, made) => {
            if (error) reject(error)
            else resolve(made)
          })
        })
      } catch (error) {
        // Between the end of the wire and its `close` there is nothing to ask; at once again would be asked for ever.
        if ((error as Error).message === 'Not connected') throw (await lostSoon()) ?? closed(profile)
        const noneLeft = (error as { reason?: unknown }).reason !== undefined
        if (!noneLeft || Date.now() > until) throw asConnectionError(error, profile)
        await new Promise((resolve) => setTimeout(resolve, 150))
      }
    }
  }
  return {
    profile,
    lost,
    hostKey,
    exec: (command, options) => {
      const wishes = { pty: options?.terminal ?? false, agentForward: options?.agent ?? false }
      return open<ClientChannel>((done) => client.exec(command, wishes, done))
    },
    sftp: () => open<SFTPWrapper>((done) => client.sftp(done)),
    close: end,
  }
}

function closed(hop: Hop): ConnectionError {
  return new ConnectionError('session', hop, `The connection to ${hopName(hop)} was closed`, {
    why: 'It was closed here.',
    next: 'Connect again.',
  })
}

function asConnectionError(error: unknown, hop: Hop): ConnectionError {
  if (error instanceof ConnectionError) return error
  if ((error as { reason?: unknown }).reason === undefined) {
    return fromSshError(error, hop, { reached: true, keyed: true, tried: [], allowed: null })
  }
  return new ConnectionError(
    'session',
    hop,
    `${hopName(hop)} opens no further session`,
    {
      why: `The server said: ${(error as Error).message}.`,
      next: 'Too many may be open already (MaxSessions of its sshd); let what runs there end first.',
    },
    { cause: error },
  )
}

/** Opens the TCP stream to the next hop from inside this one. */
function forward(client: Client, hop: Hop, next: Hop): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, next.host, next.port, (error, channel) => {
      if (!error) resolve(channel)
      else {
        reject(
          new ConnectionError(
            'reach',
            next,
            `${hopName(next)} cannot be reached through ${hopName(hop)}`,
            {
              why: error.message,
              next: `Check that ${hop.host} may forward (AllowTcpForwarding) and can itself reach ${next.host}.`,
            },
            { cause: error },
          ),
        )
      }
    })
  })
}

interface OpenedHop {
  client: Client
  lost: Promise<ConnectionError | null>
  hostKey: Buffer
  /** Closes it on purpose: that is no loss. */
  end(): void
}

function openHop(hop: Hop, options: ConnectOptions, through: Duplex | undefined): Promise<OpenedHop> {
  const client = new Client()
  const trail: LoginTrail = { tried: [], allowed: null, failure: null }
  const seen = { reached: through !== undefined, keyed: false }
  let refusal: ConnectionError | null = null
  let ending = false
  let shownKey: Buffer = Buffer.alloc(0)
  let settleLost: (reason: ConnectionError | null) => void = () => undefined
  const lost = new Promise<ConnectionError | null>((resolve) => {
    settleLost = resolve
  })
  const clock = new Clock(options.readyTimeout ?? READY_TIMEOUT_MS)
  const told = new Set<ReachedStep>()
  const tell = (step: ReachedStep, detail: string): void => {
    if (!told.has(step)) options.onStep?.(hop, step, detail)
    told.add(step)
  }

  return new Promise((resolve, reject) => {
    let ready = false
    let failure: unknown = null
    const giveUp = (error: Error): void => {
      clock.stop()
      options.signal?.removeEventListener('abort', abort)
      reject(error)
    }
    const abort = (): void => {
      giveUp(abortReason(options.signal))
      client.destroy()
    }
    options.signal?.addEventListener('abort', abort, { once: true })
    clock.start(() => {
      giveUp(fromSshError({ level: 'client-timeout', code: 'ETIMEDOUT' }, hop, { ...seen, ...trail }))
      client.destroy()
    })
    client
      .on('connect', () => {
        seen.reached = true
        // Without it every SFTP round trip waits 40 ms for Nagle's timer.
        client.setNoDelay(true)
        tell('reach', `port ${hop.port} answers`)
      })
      .on('handshake', () => {
        seen.keyed = true
        useKeyObjects(client)
      })
      .on('ready', () => {
        ready = true
        clock.stop()
        options.signal?.removeEventListener('abort', abort)
        tell('login', `${hop.user}, by ${trail.tried.at(-1) ?? 'none'}`)
        const end = (): void => {
          ending = true
          client.end()
        }
        resolve({ client, lost, end, hostKey: shownKey })
      })
      .on('error', (error) => {
        // The first one is the cause, what follows it are consequences.
        failure ??= error
      })
      .on('close', () => {
        const error =
          refusal ??
          fromSshError(failure ?? new Error('The other side closed it.'), hop, { ...seen, ...trail })
        if (!ready) giveUp(trail.failure ?? error)
        settleLost(ending ? null : error)
      })

    const hostVerifier = (key: Buffer, verify: (accepted: boolean) => void): void => {
      shownKey = key
      if (through) tell('reach', `port ${hop.port} answers`)
      tell('key-exchange', software(client))
      const ask = (unknown: UnknownHostKey): Promise<boolean> =>
        clock.standStill(options.acceptHostKey(unknown))
      checkHostKey(hop, key, options.knownHosts(), ask).then(
        () => {
          tell('host-key', `${fingerprint(key)} (${keyTypeOf(key) ?? 'unknown'})`)
          verify(true)
        },
        (error: unknown) => {
          if (error instanceof ConnectionError) refusal = error
          else failure ??= error
          verify(false)
        },
      )
    }
    const types = knownKeyTypes(options.knownHosts(), hop.host, hop.port)
    const config: ConnectConfig = {
      host: hop.host,
      port: hop.port,
      username: hop.user,
      readyTimeout: 0,
      keepaliveInterval: options.keepalive ?? KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_MISSED,
      hostVerifier,
      authHandler: loginHandler(hop, patient(options.secrets, clock), trail),
      ...(through ? { sock: through } : {}),
      ...(options.agent && hop === options.profile ? { agent: options.agent } : {}),
      ...preferred(types),
    }
    client.connect(config)
  })
}

/** A deadline that does not count the time in which a person thinks. */
class Clock {
  #left: number
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined
  #expired: () => void = () => undefined
  #asking = 0
  #stopped = false

  constructor(milliseconds: number) {
    this.#left = milliseconds
  }

  start(expired: () => void): void {
    this.#expired = expired
    this.#run()
  }

  async standStill<T>(question: Promise<T>): Promise<T> {
    if (this.#asking++ === 0) {
      clearTimeout(this.#timer)
      this.#left -= Date.now() - this.#startedAt
    }
    try {
      return await question
    } finally {
      if (--this.#asking === 0 && !this.#stopped) this.#run()
    }
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #run(): void {
    this.#startedAt = Date.now()
    this.#timer = setTimeout(this.#expired, Math.max(0, this.#left))
  }
}

function patient(secrets: SecretSource, clock: Clock): SecretSource {
  return {
    password: (hop) => clock.standStill(secrets.password(hop)),
    passphrase: (hop, keyFile) => clock.standStill(secrets.passphrase(hop, keyFile)),
    answers: (hop, questions) => clock.standStill(secrets.answers(hop, questions)),
    privilege: (hop, use) => secrets.privilege(hop, use),
    rejected: (hop, kind, keyFile) => secrets.rejected(hop, kind, keyFile),
  }
}

/** What the server calls its SSH, e.g. `OpenSSH_9.2p1`; ssh2 keeps it in a private field. */
function software(client: Client): string {
  const version = (client as unknown as { _remoteVer?: unknown })._remoteVer
  return typeof version === 'string' ? version : ''
}

/** What ssh2 can verify. */
const HOST_KEY_ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  // An `ssh-rsa` key signs with SHA-2 today.
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
}

/**
 * Asks first for the types of key that are known of this host. ssh2 leaves alone what is on its list already when told
 * to put it in front, so it is taken off first: the order of these two matters.
 */
function preferred(types: readonly string[]): Pick<ConnectConfig, 'algorithms'> {
  const first = types.flatMap((type) => HOST_KEY_ALGORITHMS[type] ?? [])
  if (first.length === 0) return {}
  return { algorithms: { serverHostKey: { remove: first, prepend: first, append: [] } } }
}
