import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  createReadStream,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { writeWholeFile } from '../write-file.ts'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { JournalEntry } from '../../contract/recovery.ts'
import { ExpectedError } from '../../engine/errors.ts'
import type { EntryDraft } from '../journal/entry.ts'
import { CaseJournal } from '../journal/journal.ts'
import { emptyState, fold, type CaseState, type EntryData } from './state.ts'

/** A file that goes into a case: pictures, mails, logs. */
const MOST_ATTACHED = 1024 ** 3

export type AttachedFile = JournalEntry['files'][number]

type Rest = Partial<Omit<EntryDraft, 'kind' | 'text' | 'data'>>

/** One case: its journal and what the journal says. */
export class Case {
  readonly folder: string
  readonly state: CaseState = emptyState()
  readonly journal: CaseJournal
  readonly #listeners = new Set<() => void>()

  /** @throws BrokenJournalError */
  constructor(folder: string) {
    this.folder = folder
    this.journal = new CaseJournal(folder, (entry) => fold(this.state, entry))
  }

  /** Makes a case in a new folder. */
  static create(folder: string, name: string, version: string): Case {
    const made = new Case(folder)
    made.write('created', `Case “${name}” was opened`, { id: basename(folder), name, version })
    return made
  }

  get id(): string {
    return basename(this.folder)
  }

  /** Lock under which a step runs: one process at a time. */
  get runLock(): string {
    return join(this.folder, 'run.lock')
  }

  /** Writes an entry that changes the case. */
  write<K extends keyof EntryData>(kind: K, text: string, data: EntryData[K], rest: Rest = {}): JournalEntry {
    const entry = this.journal.append({ kind, text, data, ...rest })
    this.#changed()
    return entry
  }

  /** Writes an entry that only tells something. */
  tell(kind: string, text: string, rest: Partial<EntryDraft> = {}): JournalEntry {
    const entry = this.journal.append({ ...rest, kind, text })
    this.#changed()
    return entry
  }

  /** Hears every change; returns how to stop that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reads what another process wrote. */
  refresh(): void {
    if (this.journal.refresh() > 0) this.#changed()
  }

  /** Puts content into the case. The journal knows of it by the entry that is given the result. */
  keep(name: string, content: string | Buffer): AttachedFile {
    const bytes = Buffer.from(content)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const kept = keptName(name, sha256)
    writeWholeFile(this.fileOf(kept), bytes)
    return { name: kept, bytes: bytes.length, sha256 }
  }

  /** Takes a copy of a file of the laptop into the case. @throws ExpectedError NOT_FOUND, REFUSED */
  async keepFile(path: string): Promise<AttachedFile> {
    const refuse = (why: string): never => {
      throw new ExpectedError('REFUSED', `${path} cannot be attached`, { why, next: 'Choose another file.' })
    }
    const info = statSync(path, { throwIfNoEntry: false })
    if (!info) return refuse('It is not there.')
    if (!info.isFile()) return refuse('It is not a file.')
    if (info.size > MOST_ATTACHED) return refuse('It is larger than 1 GB.')
    const part = join(this.folder, 'files', `.${randomBytes(6).toString('hex')}.part`)
    try {
      copyFileSync(realpathSync(path), part)
      chmodSync(part, 0o600)
      const hash = createHash('sha256')
      let bytes = 0
      // Of the copy, not of the original: that may change at any time.
      await pipeline(createReadStream(part), async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          bytes += chunk.length
          hash.update(chunk)
        }
      })
      const fd = openSync(part, 'r+')
      try {
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      const sha256 = hash.digest('hex')
      const name = keptName(basename(path), sha256)
      renameSync(part, this.fileOf(name))
      return { name, bytes, sha256 }
    } finally {
      rmSync(part, { force: true })
    }
  }

  /** Where an attached file lies. */
  fileOf(name: string): string {
    if (!isKeptName(name)) throw new Error(`${name} is not the name of an attached file`)
    return join(this.folder, 'files', name)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** `<first 12 of the SHA-256>-<name>`: two files of one name are two files, and no name leads elsewhere. */
function keptName(name: string, sha256: string): string {
  const plain = basename(name)
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._@+ -]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
  return `${sha256.slice(0, 12)}-${plain.slice(-100) || 'file'}`
}

/** Whether a name is one that `keep` gives. */
export function isKeptName(name: string): boolean {
  return /^[0-9a-f]{12}-[\p{L}\p{N}_@+ -][\p{L}\p{N}._@+ -]{0,200}$/u.test(name) && !name.endsWith('.')
}
