import { describe, expect, it } from 'vitest'
import { connect, type ConnectOptions, type SecretSource } from '../../../../src-main/remote/connection.ts'
import { ConnectionError } from '../../../../src-main/remote/connection-errors.ts'
import { NO_SECRETS } from '../../../../src-main/remote/login.ts'
import type { Hop } from '../../../../src-main/remote/profile.ts'
import { openShell } from '../../../../src-main/remote/ssh-shell.ts'
import {
  startFaultySsh,
  startFaultyWire,
  startRudeServer,
  type Rudeness,
} from '../../../support/faulty-ssh.ts'

function to(hop: Hop, more: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    profile: { ...hop, jumps: [] },
    knownHosts: () => [],
    acceptHostKey: () => Promise.resolve(true),
    secrets: NO_SECRETS,
    ...more,
  }
}

function secretsWith(passwords: string[], rejected: string[] = []): SecretSource {
  return {
    ...NO_SECRETS,
    password: () => Promise.resolve(passwords.shift() ?? null),
    rejected: (_hop, kind) => void rejected.push(kind),
  }
}

async function failureOf(options: ConnectOptions): Promise<ConnectionError> {
  const error: unknown = await connect(options).then(
    (connection) => connection.close(),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConnectionError)
  return error as ConnectionError
}

describe('what answers is no SSH server, or half of one', () => {
  it.each<[Rudeness, string]>([
    ['says something else', 'key-exchange'],
    ['says nothing', 'key-exchange'],
    ['hangs up in the key exchange', 'key-exchange'],
    ['stalls in the key exchange', 'key-exchange'],
  ])('one that %s fails in time, at the %s', async (rudeness, step) => {
    const hop = await startRudeServer(rudeness)
    const startedAt = Date.now()
    const error = await failureOf(to(hop, { readyTimeout: 1500 }))
    expect(Date.now() - startedAt).toBeLessThan(5000)
    expect(error.step).toBe(step)
    expect(error.why).not.toBe('')
    expect(error.next).not.toBe('')
  })
})

describe('logins that are refused', () => {
  it('asks for a mistyped password again, three times at most', async () => {
    const server = await startFaultySsh({ password: 'right', methods: ['password'] })
    const rejected: string[] = []
    const connection = await connect(
      to(server.hop(), { secrets: secretsWith(['wrong', 'wrng', 'right'], rejected) }),
    )
    connection.close()
    expect(server.given).toEqual(['wrong', 'wrng', 'right'])
    expect(rejected).toEqual(['password', 'password'])
    const error = await failureOf(to(server.hop(), { secrets: secretsWith(['1', '2', '3', '4']) }))
    expect(server.given.slice(3)).toEqual(['1', '2', '3'])
    expect(error).toMatchObject({ step: 'login', tried: ['password', 'password', 'password'] })
  })

  it('answers what a keyboard-interactive login asks', async () => {
    const server = await startFaultySsh({
      methods: ['keyboard-interactive'],
      questions: [
        { prompt: 'Password: ', echo: false },
        { prompt: 'One-time code: ', echo: true },
      ],
      answers: ['pass', '123456'],
    })
    const hop = server.hop({ auth: [{ kind: 'password' }, { kind: 'keyboard-interactive' }] })
    const asked: unknown[] = []
    const secrets = (answers: string[]): SecretSource => ({
      ...secretsWith(['never asked']),
      answers: (_hop, questions) => {
        asked.push(...questions)
        return Promise.resolve(answers)
      },
    })
    const connection = await connect(to(hop, { secrets: secrets(['pass', '123456']) }))
    connection.close()
    expect(server.given).toEqual(['pass', '123456'])
    expect(asked).toEqual([
      { prompt: 'Password: ', echo: false },
      { prompt: 'One-time code: ', echo: true },
    ])
    const error = await failureOf(to(hop, { secrets: secrets(['pass', '000000']) }))
    expect(error).toMatchObject({ step: 'login', tried: ['keyboard-interactive'] })
  })

  it('says what the server takes when nothing could be tried', async () => {
    const server = await startFaultySsh({ methods: ['hostbased'] })
    const error = await failureOf(to(server.hop(), { secrets: secretsWith(['x']) }))
    expect(error.step).toBe('login')
    expect(error.why).toContain('hostbased')
    expect(server.given).toEqual([])
  })

  it('is told from a server that hangs up in the middle of the login', async () => {
    const server = await startFaultySsh({ password: 'right', hangsUp: true })
    const error = await failureOf(to(server.hop(), { secrets: secretsWith(['right']) }))
    expect(error.step).toBe('session')
  })

  it('never puts a secret into an error', async () => {
    const server = await startFaultySsh({ password: 'right', methods: ['password'] })
    const secret = 'hunter2 is a poor secret'
    const error = await failureOf(to(server.hop(), { secrets: secretsWith([secret, secret, secret]) }))
    const whole = [
      error.message,
      error.why,
      error.next,
      error.stack,
      JSON.stringify(error),
      String(error.cause),
    ].join()
    expect(server.given).toContain(secret)
    expect(whole).not.toContain('hunter2')
  })
})

describe('a connection that goes away', () => {
  const login = { password: 'right', methods: ['password'] } as const
  const right = () => secretsWith(['right'])

  it('is lost at once when the server ends it, and commands say so', async () => {
    const server = await startFaultySsh(login)
    const connection = await connect(to(server.hop(), { secrets: right() }))
    const shell = openShell(connection, { ...server.hop(), privilege: 'root' }, NO_SECRETS)
    const running = shell.run(['sleep', '30'])
    running.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const startedAt = Date.now()
    server.kill()
    await expect(running).rejects.toMatchObject({ name: 'ConnectionError', step: 'session' })
    expect(await connection.lost).toBeInstanceOf(ConnectionError)
    expect(Date.now() - startedAt).toBeLessThan(2000)
    await expect(shell.run(['true'])).rejects.toBeInstanceOf(ConnectionError)
  })

  it('is lost when nothing comes back any more', async () => {
    const server = await startFaultySsh(login)
    const wire = await startFaultyWire(server.port)
    const connection = await connect(
      to(server.hop({ port: wire.port }), { secrets: right(), keepalive: 200 }),
    )
    wire.stall()
    const startedAt = Date.now()
    const reason = await connection.lost
    expect(reason?.message).toContain('stopped answering')
    expect(Date.now() - startedAt).toBeLessThan(5000)
  })

  it('fails a command whose output breaks off, and never hands out half of it as whole', async () => {
    const server = await startFaultySsh(login)
    const wire = await startFaultyWire(server.port, { dropAfter: 300_000 })
    const connection = await connect(to(server.hop({ port: wire.port }), { secrets: right() }))
    const shell = openShell(connection, { ...server.hop(), privilege: 'root' }, NO_SECRETS)
    await expect(shell.run(['head', '-c', '2000000', '/dev/zero'])).rejects.toBeInstanceOf(ConnectionError)
  })

  it('is no loss when it is closed here', async () => {
    const server = await startFaultySsh(login)
    const connection = await connect(to(server.hop(), { secrets: right() }))
    connection.close()
    expect(await connection.lost).toBeNull()
    await expect(connection.exec('true')).rejects.toMatchObject({ step: 'session' })
  })
})
