import { availableParallelism } from 'node:os'
import { detectLayout } from '../backup/layout.ts'
import { catalogFileFor, openOrRebuild } from '../catalog/catalog.ts'
import { startIngest } from '../catalog/ingest/ingest.ts'
import { ExpectedError } from '../engine/errors.ts'
import { assertNotInside } from '../engine/paths.ts'
import type { TaskManager } from '../engine/tasks.ts'
import { openCatalogAccess, type OpenCatalogAccess } from './catalog-access.ts'

export interface CatalogsOptions {
  dataFolder: string
  tasks: TaskManager
  zone: () => string
  jobs: () => number | null
  /** Brings the catalog of a path up to date; default: as a task of its own. */
  index?: ((path: string, signal: AbortSignal) => Promise<void>) | undefined
}

/** The offline catalogs that cases use: each is brought up to date once, opened once and stays open. */
export class Catalogs {
  readonly #options: CatalogsOptions
  readonly #open = new Map<string, Promise<OpenCatalogAccess>>()

  constructor(options: CatalogsOptions) {
    this.#options = options
  }

  /**
   * @param again reads once more what changed under a path that is open already
   * @throws NotABackupPathError, UnreadablePathError, ExpectedError
   */
  async open(path: string, signal: AbortSignal, again = false): Promise<OpenCatalogAccess> {
    const { root } = detectLayout(path)
    const known = this.#open.get(root)
    if (known) {
      const access = await known
      if (again) await this.#index(root, signal)
      return access
    }
    const opening = this.#make(root, signal)
    this.#open.set(root, opening)
    // What failed is tried again by the next who asks.
    opening.catch(() => this.#open.delete(root))
    return opening
  }

  close(): void {
    for (const open of this.#open.values())
      open.then(
        (access) => access.close(),
        () => undefined,
      )
    this.#open.clear()
  }

  async #make(root: string, signal: AbortSignal): Promise<OpenCatalogAccess> {
    const { dataFolder } = this.#options
    assertNotInside(dataFolder, root, 'data folder')
    await this.#index(root, signal)
    return openCatalogAccess(root, catalogFileFor(dataFolder, root))
  }

  #index(root: string, signal: AbortSignal): Promise<void> {
    const { index } = this.#options
    return index ? index(root, signal) : this.#asTask(root, signal)
  }

  async #asTask(root: string, signal: AbortSignal): Promise<void> {
    const { dataFolder, tasks, zone, jobs } = this.#options
    const file = catalogFileFor(dataFolder, root)
    openOrRebuild(file, () => undefined).close()
    const { id, finished } = tasks.start(
      { kind: 'index', title: `Indexing ${root}`, unit: 'steps' },
      async (context) => {
        const ingest = startIngest({
          path: root,
          catalogFile: file,
          zone: zone(),
          jobs: jobs() ?? availableParallelism(),
          signal: context.signal,
        })
        ingest.onProgress(({ done, total, problems }) => context.update({ done, total, problems }))
        const { stopped } = await ingest.done
        return { state: stopped ? 'stopped' : 'done' }
      },
    )
    const stop = (): void => void tasks.stop(id).catch(() => undefined)
    signal.addEventListener('abort', stop)
    const task = await finished.finally(() => signal.removeEventListener('abort', stop))
    signal.throwIfAborted()
    if (task.state === 'done') return
    throw new ExpectedError('REFUSED', task.error?.message ?? `The catalog of ${root} was not finished`, {
      why: task.error?.why ?? `The task ended as ${task.state}.`,
      next: task.error?.next ?? 'Try again: it goes on where it was.',
    })
  }
}
