import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import type { BatchAnswer, BytesJob, ReadJob } from './batch.ts'
import type { Flow } from './flow.ts'
import type { Ledger } from './ledger.ts'
import type { CopyPool } from './pool.ts'
import { StagedFile, type LocalTarget } from './target-local.ts'
import { batchEntry, bytesOf, type Delivery, type LargeFile, type Wanted } from './work.ts'

/** Gives what a source delivers to the threads, which judge it and write it into the local target. */
export class LocalDelivery implements Delivery {
  readonly #target: LocalTarget
  readonly #pool: CopyPool
  readonly #flow: Flow
  readonly #ledger: () => Ledger
  readonly #free: ArrayBuffer[]
  readonly #batchBytes: number
  #open = 0
  #idle: (() => void)[] = []
  #failure: { error: unknown } | null = null

  constructor(given: {
    target: LocalTarget
    pool: CopyPool
    flow: Flow
    ledger: () => Ledger
    free: ArrayBuffer[]
    batchBytes: number
  }) {
    this.#target = given.target
    this.#pool = given.pool
    this.#flow = given.flow
    this.#ledger = given.ledger
    this.#free = given.free
    this.#batchBytes = given.batchBytes
  }

  batch(job: BytesJob | ReadJob, works: Wanted[]): void {
    this.#do(bytesOf(job), this.#pool.run(job), works)
  }

  large(work: Wanted): LargeFile {
    const file = new StagedFile(this.#target.staging)
    return {
      write: (piece) => file.write(piece),
      abandon: () => file.abandon(),
      end: () => {
        file.end()
        this.#staged(work, file.path, false)
      },
    }
  }

  largeHere(work: Wanted): void {
    this.#staged(work, join(this.#target.staging, `large-${randomBytes(8).toString('hex')}`), true)
  }

  failed(work: Wanted, reason: string): void {
    this.#ledger().failed(work, reason)
  }

  /** Waits until everything delivered is judged and written. Rejects with the first error of the target. */
  async idle(): Promise<void> {
    while (this.#open > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
    if (this.#failure) throw this.#failure.error as Error
  }

  #staged(work: Wanted, staged: string, fetch: boolean): void {
    const answer = this.#pool.run({ kind: 'staged', staged, entry: batchEntry(work, 0), fetch })
    this.#do(Math.min(work.entry.size, 4 * this.#batchBytes), answer, [work])
  }

  #do(bytes: number, answer: Promise<BatchAnswer>, works: Wanted[]): void {
    this.#open++
    this.#flow.hold(bytes)
    answer
      .then((judged) => {
        this.#ledger().batch(works, judged)
        const { buffer } = judged
        if (buffer?.byteLength === this.#batchBytes && this.#free.length < 16) this.#free.push(buffer)
      })
      .catch((error: unknown) => {
        this.#failure ??= { error }
        // Whatever else is under way breaks off: a full disk is full for all.
        this.#flow.stop(error)
      })
      .finally(() => {
        this.#open--
        this.#flow.release(bytes)
        if (this.#open === 0) for (const wake of this.#idle.splice(0)) wake()
      })
  }
}
