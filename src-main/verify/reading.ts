import { detectLayout } from '../backup/layout.ts'
import type { BackupLayout } from '../backup/layout.ts'
import { blobFolders, itemFolders, listAccounts, readBlobFolder } from '../backup/scan.ts'
import type { AccountFolder, BlobFile } from '../backup/scan.ts'
import { localSource } from '../backup/source.ts'
import type { BackupSource } from '../backup/source.ts'
import type { CheckBatch, CheckJob, CheckWorkerData } from './check-protocol.ts'
import { CheckState } from './check-state.ts'
import type { CheckProgress, CheckRequest } from './check-types.ts'
import { PRESENT } from './digest-table.ts'
import { sampleOf } from './sample.ts'
import { WorkerPool } from './worker-pool.ts'

/** Files per message to a thread: large enough to cost little, small enough that a crash repeats little. */
const FILES_A_JOB = 150

/** A Backup Path that was read to its end. */
export interface ReadPath {
  state: CheckState
  layout: BackupLayout
  source: BackupSource
  accounts: readonly AccountFolder[]
}

type Pool = WorkerPool<CheckJob, CheckBatch>

/**
 * Reads a whole Backup Path by threads: metadata first, then blobs, each batch into the journal. A check judges what
 * came out; a heal lets the threads fill a copy on the way. Can be paused, resumed and stopped.
 */
export class Reading {
  readonly #request: CheckRequest
  readonly #copyTo: string | null
  readonly progress: CheckProgress = { phase: 'metadata', done: 0, total: null, bytes: 0, problems: 0 }
  #stopped = false
  #paused: Promise<void> | null = null
  #goOn: () => void = () => undefined

  constructor(request: CheckRequest, copyTo: string | null = null) {
    this.#request = request
    this.#copyTo = copyTo
  }

  get stopped(): boolean {
    return this.#stopped
  }

  pause(): void {
    this.#paused ??= new Promise((resolve) => {
      this.#goOn = resolve
    })
  }

  resume(): void {
    this.#paused = null
    this.#goOn()
  }

  /** Finishes what is in hand; the journal keeps what was read. */
  stop(): void {
    this.#stopped = true
    this.resume()
  }

  /** @throws NotABackupPathError, UnreadablePathError; errors of the copy's target */
  async read(): Promise<ReadPath> {
    const layout = detectLayout(this.#request.path)
    const source = localSource(layout.root)
    const listed = listAccounts(source, layout)
    const state = CheckState.open(this.#request, source, layout, listed.found)
    const shared = {
      root: layout.root,
      zone: this.#request.zone,
      dialect: state.dialect,
      accounts: listed.found,
      copyTo: this.#copyTo,
    }
    const pool: Pool = new WorkerPool(
      'check-worker',
      import.meta.url,
      Math.max(1, this.#request.jobs),
      (index): CheckWorkerData => ({ ...shared, name: `${String(process.pid)}-${String(index)}` }),
    )
    try {
      state.addFixed([...layout.unexpected, ...listed.problems])
      await this.#readMetadata(pool, state, listed.found, source)
      if (this.#request.sample === null) await this.#readBlobs(pool, state, source, layout)
      else await this.#readSample(pool, state, source, layout, this.#request.sample)
    } finally {
      await pool.close()
    }
    return { state, layout, source, accounts: listed.found }
  }

  async #readMetadata(
    pool: Pool,
    state: CheckState,
    accounts: readonly AccountFolder[],
    source: BackupSource,
  ): Promise<void> {
    const folders: { account: number; path: string }[] = []
    for (const [index, account] of accounts.entries()) {
      state.readAccountInfo(source, account)
      const found = itemFolders(source, account)
      state.addFixed(found.problems)
      for (const path of found.found) if (!state.isDone(path)) folders.push({ account: index, path })
    }
    this.#begin('metadata', folders.length + state.foldersDone, state.foldersDone)
    // How many files lie in a folder is only known once it was read: the first answers tell how many to hand out.
    let perFolder = FILES_A_JOB / 4
    let next = 0
    await pool.feed(
      () => {
        if (this.#stopped || next >= folders.length) return null
        const count = Math.max(1, Math.round(FILES_A_JOB / perFolder))
        const share = folders.slice(next, next + count)
        next += share.length
        return { kind: 'metadata', folders: share }
      },
      (batch) => {
        state.take(batch)
        perFolder = Math.max(1, batch.total / Math.max(1, batch.folders.length))
        this.#advance(batch.folders.length, state)
      },
      () => this.#gate(),
    )
  }

  async #readBlobs(pool: Pool, state: CheckState, source: BackupSource, layout: BackupLayout): Promise<void> {
    if (this.#stopped) return
    const listed = blobFolders(source, layout)
    state.addFixed(listed.problems)
    const folders = listed.found.filter((folder) => !state.isDone(folder))
    this.#begin('blobs', listed.found.length, listed.found.length - folders.length)
    let perFolder = FILES_A_JOB / 8
    let next = 0
    await pool.feed(
      () => {
        if (this.#stopped || next >= folders.length) return null
        const count = Math.max(1, Math.round(FILES_A_JOB / perFolder))
        const share = folders.slice(next, next + count)
        next += share.length
        return { kind: 'blobs', folders: share }
      },
      (batch) => {
        state.take(batch)
        perFolder = Math.max(1, batch.total / Math.max(1, batch.folders.length))
        this.#advance(batch.folders.length, state)
      },
      () => this.#gate(),
    )
  }

  /** All names are listed, so that missing blobs are still found; only the sample is read. */
  async #readSample(
    pool: Pool,
    state: CheckState,
    source: BackupSource,
    layout: BackupLayout,
    count: number,
  ): Promise<void> {
    if (this.#stopped) return
    const sample = sampleOf<BlobFile>(count, state.seed)
    const folders = blobFolders(source, layout)
    state.addFixed(folders.problems)
    for (const [index, folder] of folders.found.entries()) {
      const found = readBlobFolder(source, layout, folder)
      state.addFixed(found.problems)
      for (const blob of found.found) {
        state.table.mark(blob.digest, PRESENT)
        sample.offer(blob)
      }
      // Listing a million names takes seconds: let a stop be heard.
      if (index % 64 === 0) await new Promise(setImmediate)
      if (this.stopped) return
    }
    const files = sample.chosen()
    this.#begin('blobs', files.length, 0)
    let next = 0
    await pool.feed(
      () => {
        if (this.#stopped || next >= files.length) return null
        const share = files.slice(next, next + FILES_A_JOB)
        next += share.length
        return { kind: 'files', files: share }
      },
      (batch) => {
        state.takeSampled(batch)
        this.#advance(batch.total, state)
      },
      () => this.#gate(),
    )
  }

  #begin(phase: CheckProgress['phase'], total: number, done: number): void {
    this.progress.phase = phase
    this.progress.total = total
    this.progress.done = done
  }

  #advance(steps: number, state: CheckState): void {
    this.progress.done += steps
    this.progress.bytes = state.blobs.bytes
    this.progress.problems = state.problems.length
  }

  async #gate(): Promise<void> {
    while (this.#paused !== null) await this.#paused
  }
}
