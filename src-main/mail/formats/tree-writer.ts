import { execFile } from 'node:child_process'
import { closeSync, fsync, fsyncSync, lstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freeFolders, safeDir } from '../names.ts'
import { clearLeftovers, errorCode, targetError } from './part-file.ts'
import { MailTargetError } from './target.ts'

const fsyncAsync = promisify(fsync)
/**
 * So many files or bytes may be lost when the power fails. Where the whole file system can be synced at once (Linux, coreutils'
 * `sync -f`), that takes a small part of the time of syncing small files one by one (measured: fsync was half of an export), and the
 * export goes on meanwhile.
 */
const SYNC_FILES = 4096
const SYNC_BYTES = 256 * 1024 * 1024
/** Fewer files than this are synced one by one: other programs' data need not be waited for. */
const FEW_FILES = 64
/** Files that are synced in parallel, so that a journal can take them in one go. */
const PARALLEL = 256
let canSyncAtOnce = process.platform === 'linux'

/** The folders of an export and the durability of what is put into them. */
export class TreeWriter {
  readonly root: string
  private readonly folders = new Map<string, string>()
  /** Number of the device the root lies on, once something was made below it. */
  private device: bigint | null = null
  private unsynced: string[] = []
  private unsyncedBytes = 0
  private syncing: Promise<void> = Promise.resolve()

  constructor(root: string) {
    this.root = root
  }

  /** Makes a folder below the root, with `inner` folders (like Maildir's), and clears what a killed export left there. Gives its path below the root. */
  folder(dir: string[], inner: readonly string[] = []): string {
    const key = dir.join('\0')
    const known = this.folders.get(key)
    if (known !== undefined) return known
    const names = safeDir(dir)
    let relative = names.join('/')
    try {
      this.assertRoot()
      relative = freeFolders(names, (path) => isFile(join(this.root, path)), 1000).join('/')
      for (const name of inner.length === 0 ? [''] : inner) {
        const path = join(this.root, relative, name)
        assertNoLinks(this.root, [...relative.split('/'), name])
        mkdirSync(path, { recursive: true, mode: 0o700 })
        clearLeftovers(path)
      }
    } catch (error) {
      throw targetError(error, join(this.root, relative), 'io')
    }
    this.folders.set(key, relative)
    return relative
  }

  /**
   * Of a root that is gone (a disk that was pulled out, a folder that was moved) nothing new is made: the export would go on
   * there, and what is finished would be somewhere else.
   */
  private assertRoot(): void {
    if (this.device === null) mkdirSync(this.root, { recursive: true, mode: 0o700 })
    const { dev } = statSync(this.root, { bigint: true })
    this.device ??= dev
    if (dev === this.device) return
    throw new MailTargetError(
      'io',
      this.root,
      'the folder lies on another disk now: the one the export began on is gone.',
      'Connect the disk again, then start the export again: it goes on where it was.',
    )
  }

  /** Notes a final file; now and then all noted ones are brought to the disk. */
  async wrote(relative: string, bytes: number): Promise<void> {
    this.unsynced.push(relative)
    this.unsyncedBytes += bytes
    if (this.unsynced.length < SYNC_FILES && this.unsyncedBytes < SYNC_BYTES) return
    // One batch is brought to the disk while the next one is written; what went wrong with it is told here.
    await this.syncing
    this.syncing = this.syncNoted()
    this.syncing.catch(() => undefined)
  }

  /** Brings all noted files to the disk. */
  async sync(): Promise<void> {
    await this.syncing
    await this.syncNoted()
  }

  private async syncNoted(): Promise<void> {
    const files = this.unsynced
    this.unsynced = []
    this.unsyncedBytes = 0
    if (files.length > FEW_FILES && (await syncFileSystem(this.root))) return
    for (let from = 0; from < files.length; from += PARALLEL) {
      await syncFiles(files.slice(from, from + PARALLEL).map((file) => join(this.root, file)))
    }
  }

  /** Files, then the folders that hold their names. */
  async syncAll(inner: readonly string[] = ['']): Promise<void> {
    await this.sync()
    for (const relative of this.folders.values()) {
      for (const name of inner) syncFolder(join(this.root, relative, name))
    }
    syncFolder(this.root)
  }
}

/** What a folder cannot be made of: a document may be called like a folder. */
function isFile(path: string): boolean {
  try {
    const stat = lstatSync(path)
    return !stat.isDirectory() && !stat.isSymbolicLink()
  } catch {
    return false
  }
}

/**
 * Refuses folders of the target that are links: what is written must lie under the target, wherever somebody's link
 * points. (The target itself may be reached through one.)
 */
function assertNoLinks(root: string, segments: readonly string[]): void {
  let path = root
  for (const segment of segments) {
    if (segment === '') continue
    path = join(path, segment)
    try {
      if (!lstatSync(path).isSymbolicLink()) continue
    } catch {
      // Not there yet: neither is anything below it.
      return
    }
    throw new MailTargetError(
      'refused',
      path,
      'a link of this name is there, and what is exported must not leave the folder.',
      'Remove the link or choose an empty folder, then start the export again.',
    )
  }
}

async function syncFiles(paths: readonly string[]): Promise<void> {
  const results = await Promise.allSettled(paths.map(syncFile))
  const failed = results.findIndex((result) => result.status === 'rejected')
  const result = results[failed]
  if (result?.status === 'rejected') throw targetError(result.reason, paths[failed] ?? '')
}

/** Waits until everything on the file system of `path` is on the disk (syncfs(2)); false where that cannot be done or failed. */
function syncFileSystem(path: string): Promise<boolean> {
  if (!canSyncAtOnce) return Promise.resolve(false)
  return new Promise((done) => {
    execFile('sync', ['-f', path], (error) => {
      // Not there, or too old to know the option: not asked again. A disk's error shows when the files are synced alone.
      if (error !== null) canSyncAtOnce = false
      done(error === null)
    })
  })
}

/** Waits until a file is on the disk. A file that someone moved away meanwhile is theirs now. */
export async function syncFile(path: string): Promise<void> {
  let fd: number
  try {
    fd = openSync(path, 'r+')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  try {
    await fsyncAsync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Folders can be synced on Linux and macOS; elsewhere, and on odd file systems, the attempt does no harm. */
export function syncFolder(path: string): void {
  try {
    const fd = openSync(path, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    // Windows and some network file systems refuse this; the files themselves were synced.
  }
}
