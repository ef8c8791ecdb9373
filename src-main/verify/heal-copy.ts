import { gzipSync } from 'node:zlib'
import type { BlobRead } from '../backup/blob.ts'
import type { BlobFile } from '../backup/scan.ts'
import type { RawProblem } from './check-types.ts'
import { CopyTarget } from './copy-file.ts'
import type { GuardedSource } from './guarded-source.ts'

/** Fills a repaired copy with what a reading thread finds sound, each file in its own place. */
export class HealCopy {
  readonly target: CopyTarget
  readonly #source: GuardedSource

  constructor(root: string, name: string, source: GuardedSource) {
    this.target = new CopyTarget(root, name, () => {
      source.beat()
    })
    this.#source = source
  }

  /** Copies an item file that was just read. */
  metadata(path: string, read: { bytes: Buffer; size: number; cut: boolean }): number {
    if (this.target.has(path, read.size)) return 1
    const from = this.#source.absolute(path)
    if (read.cut) this.target.copy(from, path)
    else this.target.write(path, read.bytes, from)
    return 1
  }

  /** Copies the regular files of a folder that are neither items nor blobs: they are kept as they are. */
  others(folder: string, known: ReadonlySet<string>, problems: RawProblem[]): number {
    const listed = this.#source.list(folder)
    // Told by whoever lists what is known of it.
    if ('refused' in listed) return 0
    let copied = 0
    for (const { name, kind } of listed.entries) {
      const path = `${folder}/${name}`
      if (kind !== 'file' || known.has(path)) continue
      if (this.file(path, problems)) copied++
    }
    return copied
  }

  /** Copies one file as it is, unless it is there already; false and a problem where it cannot be read. */
  file(path: string, problems: RawProblem[]): boolean {
    const stat = this.#source.stat(path)
    if (stat !== null && this.target.has(path, stat.size)) return true
    try {
      if (!this.#source.enter(path)) throw new Error('reading it did not end')
      this.target.copy(this.#source.absolute(path), path)
      return true
    } catch (error) {
      if (isOurs(error)) throw error
      problems.push(notCopied(path, error instanceof Error ? error.message : String(error)))
      return false
    }
  }

  /**
   * Copies a blob whose bytes the digest proves, to its own place and packed once. A blob that is whole by its CRC but
   * fits no digest is copied as it is; anything else is left out.
   */
  blob(blob: BlobFile, found: BlobRead): { copied: number; mended: number } {
    const path = `items/${blob.digest.slice(0, 2)}/${blob.digest}`
    const from = this.#source.absolute(blob.path)
    if (found.status === 'digest-mismatch') {
      // Another file of this name may be the right one: it stays, and goes before this one.
      if (!this.target.has(path, found.fileBytes) && !this.target.copyNew(from, path)) return NONE
      return { copied: 1, mended: blob.misplaced ? 1 : 0 }
    }
    if (found.status === 'ok') {
      if (!this.target.has(path, found.fileBytes) && !this.target.clone(from, path))
        this.target.copy(from, path)
      return { copied: 1, mended: blob.misplaced ? 1 : 0 }
    }
    // Packed twice, not packed at all, or damaged only around the message: packed anew, once.
    if (found.rule !== null && found.message !== null) {
      this.target.write(path, gzipSync(found.message), from)
      return { copied: 1, mended: 1 }
    }
    return NONE
  }
}

/** A file or folder beside mail and metadata that is not in the copy. */
export function notCopied(path: string, why: string): RawProblem {
  const detail = `It could not be copied: ${why}.`
  return { kind: 'unexpected-file', path, digest: null, detail, recoverable: false }
}

/** Whether a problem is of `notCopied`: files that merely should not be there can be copied. */
export function isNotCopied({ kind, recoverable }: RawProblem): boolean {
  return kind === 'unexpected-file' && !recoverable
}

const NONE = { copied: 0, mended: 0 }

/** Errors of the target (full, read-only) end the work; errors of one source file do not. */
function isOurs(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOSPC' || code === 'EROFS' || code === 'EDQUOT'
}
