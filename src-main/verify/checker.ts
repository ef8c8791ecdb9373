import { rmSync } from 'node:fs'
import { detectLayout } from '../backup/layout.ts'
import { blobFolders, blobPath, itemFolders, listAccounts, readBlobFolder } from '../backup/scan.ts'
import type { AccountFolder, BlobFile } from '../backup/scan.ts'
import { localSource } from '../backup/source.ts'
import { NOTICE_KINDS } from '../backup/types.ts'
import type { CheckBatch, CheckJob, CheckWorkerData } from './check-protocol.ts'
import { CheckState } from './check-state.ts'
import type { CheckProgress, CheckRequest, CheckResult, RawProblem } from './check-types.ts'
import { nameAffected } from './affected.ts'
import { CLAIMED, NEEDED, PRESENT } from './digest-table.ts'
import { sampleOf } from './sample.ts'
import { WorkerPool, workerUrl } from './worker-pool.ts'

/** Files per message to a thread: large enough to cost little, small enough that a crash repeats little. */
const FILES_A_JOB = 150

/** A running check. */
export interface CheckHandle {
  readonly done: Promise<CheckResult>
  progress(): CheckProgress
  pause(): void
  resume(): void
  /** Finishes what is in hand and keeps the journal; `done` then gives an incomplete result. */
  stop(): void
}

/**
 * Checks a Backup Path: every item file is read, every blob decompressed and its digest computed, and what is wrong is
 * named with the messages it concerns. Nothing is written under the path; the journal lets a killed check go on.
 * @throws NotABackupPathError, UnreadablePathError
 */
export function startCheck(request: CheckRequest): CheckHandle {
  const check = new Check(request)
  return {
    done: check.run(),
    progress: () => check.progress,
    pause: () => {
      check.pause()
    },
    resume: () => {
      check.resume()
    },
    stop: () => {
      check.stop()
    },
  }
}

class Check {
  readonly #request: CheckRequest
  readonly progress: CheckProgress = { phase: 'metadata', done: 0, total: null, bytes: 0, problems: 0 }
  #stopped = false
  #paused: Promise<void> | null = null
  #goOn: () => void = () => undefined

  constructor(request: CheckRequest) {
    this.#request = request
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

  stop(): void {
    this.#stopped = true
    this.resume()
  }

  async run(): Promise<CheckResult> {
    const layout = detectLayout(this.#request.path)
    const source = localSource(layout.root)
    const listed = listAccounts(source, layout)
    const state = CheckState.open(this.#request, source, layout, listed.found)
    const workerData: CheckWorkerData = {
      root: layout.root,
      zone: this.#request.zone,
      dialect: state.dialect,
      accounts: listed.found,
    }
    const pool = new WorkerPool<CheckJob, CheckBatch>(
      workerUrl('check-worker', import.meta.url),
      Math.max(1, this.#request.jobs),
      workerData,
    )
    try {
      state.addFixed([...layout.unexpected, ...listed.problems])
      await this.#readMetadata(pool, state, listed.found, source)
      if (this.#request.sample === null) await this.#readBlobs(pool, state, source, layout)
      else await this.#readSample(pool, state, source, layout, this.#request.sample)
    } finally {
      await pool.close()
    }
    if (this.#stopped) return this.#partial(state, layout.root)
    this.progress.phase = 'naming'
    const problems = [...state.problems, ...missingAndOrphaned(state, layout)]
    const named = await nameAffected(problems, state, {
      source,
      layout,
      accounts: listed.found,
      zone: this.#request.zone,
    })
    state.close()
    this.progress.phase = 'done'
    return { ...this.#partial(state, layout.root), problems: named, kinds: countKinds(named), complete: true }
  }

  async #readMetadata(
    pool: WorkerPool<CheckJob, CheckBatch>,
    state: CheckState,
    accounts: readonly AccountFolder[],
    source: ReturnType<typeof localSource>,
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

  async #readBlobs(
    pool: WorkerPool<CheckJob, CheckBatch>,
    state: CheckState,
    source: ReturnType<typeof localSource>,
    layout: ReturnType<typeof detectLayout>,
  ): Promise<void> {
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
    pool: WorkerPool<CheckJob, CheckBatch>,
    state: CheckState,
    source: ReturnType<typeof localSource>,
    layout: ReturnType<typeof detectLayout>,
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
      if (this.#stopped) return
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

  #partial(state: CheckState, root: string): CheckResult {
    state.close()
    return {
      backupPath: root,
      blobs: { ...state.blobs },
      metadata: { ...state.metadata },
      problems: state.problems.map((problem) => ({
        kind: problem.kind,
        severity: NOTICE_KINDS.includes(problem.kind) ? 'notice' : 'error',
        path: problem.path,
        digest: problem.digest,
        affected: [],
        detail: problem.detail,
        recoverable: problem.recoverable,
      })),
      kinds: countKinds(state.problems),
      cells: state.cells,
      seconds: state.seconds(),
      complete: false,
    }
  }
}

/** Blobs that an item needs and nobody has, and blobs that nobody names. */
function missingAndOrphaned(state: CheckState, layout: ReturnType<typeof detectLayout>): RawProblem[] {
  const problems: RawProblem[] = []
  const seen = new Set<string>()
  state.eachClaim(({ digest }) => {
    const bits = state.table.bits(digest)
    if ((bits & PRESENT) !== 0 || (bits & NEEDED) === 0 || seen.has(digest)) return
    seen.add(digest)
    problems.push({
      kind: 'blob-missing',
      path: blobPath(layout, digest),
      digest,
      detail: 'An item names this blob, and no file has it.',
      recoverable: false,
    })
  })
  state.eachPresent((digest, path) => {
    if ((state.table.bits(digest) & CLAIMED) !== 0) return
    problems.push({
      kind: 'blob-orphan',
      path: path ?? blobPath(layout, digest),
      digest,
      detail: 'No readable metadata names this blob; its message can be exported as unclaimed mail.',
      recoverable: true,
    })
  })
  return problems
}

function countKinds(problems: readonly { kind: string }[]): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const { kind } of problems) kinds[kind] = (kinds[kind] ?? 0) + 1
  return kinds
}

/** Removes the journal of a check that will not be gone on with. */
export function discardJournal(file: string): void {
  rmSync(file, { force: true })
}
