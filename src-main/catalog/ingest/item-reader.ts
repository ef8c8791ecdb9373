import { itemFolders, readItemFolder } from '../../backup/scan.ts'
import type { ParsedItem } from '../../backup/metadata.ts'
import { describeRefusal } from '../../backup/source.ts'
import type { BackupSource } from '../../backup/source.ts'
import type { Database, Statement } from '../../engine/sqlite.ts'
import { foldForIndex } from '../search/tokens.ts'
import { itemPath, TYPES_WITH_BLOB } from '../schema.ts'
import type { Outbox } from './outbox.ts'
import type { ItemRecord, Job } from './protocol.ts'

/** A metadata file larger than this is read up to here only: a torn one still yields its complete states. */
const METADATA_LIMIT = 64 * 1024 * 1024
const TEXT_LIMIT = 16 * 1024

type Parse = (bytes: Buffer) => ParsedItem
type KnownRow = [pk: number, id: number, path: string | null, size: number | null, mtime: number | null]
type AccountJob = Extract<Job, { kind: 'account' }>
type ItemsJob = Extract<Job, { kind: 'items' }>

/** Compares an account's folders with the catalog and reads what is new or changed. */
export class ItemReader {
  readonly #source: BackupSource
  readonly #out: Outbox
  readonly #blobExists: (digest: string) => boolean
  readonly #canonical: Statement
  readonly #odd: Statement
  readonly #all: Statement

  constructor(db: Database, source: BackupSource, out: Outbox, blobExists: (digest: string) => boolean) {
    this.#blobExists = blobExists
    this.#source = source
    this.#out = out
    const columns = 'pk, id, path, file_size, file_mtime'
    this.#canonical = db
      .prepare(
        `SELECT ${columns} FROM item WHERE account = ? AND path IS NULL
         AND id % 100 IN (SELECT value FROM json_each(?))`,
      )
      .raw()
    this.#odd = db.prepare(`SELECT ${columns} FROM item WHERE account = ? AND path IS NOT NULL`).raw()
    this.#all = db.prepare('SELECT pk, id, path FROM item WHERE account = ?').raw()
  }

  /** Tells the coordinator which folders there are, and which items lie in folders that are gone. */
  listAccount(job: AccountJob): void {
    const { account, folder } = job
    const listed = itemFolders(this.#source, folder)
    this.#out.found(listed)
    if (listed.refused.length > 0) return
    this.#vanished(account, folder.id, new Set(listed.found))
    this.#out.dirs({ account, folder, dirs: listed.found })
  }

  #vanished(account: number, uuid: string, dirs: Set<string>): void {
    // Most of the time every canonical folder is still there: then only the odd rows need to be looked at.
    const sample = itemPath(uuid, 0)
    const top = sample.slice(0, sample.lastIndexOf('/', sample.lastIndexOf('/') - 1) + 1)
    let whole = true
    for (let i = 0; i < 100 && whole; i++) whole = dirs.has(top + String(i).padStart(2, '0'))
    const rows = whole
      ? (this.#odd.all(account) as KnownRow[])
      : (this.#all.iterate(account) as Iterable<KnownRow | [number, number, string | null]>)
    const gone: number[] = []
    for (const [pk, id, path] of rows) if (!dirs.has(dirOf(path ?? itemPath(uuid, id)))) gone.push(pk)
    if (gone.length > 0) this.#out.items(account, folderless, gone)
  }

  /** Reads what changed in some folders. `stopped` is asked between files. */
  read(job: ItemsJob, parse: Parse, trustIds: boolean, stopped: () => boolean): void {
    const { account, folder } = job
    const known = this.#known(job)
    for (const dir of job.dirs) {
      const rows = known.get(dir)
      const listed = readItemFolder(this.#source, folder, dir)
      const mismatches = new Map(
        listed.problems.filter((p) => p.kind === 'id-mismatch').map((p) => [p.path, p]),
      )
      this.#out.found({ ...listed, problems: listed.problems.filter((p) => p.kind !== 'id-mismatch') })
      if (listed.refused.length > 0) continue
      for (const { id, path } of listed.found) {
        if (stopped()) return
        this.#out.step()
        const row = rows?.get(path)
        if (row !== undefined) {
          const stat = this.#source.stat(path)
          if (stat === null) continue
          rows?.delete(path)
          if (row[3] === stat.size && row[4] === stat.mtime) continue
        }
        const record = this.#readOne(folder.id, path, id, parse, trustIds)
        if (record === null) continue
        const mismatch = mismatches.get(path)
        if (mismatch !== undefined) record.problems.push(mismatch)
        this.#out.item(account, record)
      }
      if (rows !== undefined && rows.size > 0) {
        this.#out.items(
          account,
          folderless,
          [...rows.values()].map((row) => row[0]),
        )
      }
    }
  }

  /** What the catalog has of the job's folders: folder to path to row. */
  #known(job: ItemsJob): Map<string, Map<string, KnownRow>> {
    const known = new Map<string, Map<string, KnownRow>>(job.dirs.map((dir) => [dir, new Map()]))
    const numbers = job.dirs
      .map((dir) => dir.slice(dir.lastIndexOf('/') + 1))
      .filter((name) => /^\d\d$/.test(name))
    for (const row of this.#canonical.all(job.account, JSON.stringify(numbers.map(Number))) as KnownRow[]) {
      const path = itemPath(job.folder.id, row[1])
      known.get(dirOf(path))?.set(path, row)
    }
    for (const row of this.#odd.all(job.account) as KnownRow[]) {
      const path = row[2] ?? ''
      known.get(dirOf(path))?.set(path, row)
    }
    return known
  }

  #readOne(uuid: string, path: string, id: number, parse: Parse, trustIds: boolean): ItemRecord | null {
    const record: ItemRecord = {
      id,
      path: path === itemPath(uuid, id) ? null : path,
      size: null,
      mtime: null,
      condition: 'ok',
      states: [],
      digests: [],
      folderPaths: null,
      text: '',
      problems: [],
    }
    const read = this.#source.read(path, METADATA_LIMIT)
    if ('refused' in read) {
      if (read.refused.code === 'ENOENT') return null
      // Not remembered as read: the next opening tries again.
      record.condition = 'unreadable'
      record.problems.push({
        kind: 'metadata-unreadable',
        path,
        digest: null,
        detail: `The metadata cannot be read: ${describeRefusal(read.refused)}.`,
      })
      this.#out.countRefusal(read.refused)
      return record
    }
    record.size = read.size
    record.mtime = read.mtime
    const parsed = parse(read.bytes)
    record.condition = parsed.condition
    // Of a text that breaks off in its first state, what can be read of that one is better than nothing.
    record.states = parsed.states.length === 0 && parsed.partial !== null ? [parsed.partial] : parsed.states
    if (parsed.folderPaths.some((folder) => folder !== null)) record.folderPaths = parsed.folderPaths
    if (trustIds && parsed.id !== null && parsed.id !== id) {
      const detail = `Its content says that it is item ${String(parsed.id)}.`
      record.problems.push({ kind: 'id-mismatch', path, digest: null, detail })
    }
    // A torn text may still name a blob; in a sound one a string that merely looks like a digest (a subject can) needs a blob to be one.
    const stated = new Set(record.states.map((state) => state.digest))
    record.digests = parsed.digests.filter(
      (digest) =>
        stated.has(digest) || parsed.condition !== 'ok' || stated.size === 0 || this.#blobExists(digest),
    )
    if (parsed.condition !== 'ok' || parsed.states.length === 0) {
      const kind = parsed.condition === 'empty' ? 'metadata-empty' : 'metadata-broken'
      record.problems.push({
        kind,
        path,
        digest: null,
        detail: parsed.detail || 'No state was recognised in it.',
      })
    }
    const last = record.states.at(-1)
    if (last !== undefined && !TYPES_WITH_BLOB.has(last.type)) record.text = metadataText(read.bytes)
    return record
  }
}

const folderless: ItemRecord[] = []

function dirOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

const DIGEST_LIKE = /^[A-Za-z0-9+,/=_-]{27,}$/
const STRINGS = /"((?:[^"\\]|\\.){2,4000})"(?!\s*:)/g

/**
 * The words of a contact's or an appointment's metadata: every string value once, keys and digests left out. Which field means what
 * is not known for sure; a phone number is found all the same.
 */
export function metadataText(bytes: Buffer): string {
  const seen = new Set<string>()
  let size = 0
  for (const match of bytes.toString('utf8', 0, 4 * TEXT_LIMIT).matchAll(STRINGS)) {
    const raw = match[1] ?? ''
    if (seen.has(raw) || DIGEST_LIKE.test(raw)) continue
    seen.add(raw)
    size += raw.length
    if (size > TEXT_LIMIT) break
  }
  const words = [...seen].map((raw) => {
    if (!raw.includes('\\')) return raw
    try {
      return JSON.parse(`"${raw}"`) as string
    } catch {
      return raw
    }
  })
  return foldForIndex(words.join('\n'))
}
