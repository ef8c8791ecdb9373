import { randomBytes } from 'node:crypto'
import {
  accessSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  chownSync,
  closeSync,
  constants,
  readdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { backupPathAbove, looksLikeBackupPath } from '../../backup/layout.ts'
import { ExpectedError, isDiskFull } from '../../engine/errors.ts'
import { assertApart, realPlace } from '../../engine/paths.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from '../../engine/process-identity.ts'
import { localPath } from './byte-path.ts'
import type { FolderEntry } from './listing.ts'

/** Where unfinished files lie. Beside the target; inside it where the target is a disk of its own. */
export const PARTIAL = '.lifeboat-partial'
/** At the top of a target: no part of the path. The second one is made by ext4. */
export const NOT_OURS = [PARTIAL, 'lost+found']

/** A local folder that becomes a Backup Path. */
export interface LocalTarget {
  /** Absolute, links resolved. */
  root: string
  /** On the same file system, outside of the root where that is possible. */
  staging: string
  /** Entries of the root that are ours and no part of the path. */
  ignore: string[]
  /** The folder was not there before. */
  made: boolean
  owner: { uid: number; gid: number } | null
  /** Permission bits that the system takes away from new files. */
  umask: number
}

/**
 * Looks at a local target and, unless `dryRun`, makes it ready: folder, staging folder, lock.
 * @throws ExpectedError REFUSED: not a folder, holds something else, read-only, another transfer is running
 */
export function openLocalTarget(path: string, dryRun: boolean): LocalTarget {
  const root = realPlace(resolve(path))
  assertApart(root, backupPathAbove(root), 'target of the copy')
  refuseForeign(root)
  const made = !existsSync(root)
  if (dryRun) return { root, staging: '', ignore: NOT_OURS, made, owner: null, umask: 0 }
  const staging = madeReady(root)
  takeLock(staging, root)
  for (const name of readdirSync(staging)) {
    // What a killed run left: never resumed by offset, so worth nothing.
    if (name !== LOCK) rmSync(join(staging, name), { recursive: true, force: true })
  }
  return { root, staging, ignore: NOT_OURS, made, owner: ownerHere(), umask: umaskAt(staging) }
}

/** Makes the folder and the one for what is not finished. */
function madeReady(root: string): string {
  try {
    mkdirSync(root, { recursive: true })
    return stagingFor(root)
  } catch (error) {
    // mkdir says of a read-only file system that a folder is not there; asking the folder above tells the truth.
    accessSync(nearest(root), constants.W_OK)
    throw error
  }
}

function umaskAt(staging: string): number {
  const file = join(staging, 'mode')
  const fd = openSync(file, 'wx', 0o777)
  try {
    return 0o777 & ~fstatSync(fd).mode
  } finally {
    closeSync(fd)
    rmSync(file, { force: true })
  }
}

/** Gives the staging folder and the lock away. Never throws. */
export function closeLocalTarget({ root, staging, made }: LocalTarget): void {
  if (staging === '') return
  try {
    rmSync(staging, { recursive: true, force: true })
    // Nothing came: leave no empty folder behind.
    if (made && readdirSync(root).length === 0) rmdirSync(root)
  } catch {
    // A disk that is gone or read-only by now; the next run clears it.
  }
}

/** The path, or what is there of it: the nearest folder above. */
function nearest(path: string): string {
  let at = path
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  return at
}

/** Free room for this user: bytes, and files where the file system counts them. */
export function roomAt(path: string): { bytes: number; files: number | null } {
  const { bavail, bsize, ffree, files } = statfsSync(nearest(path))
  return { bytes: bavail * bsize, files: files > 0 ? ffree : null }
}

/** Whether `a` and `A` are two files there: by trying. */
export function keepsCase(staging: string): boolean {
  const name = `case-${randomBytes(4).toString('hex')}-a`
  writeFileSync(join(staging, name), '')
  try {
    return !existsSync(join(staging, name.toUpperCase()))
  } finally {
    rmSync(join(staging, name), { force: true })
  }
}

/** Makes folders (outer ones first) that the source has, also empty ones; they and the root get the owner of the files. */
export function makeFolders(
  { root, owner }: Pick<LocalTarget, 'root' | 'owner'>,
  folders: readonly FolderEntry[],
): void {
  if (owner) chownSync(root, owner.uid, owner.gid)
  for (const { path } of folders) {
    const absolute = localPath(root, path)
    makeFolder(absolute)
    if (owner) chownSync(absolute, owner.uid, owner.gid)
  }
}

function makeFolder(path: string | Buffer): void {
  try {
    mkdirSync(path)
  } catch {
    // There already, or its parent is not of the list: the slower way says what is wrong.
    mkdirSync(path, { recursive: true })
  }
}

/** Gives folders the times of the source, inner ones first. */
export function setFolderTimes(root: string, folders: readonly FolderEntry[]): void {
  for (const { path, mtime } of folders.toReversed()) {
    try {
      utimesSync(localPath(root, path), mtime, mtime)
    } catch {
      // A folder's time is a nicety.
    }
  }
}

/** A large file in the staging folder, written piece by piece. */
export class StagedFile {
  readonly path: string
  readonly #fd: number

  constructor(staging: string) {
    this.path = join(staging, `large-${randomBytes(8).toString('hex')}`)
    this.#fd = openSync(this.path, 'wx', 0o600)
  }

  write(piece: Buffer): void {
    for (let done = 0; done < piece.length;) done += writeSync(this.#fd, piece, done)
  }

  end(): void {
    closeSync(this.#fd)
  }

  abandon(): void {
    closeSync(this.#fd)
    rmSync(this.path, { force: true })
  }
}

function refuseForeign(root: string): void {
  if (!existsSync(root)) return
  if (!statSync(root).isDirectory()) {
    throw new ExpectedError('REFUSED', `The target ${root} is a file`, {
      why: 'A copy becomes a folder.',
      next: 'Name a new folder.',
    })
  }
  const names = readdirSync(root).filter((name) => !NOT_OURS.includes(name))
  if (names.length === 0 || looksLikeBackupPath(root)) return
  // What an interrupted copy began with may not look like a Backup Path yet.
  if (existsSync(`${root}${PARTIAL}`) || existsSync(join(root, PARTIAL))) return
  throw new ExpectedError('REFUSED', `The target ${root} holds something else`, {
    why: 'It is neither empty nor a backup path, and what is there would be mixed with the copy.',
    next: 'Name a new folder; an interrupted copy goes on when it is started with the same folders again.',
  })
}

function stagingFor(root: string): string {
  const beside = `${root}${PARTIAL}`
  try {
    mkdirSync(beside, { recursive: true })
    if (lstatSync(beside).isDirectory() && statSync(beside).dev === statSync(root).dev) return beside
    rmdirSync(beside)
  } catch (error) {
    if (isDiskFull(error)) throw error
    // The folder above is not ours to write: inside then.
  }
  const inside = join(root, PARTIAL)
  mkdirSync(inside, { recursive: true })
  if (!lstatSync(inside).isDirectory()) throw new Error(`${inside} is not a folder.`)
  return inside
}

const LOCK = 'lock'

function takeLock(staging: string, root: string): void {
  const file = join(staging, LOCK)
  for (let round = 0; round < 3; round++) {
    try {
      writeFileSync(file, JSON.stringify(ownIdentity()), { flag: 'wx', mode: 0o600 })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = ownerOfLock(file)
    if (owner !== null && isAlive(owner)) {
      throw new ExpectedError('REFUSED', `Another transfer to ${root} is running`, {
        why: `Process ${String(owner.pid)} of this machine holds ${file}.`,
        next: 'Wait until it is done, or stop it first.',
      })
    }
    rmSync(file, { force: true })
  }
  throw new Error(`The lock ${file} cannot be taken.`)
}

/** The lock of a transfer into this folder that is running now; null where there is none. */
export function lockHolder(root: string): string | null {
  for (const staging of [`${root}${PARTIAL}`, join(root, PARTIAL)]) {
    const owner = ownerOfLock(join(staging, LOCK))
    if (owner !== null && isAlive(owner)) return `${join(staging, LOCK)}, process ${String(owner.pid)}`
  }
  return null
}

function ownerOfLock(file: string): ProcessIdentity | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as Partial<ProcessIdentity>
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : null
  } catch {
    return null
  }
}

/** As root, files become those of `zextras` where that user exists: the restore runs as it. */
function ownerHere(): LocalTarget['owner'] {
  if (process.getuid?.() !== 0) return null
  try {
    const line = /^zextras:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))
    return line ? { uid: Number(line[1]), gid: Number(line[2]) } : null
  } catch {
    return null
  }
}
