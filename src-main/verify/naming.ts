import type { BlobReader } from '../backup/blob.ts'
import { systemFolderName } from '../backup/folders.ts'
import { parseItemFile } from '../backup/metadata.ts'
import { blobPath, itemPathCandidates } from '../backup/scan.ts'
import { NOTICE_KINDS } from '../backup/types.ts'
import type { ItemState } from '../backup/types.ts'
import { extractForIndex } from '../mail/index-walker.ts'
import { MAX_ITEM_FILE } from './check-protocol.ts'
import type { Claimant, NamingTask, Spelling } from './check-protocol.ts'
import type { Affected, CheckProblem, RawProblem } from './check-types.ts'
import type { ItemParts } from './read-items.ts'

/** Of a blob that very many items share, so many are named. */
const MAX_NAMED = 1000
/** Items that are kept in mind. */
const MAX_KEPT = 2000

/** What is read of an item again: its last state, as far as it can be read, and the blob it had. */
interface ReadItem {
  last: ItemState | null
  digest: string | null
}

export interface NamingContext {
  spelling: Spelling
  names: ReadonlyMap<string, string | null>
  folders: ReadonlyMap<number, readonly number[]>
}

/**
 * Looks up whose messages a problem concerns: item files and folder names are read again, for the items in question only.
 * Runs in the reading threads, because the disk may hang here too.
 */
export class Namer {
  readonly #parts: ItemParts
  readonly #reader: BlobReader
  readonly #folders = new Map<number, Map<number, ItemState>>()
  readonly #items = new Map<string, ReadItem>()
  #context: NamingContext

  constructor(parts: ItemParts, reader: BlobReader, context: NamingContext) {
    this.#parts = parts
    this.#reader = reader
    this.#context = context
  }

  /** The problem with the messages it concerns; null when it is none: a message's form, and no message uses the blob. */
  name({ problem, claimants }: NamingTask, context: NamingContext): CheckProblem | null {
    this.#context = context
    const { kind, digest } = problem
    if (kind === 'lmtp-line-too-long' && claimants.length > 0) {
      if (!claimants.some((claimant) => this.#item(claimant, null).last?.type === 'message')) return null
    }
    const affected = claimants.slice(0, MAX_NAMED).map((claimant) => this.#describe(claimant, problem))
    if (affected.length === 0 && digest !== null) affected.push(...this.#byItself(problem))
    return asProblem(problem, affected)
  }

  /** A blob that no metadata names still has its own subject. */
  #byItself(problem: RawProblem): Affected[] {
    const mail = this.#mailAt(problem)
    if (mail === null || (mail.subject === null && mail.date === null)) return []
    return [{ account: null, accountName: null, id: null, folder: null, ...mail }]
  }

  #describe(claimant: Claimant, problem: RawProblem): Affected {
    const account = this.#parts.accounts[claimant.account]
    const { last, digest } = this.#item(claimant, problem.item === undefined ? null : problem.path)
    const mail = last?.subject != null && last.date != null ? null : this.#mailOf(problem, digest)
    return {
      account: account?.id ?? null,
      accountName: account ? (this.#context.names.get(account.id) ?? null) : null,
      id: claimant.item,
      folder: last?.folder == null ? null : this.#folderPath(claimant.account, last.folder),
      subject: last?.subject ?? mail?.subject ?? last?.name ?? null,
      date: last?.date ?? mail?.date ?? last?.start ?? null,
    }
  }

  /** `path` is where the item's file lies, when the problem tells it: not always its own place. */
  #item(claimant: Claimant, path: string | null): ReadItem {
    const key = `${String(claimant.account)}/${String(claimant.item)}`
    const known = this.#items.get(key)
    if (known) return known
    if (this.#items.size > MAX_KEPT) this.#items.clear()
    const item = this.#readItem(claimant, path)
    this.#items.set(key, item)
    return item
  }

  #readItem({ account: index, item }: Claimant, path: string | null): ReadItem {
    const { source, layout, zone, accounts } = this.#parts
    const account = accounts[index]
    const places = path === null ? (account ? itemPathCandidates(account, item) : []) : [path]
    for (const place of places) {
      const read = source.read(place, MAX_ITEM_FILE)
      if ('refused' in read) continue
      const blobExists = (digest: string): boolean => source.stat(blobPath(layout, digest)) !== null
      const parsed = parseItemFile(read.bytes, { dialect: this.#context.spelling.dialect, zone, blobExists })
      const last = parsed.states.at(-1) ?? parsed.partial
      return { last, digest: last?.digest ?? parsed.digests.at(-1) ?? null }
    }
    return { last: null, digest: null }
  }

  /** Subject and date of the message itself, where the metadata do not tell them. */
  #mailOf(
    problem: RawProblem,
    digest: string | null,
  ): { subject: string | null; date: number | null } | null {
    if (problem.digest !== null) return this.#mailAt(problem)
    return digest === null ? null : this.#mail(blobPath(this.#parts.layout, digest), digest)
  }

  #mailAt({ kind, path, digest }: RawProblem): { subject: string | null; date: number | null } | null {
    // What could not be read is not tried a third time.
    if (digest === null || kind === 'blob-unreadable' || kind === 'blob-missing') return null
    return this.#mail(path, digest)
  }

  #mail(path: string, digest: string): { subject: string | null; date: number | null } | null {
    const { source } = this.#parts
    if (!source.enter(path)) return null
    const found = this.#reader.read(source.absolute(path), digest)
    const bytes = found.message ?? found.partial ?? found.head
    if (bytes === null) return null
    const mail = extractForIndex(Buffer.from(bytes.subarray(0, 64 * 1024)))
    return mail.looksLikeMail ? { subject: mail.subject, date: mail.date } : null
  }

  #folderPath(account: number, folder: number): string {
    const folders = this.#foldersOf(account)
    const names: string[] = []
    let id: number | null = folder
    // A parent that is its own ancestor must not go round for ever.
    for (let depth = 0; id !== null && id > 1 && depth < 64; depth++) {
      const state: ItemState | undefined = folders.get(id)
      names.unshift(systemFolderName(id) ?? state?.name ?? `Folder ${String(id)}`)
      id = state?.folder ?? null
    }
    return names.join('/')
  }

  #foldersOf(account: number): Map<number, ItemState> {
    const known = this.#folders.get(account)
    if (known) return known
    const folders = new Map<number, ItemState>()
    for (const item of this.#context.folders.get(account) ?? []) {
      const { last } = this.#readItem({ account, item }, null)
      if (last) folders.set(item, last)
    }
    this.#folders.set(account, folders)
    return folders
  }
}

/** A problem as it is reported. */
export function asProblem(problem: RawProblem, affected: Affected[]): CheckProblem {
  const { kind, path, digest, detail, recoverable } = problem
  const severity = NOTICE_KINDS.includes(kind) ? 'notice' : 'error'
  return { kind, severity, path, digest, affected, detail, recoverable }
}
