import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type ConnectOptions, type UnknownHostKey } from '../../../../src-main/remote/connection.ts'
import { ConnectionError } from '../../../../src-main/remote/connection-errors.ts'
import { HostKeys } from '../../../../src-main/remote/host-keys.ts'
import { fingerprint, parseKnownHosts } from '../../../../src-main/remote/known-hosts.ts'
import { NO_SECRETS } from '../../../../src-main/remote/login.ts'
import {
  PASSPHRASE,
  SSHD,
  freePort,
  makeKey,
  startSshServer,
  type SshServer,
} from '../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../support/temp.ts'

/** Tries to connect and hands back what it failed with. */
async function failureOf(options: ConnectOptions): Promise<ConnectionError> {
  try {
    const connection = await connect(options)
    connection.close()
  } catch (error) {
    expect(error).toBeInstanceOf(ConnectionError)
    return error as ConnectionError
  }
  throw new Error('it connected')
}

async function works(options: ConnectOptions): Promise<void> {
  const connection = await connect(options)
  const channel = await connection.exec('echo in')
  const text = await new Promise<string>((resolve) => {
    let all = ''
    channel.on('data', (chunk: Buffer) => (all += chunk.toString()))
    channel.on('close', () => resolve(all))
  })
  expect(text).toBe('in\n')
  connection.close()
  expect(await connection.lost).toBeNull()
}

describe.skipIf(!SSHD)('logging in to a real sshd', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshServer()
  })

  it('takes a key, and a key with its passphrase', async () => {
    await works(server.connectOptions())
    const asked: string[] = []
    const secrets = {
      ...NO_SECRETS,
      passphrase: (_hop: unknown, file: string) => {
        asked.push(file)
        return Promise.resolve(PASSPHRASE)
      },
    }
    await works({ ...server.connectOptions({ auth: [{ kind: 'key', file: server.lockedKey }] }), secrets })
    expect(asked).toEqual([server.lockedKey])
  })

  it('asks again for a wrong passphrase, and gives up after three', async () => {
    const rejected: string[] = []
    const secrets = {
      ...NO_SECRETS,
      passphrase: () => Promise.resolve('wrong'),
      rejected: (_hop: unknown, kind: string) => void rejected.push(kind),
    }
    const error = await failureOf({
      ...server.connectOptions({ auth: [{ kind: 'key', file: server.lockedKey }] }),
      secrets,
    })
    expect(error.step).toBe('login')
    expect(error.tried).toEqual([`key ${server.lockedKey} (the passphrase was wrong)`])
    expect(rejected).toEqual(['passphrase', 'passphrase', 'passphrase'])
  })

  it('takes a key from the agent', async () => {
    const socket = join(temporaryFolder('agent'), 'socket')
    const started = execFileSync('ssh-agent', ['-a', socket], { encoding: 'utf8' })
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1])
    const before = process.env['SSH_AUTH_SOCK']
    try {
      execFileSync('ssh-add', ['-q', server.key], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      })
      process.env['SSH_AUTH_SOCK'] = socket
      await works(server.connectOptions({ auth: [{ kind: 'agent' }] }))
    } finally {
      if (before === undefined) delete process.env['SSH_AUTH_SOCK']
      else process.env['SSH_AUTH_SOCK'] = before
      process.kill(pid)
    }
  })

  it('tries the methods in their order and says which, and what the server takes', async () => {
    const missing = join(server.folder, 'no-such-key')
    const broken = join(server.folder, 'broken-key')
    writeFileSync(broken, 'this is no key\n')
    const error = await failureOf(
      server.connectOptions({
        auth: [
          { kind: 'key', file: missing },
          { kind: 'key', file: broken },
          { kind: 'key', file: server.strangeKey },
          { kind: 'password' },
        ],
      }),
    )
    expect(error.step).toBe('login')
    expect(error.tried).toHaveLength(3)
    expect(error.tried[0]).toBe(`key ${missing} (there is no such file)`)
    expect(error.tried[1]).toMatch(/broken-key \(not a key that can be used/)
    expect(error.tried[2]).toBe(`key ${server.strangeKey}`)
    expect(error.why).toContain('The server takes: publickey')
    await works(
      server.connectOptions({
        auth: [
          { kind: 'key', file: server.strangeKey },
          { kind: 'key', file: server.key },
        ],
      }),
    )
  })

  it('does not ask for a password that the server would not take', async () => {
    let asked = 0
    const secrets = { ...NO_SECRETS, password: () => Promise.resolve(String(asked++)) }
    const error = await failureOf({ ...server.connectOptions({ auth: [{ kind: 'password' }] }), secrets })
    expect(asked).toBe(0)
    expect(error).toMatchObject({ step: 'login', tried: [] })
    expect(error.next).toContain('a method that the server takes')
  })

  it('says that nothing listens, and does not wait for it', async () => {
    const port = await freePort()
    const error = await failureOf(server.connectOptions({ port }))
    expect(error).toMatchObject({ step: 'reach', host: `${server.user}@127.0.0.1:${port}` })
    expect(error.why).toContain('nothing listens')
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const never = new Promise<boolean>(() => undefined)
    const connecting = connect({
      ...server.connectOptions(),
      knownHosts: () => [],
      acceptHostKey: () => never,
      signal: stop.signal,
    })
    setTimeout(() => stop.abort(new Error('enough')), 200)
    await expect(connecting).rejects.toThrow('enough')
  })

  it('lets a person think longer than the server may take to answer', async () => {
    const slow = () => new Promise<boolean>((resolve) => setTimeout(resolve, 1500, true))
    await works({ ...server.connectOptions(), knownHosts: () => [], acceptHostKey: slow, readyTimeout: 1000 })
  })
})

describe.skipIf(!SSHD)('host keys of a real sshd', () => {
  let server: SshServer
  let other: Buffer
  beforeAll(async () => {
    server = await startSshServer({ hostKeys: ['ed25519', 'ecdsa'] })
    makeKey(join(server.folder, 'another'), 'ed25519')
    other = Buffer.from(
      readFileSync(join(server.folder, 'another.pub'), 'utf8').split(' ')[1] ?? '',
      'base64',
    )
  })
  const line = (key: Buffer, type = 'ssh-ed25519', marker = ''): string =>
    `${marker}[127.0.0.1]:${server.port} ${type} ${key.toString('base64')}\n`

  it('asks about an unknown one with the fingerprint that ssh-keygen shows, and keeps an accepted one', async () => {
    const shown: UnknownHostKey[] = []
    const file = join(temporaryFolder('known'), 'data', 'known_hosts')
    const hostKeys = new HostKeys(file, [])
    const options = {
      ...server.connectOptions(),
      knownHosts: () => hostKeys.lines(),
      acceptHostKey: (key: UnknownHostKey) => {
        shown.push(key)
        hostKeys.accept(key.hop, key.key)
        return Promise.resolve(true)
      },
    }
    await works(options)
    await works(options)
    expect(shown).toHaveLength(1)
    const [{ fingerprint: print, keyType } = { fingerprint: '', keyType: '' }] = shown
    const type = keyType.includes('ecdsa') ? 'ecdsa' : 'ed25519'
    expect(
      execFileSync('ssh-keygen', ['-lf', join(server.folder, `host_${type}.pub`)], { encoding: 'utf8' }),
    ).toContain(print)
    // OpenSSH itself finds it there, and nobody reads from it where Lifeboat was.
    expect(readFileSync(file, 'utf8')).not.toContain('127.0.0.1')
    const found = spawnSync('ssh-keygen', ['-F', `[127.0.0.1]:${server.port}`, '-f', file], {
      encoding: 'utf8',
    })
    expect(found.status).toBe(0)
    const ssh = spawnSync(
      'ssh',
      [
        '-F',
        'none',
        '-i',
        server.key,
        '-o',
        `UserKnownHostsFile=${file}`,
        '-o',
        'GlobalKnownHostsFile=none',
        '-o',
        'StrictHostKeyChecking=yes',
        '-o',
        'BatchMode=yes',
        '-p',
        String(server.port),
        `${server.user}@127.0.0.1`,
        'echo in',
      ],
      { encoding: 'utf8' },
    )
    expect(ssh.stdout).toBe('in\n')
  })

  it('refuses an unknown one that nobody accepts', async () => {
    const error = await failureOf({ ...server.connectOptions(), knownHosts: () => [] })
    expect(error.step).toBe('host-key')
    expect(server.hostKeys().some((key) => error.why.includes(fingerprint(key)))).toBe(true)
    expect(error.next).toContain('ssh-keygen')
  })

  it('refuses a changed one without asking, and explains', async () => {
    let asked = false
    const accept = (): Promise<boolean> => {
      asked = true
      return Promise.resolve(true)
    }
    const text = `# one comment\n${line(other)}`
    const error = await failureOf({
      ...server.connectOptions(),
      knownHosts: () => parseKnownHosts(text, '/data/known_hosts'),
      acceptHostKey: accept,
    })
    expect(asked).toBe(false)
    expect(error.step).toBe('host-key')
    expect(error.message).toContain('has changed')
    expect(error.why).toContain(fingerprint(other))
    expect(error.why).toContain('line 2 of /data/known_hosts')
    expect(error.next).toContain('Do not go on')
  })

  it('refuses a revoked one, even when another line knows it', async () => {
    const [key = Buffer.alloc(0)] = server.hostKeys()
    const text = line(key) + line(key, 'ssh-ed25519', '@revoked ')
    const error = await failureOf({ ...server.connectOptions(), knownHosts: () => parseKnownHosts(text) })
    expect(error).toMatchObject({ step: 'host-key' })
    expect(error.message).toContain('revoked')
  })

  it('does not take the key of a certificate authority for that of a host', async () => {
    const [key = Buffer.alloc(0)] = server.hostKeys()
    const text = line(key, 'ssh-ed25519', '@cert-authority ')
    const error = await failureOf({ ...server.connectOptions(), knownHosts: () => parseKnownHosts(text) })
    expect(error.message).toContain('was not accepted')
  })

  it('asks for the type that is known, hashed or not', async () => {
    const [, ecdsa = Buffer.alloc(0)] = server.hostKeys()
    const file = join(temporaryFolder('hashed'), 'known_hosts')
    writeFileSync(file, line(ecdsa, 'ecdsa-sha2-nistp256'))
    await works({ ...server.connectOptions(), knownHosts: () => parseKnownHosts(readFileSync(file, 'utf8')) })
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    expect(readFileSync(file, 'utf8')).not.toContain('127.0.0.1')
    await works({ ...server.connectOptions(), knownHosts: () => parseKnownHosts(readFileSync(file, 'utf8')) })
  })
})

describe.skipIf(!SSHD)('jump hosts', () => {
  let first: SshServer
  let second: SshServer
  let closed: SshServer
  let target: SshServer
  beforeAll(async () => {
    first = await startSshServer()
    second = await startSshServer()
    target = await startSshServer()
    closed = await startSshServer({ config: ['AllowTcpForwarding no'] })
  })
  afterAll(() => undefined)
  const all = (): ReturnType<SshServer['knownHosts']> =>
    [first, second, closed, target].flatMap((server) => server.knownHosts())

  it('goes through a chain of two, and tells each step of each', async () => {
    const steps: string[] = []
    await works({
      ...target.connectOptions({ jumps: [first.hop(), second.hop()] }),
      knownHosts: all,
      onStep: (hop, step) =>
        void steps.push(`${hop.port === first.port ? 1 : hop.port === second.port ? 2 : 3} ${step}`),
    })
    const each = ['reach', 'key-exchange', 'host-key', 'login']
    expect(steps).toEqual([1, 2, 3].flatMap((hop) => each.map((step) => `${hop} ${step}`)))
    expect(target.log()).toContain('Accepted publickey')
    expect(second.log()).toContain('Accepted publickey')
  })

  it('checks the key of every one of them', async () => {
    const without = (unknown: SshServer) => () =>
      [first, second, target].filter((server) => server !== unknown).flatMap((server) => server.knownHosts())
    for (const unknown of [first, second, target]) {
      const error = await failureOf({
        ...target.connectOptions({ jumps: [first.hop(), second.hop()] }),
        knownHosts: without(unknown),
      })
      expect(error).toMatchObject({ step: 'host-key', host: `${unknown.user}@127.0.0.1:${unknown.port}` })
    }
  })

  it('names the jump host that does not forward, and the target that is not there', async () => {
    const refused = await failureOf({ ...target.connectOptions({ jumps: [closed.hop()] }), knownHosts: all })
    expect(refused.step).toBe('reach')
    expect(refused.message).toContain(`through ${closed.user}@127.0.0.1:${closed.port}`)
    expect(refused.next).toContain('AllowTcpForwarding')
    const gone = await failureOf({
      ...target.connectOptions({ jumps: [first.hop()], port: await freePort() }),
      knownHosts: all,
    })
    expect(gone.step).toBe('reach')
  })

  it('tells at once that it is lost when a jump host goes away', async () => {
    const connection = await connect({ ...target.connectOptions({ jumps: [first.hop()] }), knownHosts: all })
    first.dropConnections()
    const reason = await connection.lost
    expect(reason).toBeInstanceOf(ConnectionError)
    await expect(connection.exec('true')).rejects.toBeInstanceOf(ConnectionError)
    connection.close()
  })
})
