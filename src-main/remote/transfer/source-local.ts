import { readFileSync } from 'node:fs'
import { localPath } from './byte-path.ts'
import type { FileEntry, Listing } from './listing.ts'
import type { Flow } from './flow.ts'
import type { CopyPool } from './pool.ts'
import { batchEntry, LARGE_FILE, type Delivery, type Wanted } from './work.ts'
import type { ReadJob } from './batch.ts'
import { lookAtLocalSource, type SourceLook } from './preflight-look.ts'
import type { SourceSide } from './sides.ts'

/** A Backup Path on this machine: the threads read it themselves. */
export class LocalSource implements SourceSide {
  readonly root: string
  readonly #pool: CopyPool
  readonly #flow: Flow
  readonly #batchBytes: number
  readonly #free: ArrayBuffer[]
  readonly #onBytes: (bytes: number) => void

  constructor(
    root: string,
    given: {
      pool: CopyPool
      flow: Flow
      batchBytes: number
      free: ArrayBuffer[]
      onBytes: (bytes: number) => void
    },
  ) {
    this.root = root
    this.#pool = given.pool
    this.#flow = given.flow
    this.#batchBytes = given.batchBytes
    this.#free = given.free
    this.#onBytes = given.onBytes
  }

  list(): Promise<Listing> {
    return this.#pool.list(this.root, [])
  }

  /** A second reading proves what has no digest: the disk is here, and its cache would answer a second program too. */
  sums(
    entries: readonly FileEntry[],
    _found: Map<string, string>,
    onKnown: (settled: number) => void,
  ): Promise<void> {
    onKnown(entries.length)
    return Promise.resolve()
  }

  readFiles(entries: readonly FileEntry[]): Promise<Map<string, Buffer>> {
    const files = new Map<string, Buffer>()
    for (const { path } of entries) {
      try {
        files.set(path, readFileSync(localPath(this.root, path)))
      } catch {
        // Told where it is copied.
      }
    }
    return Promise.resolve(files)
  }

  look(): Promise<SourceLook> {
    return Promise.resolve(lookAtLocalSource(this.root))
  }

  async fetch(wanted: readonly Wanted[], delivery: Delivery): Promise<void> {
    let works: Wanted[] = []
    let used = 0
    const flush = async (): Promise<void> => {
      if (works.length === 0) return
      const buffer =
        used <= this.#batchBytes
          ? (this.#free.pop() ?? new ArrayBuffer(this.#batchBytes))
          : new ArrayBuffer(used)
      let at = 0
      const entries = works.map((work) => {
        const entry = batchEntry(work, at)
        at += entry.size
        return entry
      })
      const job: ReadJob = { kind: 'read', buffer, entries, write: true, hashes: false }
      const batch = works
      works = []
      this.#onBytes(used)
      this.#flow.took(used)
      used = 0
      delivery.batch(job, batch)
      await this.#flow.wait()
    }
    for (const work of wanted) {
      const { size } = work.entry
      if (size > LARGE_FILE) {
        await flush()
        await this.#flow.wait()
        delivery.largeHere(work)
        this.#onBytes(size)
        this.#flow.took(size)
        continue
      }
      if (used + size > this.#batchBytes || works.length >= 2000) await flush()
      works.push(work)
      used += size
    }
    await flush()
  }
}
