import { implement, ORPCError } from '@orpc/server'
import type { Page } from 'playwright-core'
import { contract } from '../../../src-main/contract/index.ts'
import type { UnrestoredItem } from '../../../src-main/contract/unrestored.ts'
import type {
  CaseSummary,
  CaseView,
  JournalEntry,
  Pending,
  ProcedureInfo,
} from '../../../src-main/contract/recovery.ts'
import { standBetween, type Routers, type Way } from './between.ts'

/** What the screens are told of recoveries, so that they can be looked at in states that are hard to bring about. */
export interface Told {
  cases: CaseSummary[]
  view: CaseView | null
  journal: JournalEntry[]
  pendings: Pending[]
  procedures: ProcedureInfo[]
  /** The worklist of unrestored items. */
  items: UnrestoredItem[]
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
 * page is loaded again for it. `also`: handlers of other areas; `way` holds or refuses calls (between.ts).
 */
export async function fakeRecovery(
  page: Page,
  told: Told,
  also: Routers = {},
  way?: (path: string) => Way,
): Promise<FakeRecovery> {
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
    unrestored: os.unrestored.handler(() => ({
      items: told.items,
      searches: [
        {
          server: 'old.example.com',
          account: 'anna@example.com',
          tab: { en: 'Mail', it: 'Posta' },
          text: 'item: 856,13339',
        },
      ],
    })),
    putBack: os.putBack.handler(({ input }) => {
      asked('putBack', input)
      told.pendings = told.pendings.filter(({ id }) => id !== input.id)
      tell()
    }),
  }
  await standBetween(page, { recovery, ...listRouters(asked), ...also }, way)
  await page.reload()
  return { told, calls, tell }
}

/** The worklist's acts and the comparison of the servers. */
function listRouters(asked: (name: string, input: unknown) => void) {
  const { unrestored: work, configurations: conf } = {
    unrestored: implement(contract.unrestored),
    configurations: implement(contract.configurations),
  }
  const counts = { equal: 812, changed: 1, 'only-old': 1, 'only-new': 0 }
  const place = { kind: 'local' as const, path: '/media/usb/backup' }
  return {
    unrestored: {
      states: work.states.handler(() => ({
        states: [
          {
            at: 3e12 / 2,
            digest: 'b'.repeat(43),
            deleted: false,
            verdict: 'damaged' as const,
            serverBlob: 'items/bb/b',
          },
          {
            at: 2.8e12 / 2,
            digest: 'a'.repeat(43),
            deleted: false,
            verdict: 'good' as const,
            serverBlob: null,
          },
        ],
        good: 'a'.repeat(43),
        serverSilent: null,
      })),
      act: work.act.handler(({ input }) => {
        asked('unrestored.act', input)
        return { done: input.items.length, failed: [] }
      }),
    },
    configurations: {
      sides: conf.sides.handler(() => ({
        old: [{ label: 'old.example.com, live', side: { serverId: 's-old' } }],
        new: [{ label: 'new.example.com, live', side: { serverId: 's-new' } }],
        places: [{ label: '/media/usb/backup', place }],
      })),
      settings: conf.settings.handler(() => ({
        rows: [
          {
            key: 'server/old/ZxBackup_MaxMessageSize',
            old: '104857600',
            new: '20971520',
            standing: 'changed' as const,
            command: 'carbonio config set server new ZxBackup_MaxMessageSize 104857600',
            ofTheMachine: false,
            ticked: null,
          },
          {
            key: 'server/old/zimbraMtaRelayHost',
            old: 'relay.example.com',
            new: null,
            standing: 'only-old' as const,
            command: null,
            ofTheMachine: true,
            ticked: { at: 1.5e12, by: 'marta', note: '' },
          },
        ],
        total: 2,
        counts,
      })),
      tick: conf.tick.handler(({ input }) => asked('configurations.tick', input)),
      archives: conf.archives.handler(() => [
        { name: 'customizations-1.tar.gz', bytes: 84_000, at: 1.5e12, kind: 'customizations' as const },
      ]),
      confFiles: conf.confFiles.handler(() => ({
        rows: [
          {
            name: 'conf/localconfig.xml',
            standing: 'changed' as const,
            oldBytes: 9000,
            newBytes: 8800,
            why: null,
            ticked: null,
          },
        ],
        cut: null,
        counts,
      })),
      confDiff: conf.confDiff.handler(() => ({
        lines: [
          ...Array.from({ length: 20 }, (_, at) => ({
            kind: 'same' as const,
            old: at + 1,
            new: at + 1,
            text: `<key ${String(at)}/>`,
          })),
          { kind: 'old' as const, old: 21, new: null, text: '<value>4096</value>' },
          { kind: 'new' as const, old: null, new: 21, text: '<value>2048</value>' },
        ],
        coarse: false,
        missing: null,
      })),
      queue: conf.queue.handler(() => [
        {
          id: '7f1c',
          name: 'SmartScan',
          state: 'Started',
          standing: 'running' as const,
          queuedAt: 1.5e12,
          startedAt: 1.5e12,
          detail: '40/231',
        },
      ]),
      stop: conf.stop.handler(({ input }) => {
        asked('configurations.stop', input)
        return []
      }),
    },
  }
}
