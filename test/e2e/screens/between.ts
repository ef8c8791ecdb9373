import { implement, ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import type { Page } from 'playwright-core'
import { contract } from '../../../src-main/contract/index.ts'

/** What becomes of a call of the page: `hold` it is never answered, `refuse` the engine says no with why and what next. */
export type Way = 'pass' | 'hold' | 'refuse'
/** Handlers by area and name, each made with `implement(contract.…)`. */
export type Routers = Record<string, Record<string, unknown>>

/** What a refused call is told. */
const REFUSED = {
  message: 'The catalog cannot be read',
  why: 'The disk of the data folder gives read errors.',
  next: 'Look at the system log of this computer, then try again.',
}

/** Every call of the contract, refused. */
function refusals(): Routers {
  const all: Routers = {}
  for (const [area, calls] of Object.entries(contract)) {
    const os = implement(calls as typeof contract.log) as unknown as Record<
      string,
      { handler(run: () => never): unknown }
    >
    all[area] = Object.fromEntries(
      Object.keys(calls).map((name) => [
        name,
        os[name]?.handler(() => {
          const { message, ...data } = REFUSED
          throw new ORPCError('REFUSED', { status: 409, message, data })
        }),
      ]),
    )
  }
  return all
}

/**
 * Stands between a page and its engine: calls with a handler in `routers` are answered by it, all others go through, and
 * `way` may hold or refuse any of them by its path (`mail/list`). Pages loaded from now on are meant: reload.
 */
export async function standBetween(
  page: Page,
  routers: Routers,
  way: (path: string) => Way = () => 'pass',
): Promise<void> {
  const told = new RPCHandler(routers as never)
  const refused = new RPCHandler(refusals() as never)
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    // a call's later messages (its abort) go where its first one went
    const takers = new Map<string, (data: string | Buffer) => void>()
    const join = (handler: typeof told): { take: (data: string | Buffer) => void; close: () => void } => {
      const listeners = new Map<string, ((event: { data: unknown }) => void)[]>()
      const emit = (kind: string, data: unknown): void =>
        listeners.get(kind)?.forEach((listener) => listener({ data }))
      void handler.upgrade({
        send: (data: string) => socket.send(data),
        addEventListener: (kind: string, listener: (event: { data: unknown }) => void) =>
          listeners.set(kind, [...(listeners.get(kind) ?? []), listener]),
      } as never)
      return { take: (data) => emit('message', data), close: () => emit('close', null) }
    }
    const ours = join(told)
    const no = join(refused)
    const takerOf = (path: string): ((data: string | Buffer) => void) => {
      const [area = '', name = ''] = path.split('/')
      const chosen = way(path)
      if (chosen === 'hold') return () => undefined
      if (chosen === 'refuse') return no.take
      return routers[area]?.[name] === undefined ? (data) => server.send(data) : ours.take
    }
    socket.onMessage((data) => {
      const message = JSON.parse(String(data)) as { i: string; p?: { u?: string } }
      if (message.p?.u) takers.set(message.i, takerOf(message.p.u.replace(/^\//, '')))
      takers.get(message.i)?.(data)
    })
    server.onMessage((data) => socket.send(data))
    socket.onClose(() => {
      ours.close()
      no.close()
    })
  })
}
