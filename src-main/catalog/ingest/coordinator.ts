import { setTimeout as sleep } from 'node:timers/promises'
import { detectLayout } from '../../backup/layout.ts'
import type { BackupLayout } from '../../backup/layout.ts'
import { blobFolders } from '../../backup/scan.ts'
import type { AccountFolder } from '../../backup/scan.ts'
import { localSource } from '../../backup/source.ts'
import { openOrRebuild, readMeta } from '../catalog.ts'
import { SORT_INDEXES } from '../schema.ts'
import { FOLD_VERSION } from '../search/tokens.ts'
import { readAccounts } from './accounts.ts'
import { fillInAll, settleContents, finishTotals, guessNames, markOrphans } from './finish.ts'
import { learnFrom } from './learn.ts'
import { ProgressMeter } from './progress.ts'
import { SHARED_STOP } from './protocol.ts'
import type { Batch, FromCoordinator, IngestOptions, IngestResult, Job, StepContext } from './protocol.ts'
import { ReaderPool } from './reader-pool.ts'
import { TextIndex } from './text-index.ts'
import { CatalogWriter } from './writer.ts'

/** A commit is made when this much waits, kB, … */
const COMMIT_KB = 12_000
/**
 * … or this long after the last one: a share of the time so far, so that a kill costs the same small share of the work however long it
 * ran and a screen soon shows something; ms at least and at most.
 */
const COMMIT_SHARE = 0.03
const COMMIT_MS_LEAST = 40
const COMMIT_MS_MOST = 1000
/** From this many blobs to read on, merging of the full-text index is put off. */
const BULK = 5000
/** Folders of an account read in one job. */
const DIRS_PER_JOB = 10
const BLOBS_PER_JOB = 200

/** Brings the catalog of a Backup Path up to date; runs in its own thread and is the only writer. */
export class Coordinator {
  readonly #options: IngestOptions
  readonly #shared: Int32Array
  readonly #meter: ProgressMeter
  readonly #started = Date.now()
  readonly #layout: BackupLayout
  readonly #writer: CatalogWriter
  readonly #pool: ReaderPool
  readonly #uuids = new Map<number, string>()
  #folders: { account: number; folder: AccountFolder; dirs: string[] }[] = []
  #waiting: Batch[] = []
  #waitingKb = 0
  #lastCommit = 0
  #timer: NodeJS.Timeout | null = null
  #failure: unknown = null
  #jobsDone = 0
  #jobsTotal = 1
  #changed = false

  constructor(options: IngestOptions, shared: Int32Array, post: (message: FromCoordinator) => void) {
    this.#options = options
    this.#shared = shared
    this.#layout = detectLayout(options.path)
    const db = openOrRebuild(options.catalogFile, (line) => {
      post({ kind: 'log', line })
    })
    db.pragma('cache_size = -49152')
    db.pragma('wal_autocheckpoint = 16000')
    // A log that busy readers let grow (to a gigabyte with a million items) would stay that long.
    db.pragma('journal_size_limit = 67108864')
    db.pragma('mmap_size = 0')
    this.#writer = new CatalogWriter(db)
    this.#meter = new ProgressMeter((progress) => {
      post({ kind: 'progress', progress })
    })
    this.#pool = new ReaderPool({
      layout: this.#layout,
      catalogFile: options.catalogFile,
      zone: options.zone,
      jobs: Math.max(1, options.jobs),
      shared,
      onBatch: (batch) => {
        this.#take(batch)
      },
    })
  }

  get #stopped(): boolean {
    return Atomics.load(this.#shared, SHARED_STOP) !== 0
  }

  /** All phases in order; what is already done in each costs only the comparison with the disk. */
  async run(): Promise<IngestResult> {
    try {
      this.#begin()
      const source = localSource(this.#layout.root)
      this.#meter.phase('accounts', 'accounts', null)
      const accounts = await readAccounts(source, this.#layout, this.#writer, this.#uuids, (done, total) => {
        this.#meter.state.accounts = total
        this.#meter.state.total = total
        this.#meter.advance(done)
      })
      this.#meter.send(true)
      if (!this.#stopped) await this.#readItems(accounts)
      if (!this.#stopped) await this.#readMessages()
      if (!this.#stopped) await this.#finish()
      return this.#result()
    } finally {
      if (this.#timer !== null) clearTimeout(this.#timer)
      await this.#pool.close()
      this.#writer.db.close()
    }
  }

  #begin(): void {
    const { db } = this.#writer
    const { zone } = this.#options
    const oldZone = readMeta(db, 'zone')
    const oldFold = readMeta(db, 'foldVersion')
    this.#meter.state.items = Number(readMeta(db, 'items') ?? 0)
    this.#meter.state.messages = Number(readMeta(db, 'messages') ?? 0)
    this.#writer.transaction(() => {
      this.#writer.setMeta('backupPath', this.#layout.root)
      this.#writer.setMeta('zone', zone)
      this.#writer.setMeta('phase', 'accounts')
      this.#writer.setMeta('complete', 0)
      this.#writer.setMeta('foldVersion', FOLD_VERSION)
      const folded = oldFold !== null && oldFold !== FOLD_VERSION
      // Metadata must be understood anew: forget when it was read.
      if ((oldZone !== null && oldZone !== zone) || folded) db.exec('UPDATE item SET file_mtime = NULL')
      if (folded) db.exec('UPDATE content SET indexed = 0 WHERE digest IS NOT NULL')
      // What is reported anew by every listing, and what is worth another try.
      db.exec(`DELETE FROM problem WHERE item IS NULL AND content IS NULL;
        DELETE FROM refusal;
        UPDATE content SET indexed = 0 WHERE id IN (SELECT content FROM problem WHERE kind = 'blob-unreadable')`)
      for (const problem of this.#layout.unexpected) this.#writer.blobs.problem(problem, null)
    })
  }

  async #readItems(accounts: { account: number; folder: AccountFolder }[]): Promise<void> {
    const known = this.#meter.state.items
    this.#meter.phase('items', 'items', known > 0 ? known : null)
    this.#phase('items')
    this.#folders = []
    await this.#step(
      accounts.map(({ account, folder }) => ({ kind: 'account', account, folder })),
      null,
    )
    const jobs: Job[] = []
    for (const { account, folder, dirs } of this.#folders) {
      for (let i = 0; i < dirs.length; i += DIRS_PER_JOB) {
        jobs.push({ kind: 'items', account, folder, dirs: dirs.slice(i, i + DIRS_PER_JOB) })
      }
    }
    const source = localSource(this.#layout.root)
    const learned = learnFrom(source, this.#writer, this.#options.zone, this.#folders)
    const blobDirs = blobFolders(source, this.#layout)
    this.#writer.transaction(() => {
      for (const problem of blobDirs.problems) this.#writer.blobs.problem(problem, null)
      for (const { refused } of blobDirs.refused) {
        if (refused.code === 'EACCES' || refused.code === 'EPERM')
          this.#writer.refuse({ ...refused, files: 1 })
      }
    })
    for (let i = 0; i < blobDirs.found.length; i += 32) {
      jobs.push({ kind: 'list', dirs: blobDirs.found.slice(i, i + 32) })
    }
    this.#folders = []
    await this.#step(jobs, learned)
    if (this.#stopped) return
    settleContents(this.#writer, blobDirs.refused.length === 0 ? new Set(blobDirs.found) : null, this.#layout)
  }

  async #readMessages(): Promise<void> {
    const { db } = this.#writer
    const todo = this.#todo()
    this.#meter.phase('messages', 'blobs', todo.length)
    if (todo.length === 0) return
    this.#phase('messages')
    TextIndex.configure(db, todo.length > BULK)
    const jobs: Job[] = []
    for (let from = 0; from < todo.length; from += BLOBS_PER_JOB) {
      jobs.push({ kind: 'read', from, to: Math.min(todo.length, from + BLOBS_PER_JOB) })
    }
    await this.#step(jobs, null, todo)
    if (!this.#stopped) TextIndex.configure(db, false)
  }

  /** Contents whose blob is to be read, in the order of their folders: on a disk that is what is quick. */
  #todo(): Uint32Array {
    const { db } = this.#writer
    const count = Number(db.prepare('SELECT count(*) FROM content WHERE indexed = 0').pluck().get())
    const todo = new Uint32Array(new SharedArrayBuffer(4 * count))
    const rows = db
      .prepare(
        'SELECT id FROM content WHERE indexed = 0 AND digest IS NOT NULL AND file_size IS NOT NULL ORDER BY digest',
      )
      .pluck()
    let n = 0
    for (const id of rows.iterate() as Iterable<number>) todo[n++] = id
    return todo.subarray(0, n)
  }

  async #finish(): Promise<void> {
    const { db } = this.#writer
    const first = readMeta(db, 'sorted') !== 1
    if (first || this.#changed) {
      this.#meter.phase('sorting', 'items', null)
      this.#phase('sorting')
      if (first) {
        this.#writer.transaction(() => {
          fillInAll(this.#writer)
        })
      }
      for (const { sql } of first ? SORT_INDEXES : []) {
        if (this.#stopped) return
        db.exec(sql)
        this.#meter.send(true)
        await sleep(0)
      }
      this.#writer.transaction(() => {
        this.#writer.setMeta('sorted', 1)
        guessNames(this.#writer)
        markOrphans(this.#writer)
      })
    }
    this.#writer.transaction(() => {
      finishTotals(this.#writer, first || this.#changed)
      this.#writer.setMeta('phase', 'done')
      this.#writer.setMeta('complete', 1)
      this.#writer.setMeta('indexedAt', Date.now())
    })
    if (first) db.exec('PRAGMA analysis_limit = 400; ANALYZE')
    db.pragma('wal_checkpoint(TRUNCATE)')
  }

  async #step(
    jobs: Job[],
    learned: StepContext['learned'],
    todo: Uint32Array = new Uint32Array(0),
  ): Promise<void> {
    if (jobs.length === 0) return
    this.#jobsDone = 0
    this.#jobsTotal = jobs.length
    const claimants = todo.length > 0 ? this.#writer.claimants.share() : new Uint32Array(0)
    await this.#pool.step(jobs, { ...this.#context(), learned, todo, claimants })
    this.#commit()
    if (this.#failure !== null) throw this.#failure as Error
  }

  #context(): Pick<StepContext, 'unnamed' | 'owners'> {
    const { db } = this.#writer
    const rows = db.prepare('SELECT pk, uuid, name, guessed, aliases FROM account').all() as {
      pk: number
      uuid: string
      name: string | null
      guessed: number
      aliases: string
    }[]
    const accounts: [string, string][] = []
    const domains = new Set<string>()
    const unnamed: number[] = []
    for (const { pk, uuid, name, guessed, aliases } of rows) {
      if (name === null || guessed === 1) unnamed.push(pk)
      else {
        for (const address of [name, ...(JSON.parse(aliases) as string[])]) {
          accounts.push([address.toLowerCase(), uuid])
          const domain = address.toLowerCase().split('@')[1]
          if (domain !== undefined) domains.add(domain)
        }
      }
    }
    return { unnamed, owners: { accounts, domains: [...domains] } }
  }

  #phase(phase: string): void {
    this.#writer.transaction(() => {
      this.#writer.setMeta('phase', phase)
    })
  }

  #take(batch: Batch): void {
    this.#jobsDone += batch.jobs
    this.#meter.advance(batch.steps, this.#jobsDone / this.#jobsTotal)
    if (batch.dirs !== undefined) this.#folders.push(batch.dirs)
    this.#waiting.push(batch)
    this.#waitingKb += batch.kb
    const share = COMMIT_SHARE * (Date.now() - this.#started)
    const pause = Math.min(COMMIT_MS_MOST, Math.max(COMMIT_MS_LEAST, share))
    const due = this.#lastCommit + pause - Date.now()
    if (this.#waitingKb >= COMMIT_KB || due <= 0) this.#commit()
    else if (this.#timer === null) {
      this.#timer = setTimeout(() => {
        this.#commit()
      }, due)
    }
  }

  /** Writes what waits. A failure (a full disk) stops the readers; what was committed before stays. */
  #commit(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const batches = this.#waiting
    this.#waiting = []
    this.#waitingKb = 0
    if (batches.length > 0 && this.#failure === null) {
      try {
        this.#writer.apply(batches, this.#uuids)
        this.#writer.tidy()
        for (const batch of batches) this.#counted(batch)
      } catch (error) {
        this.#failure = error
        Atomics.store(this.#shared, SHARED_STOP, 2)
      }
    }
    for (const batch of batches) this.#pool.release(batch)
    this.#lastCommit = Date.now()
    this.#meter.state.revision = this.#writer.revision
    this.#meter.send()
  }

  #counted(batch: Batch): void {
    const { state } = this.#meter
    state.problems += batch.problems.length
    if (batch.items !== undefined) {
      this.#changed = true
      state.items += batch.items.rows.length - batch.items.gone.length
      for (const row of batch.items.rows) {
        state.problems += row.problems.length
        if (row.states.at(-1)?.type === 'message') state.messages++
      }
    }
    if (batch.blobs !== undefined) {
      this.#changed = true
      state.blobs += batch.blobs.rows.length
    }
    if (batch.copies !== undefined) this.#changed = true
    if (batch.read !== undefined) {
      this.#changed = true
      for (const record of batch.read) {
        state.problems += record.problems.length
        if (record.words[5].startsWith('unclaimed')) state.unclaimed++
      }
    }
  }

  #result(): IngestResult {
    const { db } = this.#writer
    const stopped = this.#stopped
    const sum = db
      .prepare(
        `SELECT (SELECT count(*) FROM account) AS accounts, (SELECT count(*) FROM item) AS items,
          (SELECT coalesce(sum(messages), 0) FROM account) AS messages,
          (SELECT count(*) FROM content WHERE claims = 0 AND file_size IS NOT NULL) AS unclaimed`,
      )
      .get() as { accounts: number; items: number; messages: number; unclaimed: number }
    const problems: Record<string, number> = {}
    for (const [kind, count] of db
      .prepare('SELECT kind, count(*) FROM problem GROUP BY kind')
      .raw()
      .all() as [string, number][]) {
      problems[kind] = count
    }
    const files = countFiles(this.#writer)
    this.#meter.phase(stopped ? 'stopped' : 'done', 'items', sum.items)
    Object.assign(this.#meter.state, {
      complete: !stopped,
      done: sum.items,
      accounts: sum.accounts,
      items: sum.items,
      messages: sum.messages,
      unclaimed: sum.unclaimed,
      blobs: files.blobs,
      problems: Object.values(problems).reduce((a, b) => a + b, 0),
      revision: this.#writer.revision,
      secondsLeft: stopped ? null : 0,
    })
    this.#meter.send(true)
    return {
      backupPath: this.#layout.root,
      catalog: this.#options.catalogFile,
      ...sum,
      states: Number(readMeta(db, 'states') ?? 0),
      ...files,
      problems,
      seconds: (Date.now() - this.#started) / 1000,
      stopped,
    }
  }
}

/** Blob files and their compressed bytes, second copies included. */
export function countFiles(writer: CatalogWriter): { blobs: number; bytes: number } {
  return writer.db
    .prepare(
      `SELECT sum(n) AS blobs, coalesce(sum(bytes), 0) AS bytes FROM (
        SELECT count(*) AS n, sum(file_size) AS bytes FROM content WHERE file_size IS NOT NULL AND path IS NULL
        UNION ALL SELECT count(*), sum(file_size) FROM copy)`,
    )
    .get() as { blobs: number; bytes: number }
}
