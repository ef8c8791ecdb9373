import type { MessagePort } from 'node:worker_threads'
import type { RefusedFolder } from '../../backup/scan.ts'
import type { Refusal } from '../../backup/source.ts'
import type { Problem } from '../../backup/types.ts'
import type { Batch, FoundRefusal, ItemRecord, ReadRecord } from './protocol.ts'
import { MAX_AHEAD_KB, SHARED_READERS, SHARED_STOP } from './protocol.ts'

/** A batch is sent when it holds this much, kB, or this many records, or is this old, ms: what a reader holds is lost by a kill. */
const BATCH_KB = 1500
const BATCH_RECORDS = 200
const BATCH_MS = 40

/** Gathers what a reader finds and sends it in batches; waits when the writer lags behind, so that memory stays bounded. */
export class Outbox {
  readonly #port: MessagePort
  readonly #shared: Int32Array
  readonly #reader: number
  #batch: Batch
  #bytes = 0
  #records = 0
  #sentAt = performance.now()
  #refusals = new Map<string, FoundRefusal>()

  constructor(port: MessagePort, shared: Int32Array, reader: number) {
    this.#port = port
    this.#shared = shared
    this.#reader = reader
    this.#batch = this.#fresh()
  }

  step(): void {
    this.#batch.steps++
  }

  /** One more job of the step is through. */
  jobDone(): void {
    this.#batch.jobs++
  }

  item(account: number, record: ItemRecord): void {
    if (this.#batch.items !== undefined && this.#batch.items.account !== account) this.send()
    this.#batch.items ??= { account, rows: [], gone: [] }
    this.#batch.items.rows.push(record)
    // What it takes as objects in the writer's memory, measured; far more than its bytes on the way.
    let bytes = 1000 + record.text.length
    for (const state of record.states)
      bytes += 1000 + (state.subject?.length ?? 0) + (state.recipients?.length ?? 0)
    this.#took(bytes)
  }

  items(account: number, rows: ItemRecord[], gone: number[]): void {
    if (this.#batch.items !== undefined && this.#batch.items.account !== account) this.send()
    this.#batch.items ??= { account, rows: [], gone: [] }
    for (const row of rows) this.#batch.items.rows.push(row)
    for (const pk of gone) this.#batch.items.gone.push(pk)
    this.#took(gone.length * 8)
  }

  dirs(dirs: NonNullable<Batch['dirs']>): void {
    this.#batch.dirs = dirs
    this.send()
  }

  blobs(rows: NonNullable<Batch['blobs']>['rows'], gone: number[]): void {
    this.#batch.blobs ??= { rows: [], gone: [] }
    for (const row of rows) this.#batch.blobs.rows.push(row)
    for (const id of gone) this.#batch.blobs.gone.push(id)
    this.#took(rows.length * 80 + gone.length * 8)
  }

  copies(rows: NonNullable<Batch['copies']>['rows'], gone: string[]): void {
    this.#batch.copies ??= { rows: [], gone: [] }
    for (const row of rows) this.#batch.copies.rows.push(row)
    for (const path of gone) this.#batch.copies.gone.push(path)
    this.#took(rows.length * 150)
  }

  read(record: ReadRecord): void {
    this.#batch.read ??= []
    this.#batch.read.push(record)
    let bytes = 1500
    for (const words of record.words) bytes += words.length
    this.#took(bytes)
  }

  /** What a listing reported beside its findings. */
  found(listed: { problems: readonly Problem[]; refused: readonly RefusedFolder[] }): void {
    for (const problem of listed.problems) {
      this.#batch.problems.push(problem)
      this.#took(200)
    }
    for (const { refused } of listed.refused) this.countRefusal(refused)
  }

  countRefusal(refusal: Refusal): void {
    if (refusal.code !== 'EACCES' && refusal.code !== 'EPERM') return
    const key = `${String(refusal.uid)}/${String(refusal.mode)}`
    const known = this.#refusals.get(key)
    if (known === undefined) this.#refusals.set(key, { uid: refusal.uid, mode: refusal.mode, files: 1 })
    else known.files++
  }

  /** Sends what there is. */
  send(): void {
    this.#batch.refusals = [...this.#refusals.values()]
    this.#refusals.clear()
    const batch = this.#batch
    batch.kb = 1 + Math.ceil(this.#bytes / 1024)
    const slot = SHARED_READERS + this.#reader
    // Wakes when the writer took something; looks at the stop flag in any case.
    for (;;) {
      const ahead = Atomics.load(this.#shared, slot)
      if (ahead === 0 || ahead + batch.kb <= MAX_AHEAD_KB || Atomics.load(this.#shared, SHARED_STOP) === 2)
        break
      Atomics.wait(this.#shared, slot, ahead, 1000)
    }
    Atomics.add(this.#shared, slot, batch.kb)
    this.#port.postMessage(batch)
    this.#batch = this.#fresh()
    this.#bytes = 0
    this.#records = 0
    this.#sentAt = performance.now()
  }

  #took(bytes: number): void {
    this.#bytes += bytes
    if (++this.#records >= BATCH_RECORDS || this.#bytes > BATCH_KB * 1024) this.send()
    else if (performance.now() - this.#sentAt > BATCH_MS) this.send()
  }

  #fresh(): Batch {
    return { kind: 'batch', reader: this.#reader, kb: 0, steps: 0, jobs: 0, problems: [], refusals: [] }
  }
}
