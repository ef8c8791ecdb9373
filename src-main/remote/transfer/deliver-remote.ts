import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectionError } from '../connection-errors.ts'
import type { BatchAnswer, BytesJob, ReadJob } from './batch.ts'
import { localPath } from './byte-path.ts'
import type { Flow } from './flow.ts'
import type { Ledger } from './ledger.ts'
import type { ServerLink } from './link.ts'
import type { CopyPool } from './pool.ts'
import { StagedFile } from './target-local.ts'
import { Round, type Sent, type UploadPlace } from './upload.ts'
import { batchEntry, bytesOf, type Delivery, type LargeFile, type Wanted } from './work.ts'

/** Files and bytes that get their names together: more is lost when the connection is. */
const ROUND_FILES = 2000
const ROUND_BYTES = 16 * 1024 * 1024
/** So long a round lasts at most, ms; where connections die earlier it is half of what they lived, but not less than this. */
const ROUND_MS = 10_000
const SHORT_ROUND_MS = 500

interface Queued {
  files: Sent[]
  /** Bytes that the flow holds for them. */
  held: number
  /** Removed when they are sent: a large file on its way through. */
  temporary: string | null
  buffer: ArrayBuffer | null
}

/** What a delivery to a server works with. */
interface Given {
  link: ServerLink
  place: () => UploadPlace
  pool: CopyPool
  flow: Flow
  ledger: () => Ledger
  free: ArrayBuffer[]
  batchBytes: number
  /** Root of a local source; null when the source is a server. */
  source: string | null
  /** A folder of this machine for single large files on their way through. */
  temporary: () => string
}

/** Has what a source delivers judged by the threads, and sends what is proved to a server. */
export class RemoteDelivery implements Delivery {
  readonly #given: Given
  readonly #queue: Queued[] = []
  #judging = 0
  #round: Round | null = null
  #rounds = 0
  #roundBegan = 0
  #roundMs = ROUND_MS
  #pumping = false
  readonly #finishing = new Set<Promise<void>>()
  #failure: { error: unknown } | null = null
  #idle: (() => void)[] = []

  constructor(given: Given) {
    this.#given = given
  }

  batch(job: BytesJob | ReadJob, works: Wanted[]): void {
    const held = bytesOf(job)
    job.write = false
    job.hashes = true
    this.#judge(held, this.#given.pool.run(job), (answer) => {
      const all = answer.buffer === null ? null : Buffer.from(answer.buffer)
      const files = this.#proved(
        answer,
        works,
        ({ at, size }) => all?.subarray(at, at + size) ?? Buffer.alloc(0),
        job,
      )
      return { files, held, temporary: null, buffer: answer.buffer }
    })
  }

  large(work: Wanted): LargeFile {
    const file = new StagedFile(this.#given.temporary())
    return {
      write: (piece) => file.write(piece),
      abandon: () => file.abandon(),
      end: () => {
        file.end()
        this.#large(work, file.path, file.path)
      },
    }
  }

  largeHere(work: Wanted): void {
    const { source } = this.#given
    if (source === null) throw new Error('There is no local source.')
    this.#large(work, null, join(source, localPath('', work.entry.path).toString()))
  }

  failed(work: Wanted, reason: string): void {
    this.#given.ledger().failed(work, reason)
  }

  /** Waits until everything delivered has its final name or was found wrong. */
  async idle(): Promise<void> {
    for (;;) {
      if (this.#failure) throw this.#failure.error as Error
      if (this.#judging > 0 || this.#pumping || this.#queue.length > 0)
        await new Promise<void>((resolve) => this.#idle.push(resolve))
      else if (this.#round) this.#finish()
      else if (this.#finishing.size > 0) await Promise.all(this.#finishing)
      else return
    }
  }

  #large(work: Wanted, temporary: string | null, path: string): void {
    const { pool, batchBytes } = this.#given
    const held = Math.min(work.entry.size, 4 * batchBytes)
    this.#judge(held, pool.run({ kind: 'judge', file: temporary, entry: batchEntry(work, 0) }), (answer) => {
      const files = this.#proved(answer, [work], () => path)
      return { files, held, temporary, buffer: null }
    })
  }

  /** Keeps what is proved, tells the ledger of the rest. */
  #proved(
    answer: BatchAnswer,
    works: readonly Wanted[],
    from: (entry: { at: number; size: number }) => Buffer | string,
    job?: BytesJob | ReadJob,
  ): Sent[] {
    const files: Sent[] = []
    for (const { index, state, sha256, detail } of answer.verdicts) {
      const work = works[index]
      if (!work) continue
      if (sha256 !== null && (state === 'ok' || state === 'as-is')) {
        const bytes = from(job?.entries[index] ?? { at: 0, size: work.entry.size })
        files.push({ work, sha256, from: bytes, asIs: state === 'as-is' ? detail : null })
      } else this.#given.ledger().judged(work, { state, sha256, detail })
    }
    return files
  }

  #judge(held: number, answer: Promise<BatchAnswer>, then: (answer: BatchAnswer) => Queued): void {
    this.#judging++
    this.#given.flow.hold(held)
    answer
      .then((judged) => {
        this.#queue.push(then(judged))
        void this.#pump()
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#judging--
        this.#wake()
      })
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    try {
      for (let next = this.#queue.shift(); next && !this.#failure; next = this.#queue.shift()) {
        await this.#send(next)
        this.#sent(next)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#pumping = false
      this.#wake()
    }
  }

  async #send(queued: Queued): Promise<void> {
    const { link } = this.#given
    let rest = [...queued.files]
    for (let file = rest[0]; file !== undefined; file = rest[0]) {
      try {
        const round = this.#round ?? (await this.#begin())
        await round.send(file)
        rest.shift()
        link.progressed()
        const isOld = Date.now() - this.#roundBegan > this.#roundMs
        if (isOld || round.sent.length >= ROUND_FILES || round.bytes >= ROUND_BYTES) this.#finish()
      } catch (error) {
        const broken = this.#round
        this.#round = null
        if (!(error instanceof ConnectionError)) throw error
        broken?.abandon()
        // Of the round nothing has a name yet. Files whose bytes are here go again at once, the others come again at the end.
        const here = new Set(queued.files)
        for (const sent of broken?.sent ?? []) if (!here.has(sent)) this.#given.ledger().lost(sent.work)
        rest = [...new Set([...(broken?.sent ?? []).filter((sent) => here.has(sent)), ...rest])]
        if (broken) this.#died(Date.now() - this.#roundBegan)
        await link.reconnect(error)
      }
    }
    if (queued.temporary !== null) this.#finish()
  }

  async #begin(): Promise<Round> {
    const { link, place } = this.#given
    const round = await Round.begin(link, place(), this.#rounds++)
    this.#round = round
    this.#roundBegan = Date.now()
    return round
  }

  /** A connection died with a round on it: the next ones are shorter, or none would ever end. */
  #died(lived: number): void {
    this.#roundMs = Math.max(SHORT_ROUND_MS, Math.min(this.#roundMs, lived) / 2)
  }

  #finish(): void {
    const round = this.#round
    this.#round = null
    if (!round) return
    const finishing = this.#nameAll(round).catch((error: unknown) => this.#fail(error))
    this.#finishing.add(finishing)
    void finishing.finally(() => this.#finishing.delete(finishing))
  }

  async #nameAll(round: Round): Promise<void> {
    const ledger = this.#given.ledger()
    try {
      const { named, wrong } = await round.finish()
      for (const { work, asIs, sha256 } of named)
        ledger.judged(work, { state: asIs === null ? 'ok' : 'as-is', sha256, detail: asIs ?? '' })
      for (const { work } of wrong) ledger.failed(work, 'the disk of the target gave other bytes back')
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      // What was renamed already shows in the next listing; the rest comes again.
      this.#died(this.#roundMs)
      for (const { work } of round.sent) ledger.lost(work)
      await this.#given.link.reconnect(error)
    }
  }

  #sent({ held, temporary, buffer }: Queued): void {
    const { flow, free, batchBytes } = this.#given
    flow.release(held)
    if (temporary !== null) rmSync(temporary, { force: true })
    if (buffer?.byteLength === batchBytes && free.length < 16) free.push(buffer)
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#given.flow.stop(error)
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#idle.splice(0)) wake()
  }
}
