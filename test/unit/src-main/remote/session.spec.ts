import { afterEach, describe, expect, it } from 'vitest'
import type { ConnectionState } from '../../../../src-main/contract/servers.ts'
import { ConnectionError } from '../../../../src-main/remote/connection-errors.ts'
import { parseKnownHosts } from '../../../../src-main/remote/known-hosts.ts'
import { openSession, type Session, type SessionOptions } from '../../../../src-main/remote/session.ts'
import { startFaultyWire } from '../../../support/faulty-ssh.ts'
import { SSHD, startSshServer, type SshServer } from '../../../support/ssh-server.ts'

const sessions: Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.close()
})

function sessionTo(server: SshServer, more: Partial<SessionOptions> = {}) {
  const states: ConnectionState['state'][] = []
  const session = openSession({
    ...server.connectOptions(),
    backOff: [50, 100, 200],
    onState: ({ state }) => void states.push(state),
    ...more,
  })
  sessions.push(session)
  return { session, states }
}

const soon = { timeout: 10_000, interval: 20 }

describe.skipIf(!SSHD)('a session with a real sshd', () => {
  it('connects when it is first used, once for all who use it', async () => {
    const server = await startSshServer()
    const { session, states } = sessionTo(server)
    expect(states).toEqual([])
    const [first, second] = await Promise.all([session.connection(), session.connection()])
    expect(second).toBe(first)
    await Promise.all([session.shell.run(['true']), session.shell.run(['true'])])
    expect(states).toEqual(['connecting', 'connected'])
    expect(server.log().match(/Accepted publickey/g)).toHaveLength(1)
  })

  it('says at once that it is lost, fails what was running, and is there again by itself', async () => {
    const server = await startSshServer()
    const { session, states } = sessionTo(server)
    await session.connection()
    const running = session.shell.run(['sleep', '30'])
    running.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 200))
    server.dropConnections()
    await expect(running).rejects.toBeInstanceOf(ConnectionError)
    await expect.poll(() => states, soon).toContain('lost')
    // Asked for while it is away: waits for the new one.
    expect((await session.shell.run(['echo', 'again'])).stdout).toBe('again\n')
    expect(states).toEqual(['connecting', 'connected', 'lost', 'connected'])
  })

  it('goes on trying while the server is away, and tells when', async () => {
    const server = await startSshServer()
    const { session, states } = sessionTo(server)
    await session.connection()
    await server.stop()
    await expect.poll(() => states.filter((state) => state === 'lost').length, soon).toBeGreaterThan(2)
    expect(session.state.error?.message).toContain('cannot be reached')
    expect(session.state.retryAt).toBeGreaterThan(0)
    const waiting = session.shell.run(['echo', 'back'])
    await server.start()
    expect((await waiting).stdout).toBe('back\n')
    expect(session.state).toMatchObject({ state: 'connected', error: null, retryAt: null })
  })

  it('works through a wire that is cut again and again', async () => {
    const server = await startSshServer()
    const wire = await startFaultyWire(server.port, { cutEvery: 700 })
    const { session, states } = sessionTo(server, {
      profile: server.profile({ port: wire.port }),
      knownHosts: () => parseKnownHosts(`* ssh-ed25519 ${server.hostKeys()[0]?.toString('base64') ?? ''}\n`),
    })
    const cuts = (): number => states.filter((state) => state === 'lost').length
    let done = 0
    let failed = 0
    // How many cuts fall into a moment with a connection depends on the machine: it is them that count, not the time.
    for (const end = Date.now() + 25_000; Date.now() < end && (cuts() < 3 || done <= 5);) {
      const result = await session.shell.run(['echo', 'ok']).catch((error: unknown) => {
        expect(error).toBeInstanceOf(ConnectionError)
        failed++
        return null
      })
      if (result === null) continue
      // What comes back is whole, or it is an error.
      expect(result).toMatchObject({ code: 0, stdout: 'ok\n' })
      done++
    }
    expect(cuts()).toBeGreaterThanOrEqual(3)
    expect(done).toBeGreaterThan(5)
    // Asking again at once does not keep the loop too busy to notice that the wire is gone.
    expect(failed).toBeLessThan(200)
  })

  it('does not go on when another host key answers in the place of the server', async () => {
    const server = await startSshServer()
    const impostor = await startSshServer()
    let known = server.knownHosts()
    const { session } = sessionTo(server, { knownHosts: () => known })
    await session.connection()
    // The same address, but the key is another one now.
    const [line] = known
    known = [{ ...line!, key: impostor.hostKeys()[0]! }]
    server.dropConnections()
    await expect.poll(() => session.state.state, soon).toBe('failed')
    expect(session.state.error?.message).toContain('has changed')
    await expect(session.shell.run(['true'])).rejects.toMatchObject({ step: 'host-key' })
  })

  it('fails a first connection that cannot be made, and makes it when asked again', async () => {
    const server = await startSshServer()
    await server.stop()
    const { session, states } = sessionTo(server)
    await expect(session.shell.run(['true'])).rejects.toMatchObject({ step: 'reach' })
    expect(states).toEqual(['connecting', 'failed'])
    await server.start()
    await session.retry()
    expect(session.state.state).toBe('connected')
  })

  it('ends for good when it is closed, also while it is lost', async () => {
    const server = await startSshServer()
    const { session } = sessionTo(server, { backOff: [60_000] })
    await session.connection()
    server.dropConnections()
    await expect.poll(() => session.state.state, soon).toBe('lost')
    const waiting = session.shell.run(['true'])
    waiting.catch(() => undefined)
    session.close()
    await expect(waiting).rejects.toBeInstanceOf(ConnectionError)
    await expect(session.connection()).rejects.toBeInstanceOf(ConnectionError)
  })

  it('lets one who waits give up without disturbing the others', async () => {
    const server = await startSshServer()
    await server.stop()
    await server.start()
    const { session } = sessionTo(server, { backOff: [400] })
    await session.connection()
    server.dropConnections()
    await expect.poll(() => session.state.state, soon).toBe('lost')
    const stop = new AbortController()
    const given = session.shell.run(['true'], { signal: stop.signal })
    const kept = session.shell.run(['echo', 'kept'])
    stop.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    expect((await kept).stdout).toBe('kept\n')
  })
})
