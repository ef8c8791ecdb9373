import { statSync } from 'node:fs'
import { BlobReader } from '../backup/blob.ts'
import { digestOf } from '../backup/digest.ts'
import { parseAccountInfo } from '../backup/account-info.ts'
import { NotABackupPathError } from '../backup/errors.ts'
import { ExpectedError } from '../engine/errors.ts'
import { detectLayout } from '../backup/layout.ts'
import type { BackupLayout } from '../backup/layout.ts'
import { blobPath, scanBlobs } from '../backup/scan.ts'
import { GuardedSource } from './guarded-source.ts'
import type { Pulse } from './pulse.ts'
import { gunzipSync, gzipSync } from 'node:zlib'

/** Another copy that may still have what this one lost. */
export interface HealSource {
  /** As a person named it. */
  readonly path: string
  /**
   * Looks for blobs by digest; each one found is given as gzip file bytes whose message the digest proves.
   * Every file is read at most once; `walked` files are passed over, and `onWalk` hears how many that makes.
   */
  find(
    wanted: ReadonlySet<string>,
    found: (digest: string, file: Buffer) => void,
    walked: number,
    onWalk: (walked: number) => void,
  ): void
  /** The same metadata file of another Backup Path; null when it is not whole there. Whether an item can be understood is the asker's to see. */
  metadata(path: string): Buffer | null
}

const MAX_MESSAGE = 512 * 1024 * 1024
const MAX_METADATA = 16 * 1024 * 1024

/**
 * Opens another copy: a Backup Path, a mailstore (`.msg` files, gzip or not) or a plain folder of messages.
 * @throws ExpectedError NOT_FOUND when it is no folder, the system's error when it is not there
 */
export function openHealSource(path: string, pulse: Pulse, hung: Set<string>): HealSource {
  assertHealSource(path)
  const label = `${path}:`
  try {
    const layout = detectLayout(path)
    return new BackupPathSource(path, layout, new GuardedSource(layout.root, pulse, hung, label))
  } catch (error) {
    if (error instanceof NotABackupPathError)
      return new FolderSource(path, new GuardedSource(path, pulse, hung, label))
    throw error
  }
}

/** @throws ExpectedError NOT_FOUND when it is no folder, the system's error when it is not there */
export function assertHealSource(path: string): void {
  if (statSync(path).isDirectory()) return
  throw new ExpectedError('NOT_FOUND', `${path} is not a folder`, {
    why: 'Another copy is a Backup Path, a mailstore or a folder of messages.',
    next: 'Name the folder itself.',
  })
}

class BackupPathSource implements HealSource {
  readonly path: string
  readonly #layout: BackupLayout
  readonly #source: GuardedSource
  readonly #reader = new BlobReader()

  constructor(path: string, layout: BackupLayout, source: GuardedSource) {
    this.path = path
    this.#layout = layout
    this.#source = source
  }

  find(wanted: ReadonlySet<string>, found: (digest: string, file: Buffer) => void): void {
    const left = new Set(wanted)
    for (const digest of wanted) {
      const file = this.#whole(blobPath(this.#layout, digest), digest)
      if (file === null) continue
      left.delete(digest)
      found(digest, file)
    }
    if (left.size === 0) return
    // A copy through a case-insensitive disk has them in another folder.
    for (const blob of scanBlobs(this.#source, this.#layout, () => undefined)) {
      if (!left.has(blob.digest) || !blob.misplaced) continue
      const file = this.#whole(blob.path, blob.digest)
      if (file === null) continue
      left.delete(blob.digest)
      found(blob.digest, file)
    }
  }

  metadata(path: string): Buffer | null {
    const read = this.#source.read(path, MAX_METADATA)
    if ('refused' in read || read.cut || read.bytes.length === 0) return null
    if (isAccountInfo(path)) return parseAccountInfo(read.bytes, '').condition === 'ok' ? read.bytes : null
    return read.bytes
  }

  /** The file's bytes, with an outer gzip layer too many taken off; null when its message is not proved. */
  #whole(path: string, digest: string): Buffer | null {
    const read = this.#source.read(path, MAX_MESSAGE)
    if ('refused' in read || read.cut) return null
    const judged = this.#reader.judge(read.bytes, digest)
    if (judged.rule === null || judged.message === null) return null
    switch (judged.status) {
      case 'ok':
        return read.bytes
      case 'double-gzip':
        return gunzipSync(read.bytes)
      default:
        // Damaged around a message that the digest proves: packed anew.
        return gzipSync(judged.message)
    }
  }
}

/** A mailstore or a folder of messages: files say nothing by name, so each is read and hashed. */
class FolderSource implements HealSource {
  readonly path: string
  readonly #source: GuardedSource

  constructor(path: string, source: GuardedSource) {
    this.path = path
    this.#source = source
  }

  find(
    wanted: ReadonlySet<string>,
    found: (digest: string, file: Buffer) => void,
    walked: number,
    onWalk: (walked: number) => void,
  ): void {
    const algorithms = algorithmsOf(wanted)
    const left = new Set(wanted)
    let seen = 0
    for (const path of this.#files('')) {
      if (left.size === 0) return
      if (++seen <= walked) continue
      onWalk(seen - 1)
      const read = this.#source.read(path, MAX_MESSAGE)
      if ('refused' in read || read.cut) continue
      const message = unpacked(read.bytes)
      if (message === null) continue
      for (const algorithm of algorithms) {
        const digest = digestOf(message, algorithm)
        if (!left.delete(digest)) continue
        found(digest, message === read.bytes ? gzipSync(message) : read.bytes)
      }
    }
  }

  metadata(): null {
    return null
  }

  *#files(folder: string): Generator<string> {
    const listed = this.#source.list(folder, true)
    if ('refused' in listed) return
    for (const { name, kind } of listed.entries) {
      const path = folder === '' ? name : `${folder}/${name}`
      if (kind === 'directory') yield* this.#files(path)
      else if (kind === 'file') yield path
    }
  }
}

function algorithmsOf(wanted: ReadonlySet<string>): ('sha1' | 'sha256' | 'sha384')[] {
  const lengths = new Set([...wanted].map((digest) => digest.length))
  return [
    ...(lengths.has(44) ? (['sha256'] as const) : []),
    ...(lengths.has(64) ? (['sha384'] as const) : []),
    ...(lengths.has(28) ? (['sha1'] as const) : []),
  ]
}

/** The message in a file: gunzipped where it is gzip; null when that fails or would be enormous. */
function unpacked(bytes: Buffer): Buffer | null {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_MESSAGE })
  } catch {
    return null
  }
}

/** `account_info` of an account, whatever ending it has. */
export function isAccountInfo(path: string): boolean {
  return /\/account_info[^/]*$/.test(path)
}
