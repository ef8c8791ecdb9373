import { hash, createHash } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
  chmodSync,
  chownSync,
} from 'node:fs'
import { join } from 'node:path'
import { BlobReader, type BlobRead } from '../../backup/blob.ts'
import { describeRefusal, openForReading, refusalOf } from '../../backup/source.ts'
import type {
  BatchAnswer,
  BatchEntry,
  BytesJob,
  DoubtJob,
  EntryVerdict,
  JudgeJob,
  ReadJob,
  StagedJob,
} from './batch.ts'
import { folderOf, localPath } from './byte-path.ts'

/** Where a thread reads and writes. Paths are absolute. */
export interface WorkPlace {
  /** Root of a local source; null when the bytes come from elsewhere. */
  source: string | null
  /** Root of a local target; null when the bytes go elsewhere. */
  target: string | null
  /** Where unfinished files lie; on the file system of the target. */
  staging: string | null
  /** Given to every file written (as root). */
  owner: { uid: number; gid: number } | null
  umask: number
  /** Tells apart the temporary files of several threads. */
  name: string
}

/** Judges files by digest or SHA-256 and gives them their final names. One per thread. */
export class BatchWork {
  readonly #place: WorkPlace
  readonly #reader = new BlobReader()
  readonly #folders = new Set<string>()
  #serial = 0
  /** A folder for each thread: two that make and rename files in one wait for each other. */
  #own: string | null = null

  constructor(place: WorkPlace) {
    this.#place = place
  }

  /** Bytes that came over the network. */
  bytes({ buffer, entries, write, hashes }: BytesJob): BatchAnswer {
    const all = Buffer.from(buffer)
    const answer: BatchAnswer = { kind: 'batch', verdicts: [], ok: 0, buffer }
    entries.forEach((entry, index) => {
      this.#one(entry, index, all.subarray(entry.at, entry.at + entry.size), write, hashes, answer)
    })
    return answer
  }

  /** Files of a local source. */
  read({ buffer, entries, write, hashes }: ReadJob): BatchAnswer {
    const all = Buffer.from(buffer)
    const answer: BatchAnswer = { kind: 'batch', verdicts: [], ok: 0, buffer }
    entries.forEach((entry, index) => {
      const bytes = all.subarray(entry.at, entry.at + entry.size)
      const refused = this.#fill(entry, bytes)
      if (refused === null) this.#one(this.#known(entry), index, bytes, write, hashes, answer)
      else answer.verdicts.push({ index, state: 'unreadable', sha256: null, detail: refused })
    })
    return answer
  }

  /** A large file in the staging folder: judged where it lies, then renamed or removed. */
  staged({ staged, entry, fetch }: StagedJob): BatchAnswer {
    const answer: BatchAnswer = { kind: 'batch', verdicts: [], ok: 0, buffer: null }
    const refused = fetch ? this.#bring(entry, staged) : null
    const verdict: Omit<EntryVerdict, 'index'> =
      refused === null
        ? this.#judgeFile(this.#known(entry), staged)
        : { state: 'unreadable', sha256: null, detail: refused }
    if (verdict.state === 'ok' || verdict.state === 'as-is') {
      const { mode, owner } = this.#attributes(entry)
      if (owner) chownSync(staged, owner.uid, owner.gid)
      chmodSync(staged, mode)
      utimesSync(staged, entry.mtime, entry.mtime)
      this.#publish(staged, entry)
    } else rmSync(staged, { force: true })
    if (verdict.state === 'ok') answer.ok = 1
    answer.verdicts.push({ index: 0, ...verdict })
    return answer
  }

  /** A large file that is sent on from this machine. */
  judge({ file, entry }: JudgeJob): BatchAnswer {
    const { source } = this.#place
    const path = file ?? (source === null ? entry.path : localPath(source, entry.path))
    const verdict = this.#judgeFile(file === null ? this.#known(entry) : entry, path, true)
    const ok = verdict.state === 'ok' ? 1 : 0
    return { kind: 'batch', verdicts: [{ index: 0, ...verdict }], ok, buffer: null }
  }

  /** Files of the target that have the right size: proved ones get the right time and stay. */
  doubt({ entries }: DoubtJob): BatchAnswer {
    const answer: BatchAnswer = { kind: 'batch', verdicts: [], ok: 0, buffer: null }
    const { target } = this.#place
    if (target === null) throw new Error('There is no local target.')
    entries.forEach((entry, index) => {
      const path = localPath(target, entry.path)
      const verdict = this.#judgeFile(entry, path)
      if (verdict.state === 'ok') {
        utimesSync(path, entry.mtime, entry.mtime)
        answer.ok++
      } else answer.verdicts.push({ index, ...verdict })
    })
    return answer
  }

  #one(
    entry: BatchEntry,
    index: number,
    bytes: Buffer,
    write: boolean,
    hashes: boolean,
    answer: BatchAnswer,
  ): void {
    const verdict = this.#judge(entry, bytes, hashes)
    if (write && (verdict.state === 'ok' || verdict.state === 'as-is')) this.#write(entry, bytes)
    if (verdict.state === 'ok') answer.ok++
    if (verdict.state !== 'ok' || hashes) answer.verdicts.push({ index, ...verdict })
  }

  #judge(entry: BatchEntry, bytes: Buffer, wantHash: boolean): Omit<EntryVerdict, 'index'> {
    let detail = ''
    if (entry.digest !== null) {
      const found = this.#reader.judge(bytes, entry.digest)
      if (proves(found)) return { state: 'ok', sha256: wantHash ? sha256(bytes) : null, detail: '' }
      detail = detailOf(found)
    }
    return compared(entry, sha256(bytes), detail)
  }

  /** The same for a file on the local disk. */
  #judgeFile(entry: BatchEntry, path: string | Buffer, wantHash = false): Omit<EntryVerdict, 'index'> {
    let detail = ''
    try {
      if (entry.digest !== null) {
        const found = this.#reader.read(path.toString(), entry.digest)
        if (proves(found) && found.fileBytes === entry.size)
          return { state: 'ok', sha256: wantHash ? hashFile(path) : null, detail: '' }
        detail = detailOf(found)
      }
      return compared(entry, hashFile(path), detail)
    } catch (error) {
      return { state: 'unreadable', sha256: null, detail: describeRefusal(refusalOf(error, path.toString())) }
    }
  }

  /** Reads a file of the local source; why not, or null. */
  #fill(entry: BatchEntry, into: Buffer): string | null {
    const { source } = this.#place
    if (source === null) throw new Error('There is no local source.')
    const path = localPath(source, entry.path)
    let fd: number | null = null
    try {
      // Opened by text only: names that are no text are read by their bytes.
      fd = typeof path === 'string' ? openForReading(path) : openSync(path, 'r')
      const stat = fstatSync(fd)
      if (!stat.isFile()) return 'it is not a regular file any more'
      if (stat.size !== entry.size) return CHANGED
      let done = 0
      while (done < into.length) {
        const got = readSync(fd, into, done, into.length - done, done)
        if (got === 0) return CHANGED
        done += got
      }
      return null
    } catch (error) {
      return describeRefusal(refusalOf(error, path.toString()))
    } finally {
      if (fd !== null) closeSync(fd)
    }
  }

  /** What has no digest and comes from this machine is proved by a second reading of the source. */
  #known(entry: BatchEntry): BatchEntry {
    const { source } = this.#place
    if (source === null || entry.digest !== null || entry.sha256 !== null) return entry
    try {
      return { ...entry, sha256: hashFile(localPath(source, entry.path)) }
    } catch {
      return entry
    }
  }

  /** Copies a large file of the local source to the staging folder; why not, or null. Errors of the target are thrown. */
  #bring(entry: BatchEntry, staged: string): string | null {
    const { source } = this.#place
    if (source === null) throw new Error('There is no local source.')
    const path = localPath(source, entry.path)
    const piece = Buffer.allocUnsafe(1024 * 1024)
    const target = openSync(staged, 'wx', 0o600)
    let from: number | null = null
    try {
      let total = 0
      for (;;) {
        let got = 0
        try {
          from ??= openSync(path, 'r')
          got = readSync(from, piece)
        } catch (error) {
          return describeRefusal(refusalOf(error, path.toString()))
        }
        if (got === 0) return total === entry.size ? null : CHANGED
        total += got
        for (let done = 0; done < got;) done += writeSync(target, piece, done, got - done)
      }
    } finally {
      closeSync(target)
      if (from !== null) closeSync(from)
    }
  }

  #write(entry: BatchEntry, bytes: Buffer): void {
    const temporary = `${this.#staging()}/${String(this.#serial++)}`
    const { mode, owner } = this.#attributes(entry)
    const fd = openSync(temporary, 'wx', mode)
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
      if ((mode & this.#place.umask) !== 0) fchmodSync(fd, mode)
      if (owner) fchownSync(fd, owner.uid, owner.gid)
      futimesSync(fd, entry.mtime, entry.mtime)
    } catch (error) {
      closeSync(fd)
      rmSync(temporary, { force: true })
      throw error
    }
    closeSync(fd)
    this.#publish(temporary, entry)
  }

  #publish(temporary: string, entry: BatchEntry): void {
    const { target } = this.#place
    if (target === null) throw new Error('There is no local target.')
    const folder = folderOf(entry.path)
    if (!this.#folders.has(folder)) {
      mkdirSync(localPath(target, folder), { recursive: true })
      this.#folders.add(folder)
    }
    renameSync(temporary, localPath(target, entry.path))
  }

  /** The mode is kept readable and writable for its owner: the restore as `zextras` needs it. */
  #attributes(entry: BatchEntry): { mode: number; owner: WorkPlace['owner'] } {
    return { mode: (entry.mode & 0o777) | 0o600, owner: this.#place.owner }
  }

  #staging(): string {
    const { staging } = this.#place
    if (staging === null) throw new Error('There is no local target.')
    if (this.#own === null) {
      this.#own = join(staging, this.#place.name)
      mkdirSync(this.#own, { recursive: true })
    }
    return this.#own
  }
}

/** Why a file is tried again in the next pass. */
export const CHANGED = 'it changed while it was read'

/** A digest that fits proves a blob; where its container is damaged around it, a second reading must agree. */
function proves(found: BlobRead): boolean {
  return found.rule !== null && ['ok', 'double-gzip', 'not-gzip'].includes(found.status)
}

function detailOf(found: BlobRead): string {
  const whole = found.rule === null ? '' : ' (the message itself is whole)'
  return `${found.detail || found.status}${whole}`
}

function compared(entry: BatchEntry, sha: string, detail: string): Omit<EntryVerdict, 'index'> {
  if (entry.sha256 === sha) return { state: entry.digest === null ? 'ok' : 'as-is', sha256: sha, detail }
  return { state: 'unproved', sha256: sha, detail }
}

function sha256(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex')
}

function hashFile(path: string | Buffer): string {
  const fd = openSync(path, 'r')
  try {
    const piece = Buffer.allocUnsafe(1024 * 1024)
    const sum = createHash('sha256')
    for (let got = readSync(fd, piece); got > 0; got = readSync(fd, piece)) sum.update(piece.subarray(0, got))
    return sum.digest('hex')
  } finally {
    closeSync(fd)
  }
}
