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

  /** @throws NotABackupPathError, UnreadablePathError, ExpectedError */
  async open(path: string, signal: AbortSignal): Promise<OpenCatalogAccess> {
    const { root } = detectLayout(path)
    const known = this.#open.get(root)
    if (known) return known
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
    const { dataFolder, index } = this.#options
    assertNotInside(dataFolder, root, 'data folder')
    const file = catalogFileFor(dataFolder, root)
    await (index ? index(root, signal) : this.#index(root, file, signal))
    return openCatalogAccess(root, file)
  }

  async #index(root: string, file: string, signal: AbortSignal): Promise<void> {
    const { tasks, zone, jobs } = this.#options
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
