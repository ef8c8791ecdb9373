import { detectLayout } from '../backup/layout.ts'
import type { BackupLayout } from '../backup/layout.ts'
import { blobFolders, listAccounts } from '../backup/scan.ts'
import type { AccountFolder, BlobFile } from '../backup/scan.ts'
import { localSource } from '../backup/source.ts'
import type { BackupSource } from '../backup/source.ts'
import type { Batch, CheckAnswer, CheckJob, CheckWorkerData, FolderShare } from './check-protocol.ts'
import { CheckState } from './check-state.ts'
import type { CheckProgress, CheckRequest } from './check-types.ts'
import { PRESENT } from './digest-table.ts'
import { sampleOf } from './sample.ts'
import { WorkerPool } from './worker-pool.ts'

/** Files per message to a thread: large enough to cost little, small enough that a crash repeats little. */
const FILES_A_JOB = 150
/** Of a small path a kill must not cost more either: so many jobs at least. */
const JOBS_AT_LEAST = 80
const ACCOUNTS_A_JOB = 16
const LISTED_A_JOB = 64

export type ReadingPool = WorkerPool<CheckJob, CheckAnswer>

/** A Backup Path that was read to its end. Its threads still run, for the names; `end` them. */
export interface ReadPath {
  state: CheckState
  layout: BackupLayout
  source: BackupSource
  accounts: readonly AccountFolder[]
  pool: ReadingPool
  /** Holds while paused. */
  gate: () => Promise<void>
  end: () => Promise<void>
}

/**
 * Reads a whole Backup Path by threads: blobs and item files, each batch into the journal; what could not be read is
 * tried once more at the end. A check judges what came out; a heal lets the threads fill a copy on the way. Can be
 * paused, resumed and stopped.
 */
export class Reading {
  readonly #request: CheckRequest
  readonly #copyTo: string | null
  readonly progress: CheckProgress = { phase: 'metadata', done: 0, total: null, bytes: 0, problems: 0 }
  #pool: ReadingPool | null = null
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

  /** Threads that hang in a read: the process must not wait for them. */
  get hanging(): number {
    return this.#pool?.hanging ?? 0
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
    this.#pool?.hurry()
    this.resume()
  }

  /** @throws NotABackupPathError, UnreadablePathError; ExpectedError UNREADABLE for a dead disk; errors of the copy's target */
  async read(): Promise<ReadPath> {
    const layout = detectLayout(this.#request.path)
    const source = localSource(layout.root)
    const listed = listAccounts(source, layout)
    const accounts = listed.found
    const pool = this.#start(layout, accounts)
    this.#pool = pool
    const state = CheckState.open(this.#request, layout, accounts)
    const end = async (): Promise<void> => {
      state.close()
      await pool.close()
    }
    try {
      state.addFixed([...layout.unexpected, ...listed.problems])
      const gate = (): Promise<void> => this.#gate()
      const path: ReadPath = { state, layout, source, accounts, pool, gate, end }
      const folders = await this.#readBlobs(path)
      await this.#readItems(path, folders)
      await this.#readAgain(path)
      return path
    } catch (error) {
      await end()
      throw error
    }
  }

  #start(layout: BackupLayout, accounts: readonly AccountFolder[]): ReadingPool {
    const { zone, timeoutMs, jobs } = this.#request
    let serial = 0
    return new WorkerPool<CheckJob, CheckAnswer>({
      name: 'check-worker',
      importMetaUrl: import.meta.url,
      count: Math.max(1, jobs),
      timeoutMs,
      dataFor: (_, pulse): CheckWorkerData => ({
        layout,
        zone,
        accounts,
        copyTo: this.#copyTo,
        name: `${String(process.pid)}-${String(serial++)}`,
        pulse,
        timeoutMs,
      }),
      left,
      afterHang: (job) => (job.kind === 'again' ? { ...job, givenUp: true } : job),
    })
  }

  /** Blobs first: meanwhile it is learned how the metadata are spelled and where they lie. Returns the item folders. */
  async #readBlobs(path: ReadPath): Promise<FolderShare[]> {
    const { state, source, layout, accounts, pool } = path
    const listed = blobFolders(source, layout)
    state.addFixed(listed.problems)
    const jobs: CheckJob[] = state.knowsSpelling ? [] : [{ kind: 'learn' }]
    for (let from = 0; from < accounts.length; from += ACCOUNTS_A_JOB) {
      const some = accounts.slice(from, from + ACCOUNTS_A_JOB)
      jobs.push({ kind: 'accounts', accounts: some.map((_, index) => from + index) })
    }
    const { sample } = this.#request
    const sampled = sample === null ? null : sampleOf<BlobFile>(sample, state.seed)
    const shares = state.sharesOf(-1, listed.found)
    if (sampled !== null) {
      for (let from = 0; from < listed.found.length; from += LISTED_A_JOB)
        jobs.push({ kind: 'list', folders: listed.found.slice(from, from + LISTED_A_JOB) })
    }
    this.#begin('blobs', listed.found.length, listed.found.length - shares.length)
    const share = sharing(sampled === null ? shares : [], listed.found.length)
    const itemFolders: { index: number; folders: string[] }[] = []
    await pool.feed(
      () => {
        if (this.#stopped) return null
        const job = jobs.shift()
        if (job !== undefined) return job
        const folders = share.next()
        return folders === null ? null : { kind: 'blobs', folders }
      },
      (answer) => {
        switch (answer.kind) {
          case 'learned':
            state.learn(answer.spelling)
            break
          case 'accounts':
            state.problems.push(...answer.problems)
            for (const { index, name, folders } of answer.accounts) {
              const id = accounts[index]?.id
              if (id !== undefined) state.accountNames.set(id, name)
              itemFolders.push({ index, folders })
            }
            break
          case 'listed':
            state.problems.push(...answer.problems)
            for (const blob of answer.blobs) {
              state.table.mark(blob.digest, PRESENT)
              sampled?.offer(blob)
            }
            break
          case 'blobs':
            this.#take(answer, state)
            share.learn(answer)
            break
          default:
        }
      },
      path.gate,
    )
    if (sampled !== null) await this.#readSample(path, sampled.chosen())
    itemFolders.sort((a, b) => a.index - b.index)
    return itemFolders.flatMap(({ index, folders }) => state.sharesOf(index, folders))
  }

  async #readItems({ state, pool, gate }: ReadPath, shares: FolderShare[]): Promise<void> {
    if (this.#stopped) return
    const { spelling } = state
    this.#begin('metadata', shares.length, 0)
    const share = sharing(shares, shares.length)
    await pool.feed(
      () => {
        const folders = this.#stopped ? null : share.next()
        return folders === null ? null : { kind: 'metadata', folders, spelling }
      },
      (answer) => {
        if (answer.kind !== 'metadata') return
        this.#take(answer, state)
        share.learn(answer)
      },
      gate,
    )
  }

  /** What could not be read, once more and last: a failing disk must not hold up what is sound. */
  async #readAgain({ state, pool, gate }: ReadPath): Promise<void> {
    if (this.#stopped || state.later.size === 0) return
    const waiting = [...state.later.values()]
    const { spelling } = state
    this.#begin(waiting[0]?.of ?? 'blobs', waiting.length, 0)
    await pool.feed(
      () => {
        const later = this.#stopped ? undefined : waiting.shift()
        return later === undefined ? null : { kind: 'again', later, givenUp: false, spelling }
      },
      (answer) => {
        if (answer.kind !== 'blobs' && answer.kind !== 'metadata') return
        state.take(answer)
        this.#advance(answer.last ? 1 : 0, state)
      },
      gate,
    )
  }

  /** All names were listed, so that missing blobs are still found; only the sample is read. */
  async #readSample({ state, pool, gate }: ReadPath, files: BlobFile[]): Promise<void> {
    this.#begin('blobs', files.length, 0)
    let next = 0
    await pool.feed(
      () => {
        if (this.#stopped || next >= files.length) return null
        const share = files.slice(next, next + FILES_A_JOB)
        next += share.length
        return { kind: 'files', files: share }
      },
      (answer) => {
        if (answer.kind !== 'blobs') return
        state.takeSampled(answer)
        this.#advance(answer.total, state)
      },
      gate,
    )
  }

  #take(batch: Batch, state: CheckState): void {
    state.take(batch)
    this.#advance(batch.folders.filter(({ after }) => after === null).length, state)
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

/** What a partial answer leaves of a job. */
function left(job: CheckJob, answer: CheckAnswer): CheckJob | null {
  if (answer.last) return null
  if (job.kind === 'heal-blobs' && answer.kind === 'healed-blobs') {
    const found = new Set(answer.found)
    return { ...job, wanted: job.wanted.filter((digest) => !found.has(digest)), walked: answer.walked }
  }
  if ((job.kind !== 'blobs' && job.kind !== 'metadata') || !('folders' in answer)) return job
  const told = new Map(answer.folders.map(({ path, after }) => [path, after]))
  const folders = job.folders.flatMap((share) => {
    const after = told.get(share.path)
    return after === undefined ? [share] : after === null ? [] : [{ ...share, after }]
  })
  return { ...job, folders }
}

/** Hands out folders in portions of about as many files. */
function sharing(
  folders: readonly FolderShare[],
  all: number,
): { next: () => FolderShare[] | null; learn: (batch: Batch) => void } {
  // How many files lie in a folder is only known once it was read: the first answers tell how many to hand out.
  let perFolder = FILES_A_JOB / 8
  let next = 0
  return {
    next: () => {
      if (next >= folders.length) return null
      const count = Math.max(1, Math.min(Math.round(FILES_A_JOB / perFolder), Math.ceil(all / JOBS_AT_LEAST)))
      const share = folders.slice(next, next + count)
      next += share.length
      return share
    },
    learn: ({ total, folders: read }) => {
      if (read.length > 0) perFolder = Math.max(1, total / read.length)
    },
  }
}
