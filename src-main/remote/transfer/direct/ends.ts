import { randomBytes } from 'node:crypto'
import { keyTypeOf } from '../../known-hosts.ts'
import { ConnectionError } from '../../connection-errors.ts'
import type { SshConnection } from '../../connection.ts'
import { openShell } from '../../ssh-shell.ts'
import type { ServerLink } from '../link.ts'
import { readFacts } from '../probe.ts'
import type { DirectWay } from '../types.ts'
import { cannotForward, cannotLetIn, noSsh, whyNotReached } from './errors.ts'
import { hold, type Held } from './held.ts'
import { OneTimeKey } from './one-time-key.ts'
import { HOLD_SOURCE, HOLD_TARGET, LET_IN } from './scripts.ts'

/** The key is let in for so long and no longer, s; while the copy runs it is let in anew. */
const VALID_S = 3600
const RENEW_MS = 20 * 60_000
/** The one name under which the old server knows the new one's host key. */
const ALIAS = 'lifeboat-target'

/** How the old server is told to log in to the new one. */
export interface SshWay {
  user: string
  host: string
  port: number
}

export function wayTo(link: ServerLink, way: DirectWay): SshWay {
  const { user, host, port } = link.place.hop
  return { user, host: way.host ?? host, port: way.port ?? port }
}

/** `ssh` on the old server, with nothing of that user's own configuration or keys. */
export function sshCommand({ user, host, port }: SshWay, more: readonly string[]): string[] {
  const options = [
    'BatchMode=yes',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ControlMaster=no',
    'ControlPath=none',
    'IdentityFile=none',
    'UpdateHostKeys=no',
    'PasswordAuthentication=no',
    'KbdInteractiveAuthentication=no',
    'GlobalKnownHostsFile=/dev/null',
    'ConnectTimeout=15',
    'ConnectionAttempts=1',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    'Compression=no',
    'LogLevel=ERROR',
    ...more,
  ]
  return [
    'ssh',
    '-F',
    '/dev/null',
    '-T',
    ...options.flatMap((one) => ['-o', one]),
    '-p',
    String(port),
    '-l',
    user,
    host,
  ]
}

/**
 * The two ends of a direct copy while it runs: at the old server a folder and the socket of an agent that is here; at the
 * new one a pipe and a line in authorized_keys. Both go away with the connections.
 */
export class DirectEnds {
  readonly #key = new OneTimeKey()
  readonly #source: ServerLink
  readonly #target: ServerLink
  readonly #way: SshWay
  #agent: { connection: SshConnection; held: Held } | null = null
  #letIn: { held: Held; turn: number; until: number } | null = null
  readonly #mark = randomBytes(9).toString('hex')
  #turns = 0
  #from = ''
  /** What could not be cleared up, for the person. */
  readonly left: string[] = []

  constructor(source: ServerLink, target: ServerLink, way: DirectWay) {
    this.#source = source
    this.#target = target
    this.#way = wayTo(target, way)
  }

  /** The folder at the new server that has the pipe. */
  get pipe(): string {
    return folderOf(this.#letIn?.held)
  }

  get folder(): string {
    return folderOf(this.#agent?.held)
  }

  /** `ssh …` as the old server runs it. */
  command(word: string): string[] {
    const socket = this.#agent?.held.facts.get('socket')?.[0] ?? ''
    const trust = [
      'PreferredAuthentications=publickey',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${this.folder}/known_hosts`,
      `HostKeyAlias=${ALIAS}`,
    ]
    return ['env', `SSH_AUTH_SOCK=${socket}`, ...sshCommand(this.#way, trust), word]
  }

  /**
   * Makes both ends ready, anew where they were lost, and renews the permission in time.
   * @throws ConnectionError: a connection is gone (again later), or the two cannot reach each other (nothing helps)
   */
  async ready(): Promise<void> {
    if (this.#agent === null || this.#agent.held.over) {
      const before = this.#agent === null ? '' : this.folder
      this.#agent?.connection.close()
      this.#agent = null
      this.#agent = await this.#openAgent(before)
    }
    if (this.#letIn === null || this.#letIn.held.over) {
      const before = this.#letIn === null ? '' : this.pipe
      const turn = this.#turns++
      const argv = ['sh', '-c', HOLD_TARGET, 'sh', this.#mark, String(turn), before]
      const held = await hold(await this.#target.start(argv, 'login'), this.#target.name, 'folder')
      this.#letIn = { held, turn, until: 0 }
      await this.#open('')
      // Where the login comes from is only known there: from now on it may come from nowhere else.
      this.#from = await this.#hello()
      await this.#open(this.#from)
    } else if (Date.now() > this.#letIn.until) await this.#open(this.#from)
  }

  async #openAgent(before: string): Promise<{ connection: SshConnection; held: Held }> {
    const { signal, place, name } = this.#source
    const hostKey = await this.#target.hostKey()
    const line = `${ALIAS} ${keyTypeOf(hostKey) ?? 'unknown'} ${hostKey.toString('base64')}`
    const connection = await place.withKey(this.#key, signal)
    try {
      const shell = openShell(
        {
          lost: connection.lost,
          exec: (text, options) => connection.exec(text, { ...options, agent: true }),
        },
        { ...place.hop, auth: [], privilege: 'sudo' },
        { privilege: () => Promise.resolve(null), rejected: () => undefined },
      )
      const held = await hold(
        await shell.start(['sh', '-c', HOLD_SOURCE, 'sh', line, before]),
        name,
        'folder',
      )
      if (held.facts.has('nossh')) throw noSsh(name)
      if ((held.facts.get('socket')?.[0] ?? '') === '') throw cannotForward(name)
      return { connection, held }
    } catch (error) {
      connection.close()
      throw /agent forwarding/i.test(causes(error)) ? cannotForward(name) : error
    }
  }

  async #open(from: string): Promise<void> {
    const letIn = this.#letIn
    if (letIn === null) return
    const { publicLine } = this.#key
    const given = [publicLine, this.#mark, String(VALID_S), from, this.pipe, String(letIn.turn)]
    const argv = ['sh', '-c', LET_IN, 'sh', ...given]
    const { stdout, stderr } = await this.#target.run(argv, { as: 'login' })
    if (!readFacts(stdout).has('in')) throw cannotLetIn(this.#target.name, stderr)
    letIn.until = Date.now() + RENEW_MS
  }

  /** @returns the address that the old server has for the new one */
  async #hello(): Promise<string> {
    const { stdout, stderr } = await this.#source.run(this.command('hello'), { timeout: 60_000 })
    const address = /^lifeboat ([0-9a-fA-F.:]+) \d+ /m.exec(stdout)?.[1]
    if (address === undefined) throw whyNotReached(this.#source.name, this.#way, stderr)
    return address
  }

  /** Clears up at both ends. Never throws. */
  async close(): Promise<void> {
    this.#key.end()
    const letIn = this.#letIn
    if (letIn !== null) {
      const said = await letIn.held.end().catch(() => null)
      if (said?.includes('cleared') !== true && letIn.until > 0) {
        const end = new Date(letIn.until - RENEW_MS + VALID_S * 1000)
          .toISOString()
          .slice(0, 16)
          .replace('T', ' ')
        this.left.push(
          `The connection to ${this.#target.name} was lost before a line could be taken out of ~/.ssh/authorized_keys there (it ends with lifeboat-direct-${this.#mark}-…). ` +
            `The server removes it by itself as soon as it notices; its key is gone, and it is valid until ${end} UTC at the latest.`,
        )
      }
    }
    await this.#agent?.held.end().catch(() => null)
    this.#agent?.connection.close()
  }
}

function folderOf(held: Held | undefined): string {
  const folder = held?.facts.get('folder')?.[0]
  if (folder === undefined) throw new Error('The ends of the direct copy are not ready.')
  return folder
}

function causes(error: unknown): string {
  const texts: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) {
    texts.push(at.message)
    if (at instanceof ConnectionError) texts.push(at.why)
  }
  return texts.join('\n')
}
