import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { CommandError, type Call } from '../server/call.ts'
import type { SimServer } from '../server/server.ts'
import { UNITS } from './system.ts'

/**
 * The network of a clone and of the server it came from: ports that really listen on a loopback address of their own,
 * a packet filter that closes them, and a simulated internet behind ports 25, 465 and 587.
 */

/** A loopback address that no other drill of this computer uses; the usual one where a system has only that. */
export function loopbackOf(folder: string, name: string): string {
  if (process.platform !== 'linux') return '127.0.0.1'
  const hash = createHash('sha256').update(`${folder}/${name}`).digest()
  return `127.${(64 + (hash[0] ?? 0) / 2) | 0}.${hash[1] ?? 0}.${1 + ((hash[2] ?? 0) % 254)}`
}

/** Whether people and the internet can reach this server: a clone is in a network of its own until it is let out. */
function inProduction(server: SimServer): boolean {
  return server.paths.name === 'old' || server.faults['not-isolated'] !== undefined
}

const portsIn = (rule: string): number[] =>
  /\bdport\s+\{?([\d,\s]+)\}?.*\b(?:reject|drop)\b/
    .exec(rule)?.[1]
    ?.split(',')
    .map((one) => Number(one.trim())) ?? []

/** Ports that the simulated packet filter closes for packets in this direction. */
function closedPorts(server: SimServer, chain: 'in' | 'out'): Set<number> {
  const rules = Object.values(server.state.firewall ?? {}).flatMap((table) => table[chain] ?? [])
  return new Set(rules.flatMap(portsIn))
}

/** Ports of the services that run. */
function servedPorts(server: SimServer): number[] {
  return Object.entries(server.state.units).flatMap(([unit, on]) => (on ? [...(UNITS[unit] ?? [])] : []))
}

/** Listens on what a client could reach, and closes what it no longer could. */
export class ServicePorts {
  readonly #address: string
  readonly #open = new Map<number, Server>()
  /** Ports that this user may not listen on, or that somebody else has: tried once. */
  readonly #refused = new Set<number>()

  constructor(address: string) {
    this.#address = address
  }

  async refresh(server: SimServer): Promise<void> {
    const closed = closedPorts(server, 'in')
    const wanted = new Set(
      inProduction(server) ? servedPorts(server).filter((port) => !closed.has(port)) : [],
    )
    const work: Promise<void>[] = []
    for (const [port, listener] of this.#open) {
      if (wanted.has(port)) continue
      this.#open.delete(port)
      work.push(new Promise((done) => listener.close(() => done())))
    }
    for (const port of wanted) {
      if (this.#open.has(port) || this.#refused.has(port)) continue
      work.push(this.#listen(port))
    }
    await Promise.all(work)
  }

  #listen(port: number): Promise<void> {
    const listener = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('220 simulated by Lifeboat\r\n')
    })
    return new Promise((done) => {
      listener.once('error', () => {
        this.#refused.add(port)
        done()
      })
      listener.listen(port, this.#address, () => {
        this.#open.set(port, listener)
        done()
      })
    })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((one) => new Promise((done) => one.close(done))))
    this.#open.clear()
  }
}

/** `nft`: tables of family inet with chains and rules; what else it knows is not simulated. */
export function nft(server: SimServer, call: Call): number {
  if (call.user !== 'root') throw new CommandError('Operation not permitted (you must be root)')
  appendFileSync(
    `${server.paths.state}/commands.log`,
    `${JSON.stringify({ at: new Date().toISOString(), user: call.user, argv: ['nft', ...call.args] })}\n`,
  )
  const words = call.args
    .filter((arg) => !arg.startsWith('-'))
    .join(' ')
    .split(/\s+/)
  const [verb = '', object = '', family = '', name = '', chain = '', ...rest] = words
  const tables = (server.state.firewall ??= {})
  if (verb === 'list') return listTables(call, tables, object, name)
  if (family !== 'inet') throw new CommandError('the simulation knows only tables of family inet')
  const table = tables[name]
  if (verb === 'add' && object === 'table') tables[name] ??= {}
  else if (verb === 'delete' && object === 'table') {
    if (!table) throw new CommandError('Error: No such file or directory')
    server.state.firewall = Object.fromEntries(Object.entries(tables).filter(([one]) => one !== name))
  } else if (!table) throw new CommandError('Error: No such file or directory')
  else if (verb === 'add' && object === 'chain') table[chain] ??= []
  else if (verb === 'add' && object === 'rule') {
    const rules = table[chain]
    if (!rules) throw new CommandError('Error: No such file or directory')
    rules.push(rest.join(' '))
  } else throw new CommandError(`the simulation does not know nft ${verb} ${object}`)
  server.save()
  return 0
}

function listTables(
  call: Call,
  tables: NonNullable<SimServer['state']['firewall']>,
  object: string,
  name: string,
): number {
  if (object === 'table' && !tables[name]) throw new CommandError('Error: No such file or directory')
  for (const [table, chains] of Object.entries(tables)) {
    if (object === 'table' && table !== name) continue
    if (object === 'tables') call.out(`table inet ${table}\n`)
    else {
      const body = Object.entries(chains).map(
        ([chain, rules]) => `\tchain ${chain} {\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n`,
      )
      call.out(`table inet ${table} {\n${body.join('')}}\n`)
    }
  }
  return 0
}

/** `nc -z -w SECONDS HOST PORT`: to itself really, to the rest of the world as the simulated network lets it. */
export async function nc(server: SimServer, call: Call): Promise<number> {
  const words = [...call.args]
  const values: string[] = []
  while (words.length > 0) {
    const word = words.shift() ?? ''
    if (/^-\w*w$/.test(word)) words.shift()
    else if (!word.startsWith('-')) values.push(word)
  }
  const [host = '', text = ''] = values
  const port = Number(text)
  if (host === '' || !Number.isInteger(port)) throw new CommandError('nc: missing host or port')
  const own = ['localhost', '127.0.0.1', '::1', server.state.hostname, server.address].includes(host)
  if (own) {
    const open = servedPorts(server).includes(port) || (await answers(server.address, port))
    if (!open) throw new CommandError(`nc: connect to ${host} port ${port} (tcp) failed: Connection refused`)
  } else if (closedPorts(server, 'out').has(port)) {
    throw new CommandError(`nc: connect to ${host} port ${port} (tcp) failed: Connection refused`)
  } else if (!inProduction(server)) {
    throw new CommandError(`nc: connect to ${host} port ${port} (tcp) failed: No route to host`)
  }
  call.err(`Connection to ${host} ${port} port [tcp/*] succeeded! (simulated by Lifeboat)\n`)
  return 0
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: 1000 })
    const end = (open: boolean) => (): void => {
      socket.destroy()
      done(open)
    }
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
  })
}

/** How long the queue of a clone waits between two deliveries, ms: a mail that left cannot be called back. */
const DELIVERY_MS = 30_000

/** Sends what waits in the queue, as a running MTA does wherever it can reach the world. */
export function deliverQueue(server: SimServer): void {
  const { state } = server
  const free = (state.mailQueue ?? []).find(({ held }) => !held)
  if (!free || state.units['carbonio-mta.target'] !== true || !inProduction(server)) return
  if (closedPorts(server, 'out').has(25)) return
  const now = Date.now()
  if (state.nextDelivery === undefined) state.nextDelivery = now + DELIVERY_MS
  else if (now >= state.nextDelivery) {
    state.nextDelivery = now + DELIVERY_MS
    state.mailQueue = (state.mailQueue ?? []).filter((one) => one !== free)
    state.delivered = [...(state.delivered ?? []), free.id]
    server.save()
  }
}

/** `postqueue -p`, as Postfix prints its queue; `!` behind an id: on hold. */
export function postqueue(server: SimServer, call: Call): number {
  const queue = server.state.mailQueue ?? []
  if (call.args.includes('-j')) {
    for (const { id, size, at, sender, recipients, held } of queue)
      call.out(
        `${JSON.stringify({ queue_name: held ? 'hold' : 'deferred', queue_id: id, arrival_time: Math.floor(at / 1000), message_size: size, sender, recipients: recipients.map((address) => ({ address })) })}\n`,
      )
    return 0
  }
  if (!call.args.includes('-p')) throw new CommandError('the simulation knows only postqueue -p and -j', 64)
  if (queue.length === 0) {
    call.out('Mail queue is empty\n')
    return 0
  }
  call.out('-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n')
  for (const { id, size, at, sender, recipients, held } of queue) {
    const time = new Date(at).toUTCString()
    const arrival = `${time.slice(0, 3)} ${time.slice(8, 11)} ${time.slice(5, 7)} ${time.slice(17, 25)}`
    call.out(`${(id + (held ? '!' : ' ')).padEnd(11)} ${String(size).padStart(7)} ${arrival}  ${sender}\n`)
    for (const one of recipients) call.out(`${' '.repeat(41)}${one}\n`)
    call.out('\n')
  }
  const bytes = queue.reduce((sum, { size }) => sum + size, 0)
  call.out(
    `-- ${Math.ceil(bytes / 1024)} Kbytes in ${queue.length} Request${queue.length === 1 ? '' : 's'}.\n`,
  )
  return 0
}

/** `postsuper -h ALL` puts the queue on hold, `-H` lets it go again, `-d` deletes from it. */
export function postsuper(server: SimServer, call: Call): number {
  if (call.user !== 'root')
    throw new CommandError('postsuper: fatal: use of this command is reserved for the superuser')
  const [flag = '', which = ''] = call.args
  const queue = server.state.mailQueue ?? []
  const chosen = queue.filter(({ id }) => which === 'ALL' || id === which)
  if (flag === '-d') server.state.mailQueue = queue.filter((one) => !chosen.includes(one))
  else if (flag === '-h' || flag === '-H') for (const one of chosen) one.held = flag === '-h'
  else throw new CommandError('the simulation knows only postsuper -h, -H and -d', 64)
  const done = flag === '-d' ? 'Deleted' : flag === '-h' ? 'Placed on hold' : 'Released from hold'
  call.err(`postsuper: ${done}: ${chosen.length} message${chosen.length === 1 ? '' : 's'}\n`)
  server.save()
  return 0
}
