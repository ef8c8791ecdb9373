import type { BatchAnswer, EntryVerdict } from './batch.ts'
import { CHANGED } from './batch-work.ts'
import { shown } from './byte-path.ts'
import type { ListedFile } from './types.ts'
import type { Wanted } from './work.ts'

/** A file is read so often before it is given up. */
const MAX_READS = 4
/** A file that the source refuses is asked for so often: once in its turn, once at the end. */
const MAX_REFUSALS = 2

/** What has become of every file that was to come. */
export class Ledger {
  readonly #verified = new Set<string>()
  /** Bytes of the files that are done. */
  doneBytes = 0
  /** Files to try again when everything else is through. */
  again: Wanted[] = []
  /** Files that were others when they were read: the next listing tells. */
  changed = 0
  readonly #missing = new Map<string, { work: Wanted; reason: string }>()
  readonly #damaged = new Map<string, string>()

  /** Files proved and in their places; one that changed and was copied again counts once. */
  get verified(): number {
    return this.#verified.size
  }

  get problems(): number {
    return this.#missing.size + this.#damaged.size
  }

  /** @param works in the order of the job's entries */
  batch(works: readonly Wanted[], { verdicts }: BatchAnswer): void {
    const odd = new Map(verdicts.map((verdict) => [verdict.index, verdict]))
    works.forEach((work, index) => {
      const verdict = odd.get(index)
      if (verdict === undefined || verdict.state === 'ok') this.ok(work)
      else this.judged(work, verdict)
    })
  }

  ok(work: Wanted): void {
    this.#verified.add(work.entry.path)
    this.doneBytes += work.entry.size
    this.#missing.delete(work.entry.path)
    this.#damaged.delete(work.entry.path)
  }

  judged(work: Wanted, { state, sha256, detail }: Omit<EntryVerdict, 'index'>): void {
    const { path, size } = work.entry
    switch (state) {
      case 'ok':
        this.ok(work)
        return
      case 'as-is':
        this.doneBytes += size
        this.#verified.delete(path)
        this.#missing.delete(path)
        this.#damaged.set(path, `${detail}; it is so at the source and was copied as it is`)
        return
      case 'unreadable':
        this.failed(work, detail)
        return
      case 'unproved': {
        const tries = work.tries + 1
        if (tries < MAX_READS) this.again.push({ ...work, sha256, tries })
        else this.#miss(work, 'every reading gave other bytes: the disk of the source may be failing')
      }
    }
  }

  failed(work: Wanted, reason: string): void {
    if (reason === CHANGED) {
      this.changed++
      return
    }
    const tries = work.tries + 1
    if (tries < MAX_REFUSALS) this.again.push({ ...work, tries })
    else this.#miss(work, reason)
  }

  /** A file was lost on the way, by no fault of its own. */
  lost(work: Wanted): void {
    this.again.push(work)
  }

  /** A file that cannot come, whatever is tried. */
  never(path: string, reason: string): void {
    const entry = { path, size: 0, mtime: 0, mode: 0 }
    this.#missing.set(path, { work: { entry, digest: null, sha256: null, tries: 0 }, reason })
  }

  /** Whether this very file was given up before: the same size and time. */
  gaveUp({ entry }: Wanted): boolean {
    const known = this.#missing.get(entry.path)?.work.entry
    return known?.size === entry.size && known.mtime === entry.mtime
  }

  /** A file that is not at the source any more cannot be missing. */
  forget(isGone: (path: string) => boolean): void {
    for (const path of this.#missing.keys()) if (isGone(path)) this.#missing.delete(path)
    for (const path of this.#damaged.keys()) if (isGone(path)) this.#damaged.delete(path)
    for (const path of this.#verified) if (isGone(path)) this.#verified.delete(path)
  }

  takeAgain(): Wanted[] {
    const again = this.again
    this.again = []
    return again
  }

  missing(): ListedFile[] {
    return [...this.#missing].map(([path, { reason }]) => ({ path: shown(path), reason }))
  }

  damaged(): ListedFile[] {
    return [...this.#damaged].map(([path, reason]) => ({ path: shown(path), reason }))
  }

  #miss(work: Wanted, reason: string): void {
    this.#missing.set(work.entry.path, { work, reason })
  }
}
