import { execFile } from 'node:child_process'
import { rmdirSync, unlinkSync } from 'node:fs'
import { promisify } from 'node:util'
import type { BatchEntry } from './batch.ts'
import { localPath } from './byte-path.ts'
import type { LocalDelivery } from './deliver-local.ts'
import type { FolderEntry, Listing } from './listing.ts'
import { lookAtLocalTarget, type TargetLook } from './preflight-look.ts'
import type { CopyPool } from './pool.ts'
import type { TargetSide } from './sides.ts'
import {
  closeLocalTarget,
  keepsCase,
  makeFolders,
  roomAt,
  setFolderTimes,
  type LocalTarget,
} from './target-local.ts'
import { batchEntry, type Wanted } from './work.ts'

/** Files that one thread looks at in one go. */
const DOUBTS = 200

/** A target on this machine. */
export class LocalSide implements TargetSide {
  readonly delivery: LocalDelivery
  readonly #target: LocalTarget
  readonly #pool: CopyPool
  #settling: Promise<void> | null = null

  constructor(target: LocalTarget, pool: CopyPool, delivery: LocalDelivery) {
    this.#target = target
    this.#pool = pool
    this.delivery = delivery
  }

  list(): Promise<Listing> {
    const { root, ignore } = this.#target
    return this.#pool.list(root, ignore)
  }

  room(): Promise<{ bytes: number; files: number | null }> {
    return Promise.resolve(roomAt(this.#target.root))
  }

  keepsCase(): Promise<boolean> {
    return Promise.resolve(keepsCase(this.#target.staging))
  }

  look(): Promise<TargetLook> {
    return Promise.resolve(lookAtLocalTarget(this.#target.root))
  }

  idle(): Promise<void> {
    return this.delivery.idle()
  }

  async doubtful(works: readonly Wanted[]): Promise<Wanted[]> {
    const parts: Wanted[][] = []
    for (let at = 0; at < works.length; at += DOUBTS) parts.push(works.slice(at, at + DOUBTS))
    const wrong = await Promise.all(
      parts.map(async (part) => {
        const entries: BatchEntry[] = part.map((work) => batchEntry(work, 0))
        const { verdicts } = await this.#pool.run({ kind: 'doubt', entries })
        return verdicts.flatMap(({ index }) => part[index] ?? [])
      }),
    )
    return wrong.flat()
  }

  makeFolders(folders: readonly FolderEntry[]): Promise<void> {
    makeFolders(this.#target, folders)
    return Promise.resolve()
  }

  settle(): void {
    this.#settling ??= this.#toDisk()
  }

  async finish(folders: readonly FolderEntry[]): Promise<void> {
    setFolderTimes(this.#target.root, folders)
    await this.#settling
    await this.#toDisk()
  }

  /** What only lies in memory is no copy yet: a stick that is pulled out would lose it. */
  async #toDisk(): Promise<void> {
    if (process.platform !== 'linux') return
    await promisify(execFile)('sync', ['-f', this.#target.root]).catch(() => undefined)
  }

  remove(paths: readonly string[]): Promise<void> {
    // Inner ones first.
    for (const path of [...paths].sort().reverse()) {
      const absolute = localPath(this.#target.root, path)
      try {
        unlinkSync(absolute)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'ENOENT') continue
        if (code !== 'EISDIR' && code !== 'EPERM') throw error
        try {
          rmdirSync(absolute)
        } catch (left) {
          if ((left as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw left
        }
      }
    }
    return Promise.resolve()
  }

  close(): Promise<void> {
    closeLocalTarget(this.#target)
    return Promise.resolve()
  }
}
