import { availableParallelism } from 'node:os'
import { detectLayout } from '../backup/layout.ts'
import { isSample } from '../backup/writer/index.ts'
import { catalogFileFor, catalogIdFor, openCatalog, openOrRebuild, readMeta } from '../catalog/catalog.ts'
import { startIngest, type IngestHandle, type IngestProgress } from '../catalog/ingest/ingest.ts'
import { catalogSummary } from '../catalog/queries/summary.ts'
import type { BackupSummary, IndexProgress } from '../contract/backup.ts'
import type { AppDatabase } from '../engine/app-database.ts'
import { ExpectedError } from '../engine/errors.ts'
import type { Log } from '../engine/log.ts'
import { assertApart, assertNotInside } from '../engine/paths.ts'
import { recentEntry, saveZone, touchRecent, updateRecent } from '../engine/recent.ts'
import { readSettings } from '../engine/settings.ts'
import type { Database } from '../engine/sqlite.ts'
import type { TaskManager, TaskRunner } from '../engine/tasks.ts'
import { Latest } from './latest.ts'

/** A Backup Path that is open: its catalog, read-only, and what is being done to it. */
export interface OpenBackup {
  readonly catalogId: string
  /** Real path of the Backup Path. */
  readonly path: string
  readonly catalogFile: string
  /** IANA name. */
  readonly zone: string
  /** Read-only connection for queries. */
  readonly db: Database
  /** How far the catalog is; watchers hear every change. */
  readonly progress: Latest<IndexProgress>
}

interface Entry extends OpenBackup {
  zone: string
  ingest: IngestHandle | null
  /** Task of the ingest that runs, and when it is over. */
  running: Promise<unknown> | null
}

export interface OpenBackupsDeps {
  dataFolder: string
  db: AppDatabase
  tasks: TaskManager
  log: Log
}

/** All Backup Paths that are open in this process. */
export class OpenBackups {
  readonly #deps: OpenBackupsDeps
  readonly #entries = new Map<string, Entry>()

  constructor(deps: OpenBackupsDeps) {
    this.#deps = deps
    deps.tasks.registerResumer('index', (params) => this.#resume(params as { path: string }))
  }

  /**
   * Opens a Backup Path, read-only, and lets its catalog be built or brought up to date in the background.
   * @throws NotABackupPathError, UnreadablePathError, ExpectedError REFUSED
   */
  open(path: string, zone?: string): OpenBackup {
    const { root } = detectLayout(path)
    const known = this.#entries.get(catalogIdFor(root))
    if (known) {
      if (zone !== undefined && zone !== known.zone) void this.setZone(known.catalogId, zone)
      return known
    }
    const entry = this.#enter(root, zone)
    this.#startIndexing(entry)
    return entry
  }

  /** Opens a Backup Path, or looks again for what changed, and waits until its catalog is complete. @throws as `open`, and what the ingest failed with */
  async indexed(path: string, signal: AbortSignal): Promise<void> {
    const { catalogId } = this.open(path)
    this.refresh(catalogId)
    const entry = this.#entry(catalogId)
    while (entry.running && !signal.aborted) await Promise.race([entry.running, aborted(signal)])
    signal.throwIfAborted()
    const { phase, error } = entry.progress.value
    if (phase === 'done') return
    throw new ExpectedError('REFUSED', `The catalog of ${entry.path} was not finished`, {
      why: error ?? 'It was stopped.',
      next: 'Let it be indexed again: it goes on where it was.',
    })
  }

  /** An open Backup Path. @throws ExpectedError NOT_FOUND */
  get(catalogId: string): OpenBackup {
    return this.#entry(catalogId)
  }

  summary(catalogId: string): BackupSummary {
    const entry = this.#entry(catalogId)
    return {
      ...catalogSummary(entry.db),
      catalogId,
      path: entry.path,
      zone: entry.zone,
      catalogFile: entry.catalogFile,
      progress: entry.progress.value,
    }
  }

  /** Stops its ingest, keeps what it has, and closes the catalog. Closing what is not open is fine. */
  async close(catalogId: string): Promise<void> {
    const entry = this.#entries.get(catalogId)
    if (!entry) return
    await this.#stopIndexing(entry)
    this.#entries.delete(catalogId)
    entry.progress.end()
    entry.db.close()
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.close(id)))
  }

  /** Looks again for what changed under the path; goes on where a stopped ingest was. */
  refresh(catalogId: string): void {
    const entry = this.#entry(catalogId)
    if (!entry.running) this.#startIndexing(entry)
  }

  /** Reads again with another zone what carries none. */
  async setZone(catalogId: string, zone: string): Promise<void> {
    assertZone(zone)
    const entry = this.#entry(catalogId)
    if (entry.zone === zone) return
    saveZone(this.#deps.db, entry.path, zone)
    await this.#stopIndexing(entry)
    entry.zone = zone
    this.#startIndexing(entry)
  }

  /** Refuses a folder that lies under an open Backup Path or around one. @throws ExpectedError REFUSED */
  assertMayWrite(folder: string, what: string): void {
    for (const { path } of this.#entries.values()) assertApart(folder, path, what)
  }

  #entry(catalogId: string): Entry {
    const entry = this.#entries.get(catalogId)
    if (entry) return entry
    throw new ExpectedError('NOT_FOUND', 'This backup path is not open', {
      why: 'It was closed, or Lifeboat was started anew.',
      next: 'Open it again from the first screen.',
    })
  }

  #enter(root: string, zone: string | undefined): Entry {
    const { dataFolder, db, log } = this.#deps
    assertNotInside(dataFolder, root, 'data folder')
    const chosen = zone ?? recentEntry(db, root)?.zone ?? localZone()
    assertZone(chosen)
    const catalogFile = catalogFileFor(dataFolder, root)
    // created or migrated here, so that there is something to read from at once
    openOrRebuild(catalogFile, (line) => log.warn(line)).close()
    const catalogId = catalogIdFor(root)
    const catalog = openCatalog(catalogFile, { readonly: true })
    const entry: Entry = {
      catalogId,
      path: root,
      catalogFile,
      zone: chosen,
      db: catalog,
      progress: new Latest(progressAtStart(catalogId, catalog)),
      ingest: null,
      running: null,
    }
    this.#entries.set(catalogId, entry)
    touchRecent(db, root, isSample(root))
    if (zone !== undefined) saveZone(db, root, zone)
    return entry
  }

  #startIndexing(entry: Entry): void {
    const { finished } = this.#deps.tasks.start(
      { kind: 'index', title: `Indexing ${entry.path}`, unit: 'steps', params: { path: entry.path } },
      this.#runner(entry),
    )
    void finished
  }

  async #stopIndexing(entry: Entry): Promise<void> {
    await entry.ingest?.stop()
    await entry.running
  }

  #resume(params: { path: string }): TaskRunner {
    const { root } = detectLayout(params.path)
    const entry = this.#entries.get(catalogIdFor(root)) ?? this.#enter(root, undefined)
    if (entry.running) {
      throw new ExpectedError('REFUSED', 'This backup path is being indexed already', {
        why: 'Another task reads it at this moment.',
        next: 'Nothing has to be done.',
      })
    }
    return this.#runner(entry)
  }

  #runner(entry: Entry): TaskRunner {
    let over = (): void => undefined
    entry.running = new Promise<void>((resolve) => (over = resolve))
    return async ({ signal, update }) => {
      const { db, log } = this.#deps
      try {
        const ingest = startIngest({
          path: entry.path,
          catalogFile: entry.catalogFile,
          zone: entry.zone,
          jobs: readSettings(db).jobs ?? availableParallelism(),
          signal,
          onLog: (line) => log.info(line),
        })
        entry.ingest = ingest
        ingest.onProgress((progress) => {
          entry.progress.set({ ...progress, catalogId: entry.catalogId })
          update({
            done: progress.done,
            total: progress.total,
            problems: progress.problems,
            title: title(entry.path, progress),
          })
          updateRecent(db, entry.path, progress)
        })
        const { stopped, ...counts } = await ingest.done
        if (!stopped) updateRecent(db, entry.path, { ...counts, complete: true })
        return { state: stopped ? 'stopped' : 'done', result: counts }
      } catch (error) {
        log.error('indexing failed', { path: entry.path, error })
        const message = error instanceof Error ? error.message : String(error)
        entry.progress.set({ ...entry.progress.value, phase: 'failed', error: message })
        throw error
      } finally {
        entry.ingest = null
        entry.running = null
        over()
      }
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** What the task strip says of each phase. */
function title(path: string, progress: IngestProgress): string {
  const what: Record<IngestProgress['phase'], string> = {
    accounts: 'Looking for accounts in',
    items: 'Reading the items of',
    messages: 'Reading the messages of',
    sorting: 'Sorting the catalog of',
    done: 'Indexed',
    stopped: 'Indexing',
    failed: 'Indexing',
  }
  return `${what[progress.phase]} ${path}`
}

/** Progress before the first word of the ingest: what the catalog already holds. */
function progressAtStart(catalogId: string, catalog: Database): IndexProgress {
  const number = (key: string): number => Number(readMeta(catalog, key) ?? 0)
  return {
    catalogId,
    phase: 'accounts',
    complete: false,
    done: 0,
    total: null,
    unit: 'accounts',
    rate: null,
    secondsLeft: null,
    accounts: 0,
    items: number('items'),
    messages: number('messages'),
    blobs: number('blobs'),
    unclaimed: number('unclaimed'),
    problems: 0,
    revision: number('revision'),
    error: null,
  }
}

/** The laptop's zone, IANA name. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

function assertZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw new ExpectedError('BAD_QUERY', `There is no time zone "${zone}"`, {
      why: 'Zones are named like Europe/Rome.',
      next: 'Choose one of the list.',
    })
  }
}
