import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import type { FaultValues } from './faults.ts'
import type { ServerPaths } from './paths.ts'
import * as mailbox from './programs/mailbox-tools.ts'
import * as mounts from './programs/mounts.ts'
import * as network from './programs/network.ts'
import * as system from './programs/system.ts'
import * as timers from './programs/timers.ts'
import { carbonio } from './server/commands/index.ts'
import { CommandError, type Call } from './server/call.ts'
import { purgeByClock } from './server/purge.ts'
import { OperationQueue } from './server/queue.ts'
import { SimServer } from './server/server.ts'
import { loadState, newOperation } from './server/state.ts'

export interface EngineOptions {
  paths: ServerPaths
  socket: string
  speed: number
  faults: FaultValues
  /** Loopback address of its own on which its services listen; null: only its SSH server does. */
  address: string | null
}

export interface Engine {
  setFaults(faults: FaultValues): void
  close(): Promise<void>
}

interface Request {
  program: string
  args: string[]
  input: string
  user: string
  cwd: string
}

type Program = (server: SimServer, call: Call) => number | Promise<number>

const PROGRAMS: Readonly<Record<string, Program>> = {
  zmcontrol: system.zmcontrol,
  zmlocalconfig: system.zmlocalconfig,
  zmprov: mailbox.zmprov,
  zmmailbox: mailbox.zmmailbox,
  find: mailbox.find,
  systemctl: system.systemctl,
  ss: system.ss,
  findmnt: (server, call) => mounts.mountedAt(server, call) ?? system.findmnt(server, call),
  mount: mounts.mount,
  umount: mounts.umount,
  blockdev: mounts.blockdev,
  lsblk: system.lsblk,
  df: system.df,
  stat: system.stat,
  chown: system.chown,
  'systemd-run': timers.systemdRun,
  nft: network.nft,
  nc: network.nc,
  postqueue: network.postqueue,
  postsuper: network.postsuper,
  recorded: system.recorded,
}

/** The inside of one simulated server: answers its programs over a unix socket and works off its queue. */
export async function startEngine({ paths, socket, speed, faults, address }: EngineOptions): Promise<Engine> {
  const state = loadState(paths)
  if (!state) throw new Error(`The simulated server ${paths.name} was never furnished.`)
  const server = new SimServer(paths, state, speed, faults, address ?? undefined)
  const queue = new OperationQueue(server)
  applyFaults(server, queue)
  const ports = address === null ? null : new network.ServicePorts(address)
  await ports?.refresh(server)
  const sockets = new Set<Socket>()
  const listener = createServer((client) => {
    sockets.add(client)
    client.on('close', () => sockets.delete(client))
    answer(client, server, queue, async () => ports?.refresh(server))
  })
  await new Promise<void>((done, fail) => {
    listener.once('error', fail)
    listener.listen(socket, done)
  })
  queue.start()
  const clock = setInterval(() => {
    timers.runTimers(server, socket)
    if (ports) network.deliverQueue(server)
    purgeByClock(server)
  }, 250)
  return {
    setFaults(values) {
      server.setFaults(values)
      applyFaults(server, queue)
      void ports?.refresh(server)
    },
    async close() {
      clearInterval(clock)
      await ports?.close()
      listener.close()
      await queue.close()
      for (const client of sockets) client.destroy()
      rmSync(socket, { force: true })
    },
  }
}

/** Faults that are a state of the server rather than a behaviour; each is put there once. */
function applyFaults(server: SimServer, queue: OperationQueue): void {
  const { faults, state } = server
  if (faults['validator-off'] !== undefined && server.spend('validator-off'))
    state.localconfig['zimbra_lmtp_validate_messages'] = 'false'
  if (faults['scanner-on'] !== undefined && server.spend('scanner-on')) {
    state.services['realtime-scanner'] = true
    state.config['ZxBackup_RealTimeScanner'] = 'TRUE'
  }
  if (faults.busy !== undefined && server.spend('busy'))
    queue.add(newOperation('SmartScan', 'scan', { simulatedSeconds: String(faults.busy) }))
  server.save()
}

function answer(client: Socket, server: SimServer, queue: OperationQueue, settle: () => Promise<void>): void {
  const gone = new AbortController()
  let text = ''
  let asked = false
  client.setEncoding('utf8')
  client.on('error', () => undefined)
  client.on('close', () => gone.abort())
  client.on('data', (chunk: string) => {
    if (asked) return
    text += chunk
    const end = text.indexOf('\n')
    if (end < 0) return
    asked = true
    void serve(client, JSON.parse(text.slice(0, end)) as Request, server, queue, gone.signal, settle)
  })
}

async function serve(
  client: Socket,
  request: Request,
  server: SimServer,
  queue: OperationQueue,
  gone: AbortSignal,
  settle: () => Promise<void>,
): Promise<void> {
  const send = (type: number, bytes: Buffer): void => {
    if (client.destroyed) return
    const head = Buffer.alloc(5)
    head[0] = type
    head.writeUInt32BE(bytes.length, 1)
    client.write(Buffer.concat([head, bytes]))
  }
  const call: Call = {
    ...request,
    out: (text) => send(1, Buffer.from(text)),
    err: (text) => send(2, Buffer.from(text)),
    gone,
  }
  let code = 1
  try {
    const program = Object.hasOwn(PROGRAMS, call.program) ? PROGRAMS[call.program] : undefined
    if (call.program === 'carbonio') code = await carbonio(server, queue, call)
    else if (program) code = await program(server, call)
    else call.err(`${call.program}: not part of the simulation\n`)
  } catch (error) {
    if (error instanceof CommandError) {
      call.err(`${error.message}\n`)
      code = error.code
    } else call.err(`${call.program}: the simulation failed: ${(error as Error).message}\n`)
  }
  // What it opened or closed is so before its caller hears of it.
  await settle()
  send(3, Buffer.from([code]))
}
