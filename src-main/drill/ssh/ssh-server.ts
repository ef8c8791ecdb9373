import { timingSafeEqual } from 'node:crypto'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import ssh2 from 'ssh2'
import type { AuthContext, Connection } from 'ssh2'
import { DRILL_USERS, type DrillAccess, type DrillUser } from '../access.ts'
import type { FaultValues } from '../faults.ts'
import type { ServerPaths } from '../paths.ts'
import { SIMULATION_NOTE } from '../simulation.ts'
import { serveSession, type SessionContext } from './session.ts'

export interface SshServerOptions {
  paths: ServerPaths
  access: DrillAccess
  /** Read again at every use, so that faults can come and go. */
  faults: () => FaultValues
  /** Port that was used before; another one is taken when it is not free. */
  port?: number
  /** Loopback address to listen on. */
  host?: string
  session: Omit<SessionContext, 'paths' | 'faults' | 'user'>
}

export interface SshServer {
  readonly port: number
  /** Cuts all connections. */
  cut(): void
  close(): Promise<void>
}

/** An SSH server on loopback: public key, password and keyboard-interactive; exec and shell by a real `sh`. */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const { paths, access, faults } = options
  const sockets = new Set<Socket>()
  const ssh = new ssh2.Server(
    {
      hostKeys: [access.hostKeys[paths.name].private],
      banner: `${SIMULATION_NOTE} Server "${paths.name}".\n`,
      ident: 'LifeboatDrill',
      // Done by OpenSSL; the cipher that OpenSSH would choose first is computed in JavaScript here.
      algorithms: {
        cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
      },
      keepaliveInterval: 15_000,
      keepaliveCountMax: 4,
    },
    (client) => serveClient(client, options),
  )
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    const limit = faults().drop
    if (limit !== undefined) cutAfter(socket, limit)
    if (faults().latency === undefined) ssh.injectSocket(socket)
    else relayLate(socket, behind, () => faults().latency ?? 0)
  })
  const behind = `${options.session.socket}.ssh`
  const inner = createServer((socket) => {
    socket.on('error', () => undefined)
    ssh.injectSocket(socket)
  })
  await listen(inner, behind)
  const { host = '127.0.0.1' } = options
  await listen(listener, options.port ?? 0, host).catch(() => listen(listener, 0, host))

  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  let lastCut = Date.now()
  const killer = setInterval(() => {
    const every = faults()['kill-sessions']
    // The first cut comes a whole while after the fault was turned on.
    if (every === undefined) lastCut = Date.now()
    else if (Date.now() - lastCut >= every * 1000) {
      lastCut = Date.now()
      cut()
    }
  }, 100)
  killer.unref()
  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    close: async () => {
      clearInterval(killer)
      const closed = new Promise<void>((done) => listener.close(() => done()))
      inner.close()
      cut()
      await closed
    },
  }
}

function listen(
  server: ReturnType<typeof createServer>,
  where: number | string,
  host?: string,
): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    const listening = (): void => {
      server.off('error', fail)
      done()
    }
    if (typeof where === 'string') server.listen(where, listening)
    else server.listen(where, host, listening)
  })
}

/** Cuts a connection once so many bytes went through it in either direction. */
function cutAfter(socket: Socket, bytes: number): void {
  const watch = setInterval(() => {
    if (socket.bytesRead + socket.bytesWritten > bytes) socket.destroy()
  }, 10)
  watch.unref()
  socket.on('close', () => clearInterval(watch))
}

/** Hands a connection on to the server behind it, with everything later by its own time each way. */
function relayLate(socket: Socket, behind: string, delay: () => number): void {
  const inner = connect(behind)
  const end = (): void => {
    socket.destroy()
    inner.destroy()
  }
  for (const side of [socket, inner]) side.on('error', end).on('close', end)
  socket.pipe(late(delay)).pipe(inner)
  inner.pipe(late(delay)).pipe(socket)
}

/** Passes on every chunk after a while, in order; at most a MiB is on its way. */
function late(delay: () => number): Transform {
  let onTheWay = 0
  let blocked: (() => void) | null = null
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onTheWay += chunk.length
      setTimeout(() => {
        if (!this.destroyed) this.push(chunk)
        onTheWay -= chunk.length
        // It may take the next chunk at once, and be held up again.
        const next = blocked
        blocked = null
        next?.()
      }, delay())
      if (onTheWay < 1024 * 1024) done()
      else blocked = done
    },
    flush: (done) => void setTimeout(done, delay() + 20),
  })
}

function serveClient(client: Connection, options: SshServerOptions): void {
  let user: DrillUser | null = null
  client
    .on('authentication', (context) => {
      const granted = judge(context, options.access)
      if (granted !== null) user = granted
    })
    .on('ready', () => {
      client.on('session', (accept) => {
        serveSession(accept(), {
          ...options.session,
          paths: options.paths,
          faults: options.faults,
          user: user ?? 'zextras',
        })
      })
      client.on('tcpip', (_accept, reject) => reject())
    })
    .on('error', () => undefined)
}

const METHODS = ['publickey', 'password', 'keyboard-interactive'] as const

/** Accepts or refuses one try; the user it let in. */
function judge(context: AuthContext, access: DrillAccess): DrillUser | null {
  const user = DRILL_USERS.find((name) => name === context.username) ?? null
  const isRight = (given: string): boolean => {
    const [one, two] = [Buffer.from(given), Buffer.from(access.password)]
    return user !== null && one.length === two.length && timingSafeEqual(one, two)
  }
  switch (context.method) {
    case 'publickey': {
      const key = ssh2.utils.parseKey(access.publicKey)
      if (key instanceof Error || user === null) break
      const same = context.key.algo === key.type && context.key.data.equals(key.getPublicSSH())
      const { signature, blob, hashAlgo } = context
      if (!same || (signature && !(blob && key.verify(blob, signature, hashAlgo)))) break
      context.accept()
      return signature ? user : null
    }
    case 'password':
      if (!isRight(context.password)) break
      context.accept()
      return user
    case 'keyboard-interactive':
      context.prompt([{ prompt: 'Password of the drill: ', echo: false }], (answers) => {
        if (!isRight(answers[0] ?? '')) return context.reject([...METHODS])
        context.accept()
      })
      return user
    default:
  }
  context.reject([...METHODS])
  return null
}
