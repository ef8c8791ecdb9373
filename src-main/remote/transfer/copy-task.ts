import { resolve } from 'node:path'
import type {
  CopyEnd,
  CopyRequest,
  CopyState,
  CopyTask,
  CopyTaskResult,
  Preflight,
} from '../../contract/copy.ts'
import { ExpectedError } from '../../engine/errors.ts'
import type { TaskManager, TaskRunner } from '../../engine/tasks.ts'
import type { Servers } from '../servers.ts'
import { profilePlace } from './ssh-place.ts'
import { startCopy, type CopyHandle } from './start-copy.ts'
import type { CopyOutcome, CopyPlace } from './types.ts'

/** Files listed with a task. */
const MAX_LISTED = 10_000
/** A watcher hears this often, ms. */
const WATCH_MS = 500

/** What the servers of the app are needed for. */
type SessionsOf = Pick<Servers, 'session'>

interface Live {
  handle: CopyHandle
  paused: boolean
}

/** Copies as tasks: started, watched, limited, gone on with after a crash. One per engine. */
export class Copies {
  readonly #tasks: TaskManager
  readonly #servers: SessionsOf
  readonly #jobs: () => number | null
  readonly #live = new Map<string, Live>()

  /** @param jobs threads a person wants at most; null: as many as there are cores */
  constructor(tasks: TaskManager, servers: SessionsOf, jobs: () => number | null) {
    this.#tasks = tasks
    this.#servers = servers
    this.#jobs = jobs
    tasks.registerResumer('copy', (params) => this.#runner(params as CopyRequest))
  }

  /**
   * Starts a copy as a task. Its result is a CopyTaskResult.
   * @throws ExpectedError NOT_FOUND for a server that is not in the list
   */
  start(request: CopyRequest): string {
    const asked = { ...request, source: absolute(request.source), target: absolute(request.target) }
    const from = this.#inWords(asked.source)
    const to = this.#inWords(asked.target)
    const title = request.dryRun === true ? `Comparing ${from} with ${to}` : `Copying ${from} to ${to}`
    const spec = { kind: 'copy', title, unit: 'files', countsBytes: true, params: asked } as const
    return this.#tasks.start(spec, this.#runner(asked)).id
  }

  /** Looks at both ends and compares them, without a task. @throws ExpectedError, ConnectionError */
  async preflight(request: CopyRequest, signal?: AbortSignal): Promise<Preflight> {
    const handle = this.#begin({ ...request, dryRun: true })
    const stop = (): void => handle.stop()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    try {
      const { notes, result } = await handle.done
      const planned = notes.planned ?? { files: 0, bytes: 0 }
      return { planned, alreadyThere: result.alreadyThere, findings: notes.findings }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  #begin({ source, target, ...wishes }: CopyRequest): CopyHandle {
    const jobs = this.#jobs()
    return startCopy({
      ...wishes,
      source: this.#place(source),
      target: this.#place(target),
      ...(jobs === null ? {} : { jobs }),
    })
  }

  /** Copies among the tasks that are kept, newest first. */
  list(): CopyTask[] {
    return this.#tasks.list().flatMap(({ id, kind }) => {
      return kind === 'copy' ? [{ taskId: id, request: this.#tasks.params(id) as CopyRequest }] : []
    })
  }

  /** The result of a copy; null while there is none. */
  result(id: string): CopyTaskResult | null {
    return this.#tasks.result(id) as CopyTaskResult | null
  }

  /** Bytes a second; null lifts the limit. */
  setLimit(id: string, limit: number | null): void {
    const live = this.#live.get(id)
    if (!live) {
      throw new ExpectedError('REFUSED', 'This copy is not running here', {
        why: 'It is over, or belongs to another running Lifeboat.',
        next: 'Nothing has to be done.',
      })
    }
    live.handle.setLimit(limit)
  }

  /** What a running copy does, again and again until it is over. */
  async *watch(id: string, signal?: AbortSignal): AsyncGenerator<CopyState, void, void> {
    // The task may just have been started or gone on with: its run begins a moment later.
    for (let n = 0; n < 20 && !this.#live.has(id) && this.#tasks.get(id).state === 'running'; n++)
      await new Promise((done) => setTimeout(done, 25))
    for (const live = this.#live.get(id); live && signal?.aborted !== true;) {
      const over = this.#live.get(id) !== live
      yield { progress: live.handle.progress(), curve: live.handle.curve(), paused: live.paused, over }
      if (over) return
      await new Promise((done) => setTimeout(done, WATCH_MS))
    }
  }

  #runner(request: CopyRequest): TaskRunner {
    return async ({ id, signal, update, onPause }) => {
      const handle = this.#begin(request)
      const live: Live = { handle, paused: false }
      this.#live.set(id, live)
      onPause(
        () => {
          live.paused = true
          handle.pause()
        },
        () => {
          live.paused = false
          handle.resume()
        },
      )
      const stop = (): void => handle.stop()
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
      const tell = (): void => {
        const { done, total, bytes, problems, phase, secondsLeft } = handle.progress()
        update({ done, total, bytes, problems, phase, secondsLeft })
      }
      const timer = setInterval(tell, 250)
      try {
        const outcome = await handle.done
        tell()
        const { missing, damaged } = outcome.result
        if (outcome.stopped) return { state: 'stopped' }
        return { state: missing.length + damaged.length > 0 ? 'partial' : 'done', result: toResult(outcome) }
      } finally {
        clearInterval(timer)
        signal.removeEventListener('abort', stop)
        this.#live.delete(id)
      }
    }
  }

  #place(end: CopyEnd): CopyPlace {
    if (end.kind === 'local') return end
    const session = this.#servers.session(end.serverId)
    const { privilege } = session.profile
    // The files belong to `zextras`; only root may give them to it.
    return profilePlace(session, end.path, privilege === 'zextras' ? 'login' : 'root')
  }

  #inWords(end: CopyEnd): string {
    return end.kind === 'local' ? end.path : `${this.#servers.session(end.serverId).profile.name}:${end.path}`
  }
}

function absolute(end: CopyEnd): CopyEnd {
  return end.kind === 'local' ? { ...end, path: resolve(end.path) } : end
}

function toResult({ result, notes, curve }: CopyOutcome): CopyTaskResult {
  const { missing, damaged } = result
  return {
    ...result,
    missing: missing.slice(0, MAX_LISTED),
    missingTotal: missing.length,
    damaged: damaged.slice(0, MAX_LISTED),
    damagedTotal: damaged.length,
    ...notes,
    curve,
  }
}
