import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { join, sep } from 'node:path'
import { errorCode } from './errors.ts'

/**
 * How a Backup Path is read: list, stat, read. A local folder now; the same interface can be put over SFTP or a bucket.
 * Everything is synchronous, because it runs in worker threads (TECH.md: asynchronous reading is 2.5 times slower).
 */
export type EntryKind = 'file' | 'directory' | 'link' | 'other'

export interface SourceEntry {
  name: string
  kind: EntryKind
}

export interface SourceStat {
  kind: EntryKind
  /** Bytes. */
  size: number
  /** Last change of the content, ms UTC. */
  mtime: number
  uid: number
  /** Permission bits, e.g. 0o600. */
  mode: number
}

/** Why something could not be read; `uid` and `mode` say whose file refused. */
export interface Refusal {
  code: string
  uid: number | null
  mode: number | null
}

export type ListResult = { entries: SourceEntry[] } | { refused: Refusal }
export type ReadResult = { bytes: Buffer; size: number; mtime: number; cut: boolean } | { refused: Refusal }

export interface BackupSource {
  /** Absolute, links resolved. */
  readonly root: string
  /** Entries of a folder given relative to the root, in the order of the directory itself unless `sorted`. */
  list(path: string, sorted?: boolean): ListResult
  /** What stands there, links not followed; null when nothing does. */
  stat(path: string): SourceStat | null
  /** The first `limit` bytes of a regular file; `cut` when it is longer. The buffer is the caller's. */
  read(path: string, limit: number): ReadResult
  /** Reads a regular file of any size piece by piece; the piece is only valid during the call. */
  readPieces(path: string, pieceBytes: number, take: (piece: Buffer) => void): Refusal | null
  absolute(path: string): string
}

const NOT_THERE = new Set(['ENOENT', 'ENOTDIR'])

/** A flag of `open` that not every system has; 0 where it is missing. */
function optional(name: 'O_NONBLOCK' | 'O_NOFOLLOW' | 'O_NOATIME'): number {
  return (constants as Record<string, number | undefined>)[name] ?? 0
}

// A FIFO without a writer would block an ordinary open for ever; a link must never lead out of the evidence.
const READ_FLAGS = constants.O_RDONLY | optional('O_NONBLOCK') | optional('O_NOFOLLOW')
const NO_ATIME = optional('O_NOATIME')
let useNoAtime = NO_ATIME !== 0

/**
 * Opens a file for reading without following a link, without waiting on a FIFO and, where the system allows it,
 * without touching its access time. Throws what `open` throws.
 */
export function openForReading(absolutePath: string): number {
  if (useNoAtime) {
    try {
      return openSync(absolutePath, READ_FLAGS | NO_ATIME)
    } catch (error) {
      if (errorCode(error) !== 'EPERM') throw error
      // Only the owner may ask for it: not our files, so stop asking.
      useNoAtime = false
    }
  }
  return openSync(absolutePath, READ_FLAGS)
}

export function kindOf(stat: Stats | Dirent): EntryKind {
  if (stat.isSymbolicLink()) return 'link'
  if (stat.isDirectory()) return 'directory'
  return stat.isFile() ? 'file' : 'other'
}

/** The refusal for an error of `open` or `read`, with the owner and mode of what refused. */
export function refusalOf(error: unknown, absolutePath: string): Refusal {
  const code = errorCode(error)
  if (NOT_THERE.has(code)) return { code, uid: null, mode: null }
  try {
    const { uid, mode } = lstatSync(absolutePath)
    return { code, uid, mode: mode & 0o7777 }
  } catch {
    return { code, uid: null, mode: null }
  }
}

/** One sentence for a person: what refused and, for permissions, whose it is. */
export function describeRefusal(refused: Refusal): string {
  const { code, uid, mode } = refused
  const owner =
    uid === null || mode === null
      ? ''
      : ` (owner uid ${String(uid)}, mode ${mode.toString(8).padStart(4, '0')})`
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `no permission to read it${owner}`
    case 'ENOENT':
      return 'it is not there'
    case 'ELOOP':
      return 'it is a link; links are not followed'
    case 'ENOTREG':
      return 'it is not a regular file'
    case 'EISDIR':
      return 'it is a folder'
    case 'EIO':
      return 'the disk reports a read error (EIO)'
    default:
      return `reading failed (${code})${owner}`
  }
}

function readFully(fd: number, target: Buffer, from: number, length: number): number {
  let done = 0
  while (done < length) {
    const got = readSync(fd, target, from + done, length - done, null)
    if (got === 0) break
    done += got
  }
  return done
}

const NOT_REGULAR: Refusal = { code: 'ENOTREG', uid: null, mode: null }

class LocalSource implements BackupSource {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  absolute(path: string): string {
    return path === '' ? this.root : join(this.root, path)
  }

  list(path: string, sorted = false): ListResult {
    const absolute = this.absolute(path)
    try {
      // The root was resolved; everything below is listed only when it is a real folder.
      if (path !== '' && !lstatSync(absolute).isDirectory())
        return { refused: { ...NOT_REGULAR, code: 'ENOTDIR' } }
      const entries = readdirSync(absolute, { withFileTypes: true }).map((entry) => ({
        name: entry.name,
        kind: kindOf(entry),
      }))
      if (sorted) entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
      return { entries }
    } catch (error) {
      return { refused: refusalOf(error, absolute) }
    }
  }

  stat(path: string): SourceStat | null {
    try {
      const stat = lstatSync(this.absolute(path))
      return {
        kind: kindOf(stat),
        size: stat.size,
        mtime: Math.floor(stat.mtimeMs),
        uid: stat.uid,
        mode: stat.mode & 0o7777,
      }
    } catch {
      return null
    }
  }

  read(path: string, limit: number): ReadResult {
    const absolute = this.absolute(path)
    let fd: number | null = null
    try {
      fd = openForReading(absolute)
      const stat = fstatSync(fd)
      if (!stat.isFile())
        return { refused: { ...NOT_REGULAR, code: stat.isDirectory() ? 'EISDIR' : 'ENOTREG' } }
      // One byte more than announced shows a file that grows while it is read.
      const bytes = Buffer.allocUnsafe(Math.min(stat.size, limit) + 1)
      const got = readFully(fd, bytes, 0, bytes.length)
      const kept = Math.min(got, limit)
      return {
        bytes: bytes.subarray(0, kept),
        size: stat.size,
        mtime: Math.floor(stat.mtimeMs),
        cut: got > kept || stat.size > kept,
      }
    } catch (error) {
      return { refused: refusalOf(error, absolute) }
    } finally {
      if (fd !== null) closeSync(fd)
    }
  }

  readPieces(path: string, pieceBytes: number, take: (piece: Buffer) => void): Refusal | null {
    const absolute = this.absolute(path)
    let fd: number | null = null
    try {
      fd = openForReading(absolute)
      if (!fstatSync(fd).isFile()) return NOT_REGULAR
      const piece = Buffer.allocUnsafe(pieceBytes)
      for (;;) {
        const got = readFully(fd, piece, 0, pieceBytes)
        if (got === 0) return null
        take(piece.subarray(0, got))
      }
    } catch (error) {
      return refusalOf(error, absolute)
    } finally {
      if (fd !== null) closeSync(fd)
    }
  }
}

/** A source over a local folder; links in the path of the root itself are resolved once. Throws when it is not there. */
export function localSource(root: string): BackupSource {
  return new LocalSource(realpathSync(root))
}

/** Whether `path` lies in `root` (both absolute, links resolved). */
export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}
