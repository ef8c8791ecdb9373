import { closeSync, readSync } from 'node:fs'
import { localSource, openForReading } from '../backup/source.ts'
import type { BackupSource, ListResult, ReadResult, Refusal, SourceStat } from '../backup/source.ts'
import type { Pulse } from './pulse.ts'

/** What was refused because reading it did not end before. */
export const HUNG: Refusal = { code: 'ETIMEDOUT', uid: null, mode: null }

/** Refusals that a second try cannot change. */
const FINAL = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENOTREG', 'ENAMETOOLONG'])

/** Whether it may be read after all: a disk that fails answers now and then. */
export function mayRecover(refused: Refusal): boolean {
  return !FINAL.has(refused.code)
}

/** Item files are mostly under 2 KB. */
const SMALL = 64 * 1024

/**
 * A local source that says what it reads before it does, so that a hang is seen, and that refuses to touch again what
 * hung before.
 */
export class GuardedSource implements BackupSource {
  readonly root: string
  readonly #inner: BackupSource
  readonly #pulse: Pulse
  readonly #small = Buffer.allocUnsafeSlow(SMALL)
  readonly #label: string
  /** What is not read again, as `enter` was told it. */
  readonly hung: Set<string>

  /** @param label stands before the paths of another copy, to tell them from those of the Backup Path */
  constructor(root: string, pulse: Pulse, hung = new Set<string>(), label = '') {
    this.#inner = localSource(root)
    this.root = this.#inner.root
    this.#pulse = pulse
    this.#label = label
    this.hung = hung
  }

  absolute(path: string): string {
    return path === '' ? this.root : `${this.root}/${path}`
  }

  /** Says that `path` is read now; false when it must not be, because that hung before. */
  enter(path: string): boolean {
    const told = this.#label + path
    if (this.hung.size > 0 && this.hung.has(told)) return false
    this.#pulse.at(told)
    return true
  }

  /** The file entered last is large and goes on. */
  beat(): void {
    this.#pulse.beat()
  }

  list(path: string, sorted = false): ListResult {
    return this.enter(path) ? this.#inner.list(path, sorted) : { refused: HUNG }
  }

  stat(path: string): SourceStat | null {
    return this.enter(path) ? this.#inner.stat(path) : null
  }

  read(path: string, limit: number): ReadResult {
    return this.enter(path) ? this.#inner.read(path, limit) : { refused: HUNG }
  }

  readPieces(path: string, pieceBytes: number, take: (piece: Buffer) => void): Refusal | null {
    if (!this.enter(path)) return HUNG
    return this.#inner.readPieces(path, pieceBytes, (piece) => {
      this.#pulse.beat()
      take(piece)
    })
  }

  /**
   * The bytes of a small file with as few calls as can be, in a buffer that is used again by the next call; null for
   * every file that is not simply small and readable, which `read` must judge. A short read of a regular file is its end;
   * where it is not (some network mounts), the text is torn and the caller reads it again.
   */
  readSmall(path: string): Buffer | null {
    if (!this.enter(path)) return null
    let fd: number
    try {
      fd = openForReading(this.absolute(path))
    } catch {
      return null
    }
    try {
      const got = readSync(fd, this.#small, 0, SMALL, null)
      return got > 0 && got < SMALL ? this.#small.subarray(0, got) : null
    } catch {
      return null
    } finally {
      closeSync(fd)
    }
  }
}
