import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { parseQueue } from '../../../../../src-main/recovery/isolation/mail-queue.ts'
import { lookOutbound, parseTargets } from '../../../../../src-main/recovery/isolation/outbound.ts'
import { sshGreets, tryPort, tryPorts } from '../../../../../src-main/recovery/isolation/ports.ts'
import { openLocalShell } from '../../../../../src-main/remote/local-shell.ts'
import { fakeContext } from '../support/drill-context.ts'

/** A listener that says this to everybody who connects. */
async function listen(greeting: string): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write(greeting)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

describe('ports tried from the laptop', () => {
  it('tells open, refused and silent apart, and waits no longer than asked', async () => {
    const one = await listen('x')
    expect(await tryPort('127.0.0.1', one.port)).toBe('open')
    one.close()
    expect([...(await tryPorts('127.0.0.1', [one.port, 1]))]).toEqual([
      [one.port, 'refused'],
      [1, 'refused'],
    ])
    const began = Date.now()
    // 192.0.2.0/24 is for documentation: nobody is there
    expect(await tryPort('192.0.2.1', 25, 300)).not.toBe('open')
    expect(Date.now() - began).toBeLessThan(2500)
  })

  it('an SSH server is known by its greeting alone', async () => {
    const [ssh, web] = [await listen('SSH-2.0-Test\r\n'), await listen('220 smtp\r\n')]
    expect(await sshGreets('127.0.0.1', ssh.port)).toBe(true)
    expect(await sshGreets('127.0.0.1', web.port, 300)).toBe(false)
    ssh.close()
    web.close()
    expect(await sshGreets('127.0.0.1', ssh.port)).toBe(false)
  })
})

describe('ports tried from the server', () => {
  it.skipIf(process.platform !== 'linux')(
    'with a program of this computer: open, refused, no name',
    async () => {
      const [own, other] = [await listen('SSH-2.0-Test\r\n'), await listen('x')]
      const context = fakeContext({ shells: { new: openLocalShell() }, addresses: {} })
      const targets = [
        { host: '127.0.0.1', port: other.port },
        { host: '127.0.0.1', port: 1 },
        { host: 'no-such-host.invalid', port: 25 },
      ]
      const look = await lookOutbound(context, 'new', targets, [own.port])
      own.close()
      other.close()
      expect(look.tool).not.toBeNull()
      expect(look.tries.map(({ answer }) => answer)).toEqual(['connected', 'blocked', 'name not found'])
      // no program may be believed that cannot even reach what listens
      const blind = await lookOutbound(context, 'new', targets, [1])
      expect(blind).toMatchObject({ tool: null, tries: [] })
      expect(blind.because).toMatch(/did not even reach/)
    },
    60_000,
  )

  it('targets are hosts, hosts with a port, and nothing a shell or a program could misread', () => {
    expect(parseTargets('[relay.example.com]:2525, mx.example.com', [25, 465])).toEqual([
      { host: 'relay.example.com', port: 2525 },
      { host: 'mx.example.com', port: 25 },
      { host: 'mx.example.com', port: 465 },
    ])
    expect(parseTargets('-e /bin/sh $(id) a;b', [25])).toEqual([
      { host: 'a', port: 25 },
      { host: 'b', port: 25 },
    ])
  })
})

describe('the queue of Postfix', () => {
  it('is read with its marks, its reasons left out', () => {
    const text = `-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------
4F3A2C1D5E!    1234 Mon Nov 23 06:00:00  anna@example.com
(connect to mx.elsewhere.example[203.0.113.5]:25: Connection timed out)
                                         one@elsewhere.example
                                         two@elsewhere.example

0A1B2C3D4E*     900 Mon Nov 23 06:01:00  MAILER-DAEMON
                                         three@elsewhere.example

3nLQkX2Zz0z     77 Mon Nov  2 06:01:00  bob@example.com
                                         four@elsewhere.example

-- 3 Kbytes in 3 Requests.
`
    expect(parseQueue(text)).toEqual([
      {
        id: '4F3A2C1D5E',
        bytes: 1234,
        arrived: 'Mon Nov 23 06:00:00',
        sender: 'anna@example.com',
        recipients: ['one@elsewhere.example', 'two@elsewhere.example'],
        state: 'held',
      },
      {
        id: '0A1B2C3D4E',
        bytes: 900,
        arrived: 'Mon Nov 23 06:01:00',
        sender: 'MAILER-DAEMON',
        recipients: ['three@elsewhere.example'],
        state: 'active',
      },
      {
        id: '3nLQkX2Zz0z',
        bytes: 77,
        arrived: 'Mon Nov  2 06:01:00',
        sender: 'bob@example.com',
        recipients: ['four@elsewhere.example'],
        state: 'waiting',
      },
    ])
    expect(parseQueue('Mail queue is empty\n')).toEqual([])
  })
})
