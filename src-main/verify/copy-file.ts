import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { openForReading } from '../backup/source.ts'
import { moveToFree } from '../mail/formats/part-file.ts'

/** Name of the folder inside a target that holds what is not finished; it is gone when the target is. */
export const WORK_FOLDER = '.lifeboat-work'

const PIECE = 4 * 1024 * 1024

/**
 * Writes files of a repaired copy: always under a temporary name first, then renamed, with the time, mode and (as root)
 * owner of the original. Good files are reflinked where the file system can, else their bytes are written; never
 * hard-linked, because a later chown or write would reach through to the original.
 */
export class CopyTarget {
  readonly root: string
  readonly #work: string
  readonly #onPiece: () => void
  /** Null until the first file has shown whether the file system can reflink. */
  #canClone: boolean | null = null
  #serial = 0
  readonly #folders = new Set<string>()

  /**
   * @param name tells apart the temporary files of several threads
   * @param onPiece called for each piece of a file that is copied
   */
  constructor(root: string, name: string, onPiece: () => void = () => undefined) {
    this.root = root
    this.#onPiece = onPiece
    this.#work = join(root, WORK_FOLDER, name)
    // Halves that a killed or full run left would be in the way of new ones.
    rmSync(this.#work, { recursive: true, force: true })
    mkdirSync(this.#work, { recursive: true })
  }

  /** True when the file is already there with this size: only finished files have a final name. */
  has(path: string, size: number): boolean {
    try {
      const stat = lstatSync(join(this.root, path))
      return stat.isFile() && stat.size === size
    } catch {
      return false
    }
  }

  /** Writes bytes that were verified in memory; `like` gives time, mode and owner. */
  write(path: string, bytes: Buffer, like: string | null): void {
    const temporary = this.#temporary()
    const fd = openSync(temporary, 'wx', 0o600)
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
    } finally {
      closeSync(fd)
    }
    this.#publish(temporary, path, bytes.length, like)
  }

  /**
   * Copies a file whose bytes were verified just before: a reflink costs no second reading. Returns false when the file
   * system cannot reflink; then the caller has the bytes in memory and writes them.
   */
  clone(from: string, path: string): boolean {
    if (this.#canClone === false) return false
    const temporary = this.#temporary()
    try {
      copyFileSync(from, temporary, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL)
    } catch {
      rmSync(temporary, { force: true })
      this.#canClone = false
      return false
    }
    this.#canClone = true
    this.#publish(temporary, path, statSync(temporary).size, from)
    return true
  }

  /** Copies a file of any size as it is, reading it once. Throws what reading or writing throws. */
  copy(from: string, path: string): void {
    const { temporary, size } = this.#bring(from)
    this.#publish(temporary, path, size, from)
  }

  /** The same, but a file that has the name already stays, also one that another thread is just giving it: false then. */
  copyNew(from: string, path: string): boolean {
    const { temporary, size } = this.#bring(from)
    if (moveToFree(temporary, this.#ready(temporary, path, size, from))) return true
    rmSync(temporary, { force: true })
    return false
  }

  #bring(from: string): { temporary: string; size: number } {
    const source = openForReading(from)
    const temporary = this.#temporary()
    const target = openSync(temporary, 'wx', 0o600)
    let total = 0
    try {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, Math.max(1, fstatSync(source).size)))
      for (let got = readSync(source, piece); got > 0; got = readSync(source, piece)) {
        for (let done = 0; done < got;) done += writeSync(target, piece, done, got - done)
        total += got
        this.#onPiece()
      }
    } finally {
      closeSync(source)
      closeSync(target)
    }
    return { temporary, size: total }
  }

  #temporary(): string {
    return join(this.#work, String(this.#serial++))
  }

  #publish(temporary: string, path: string, size: number, like: string | null): void {
    renameSync(temporary, this.#ready(temporary, path, size, like))
  }

  /** Sees that the file is whole, gives it attributes and makes its folder; where it belongs. */
  #ready(temporary: string, path: string, size: number, like: string | null): string {
    if (statSync(temporary).size !== size)
      throw new Error(`Writing ${path} fell short: the disk may be full.`)
    if (like !== null) keepAttributes(temporary, like)
    const final = join(this.root, path)
    const folder = dirname(final)
    if (!this.#folders.has(folder)) {
      mkdirSync(folder, { recursive: true })
      this.#folders.add(folder)
    }
    return final
  }
}

/** Time, mode and, where we may, owner. The mode is kept readable for us: a restore as `zextras` sets its own. */
function keepAttributes(path: string, like: string): void {
  const stat = lstatSync(like)
  chmodSync(path, (stat.mode & 0o777) | 0o600)
  if (process.getuid?.() === 0) chownSync(path, stat.uid, stat.gid)
  utimesSync(path, stat.atime, stat.mtime)
}
