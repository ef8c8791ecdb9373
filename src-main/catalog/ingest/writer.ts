import { statSync } from 'node:fs'
import type { Database, Statement } from '../../engine/sqlite.ts'
import { readMeta } from '../catalog.ts'
import type { MetaKey } from '../schema.ts'
import { BlobWriter } from './blob-writer.ts'
import { Claimants } from './claimants.ts'
import { Counts } from './counts.ts'
import { ItemWriter } from './item-writer.ts'
import type { Batch, FoundRefusal } from './protocol.ts'
import { refusalText } from './refusals.ts'
import { TextIndex } from './text-index.ts'

/** Bytes of the write-ahead log from which it is begun anew. */
const MAX_LOG = 192 * 1024 * 1024

/**
 * The only writer of a catalog. Every `apply` is one transaction: rows, counts, full text and revision change together, so a process
 * that is killed leaves a catalog that is true as far as it goes.
 */
export class CatalogWriter {
  readonly db: Database
  readonly #counts: Counts
  readonly #text: TextIndex
  readonly #items: ItemWriter
  readonly claimants = new Claimants()
  readonly #blobs: BlobWriter
  readonly #meta: Statement
  readonly #refusal: Statement
  #revision: number

  constructor(db: Database) {
    this.db = db
    this.#counts = new Counts(db)
    this.#text = new TextIndex(db)
    this.#items = new ItemWriter(db, this.#counts, this.#text, this.claimants)
    this.#blobs = new BlobWriter(db, this.#counts, this.#text)
    this.#meta = db.prepare(
      'INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    )
    this.#refusal = db.prepare(
      `INSERT INTO refusal(owner, mode, files, remedy) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET files = files + excluded.files`,
    )
    this.#revision = Number(readMeta(db, 'revision') ?? 0)
  }

  get revision(): number {
    return this.#revision
  }

  setMeta(key: MetaKey, value: string | number | null): void {
    this.#meta.run(key, value)
  }

  /** Runs `work` in one transaction that also raises the revision. After an error nothing of it is kept. */
  transaction(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#text.flush()
      this.#counts.flush()
      this.setMeta('revision', this.#revision + 1)
      this.db.exec('COMMIT')
      this.#revision++
    } catch (error) {
      this.#counts.drop()
      this.#text.drop()
      if (this.db.inTransaction) this.db.exec('ROLLBACK')
      throw error
    }
  }

  /** Writes batches of the readers. */
  apply(batches: readonly Batch[], uuids: ReadonlyMap<number, string>): void {
    this.transaction(() => {
      for (const batch of batches) this.#applyOne(batch, uuids)
    })
  }

  /**
   * Keeps the write-ahead log small. SQLite begins it anew only when no reader is inside a transaction at that moment, and with
   * several readers at work that does not come by itself: a million items grew it to 1.6 GB.
   */
  tidy(): void {
    const size = statSync(`${this.db.name}-wal`, { throwIfNoEntry: false })?.size ?? 0
    if (size <= MAX_LOG) return
    // A reader that waits for this very thread holds its transaction: then it is put off to the next commit.
    this.db.pragma('busy_timeout = 200')
    this.db.pragma('wal_checkpoint(RESTART)')
    this.db.pragma('busy_timeout = 5000')
  }

  #applyOne(batch: Batch, uuids: ReadonlyMap<number, string>): void {
    if (batch.items !== undefined) {
      const { account, rows, gone } = batch.items
      const uuid = uuids.get(account) ?? ''
      for (const pk of gone) this.#items.remove(pk)
      for (const row of rows) this.#items.put(account, uuid, row)
    }
    if (batch.blobs !== undefined) this.#blobs.list(batch.blobs)
    if (batch.copies !== undefined) this.#blobs.copies(batch.copies)
    if (batch.read !== undefined) for (const record of batch.read) this.#blobs.read(record)
    for (const problem of batch.problems) this.#blobs.problem(problem, null)
    for (const refusal of batch.refusals) this.refuse(refusal)
  }

  /** Counts files that refuse us. */
  refuse(refusal: FoundRefusal): void {
    const { owner, mode, remedy } = refusalText(refusal)
    this.#refusal.run(owner, mode, refusal.files, remedy)
  }

  get items(): ItemWriter {
    return this.#items
  }

  get blobs(): BlobWriter {
    return this.#blobs
  }

  get text(): TextIndex {
    return this.#text
  }
}
