import { closeSync, fsync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { safeDir } from '../names.ts'
import { clearLeftovers, errorCode, targetError } from './part-file.ts'

const fsyncAsync = promisify(fsync)
/** So many files or bytes may be lost when the power fails; syncing each file alone would make an export many times slower. */
const SYNC_FILES = 256
const SYNC_BYTES = 64 * 1024 * 1024

/** The folders of an export and the durability of what is put into them. */
export class TreeWriter {
  readonly root: string
  private readonly folders = new Map<string, string>()
  private unsynced: string[] = []
  private unsyncedBytes = 0

  constructor(root: string) {
    this.root = root
  }

  /** Makes a folder below the root, with `inner` folders (like Maildir's), and clears what a killed export left there. Gives its path below the root. */
  folder(dir: string[], inner: readonly string[] = []): string {
    const key = dir.join('\0')
    const known = this.folders.get(key)
    if (known !== undefined) return known
    const relative = safeDir(dir).join('/')
    try {
      for (const name of inner.length === 0 ? [''] : inner) {
        const path = join(this.root, relative, name)
        mkdirSync(path, { recursive: true, mode: 0o700 })
        clearLeftovers(path)
      }
    } catch (error) {
      throw targetError(error, join(this.root, relative), 'io')
    }
    this.folders.set(key, relative)
    return relative
  }

  /** Notes a final file; now and then all noted ones are brought to the disk. */
  async wrote(relative: string, bytes: number): Promise<void> {
    this.unsynced.push(relative)
    this.unsyncedBytes += bytes
    if (this.unsynced.length >= SYNC_FILES || this.unsyncedBytes >= SYNC_BYTES) await this.sync()
  }

  /** Brings the noted files to the disk; in parallel, so that a journal can take them in one go. */
  async sync(): Promise<void> {
    const files = this.unsynced
    this.unsynced = []
    this.unsyncedBytes = 0
    const results = await Promise.allSettled(files.map((file) => syncFile(join(this.root, file))))
    const failed = results.findIndex((result) => result.status === 'rejected')
    const result = results[failed]
    if (result?.status === 'rejected') throw targetError(result.reason, join(this.root, files[failed] ?? ''))
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
