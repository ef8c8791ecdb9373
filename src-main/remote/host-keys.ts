import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { judgeHostKey, knownHostLine, parseKnownHosts, type KnownHostLine } from './known-hosts.ts'
import type { Hop } from './profile.ts'

/** File in the data folder with the host keys that were accepted in Lifeboat, in OpenSSH's format. */
export const OWN_KNOWN_HOSTS = 'known_hosts'

/** Knows the host keys: those accepted in Lifeboat, and those that OpenSSH on this laptop knows. */
export class HostKeys {
  readonly #own: string
  readonly #others: readonly string[]

  /**
   * @param own file that accepted keys are appended to
   * @param others files that are only read
   */
  constructor(own: string, others: readonly string[] = openSshFiles()) {
    this.#own = own
    this.#others = others
  }

  /** All lines that can be read now; files that are not there have none. */
  lines(): KnownHostLine[] {
    return [this.#own, ...this.#others].flatMap(readKnownHosts)
  }

  /** Adds a key that a person accepted. The host is hashed: the file tells nobody where Lifeboat was. */
  accept(hop: Pick<Hop, 'host' | 'port'>, key: Buffer): void {
    if (judgeHostKey(this.lines(), hop.host, hop.port, key).verdict === 'known') return
    mkdirSync(dirname(this.#own), { recursive: true, mode: 0o700 })
    // A file that somebody edited may end in the middle of a line.
    const start = endsOpen(this.#own) ? '\n' : ''
    appendFileSync(this.#own, start + knownHostLine(hop.host, hop.port, key), { mode: 0o600 })
  }
}

/** Reads a known_hosts file; none when it is not there or cannot be read. */
export function readKnownHosts(file: string): KnownHostLine[] {
  try {
    return parseKnownHosts(readFileSync(file, 'utf8'), file)
  } catch {
    return []
  }
}

function endsOpen(file: string): boolean {
  try {
    const text = readFileSync(file, 'latin1')
    return text !== '' && !text.endsWith('\n')
  } catch {
    return false
  }
}

function openSshFiles(): string[] {
  const ssh = join(homedir(), '.ssh')
  return [join(ssh, 'known_hosts'), join(ssh, 'known_hosts2'), '/etc/ssh/ssh_known_hosts']
}
