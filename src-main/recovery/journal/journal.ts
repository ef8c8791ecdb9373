import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { writeFully } from '../../backup/blob-read.ts'
import type { JournalEntry } from '../../contract/recovery.ts'
import { ExpectedError } from '../../engine/errors.ts'
import {
  BrokenJournalError,
  canonicalJson,
  FIRST_HASH,
  makeEntry,
  MOST_LINE,
  parseLine,
  type EntryDraft,
} from './entry.ts'
import { underLock } from './lock.ts'

export const JOURNAL_NAME = 'journal.jsonl'
const HEAD_NAME = 'head.json'
const LOCK_NAME = 'append.lock'
const PIECE = 1024 * 1024

/** What the journal was long when it was last written: a journal that became shorter was cut. */
interface Head {
  n: number
  hash: string
}

/**
 * The journal of one case: one entry a line, each with the SHA-256 of the one before; only ever appended to, and on the
 * disk before anything goes on. What a killed process left of a last line is set aside; anything else that does not fit
 * is refused.
 */
export class CaseJournal {
  readonly folder: string
  readonly #file: string
  readonly #onEntry: (entry: JournalEntry) => void
  /** Where the entries begin, bytes; the last one is where the next will begin. */
  readonly #offsets: number[] = [0]
  #hash = FIRST_HASH

  /**
   * Opens the journal of a case folder, which may be new and empty.
   * @param onEntry hears every entry in order: those there are at once, others as they are written, by whomever
   * @throws BrokenJournalError
   */
  constructor(folder: string, onEntry: (entry: JournalEntry) => void) {
    this.folder = folder
    this.#file = join(folder, JOURNAL_NAME)
    this.#onEntry = onEntry
    mkdirSync(join(folder, 'files'), { recursive: true, mode: 0o700 })
    // Read before the journal: another process may append meanwhile, and the journal is always written first.
    const head = readHead(join(folder, HEAD_NAME))
    this.refresh()
    this.#compareHead(head)
  }

  get count(): number {
    return this.#offsets.length - 1
  }

  get lastHash(): string {
    return this.#hash
  }

  /** Writes an entry. It is on the disk when this returns. */
  append(draft: EntryDraft): JournalEntry {
    return this.appendWith(() => draft)
  }

  /** The same, with a draft that is made when all entries of others are known; null: nothing is written. */
  appendWith(make: () => EntryDraft): JournalEntry {
    return underLock(join(this.folder, LOCK_NAME), () => {
      this.refresh()
      const fd = openSync(this.#file, 'a+', 0o600)
      try {
        this.#setTornAside(fd)
        const entry = makeEntry(make(), this.count + 1, this.#hash, whoIsIt())
        const line = Buffer.from(`${canonicalJson(entry)}\n`)
        if (line.length > MOST_LINE) {
          throw new ExpectedError('REFUSED', 'This is too long for the journal', {
            why: `The entry would have ${line.length} bytes.`,
            next: 'Attach it as a file instead.',
          })
        }
        try {
          writeFully(fd, line)
          fsyncSync(fd)
        } catch (error) {
          // A full disk took a part of it: the journal must not end in the middle of a line.
          ftruncateSync(fd, this.#offsets.at(-1))
          throw error
        }
        this.#take(entry, line.length)
        this.#writeHead()
        return entry
      } finally {
        closeSync(fd)
      }
    })
  }

  /** The journal as it is written, up to its last whole entry. */
  bytes(): Buffer {
    const buffer = Buffer.alloc(this.#offsets.at(-1)!)
    if (buffer.length === 0) return buffer
    const fd = openSync(this.#file, 'r')
    try {
      readFully(fd, buffer, 0)
    } finally {
      closeSync(fd)
    }
    return buffer
  }

  /**
   * Takes over entries that were written elsewhere, on top of what stands here.
   * @param later whole lines @throws BrokenJournalError when they do not follow; nothing is written then
   */
  extend(later: Buffer): void {
    underLock(join(this.folder, LOCK_NAME), () => {
      this.refresh()
      let [n, before] = [this.count, this.#hash]
      const lines = later.toString('utf8').split('\n').slice(0, -1)
      for (const line of lines) before = parseLine(line, ++n, before).hash
      const fd = openSync(this.#file, 'a+', 0o600)
      try {
        this.#setTornAside(fd)
        if (n - lines.length !== this.count)
          throw new BrokenJournalError(this.count, 'It was written meanwhile.')
        writeFully(fd, later)
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      this.refresh()
      this.#writeHead()
    })
  }

  /** Reads what other processes wrote meanwhile. @returns how many entries were new */
  refresh(): number {
    const before = this.count
    let size: number
    try {
      size = statSync(this.#file).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      size = 0
    }
    const known = this.#offsets.at(-1)!
    if (size < known)
      throw new BrokenJournalError(before, 'The journal became shorter while it was open: it was cut.')
    if (size > known) this.#readFrom(known)
    return this.count - before
  }

  /** Entries after number `after`, at most `limit`. */
  read(after: number, limit: number): JournalEntry[] {
    const last = Math.min(this.count, after + limit)
    if (last <= after) return []
    const from = this.#offsets[after]!
    const buffer = Buffer.alloc(this.#offsets[last]! - from)
    const fd = openSync(this.#file, 'r')
    try {
      readFully(fd, buffer, from)
    } finally {
      closeSync(fd)
    }
    return buffer
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JournalEntry)
  }

  #readFrom(start: number): void {
    const fd = openSync(this.#file, 'r')
    try {
      let rest = Buffer.alloc(0)
      const piece = Buffer.alloc(PIECE)
      for (let at = start; ;) {
        const read = readSync(fd, piece, 0, PIECE, at)
        if (read === 0) return
        at += read
        const bytes = Buffer.concat([rest, piece.subarray(0, read)])
        let from = 0
        for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
          const line = bytes.subarray(from, end)
          this.#take(parseLine(line.toString('utf8'), this.count + 1, this.#hash), line.length + 1)
          from = end + 1
        }
        rest = bytes.subarray(from)
        if (rest.length > MOST_LINE) throw new BrokenJournalError(this.count + 1, 'This line is too long.')
      }
    } finally {
      closeSync(fd)
    }
  }

  #take(entry: JournalEntry, bytes: number): void {
    this.#offsets.push(this.#offsets.at(-1)! + bytes)
    this.#hash = entry.hash
    this.#onEntry(entry)
  }

  /** A process was killed while it wrote: its last line has no end. It was never acknowledged. */
  #setTornAside(fd: number): void {
    const end = this.#offsets.at(-1)!
    const torn = fstatSync(fd).size - end
    if (torn <= 0) return
    const bytes = Buffer.alloc(torn)
    readFully(fd, bytes, end)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const name = `torn-${String(this.count + 1)}-${sha256.slice(0, 12)}`
    writeFileSync(join(this.folder, name), bytes, { mode: 0o600 })
    ftruncateSync(fd, end)
    const draft: EntryDraft = {
      kind: 'torn-line',
      text: `A line that was not finished when Lifeboat ended was set aside (${torn} bytes, ${name})`,
      data: { name, bytes: torn, sha256 },
    }
    const entry = makeEntry(draft, this.count + 1, this.#hash, whoIsIt())
    const line = Buffer.from(`${canonicalJson(entry)}\n`)
    writeFully(fd, line)
    fsyncSync(fd)
    this.#take(entry, line.length)
  }

  #writeHead(): void {
    const file = join(this.folder, HEAD_NAME)
    const head: Head = { n: this.count, hash: this.#hash }
    // Not synced: after a power cut it may be older than the journal, never newer.
    writeFileSync(`${file}.part`, JSON.stringify(head), { mode: 0o600 })
    renameSync(`${file}.part`, file)
  }

  #compareHead(head: Head | null): void {
    if (head === null || head.n === 0) return
    if (head.n > this.count) {
      const why = `It had ${head.n} entries when it was last written, and has ${this.count} now: its end was cut off.`
      throw new BrokenJournalError(this.count + 1, why)
    }
    const hash = head.n === this.count ? this.#hash : this.read(head.n - 1, 1)[0]?.hash
    if (hash !== head.hash) {
      throw new BrokenJournalError(
        head.n,
        'It is not the entry that stood here when the journal was last written.',
      )
    }
  }
}

function readHead(file: string): Head | null {
  if (!existsSync(file)) return null
  try {
    const { n, hash } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Head>
    return typeof n === 'number' && typeof hash === 'string' ? { n, hash } : null
  } catch {
    return null
  }
}

function readFully(fd: number, buffer: Buffer, from: number): void {
  for (let done = 0; done < buffer.length;) {
    const read = readSync(fd, buffer, done, buffer.length - done, from + done)
    if (read === 0) throw new Error('the journal became shorter while it was read')
    done += read
  }
}

let who: string | null = null

/** Who works here: `anna@laptop`. */
export function whoIsIt(): string {
  if (who !== null) return who
  let name = 'unknown'
  try {
    name = userInfo().username
  } catch {
    // A user without an entry in the system's list.
  }
  return (who = `${name}@${hostname()}`)
}
