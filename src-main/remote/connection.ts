import { readFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { Client } from 'ssh2'
import type { AnyAuthMethod, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm, SFTPWrapper } from 'ssh2'
import { ConnectionError, fromSshError } from './connection-errors.ts'
import { fingerprint, judgeHostKey, keyTypeOf, knownKeyTypes } from './known-hosts.ts'
import type { KnownHostLine } from './known-hosts.ts'
import type { AuthMethod, Hop, ServerProfile } from './profile.ts'
import { hopName } from './profile.ts'

/** Secrets are asked for when they are needed and kept by nobody here. */
export interface SecretSource {
  /** @returns null when the person has none or cancelled */
  password(hop: Hop): Promise<string | null>
  passphrase(hop: Hop, keyFile: string): Promise<string | null>
  /** Answers to the questions of a keyboard-interactive login; null when cancelled. */
  answers(hop: Hop, questions: readonly { prompt: string; echo: boolean }[]): Promise<string[] | null>
}

/** A host key that no known_hosts line names. */
export interface UnknownHostKey {
  hop: Hop
  fingerprint: string
  keyType: string
  key: Buffer
  /** Key types already known of this host: a reason for more care. */
  otherTypes: string[]
}

export interface ConnectOptions {
  profile: Pick<ServerProfile, 'jumps'> & Hop
  knownHosts: () => readonly KnownHostLine[]
  /** Asked once per unknown key; false refuses. Without a person to ask it must answer false. */
  acceptHostKey: (key: UnknownHostKey) => Promise<boolean>
  secrets: SecretSource
  signal?: AbortSignal
  /** Time for each hop to let us in, ms. */
  readyTimeout?: number
  /** Told of each step, for *Test connection*. */
  onStep?: (hop: Hop, step: string) => void
}

const KEEPALIVE_MS = 10_000
const KEEPALIVE_MISSED = 3
const READY_TIMEOUT_MS = 20_000

/** An open connection through all its jump hosts. */
export interface SshConnection {
  readonly profile: ConnectOptions['profile']
  /** Settles when the connection is gone, with the reason (null after close()). */
  readonly lost: Promise<ConnectionError | null>
  exec(command: string): Promise<ClientChannel>
  sftp(): Promise<SFTPWrapper>
  close(): void
}

/**
 * Connects through the jump hosts to the server, checking every host key on the way.
 * @throws ConnectionError with the step that failed, its cause and what to try
 */
export async function connect(options: ConnectOptions): Promise<SshConnection> {
  const hops: Hop[] = [...options.profile.jumps, options.profile]
  const clients: Client[] = []
  const end = (): void => {
    for (const client of clients.toReversed()) client.end()
  }
  try {
    let through: Duplex | undefined
    let lost: Promise<ConnectionError | null> = Promise.resolve(null)
    for (const [index, hop] of hops.entries()) {
      options.signal?.throwIfAborted()
      const opened = await openHop(hop, options, through)
      clients.push(opened.client)
      lost = opened.lost
      const next = hops[index + 1]
      if (next) through = await forward(opened.client, hop, next)
    }
    const client = clients.at(-1)
    if (!client) throw new Error('A connection needs at least one hop.')
    return wrap(options.profile, client, lost, end)
  } catch (error) {
    end()
    throw error
  }
}

function wrap(
  profile: ConnectOptions['profile'],
  client: Client,
  lost: Promise<ConnectionError | null>,
  end: () => void,
): SshConnection {
  const failed = (error: unknown): ConnectionError =>
    fromSshError(error, profile, { reached: true, keyed: true, tried: [] })
  return {
    profile,
    lost,
    exec: (command) =>
      new Promise((resolve, reject) => {
        client.exec(command, (error, channel) => {
          if (error) reject(failed(error))
          else resolve(channel)
        })
      }),
    sftp: () =>
      new Promise((resolve, reject) => {
        client.sftp((error, sftp) => {
          if (error) reject(failed(error))
          else resolve(sftp)
        })
      }),
    close: end,
  }
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
}

function openHop(hop: Hop, options: ConnectOptions, through: Duplex | undefined): Promise<OpenedHop> {
  const client = new Client()
  const seen = { reached: through !== undefined, keyed: false, tried: [] as string[] }
  let refusal: ConnectionError | null = null
  let settleLost: (reason: ConnectionError | null) => void = () => undefined
  const lost = new Promise<ConnectionError | null>((resolve) => {
    settleLost = resolve
  })

  return new Promise((resolve, reject) => {
    let ready = false
    let failure: unknown = null
    const abort = (): void => {
      client.destroy()
    }
    options.signal?.addEventListener('abort', abort, { once: true })
    client
      .on('connect', () => {
        seen.reached = true
        // Without it every SFTP round trip waits 40 ms for Nagle's timer.
        client.setNoDelay(true)
        options.onStep?.(hop, 'reach')
      })
      .on('handshake', () => {
        seen.keyed = true
        options.onStep?.(hop, 'key-exchange')
      })
      .on('ready', () => {
        ready = true
        options.onStep?.(hop, 'login')
        resolve({ client, lost })
      })
      .on('error', (error) => {
        failure = error
      })
      .on('close', () => {
        options.signal?.removeEventListener('abort', abort)
        const error = refusal ?? fromSshError(failure ?? new Error('It was closed.'), hop, seen)
        if (!ready) reject(options.signal?.aborted ? abortReason(options.signal) : error)
        settleLost(failure === null ? null : error)
      })

    const hostVerifier = (key: Buffer, verify: (accepted: boolean) => void): void => {
      checkHostKey(hop, key, options).then(
        () => {
          options.onStep?.(hop, 'host-key')
          verify(true)
        },
        (error: unknown) => {
          refusal = error as ConnectionError
          verify(false)
        },
      )
    }
    const types = knownKeyTypes(options.knownHosts(), hop.host, hop.port)
    const config: ConnectConfig = {
      host: hop.host,
      port: hop.port,
      username: hop.user,
      readyTimeout: options.readyTimeout ?? READY_TIMEOUT_MS,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_MISSED,
      hostVerifier,
      authHandler: authHandler(hop, options.secrets, seen.tried),
      ...(through ? { sock: through } : {}),
      ...(types.length > 0
        ? { algorithms: { serverHostKey: { prepend: hostKeyAlgorithms(types), append: [], remove: [] } } }
        : {}),
    }
    client.connect(config)
  })
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('Stopped.')
}

/** Key types of known_hosts as signature algorithms: an `ssh-rsa` key signs with SHA-2 today. */
function hostKeyAlgorithms(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const names = types.flatMap((type) =>
    type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type],
  )
  return names as ServerHostKeyAlgorithm[]
}

/** Accepts a known key, asks about an unknown one, refuses a changed or revoked one. */
async function checkHostKey(hop: Hop, key: Buffer, options: ConnectOptions): Promise<void> {
  const verdict = judgeHostKey(options.knownHosts(), hop.host, hop.port, key)
  const shown = fingerprint(key)
  switch (verdict.verdict) {
    case 'known':
      return
    case 'unknown': {
      const keyType = keyTypeOf(key) ?? 'unknown'
      if (
        await options.acceptHostKey({ hop, key, keyType, fingerprint: shown, otherTypes: verdict.otherTypes })
      )
        return
      throw new ConnectionError('host-key', hop, `The host key of ${hopName(hop)} was not accepted`, {
        why: `Nobody has confirmed yet that ${shown} (${keyType}) belongs to this server.`,
        next: `Compare it on the console of the server (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then accept it.`,
      })
    }
    case 'changed':
      throw new ConnectionError('host-key', hop, `The host key of ${hopName(hop)} has changed`, {
        why: `Known was ${verdict.expected} (line ${String(verdict.line)} of known_hosts), the server shows ${shown}. Another machine answers under this address, or the server was installed anew.`,
        next: 'Do not go on before you know why. If the server was installed anew, compare the fingerprint on its console and remove the old line.',
      })
    case 'revoked':
      throw new ConnectionError('host-key', hop, `The host key of ${hopName(hop)} is revoked`, {
        why: `Line ${String(verdict.line)} of known_hosts marks ${shown} as revoked: it must not be trusted any more.`,
        next: 'Ask whoever marked it; give the server a new host key.',
      })
  }
}

/** Hands ssh2 one method after the other, as the profile orders them, and writes down which were tried. */
function authHandler(
  hop: Hop,
  secrets: SecretSource,
  tried: string[],
): NonNullable<ConnectConfig['authHandler']> {
  const left = [...hop.auth]
  return (allowed, _partial, next) => {
    const step = async (): Promise<AnyAuthMethod | false> => {
      for (let method = left.shift(); method; method = left.shift()) {
        // `allowed` is null before the server has said anything.
        if (Array.isArray(allowed) && !allowed.includes(protocolName(method) as never)) continue
        const made = await authMethod(method, hop, secrets)
        if (made === null) continue
        tried.push(method.kind === 'key' ? `key ${method.file}` : method.kind)
        return made
      }
      return false
    }
    step().then(
      (method) => {
        next(method as AnyAuthMethod)
      },
      () => {
        next(false as unknown as AnyAuthMethod)
      },
    )
  }
}

function protocolName(method: AuthMethod): string {
  return method.kind === 'agent' || method.kind === 'key' ? 'publickey' : method.kind
}

/** The method as ssh2 takes it; null when it cannot be tried (no agent, no such key, no secret given). */
async function authMethod(
  method: AuthMethod,
  hop: Hop,
  secrets: SecretSource,
): Promise<AnyAuthMethod | null> {
  const username = hop.user
  switch (method.kind) {
    case 'agent': {
      const agent = process.env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? 'pageant' : undefined)
      return agent === undefined ? null : { type: 'agent', username, agent }
    }
    case 'key': {
      const key = readFileSync(method.file)
      if (!isEncrypted(key)) return { type: 'publickey', username, key }
      const passphrase = await secrets.passphrase(hop, method.file)
      return passphrase === null ? null : { type: 'publickey', username, key, passphrase }
    }
    case 'password': {
      const password = await secrets.password(hop)
      return password === null ? null : { type: 'password', username, password }
    }
    case 'keyboard-interactive':
      return {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => {
          const questions = prompts.map(({ prompt, echo }) => ({ prompt, echo: echo ?? false }))
          secrets.answers(hop, questions).then(
            (answers) => {
              finish(answers ?? [])
            },
            () => {
              finish([])
            },
          )
        },
      }
  }
}

/** Whether a private key file asks for a passphrase (PEM headers, or the cipher name of the OpenSSH format). */
function isEncrypted(key: Buffer): boolean {
  const text = key.toString('latin1')
  if (/Proc-Type: 4,ENCRYPTED|BEGIN ENCRYPTED PRIVATE KEY/.test(text)) return true
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1]
  if (body === undefined) return false
  const bytes = Buffer.from(body, 'base64')
  // "openssh-key-v1\0", then the cipher's name as a length-prefixed string (PROTOCOL.key of OpenSSH).
  const length = bytes.length > 19 ? bytes.readUInt32BE(15) : 0
  return bytes.toString('latin1', 19, 19 + length) !== 'none'
}
