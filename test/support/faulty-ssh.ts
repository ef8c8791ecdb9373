import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import ssh2 from 'ssh2'
import type { AuthContext, Connection, ServerChannel } from 'ssh2'
import { afterAll } from 'vitest'
import type { Hop } from '../../src-main/remote/profile.ts'

/** What a faulty server lets in; everything else it refuses. */
export interface FaultyLogin {
  /** Methods it names when it refuses; default all of these. */
  methods?: readonly string[]
  password?: string
  /** Keyboard-interactive: its questions and the right answers. */
  questions?: readonly { prompt: string; echo: boolean }[]
  answers?: readonly string[]
  /** Hangs up in the middle of the login. */
  hangsUp?: boolean
}

export interface FaultySsh {
  readonly port: number
  readonly hostKey: Buffer
  hop(changes?: Partial<Hop>): Hop
  /** Passwords and answers that it was given. */
  readonly given: string[]
  /** Commands that it was to run. */
  readonly commands: string[]
  /** Connections so far. */
  readonly connections: number
  /** Ends all connections without a word. */
  kill(): void
}

type Closing = () => void
const open = new Set<Closing>()

/**
 * An SSH server inside this process that misbehaves as told. Commands it lets through are run by a real `sh` here.
 * @param onCommand answers a command itself; returns false to have it run
 */
export async function startFaultySsh(
  login: FaultyLogin = {},
  onCommand: (channel: ServerChannel, command: string) => boolean = () => false,
): Promise<FaultySsh> {
  const hostKey = newHostKey()
  const sockets = new Set<Connection>()
  const given: string[] = []
  const commands: string[] = []
  let connections = 0
  const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (client) => {
    connections++
    sockets.add(client)
    client.on('close', () => sockets.delete(client))
    client.on('error', () => undefined)
    client.on('authentication', (context) => decide(context, login, given, () => client.end()))
    client.on('session', (accept) => {
      const session = accept()
      session.on('exec', (acceptExec, _reject, { command }) => {
        commands.push(command)
        const channel = acceptExec()
        if (!onCommand(channel, command)) runHere(channel, command)
      })
    })
  })
  const port = await listen(server)
  open.add(() => {
    for (const client of sockets) client.end()
    server.close()
  })
  return {
    port,
    hostKey: hostKey.publicKey,
    given,
    commands,
    get connections() {
      return connections
    },
    hop: (changes) => ({ host: '127.0.0.1', port, user: 'tester', auth: [{ kind: 'password' }], ...changes }),
    kill: () => {
      for (const client of sockets) (client as unknown as { _sock: Socket })._sock.destroy()
    },
  }
}

function decide(context: AuthContext, login: FaultyLogin, given: string[], hangUp: () => void): void {
  const methods = login.methods ?? ['publickey', 'password', 'keyboard-interactive']
  const refuse = (): void => context.reject(methods as never)
  if (login.hangsUp && context.method !== 'none') return hangUp()
  if (!methods.includes(context.method)) return refuse()
  if (context.method === 'password') {
    given.push(context.password)
    return context.password === login.password ? context.accept() : refuse()
  }
  if (context.method === 'keyboard-interactive' && login.questions) {
    context.prompt(
      login.questions.map(({ prompt, echo }) => ({ prompt, echo })),
      (answers) => {
        given.push(...answers)
        const right =
          answers.length === login.answers?.length && answers.every((one, at) => one === login.answers?.[at])
        if (right) context.accept()
        else refuse()
      },
    )
    return
  }
  refuse()
}

function runHere(channel: ServerChannel, command: string): void {
  const child = spawn('sh', ['-c', command], { stdio: 'pipe' })
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.stdin.on('error', () => undefined)
  channel.on('error', () => undefined)
  channel.on('close', () => child.kill())
  child.on('close', (code) => {
    channel.exit(code ?? 1)
    channel.end()
  })
}

/** What a listener does with whoever connects, before any SSH. */
export type Rudeness =
  'says something else' | 'says nothing' | 'hangs up in the key exchange' | 'stalls in the key exchange'

/** Something on a port that is no (working) SSH server. */
export async function startRudeServer(rudeness: Rudeness): Promise<Hop> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    if (rudeness === 'says something else') socket.write('220 mail.example.com ESMTP Postfix\r\n')
    if (rudeness.includes('key exchange')) socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')
    if (rudeness === 'hangs up in the key exchange') socket.once('data', () => socket.end())
    socket.resume()
  })
  const port = await listen(server)
  open.add(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { host: '127.0.0.1', port, user: 'tester', auth: [{ kind: 'password' }] }
}

/** A wire between a client and a server that can be cut, or grow silent. */
export interface FaultyWire {
  readonly port: number
  /** Bytes that came from the server so far. */
  readonly received: number
  /** Ends what is connected now. */
  cut(): void
  /** Nothing goes through any more, in neither direction, and nobody is told. */
  stall(): void
  /** What stalls goes on. */
  resume(): void
}

/**
 * Puts a wire in front of a port of 127.0.0.1.
 * @param faults dropAfter: cut once so many bytes came from the server (once); cutEvery: cut so often, ms
 */
export async function startFaultyWire(
  to: number,
  faults: { dropAfter?: number; cutEvery?: number } = {},
): Promise<FaultyWire> {
  const pairs = new Set<[Socket, Socket]>()
  let received = 0
  let stalled = false
  let left = faults.dropAfter ?? Number.POSITIVE_INFINITY
  const cut = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }
  const server = createServer((near) => {
    const far = connectSocket(to, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.setNoDelay(true)
    far.setNoDelay(true)
    const both = [
      [near, far],
      [far, near],
    ] as const
    for (const [from, into] of both) {
      if (stalled) from.pause()
      from.on('data', (chunk: Buffer) => {
        if (from === far) {
          received += chunk.length
          left -= chunk.length
          if (left < 0) {
            left = Number.POSITIVE_INFINITY
            return cut()
          }
        }
        into.write(chunk)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        pairs.delete(pair)
        into.end()
      })
    }
  })
  const timer = faults.cutEvery === undefined ? undefined : setInterval(cut, faults.cutEvery)
  const port = await listen(server)
  open.add(() => {
    clearInterval(timer)
    cut()
    server.close()
  })
  return {
    port,
    get received() {
      return received
    },
    cut,
    stall: () => {
      stalled = true
      for (const pair of pairs) for (const socket of pair) socket.pause()
    },
    resume: () => {
      stalled = false
      for (const pair of pairs) for (const socket of pair) socket.resume()
    },
  }
}

function newHostKey(): { privateKey: string; publicKey: Buffer } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const parsed = ssh2.utils.parseKey(pem)
  if (parsed instanceof Error) throw parsed
  return { privateKey: pem, publicKey: parsed.getPublicSSH() }
}

function listen(server: Pick<Server, 'listen' | 'address' | 'once'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}

afterAll(() => {
  for (const close of open) close()
  open.clear()
})
