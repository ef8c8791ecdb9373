import { implement, ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import type { Page } from 'playwright-core'
import { contract } from '../../../src-main/contract/index.ts'
import type {
  CaseSummary,
  CaseView,
  JournalEntry,
  Pending,
  ProcedureInfo,
} from '../../../src-main/contract/recovery.ts'

/** What the screens are told of recoveries, so that they can be looked at in states that are hard to bring about. */
export interface Told {
  cases: CaseSummary[]
  view: CaseView | null
  journal: JournalEntry[]
  pendings: Pending[]
  procedures: ProcedureInfo[]
  /** Answer of the calls by their name, instead of the usual one. */
  fails: Map<string, { message: string; why: string; next: string }>
}

/** An engine whose recoveries are made up; everything else is the real one behind the page. */
export interface FakeRecovery {
  told: Told
  /** The calls the page made, with what it sent. */
  calls: { name: string; input: unknown }[]
  /** Tells every stream what is true now. */
  tell(): void
}

/**
 * Stands between a page and its engine: what it asks of `recovery` is answered from `told`, the rest goes through. The
 * page is loaded again for it.
 */
export async function fakeRecovery(page: Page, told: Told): Promise<FakeRecovery> {
  const calls: FakeRecovery['calls'] = []
  const waiting = new Set<() => void>()
  const tell = (): void => {
    for (const wake of [...waiting]) wake()
  }
  async function* stream<T>(now: () => T, signal: AbortSignal | undefined): AsyncGenerator<T> {
    while (signal?.aborted !== true) {
      yield structuredClone(now())
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
        signal?.addEventListener('abort', wake, { once: true })
      })
    }
  }
  const os = implement(contract.recovery)
  const asked = (name: string, input: unknown): void => {
    const failure = told.fails.get(name)
    calls.push({ name, input })
    if (failure)
      throw new ORPCError('REFUSED', {
        status: 409,
        message: failure.message,
        data: { why: failure.why, next: failure.next },
      })
  }
  const quiet =
    (name: string) =>
    ({ input }: { input: unknown }) =>
      asked(name, input)
  const view = (): CaseView => {
    if (told.view) return told.view
    throw new ORPCError('NOT_FOUND', {
      status: 404,
      message: 'There is no such case',
      data: { why: 'It was removed.', next: 'Open another.' },
    })
  }
  const recovery = {
    procedures: os.procedures.handler(() => told.procedures),
    list: os.list.handler(({ input }) => {
      asked('list', input)
      return told.cases
    }),
    create: os.create.handler(({ input }) => {
      asked('create', input)
      return view()
    }),
    watch: os.watch.handler(({ signal }) => {
      view()
      return stream(view, signal)
    }),
    journal: os.journal.handler(({ input }) => {
      asked('journal', input)
      return told.journal.filter(({ n }) => n > input.after).slice(0, input.limit)
    }),
    rename: os.rename.handler(quiet('rename')),
    close: os.close.handler(quiet('close')),
    setServer: os.setServer.handler(quiet('setServer')),
    removeSource: os.removeSource.handler(quiet('removeSource')),
    chooseSource: os.chooseSource.handler(quiet('chooseSource')),
    chooseProcedure: os.chooseProcedure.handler(quiet('chooseProcedure')),
    lookAtSources: os.lookAtSources.handler(({ input }) => {
      asked('lookAtSources', input)
      return view().sources
    }),
    note: os.note.handler(quiet('note')),
    setField: os.setField.handler(quiet('setField')),
    look: os.look.handler(quiet('look')),
    act: os.act.handler(quiet('act')),
    stop: os.stop.handler(quiet('stop')),
    confirm: os.confirm.handler(quiet('confirm')),
    override: os.override.handler(quiet('override')),
    skip: os.skip.handler(quiet('skip')),
    reopen: os.reopen.handler(quiet('reopen')),
    pendings: os.pendings.handler(({ signal }) => stream(() => told.pendings, signal)),
    putBack: os.putBack.handler(({ input }) => {
      asked('putBack', input)
      told.pendings = told.pendings.filter(({ id }) => id !== input.id)
      tell()
    }),
  }
  const handler = new RPCHandler({ recovery } as never)
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    const ours = new Set<string>()
    const listeners = new Map<string, ((event: { data: unknown }) => void)[]>()
    const emit = (kind: string, data: unknown): void =>
      listeners.get(kind)?.forEach((listener) => listener({ data }))
    void handler.upgrade({
      send: (data: string) => socket.send(data),
      addEventListener: (kind: string, listener: (event: { data: unknown }) => void) =>
        listeners.set(kind, [...(listeners.get(kind) ?? []), listener]),
    } as never)
    socket.onMessage((data) => {
      const message = JSON.parse(String(data)) as { i: string; p?: { u?: string } }
      if (message.p?.u?.startsWith('/recovery/') === true) ours.add(message.i)
      if (ours.has(message.i)) emit('message', data)
      else server.send(data)
    })
    server.onMessage((data) => socket.send(data))
    socket.onClose(() => emit('close', null))
  })
  await page.reload()
  return { told, calls, tell }
}
