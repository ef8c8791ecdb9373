import { hash, createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { numberedName } from '../names.ts'
import { MailTargetError } from './target.ts'
import type { MailSource, MailTargetErrorKind } from './target.ts'

/** Written, read back and found right, but not under its final name yet. */
export interface PartFile {
  path: string
  bytes: number
  /** Hex. */
  sha256: string
}

const PART = /^\.lifeboat-(\d+)-[0-9a-z-]+\.part$/
const CHUNK = 1024 * 1024
const HARD_LINKS_MISSING = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'EACCES',
  'EMLINK',
  'EXDEV',
  'UNKNOWN',
])
/** Of this thread: with the process and the sequence it makes names that nobody else can have. */
const SALT = randomBytes(5).toString('hex')
let sequence = 0

/** A new name for a temporary file: never that of a message, and its writer can be told. */
export function partName(): string {
  sequence++
  return `.lifeboat-${process.pid}-${sequence.toString(36)}-${SALT}.part`
}

export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

const KINDS: Record<string, MailTargetErrorKind> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
  ENOTDIR: 'refused',
  EISDIR: 'refused',
  ELOOP: 'refused',
  ENAMETOOLONG: 'name',
  EILSEQ: 'name',
  EINVAL: 'name',
}

const ADVICE: Record<MailTargetErrorKind, { why: string; next: string }> = {
  full: {
    why: 'the disk is full, or a quota or the largest file size of its file system is reached',
    next: 'Make room or choose another folder, then start the export again: it goes on where it was.',
  },
  refused: {
    why: 'the folder does not let this user write there',
    next: 'Choose a folder of your own, or let its owner give you the right to write.',
  },
  name: {
    why: 'its file system does not accept the name',
    next: 'Export to another disk, or as a zip or mbox file.',
  },
  changed: {
    why: 'the bytes read back are not those that were to be written',
    next: 'Do not trust this disk: check it, and export to another one.',
  },
  source: {
    why: 'the message could not be read to its end',
    next: 'See the reason; the other messages are not concerned.',
  },
  io: {
    why: 'the disk answered with an error',
    next: 'Check the disk and its cable, then start the export again: it goes on where it was.',
  },
}

/** Any failure as the one typed error of this room; system errors keep their own words as the reason's end. */
export function targetError(
  error: unknown,
  path: string,
  fallback: MailTargetErrorKind = 'io',
): MailTargetError {
  if (error instanceof MailTargetError) return error
  const code = errorCode(error)
  const kind =
    KINDS[code] ?? (code.startsWith('E') && fallback === 'source' && code === 'EIO' ? 'source' : fallback)
  const { why, next } = ADVICE[kind]
  const detail = error instanceof Error && error.message !== '' ? ` (${error.message.slice(0, 300)})` : ''
  return new MailTargetError(kind, path, `${why}${detail}.`, next, error)
}

/** Writes all of `bytes`: one call may write less, for instance on a disk that is nearly full. */
export function writeAll(fd: number, bytes: Buffer, position: number | null = null): void {
  let done = 0
  while (done < bytes.length) {
    const wrote = writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done)
    if (wrote === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
    done += wrote
  }
}

/** Kept between calls: a fresh buffer of this size for every small file costs more than reading it. */
let spare: Buffer | null = null

/** Calls `take` with the file's bytes, a chunk at a time; the buffer is used again for the next chunk. */
export function readChunks(path: string, take: (chunk: Buffer) => void): void {
  const fd = openSync(path, 'r')
  const buffer = spare ?? Buffer.allocUnsafe(CHUNK)
  spare = null
  try {
    for (;;) {
      const got = readSync(fd, buffer, 0, CHUNK, null)
      if (got === 0) return
      take(buffer.subarray(0, got))
    }
  } finally {
    spare = buffer
    closeSync(fd)
  }
}

/** SHA-256 of a file, hex. */
export function hashFile(path: string): string {
  const digest = createHash('sha256')
  readChunks(path, (chunk) => digest.update(chunk))
  return digest.digest('hex')
}

let readBack = Buffer.allocUnsafe(256 * 1024)

/** All bytes of an open file (one more than expected shows that it is longer); valid until the next call. */
function readOpen(fd: number, expected: number): Buffer {
  if (readBack.length < expected + 1) readBack = Buffer.allocUnsafe(expected + 1 + Math.ceil(expected / 4))
  let got = 0
  while (got <= expected) {
    const n = readSync(fd, readBack, got, expected + 1 - got, got)
    if (n === 0) break
    got += n
  }
  return readBack.subarray(0, got)
}

function readWhole(path: string, expected: number): Buffer {
  const fd = openSync(path, 'r')
  try {
    return readOpen(fd, expected)
  } finally {
    closeSync(fd)
  }
}

function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Gone already, or the disk is: the name tells what it is, and the next export clears it away.
  }
}

export { discard as discardPart }

/**
 * Writes a message into a new temporary file of `folder` and reads it back. `expected` is its SHA-256 in hex, when known.
 * On every failure the temporary file is removed and a `MailTargetError` is thrown.
 */
export async function writePart(
  folder: string,
  source: MailSource,
  expected: string | null,
): Promise<PartFile> {
  const path = join(folder, partName())
  let fd: number
  try {
    fd = openSync(path, 'wx+', 0o600)
  } catch (error) {
    throw targetError(error, path)
  }
  try {
    let part: PartFile | null = null
    try {
      if (Buffer.isBuffer(source)) {
        writeAll(fd, source)
        part = checkBuffer(fd, path, source)
      } else await runSource(source, fd, path)
    } finally {
      // Network file systems tell of a full disk only here.
      closeSync(fd)
    }
    part ??= checkStream(path)
    if (expected !== null && part.sha256 !== expected) throw changed(path)
    return part
  } catch (error) {
    discard(path)
    throw targetError(error, path)
  }
}

async function runSource(source: Exclude<MailSource, Buffer>, fd: number, path: string): Promise<void> {
  try {
    await source(fd)
  } catch (error) {
    throw targetError(error, path, 'source')
  }
}

function checkBuffer(fd: number, path: string, source: Buffer): PartFile {
  const back = readOpen(fd, source.length)
  if (!back.equals(source)) throw changed(path)
  return { path, bytes: source.length, sha256: hash('sha256', back, 'hex') }
}

function checkStream(path: string): PartFile {
  return { path, bytes: statSync(path).size, sha256: hashFile(path) }
}

function changed(path: string): MailTargetError {
  return new MailTargetError('changed', path, `${ADVICE.changed.why}.`, ADVICE.changed.next)
}

export interface Published {
  name: string
  outcome: 'written' | 'already'
}

/** True when a regular file of that path holds exactly these bytes. */
function holds(path: string, bytes: number, sha256: string): boolean {
  try {
    const stat = lstatSync(path)
    if (!stat.isFile() || stat.size !== bytes) return false
    return (bytes <= CHUNK ? hash('sha256', readWhole(path, bytes), 'hex') : hashFile(path)) === sha256
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

/** The first of `name`, `name (2)`, … that holds these bytes already; null when the next free one comes first. */
export function findExisting(
  folder: string,
  name: string,
  sha256: string,
): { name: string; bytes: number } | null {
  for (let number = 1; number < 1000; number++) {
    const candidate = numberedName(name, number)
    const path = join(folder, candidate)
    let stat
    try {
      stat = lstatSync(path)
    } catch {
      return null
    }
    if (stat.isFile() && holds(path, stat.size, sha256)) return { name: candidate, bytes: stat.size }
  }
  return null
}

/**
 * Gives a temporary file its final name without ever replacing a file: a hard link fails when the name is taken. File systems
 * without links (FAT, exFAT, many network ones) get the name reserved by an empty file that the rename then replaces. The
 * same name with the same bytes is `already`, with others the next number is taken.
 */
export function publish(part: PartFile, folder: string, name: string): Published {
  for (let number = 1; number < 1000; number++) {
    const candidate = numberedName(name, number)
    const path = join(folder, candidate)
    try {
      if (moveToFree(part.path, path)) return { name: candidate, outcome: 'written' }
      if (holds(path, part.bytes, part.sha256)) {
        discard(part.path)
        return { name: candidate, outcome: 'already' }
      }
    } catch (error) {
      throw targetError(error, path)
    }
  }
  throw new MailTargetError(
    'io',
    join(folder, name),
    'a thousand files of that name exist.',
    'Export into an empty folder.',
  )
}

/** Gives a file a name that nothing has yet, also among several threads and without hard links; false when it is taken, then `from` stays. */
export function moveToFree(from: string, to: string): boolean {
  try {
    linkSync(from, to)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    if (!HARD_LINKS_MISSING.has(errorCode(error))) throw error
    return reserveAndRename(from, to)
  }
  discard(from)
  return true
}

/** For file systems without hard links. Exported for its test. */
export function reserveAndRename(from: string, to: string): boolean {
  let reservation: { dev: number; ino: number }
  try {
    const fd = openSync(to, 'wx', 0o600)
    reservation = fstatSync(fd)
    closeSync(fd)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
  try {
    renameSync(from, to)
  } catch (error) {
    // Only our own empty reservation may go.
    const now = lstatSync(to)
    if (now.size === 0 && now.ino === reservation.ino && now.dev === reservation.dev) discard(to)
    throw error
  }
  return true
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** Removes temporary files that an export left behind whose process is gone; those of a living one stay. */
export function clearLeftovers(folder: string): void {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return
  }
  for (const name of names) {
    const pid = PART.exec(name)?.[1]
    if (pid !== undefined && Number(pid) !== process.pid && !alive(Number(pid))) {
      rmSync(join(folder, name), { force: true })
    }
  }
}
