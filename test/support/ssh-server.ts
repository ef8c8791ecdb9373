import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect as connectSocket, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { parseKnownHosts, type KnownHostLine } from '../../src-main/remote/known-hosts.ts'
import { NO_SECRETS, type SecretSource } from '../../src-main/remote/login.ts'
import type { Hop, ServerProfile } from '../../src-main/remote/profile.ts'
import { temporaryFolder } from './temp.ts'

/** Where Debian, Red Hat and the BSDs keep it; null: the tests that need one are skipped. */
export const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/sbin/sshd'].find(existsSync) ?? null
if (!SSHD) console.warn('SKIPPED: there is no sshd on this machine, nothing is tried against a real one')

/** Whether a server may have users of its own here: for root on Linux, with unshare(1) and openssl(1). */
export const canMakeUsers =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', '--propagation', 'private', 'true']).status === 0 &&
  spawnSync('openssl', ['version']).status === 0

/** Whether these users can have the real sudo(8). */
export const canSudo = canMakeUsers && existsSync('/usr/bin/sudo') && existsSync('/etc/sudoers')

export interface SshServerOptions {
  /** More lines for sshd_config, e.g. `AllowTcpForwarding no`. */
  config?: readonly string[]
  /** Folders that its commands find programs in first: for a `sudo` or `carbonio` of one's own. */
  path?: readonly string[]
  /** Environment of its commands. */
  env?: Readonly<Record<string, string>>
  /**
   * Users that only this server knows, with their passwords; `root` may be one of them. They are real: it runs with user
   * files of its own (in a mount namespace). Only where canMakeUsers.
   */
  users?: Readonly<Record<string, string>>
  /** With `users`: the lines of the file that its real sudo(8) reads. Only where canSudo. */
  sudoers?: readonly string[]
  /** Types of its host keys; default one ed25519. */
  hostKeys?: readonly string[]
}

/** A real OpenSSH server of its own on 127.0.0.1: own configuration, own host keys, own user key. */
export interface SshServer {
  readonly port: number
  readonly user: string
  /** Private key that may log in; another one that may not; the first under the passphrase `correct horse`. */
  readonly key: string
  readonly strangeKey: string
  readonly lockedKey: string
  /** known_hosts with its host keys. */
  readonly knownHostsFile: string
  readonly folder: string
  knownHosts(): KnownHostLine[]
  /** Public host keys in wire format, first type first. */
  hostKeys(): Buffer[]
  hop(changes?: Partial<Hop>): Hop
  profile(changes?: Partial<ServerProfile>): ServerProfile
  /** What connect() needs: the key, its known_hosts, nobody to ask. */
  connectOptions(changes?: Partial<ServerProfile>): {
    profile: ServerProfile
    knownHosts: () => KnownHostLine[]
    acceptHostKey: () => Promise<boolean>
    secrets: SecretSource
  }
  /** What it wrote into its log so far. */
  log(): string
  /** Ends the connections that are open, and goes on listening. */
  dropConnections(): void
  /** Stops listening and ends what is open; `start` brings it back on the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

export const PASSPHRASE = 'correct horse'
const running = new Set<SshServer>()

/** Starts one; it ends with the test file. */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  if (!SSHD) throw new Error('there is no sshd on this machine')
  const folder = temporaryFolder('sshd')
  chmodSync(folder, 0o755)
  const port = await freePort()
  const user = userInfo().username
  const types = options.hostKeys ?? ['ed25519']
  const file = (name: string): string => join(folder, name)
  for (const type of types) makeKey(file(`host_${type}`), type)
  makeKey(file('key'), 'ed25519')
  makeKey(file('strange'), 'ed25519')
  writeFileSync(file('locked'), readFileSync(file('key')), { mode: 0o600 })
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', PASSPHRASE, '-f', file('locked')])
  writeFileSync(file('authorized_keys'), readFileSync(file('key.pub')))
  const hostKeys = types.map((type) => {
    const [name = '', encoded = ''] = readFileSync(file(`host_${type}.pub`), 'utf8').split(' ')
    return { name, key: Buffer.from(encoded, 'base64') }
  })
  writeFileSync(
    file('known_hosts'),
    hostKeys.map(({ name, key }) => `[127.0.0.1]:${port} ${name} ${key.toString('base64')}\n`).join(''),
  )
  // Nobody's own .bashrc: it may be slow, and it may say things.
  mkdirSync(file('home'))
  const environment: Record<string, string> = {
    ...(options.users ? {} : { HOME: file('home') }),
    ...options.env,
  }
  if (options.path) environment['PATH'] = [...options.path, process.env['PATH'] ?? ''].join(':')
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...types.map((type) => `HostKey ${file(`host_${type}`)}`),
    // Also where a person would look, in the home that its commands see.
    `AuthorizedKeysFile ${file('authorized_keys')} ${join(environment['HOME'] ?? '%h', '.ssh/authorized_keys')}`,
    `PidFile ${file('pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    `PasswordAuthentication ${options.users ? 'yes' : 'no'}`,
    'KbdInteractiveAuthentication no',
    'UseDNS no',
    'PrintMotd no',
    'LogLevel VERBOSE',
    'MaxStartups 100',
    ...(options.config ?? []),
    'Subsystem sftp internal-sftp',
    // one directive: sshd takes the first only
    `SetEnv "LIFEBOAT_TEST=1" ${Object.entries(environment)
      .map(([name, value]) => `"${name}=${value}"`)
      .join(' ')}`,
  ]
  writeFileSync(file('sshd_config'), `${lines.join('\n')}\n`)
  // Root's sshd wants the folder for its unprivileged part; it is there wherever sshd runs as a service.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })

  let daemon: ChildProcess | null = null
  const server: SshServer = {
    port,
    user,
    key: file('key'),
    strangeKey: file('strange'),
    lockedKey: file('locked'),
    knownHostsFile: file('known_hosts'),
    folder,
    knownHosts: () => parseKnownHosts(readFileSync(file('known_hosts'), 'utf8')),
    hostKeys: () => hostKeys.map(({ key }) => key),
    hop: (changes) => ({
      host: '127.0.0.1',
      port,
      user,
      auth: [{ kind: 'key', file: file('key') }],
      ...changes,
    }),
    profile: (changes) => ({
      id: 'test',
      name: 'Test',
      role: 'old',
      privilege: user === 'root' ? 'root' : 'sudo',
      jumps: [],
      ...server.hop(),
      ...changes,
    }),
    connectOptions: (changes) => ({
      profile: server.profile(changes),
      knownHosts: () => server.knownHosts(),
      acceptHostKey: () => Promise.resolve(false),
      secrets: NO_SECRETS,
    }),
    log: () => (existsSync(file('log')) ? readFileSync(file('log'), 'utf8') : ''),
    dropConnections: () => {
      if (daemon?.pid !== undefined) for (const pid of descendants(daemon.pid)) end(pid)
    },
    stop: async () => {
      const stopping = daemon
      if (stopping?.exitCode !== null) return
      daemon = null
      const gone = new Promise((resolve) => stopping.once('exit', resolve))
      const children = stopping.pid === undefined ? [] : descendants(stopping.pid)
      stopping.kill('SIGKILL')
      children.forEach(end)
      await gone
    },
    start: async () => {
      if (daemon) return
      const command = [SSHD, '-D', '-f', file('sshd_config'), '-E', file('log')]
      const [program = '', ...args] = options.users
        ? [...withOwnUsers(folder, options.users, options.sudoers), ...command]
        : command
      daemon = spawn(program, args, { stdio: 'ignore' })
      await listening(port, daemon, () => server.log())
    },
  }
  running.add(server)
  await server.start()
  return server
}

/**
 * Writes user files with more users and gives back the command that runs a program with them. The system's own files
 * are not touched: the mounts are seen by that program alone.
 */
export function withOwnUsers(
  folder: string,
  users: Readonly<Record<string, string>>,
  sudoers?: readonly string[],
): string[] {
  const file = (name: string): string => join(folder, name)
  const lines = (name: string): string[] => readFileSync(`/etc/${name}`, 'utf8').split('\n').filter(Boolean)
  const mine = (line: string): boolean => Object.hasOwn(users, line.split(':')[0] ?? '')
  const passwd = lines('passwd')
  const shadow = lines('shadow').filter((line) => !mine(line))
  const group = lines('group')
  Object.entries(users).forEach(([name, password], index) => {
    const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], {
      input: password,
      encoding: 'utf8',
    }).trim()
    shadow.push(`${name}:${hash}:19000:0:99999:7:::`)
    if (passwd.some((line) => line.startsWith(`${name}:`))) return
    const home = file(`home-${name}`)
    const id = 64_000 + index
    if (!existsSync(home)) mkdirSync(home)
    chownSync(home, id, id)
    passwd.push(`${name}:x:${id}:${id}:test:${home}:/bin/sh`)
    group.push(`${name}:x:${id}:`)
  })
  const files = { passwd, shadow, group, ...(sudoers ? { sudoers } : {}) }
  for (const [name, content] of Object.entries(files)) writeFileSync(file(name), `${content.join('\n')}\n`)
  if (sudoers) chmodSync(file('sudoers'), 0o440)
  const mounts = Object.keys(files).map((name) => `mount --bind "${file(name)}" /etc/${name}`)
  return [
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-c',
    `${mounts.join(' && ')} && exec "$@"`,
    'sh',
  ]
}

/** Makes a key pair without a passphrase. */
export function makeKey(file: string, type: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'test', '-f', file])
}

/** A port of 127.0.0.1 on which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}

async function listening(port: number, daemon: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (daemon.exitCode !== null) throw new Error(`sshd ended at once:\n${log()}`)
    if (await answers(port)) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`sshd does not listen:\n${log()}`)
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Processes below one, deepest last (Linux: /proc; elsewhere none). */
function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return children === ''
      ? []
      : children.split(' ').flatMap((child) => [Number(child), ...descendants(Number(child))])
  } catch {
    return []
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended meanwhile
  }
}

afterAll(async () => {
  for (const server of running) await server.stop()
  running.clear()
})
