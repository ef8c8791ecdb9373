import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch as watchValue } from 'vue'
import type {
  CopyEnd,
  CopyRequest,
  CopyState,
  CopyTask,
  CopyTaskResult,
} from '../../src-main/contract/copy.ts'
import type { Task } from '../../src-main/contract/tasks.ts'
import { client, subscribe } from '../client.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'
import { useApp } from './app.ts'
import { isActive, useTasks } from './tasks.ts'

/** A copy with its task, its state while it runs and its result once it is over. */
export interface CopyRun extends CopyTask {
  task: Task
  state: CopyState | null
  result: CopyTaskResult | null
}

/** One end of a copy in the form: both kinds are kept, so that switching loses nothing. */
export interface EndDraft {
  kind: CopyEnd['kind']
  localPath: string
  serverId: string | null
  serverPath: string
}
/** What is asked for, as the form holds it. */
export interface CopyDraft {
  source: EndDraft
  target: EndDraft
  accounts: string[]
  first: string[]
  /** Megabytes a second as typed; empty: no limit. */
  limit: string
  delete: boolean
  /** Between two servers: straight from one to the other. */
  direct: boolean
  /** `host` or `host:port` by which the old server reaches the new one; empty: the same as from here. */
  directTo: string
}

const end = (kind: CopyEnd['kind']): EndDraft => ({ kind, localPath: '', serverId: null, serverPath: '' })

export function newCopyDraft(): CopyDraft {
  return {
    source: end('server'),
    target: end('local'),
    accounts: [],
    first: [],
    limit: '',
    delete: false,
    direct: false,
    directTo: '',
  }
}

/** A limit in bytes a second as it is typed: `12.5` for 12,500,000; empty for none. */
export function limitText(limit: number | null): string {
  return limit === null ? '' : String(limit / 1e6)
}

/** Bytes a second of a limit typed in MB/s; null: none; undefined: it is no number. */
export function limitOf(text: string): number | null | undefined {
  const plain = text.trim().replace(',', '.')
  if (plain === '') return null
  const bytes = Math.round(Number(plain) * 1e6)
  return Number.isFinite(bytes) && bytes >= 1 ? bytes : undefined
}

function placeOf(draft: EndDraft): CopyEnd | null {
  if (draft.kind === 'local') {
    const path = draft.localPath.trim()
    return path ? { kind: 'local', path } : null
  }
  const path = draft.serverPath.trim()
  return draft.serverId && /^\/./.test(path) ? { kind: 'server', serverId: draft.serverId, path } : null
}

/** The way between two servers as typed; undefined: it is no address. */
export function directOf(text: string): NonNullable<CopyRequest['direct']> | undefined {
  const plain = text.trim()
  if (plain === '') return {}
  const match = /^(\[[0-9a-f:.%]+\]|[^-@\s,/:[\]][^@\s,/:[\]]*)(?::(\d{1,5}))?$/i.exec(plain)
  const [, host = '', port] = match ?? []
  if (!match || (port !== undefined && (Number(port) < 1 || Number(port) > 65535))) return undefined
  return { host: host.replace(/^\[|\]$/g, ''), ...(port === undefined ? {} : { port: Number(port) }) }
}

/** The request a form asks for; null while something is missing or wrong in it. */
export function requestOf(draft: CopyDraft): CopyRequest | null {
  const source = placeOf(draft.source)
  const target = placeOf(draft.target)
  const limit = limitOf(draft.limit)
  if (!source || !target || limit === undefined) return null
  const direct =
    draft.direct && source.kind === 'server' && target.kind === 'server' ? directOf(draft.directTo) : null
  if (direct === undefined) return null
  return {
    source,
    target,
    ...(draft.accounts.length > 0 ? { accounts: [...draft.accounts] } : {}),
    ...(draft.first.length > 0 ? { first: [...draft.first] } : {}),
    ...(limit === null ? {} : { limit }),
    ...(draft.delete ? { delete: true } : {}),
    ...(direct === null ? {} : { direct }),
  }
}

/** True when a plan was made for what is asked: only the speed and whether it is a dry run may differ. */
export function sameWork(a: CopyRequest, b: CopyRequest): boolean {
  const key = ({ source, target, accounts = [], first = [], delete: remove = false, direct }: CopyRequest) =>
    JSON.stringify([placeKey(source), placeKey(target), accounts, first, remove, direct ?? null])
  return key(a) === key(b)
}

function samePlace(a: CopyEnd, b: CopyEnd): boolean {
  return placeKey(a) === placeKey(b)
}

function placeKey(place: CopyEnd): string {
  const path = place.path.replace(/(?<=.)\/+$/, '')
  return place.kind === 'local' ? path : `${place.serverId}:${path}`
}

/** Ended in an error before anything was copied: a path that is not there, a server that does not answer. */
export function nothingCopied({ state, done, bytes }: Task): boolean {
  return state === 'failed' && done === 0 && (bytes ?? 0) === 0
}

/** Moving a backup: what is asked for, what runs, what came of it. */
export const useCopy = defineStore('copy', () => {
  const tasks = useTasks()
  const draft = ref<CopyDraft>(newCopyDraft())
  const app = useApp()
  // a copy begins with the limit of the settings, which may come later than this
  watchValue(
    () => app.settings.copyLimit ?? null,
    (limit) => (draft.value = { ...draft.value, limit: limitText(limit) }),
    { immediate: true },
  )
  /** Newest first; null until they are known. */
  const known = shallowRef<CopyTask[] | null>(null)
  const error = shallowRef<ShownError | null>(null)
  const states = shallowRef<ReadonlyMap<string, CopyState>>(new Map())
  const results = shallowRef<ReadonlyMap<string, CopyTaskResult>>(new Map())
  const watched = new Map<string, AbortController>()
  /** The copy that was begun in the form last. */
  const begun = ref<string | null>(null)

  const request = computed(() => requestOf(draft.value))
  const all = computed<CopyRun[]>(() =>
    (known.value ?? []).flatMap((one) => {
      const task = tasks.tasks.find(({ id }) => id === one.taskId)
      if (!task) return []
      const state = isActive(task) ? (states.value.get(one.taskId) ?? null) : null
      return [{ ...one, task, state, result: results.value.get(one.taskId) ?? null }]
    }),
  )
  /** What the form began and what failed at once: it is told in the form, beside what was typed. */
  const refused = computed(
    () =>
      all.value.find(
        ({ taskId, task }) => taskId === begun.value && nothingCopied(task) && !task.dismissed,
      ) ?? null,
  )
  /** Copies under way, and ended ones until they are dismissed. What belongs to the form is shown there. */
  const runs = computed(() =>
    all.value.filter(
      (run) =>
        run.request.dryRun !== true &&
        run.taskId !== refused.value?.taskId &&
        (isActive(run.task) || !run.task.dismissed),
    ),
  )
  /** The newest plan that was made for what the form asks; one that was carried out says nothing any more. */
  const plan = computed(() => {
    const asked = request.value
    const newest = asked ? all.value.find((run) => sameWork(run.request, asked)) : undefined
    return newest?.request.dryRun === true ? newest : null
  })
  /** A copy to the target of the form is running: two would write over each other. */
  const underWay = computed(() => toSameTarget((task) => isActive(task)))
  /** One broke off, and can go on. One that came to its end with damaged files did not break off. */
  const brokenOff = computed(() =>
    toSameTarget((task) => !isActive(task) && task.state !== 'partial' && task.canResume),
  )

  function toSameTarget(like: (task: Task) => boolean): boolean {
    const target = request.value?.target
    return (
      target !== undefined &&
      runs.value.some((run) => like(run.task) && samePlace(run.request.target, target))
    )
  }

  async function load(): Promise<void> {
    try {
      known.value = await client.copy.tasks()
      error.value = null
    } catch (thrown) {
      error.value = toShownError(thrown)
      return
    }
    for (const { taskId } of known.value) follow(taskId)
    await loadResults()
  }

  /** Watches a copy while it runs. */
  function follow(taskId: string): void {
    const task = tasks.tasks.find(({ id }) => id === taskId)
    if (!task || !isActive(task)) {
      watched.get(taskId)?.abort()
      watched.delete(taskId)
      return
    }
    if (watched.has(taskId)) return
    const stop = new AbortController()
    watched.set(taskId, stop)
    subscribe(
      (signal) => client.copy.watch({ taskId }, { signal }),
      (state) => (states.value = new Map(states.value).set(taskId, state)),
      { signal: stop.signal },
    )
  }

  async function loadResults(): Promise<void> {
    const ended = all.value.filter(
      ({ task }) => !isActive(task) && (!task.dismissed || task.id === plan.value?.taskId),
    )
    const found = await Promise.all(
      ended.map(async ({ taskId }) => [taskId, await client.copy.result({ taskId })] as const),
    )
    results.value = new Map(
      found.flatMap(([id, result]): [string, CopyTaskResult][] => (result ? [[id, result]] : [])),
    )
  }

  // a copy began, ended, was gone on with or dismissed
  watchValue(
    () =>
      tasks.tasks
        .filter(({ kind }) => kind === 'copy')
        .map(({ id, state, endedAt, dismissed }) => `${id} ${state} ${String(endedAt)} ${String(dismissed)}`)
        .join('\n'),
    () => void load(),
    { immediate: true },
  )
  // a plan that was made before is asked for again
  watchValue(
    () => plan.value?.taskId,
    () => void loadResults().catch(() => undefined),
  )

  /** Starts what the form asks, or only compares. */
  async function start(dryRun: boolean): Promise<void> {
    const asked = request.value
    if (!asked) return
    // what is tried again was read
    const before = refused.value
    const { taskId } = await client.copy.start({ ...asked, ...(dryRun ? { dryRun } : {}) })
    begun.value = dryRun ? null : taskId
    if (before) tasks.dismiss(before.taskId).catch(() => undefined)
    await load()
  }

  const setLimit = (taskId: string, limit: number | null): Promise<void> =>
    client.copy.setLimit({ taskId, limit })

  return { draft, known, error, request, runs, refused, plan, underWay, brokenOff, load, start, setLimit }
})
