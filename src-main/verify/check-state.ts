import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { BackupLayout } from '../backup/layout.ts'
import type { AccountFolder } from '../backup/scan.ts'
import type { Problem } from '../backup/types.ts'
import type { Batch, FolderShare, Later, Spelling } from './check-protocol.ts'
import type { CheckRequest, RawProblem, StoreCell } from './check-types.ts'
import { claimsIn, claimsOf, forEachPresent, keysOf, type Claim } from './claims.ts'
import { DigestTable } from './digest-table.ts'
import { Journal } from './journal.ts'
import { ofScan } from './read-blobs.ts'

const HEADER_RECORD = 1
const BATCH_RECORD = 2
const SPELLING_RECORD = 3

/** What must be the same for a journal to be gone on with. */
interface Header {
  version: 2
  root: string
  zone: string
  sample: number | null
  accounts: string[]
  seed: number
}

/** What a check knows so far, kept in its journal as it grows. */
export class CheckState {
  readonly table = new DigestTable(1 << 16)
  readonly blobs = { total: 0, ok: 0, bytes: 0 }
  readonly metadata = { total: 0, ok: 0 }
  /** Files written to a repaired copy, and blobs mended on the way. */
  copied = 0
  mended = 0
  readonly problems: RawProblem[] = []
  /** Folders of the store, by path. */
  readonly cells = new Map<string, StoreCell>()
  /** Put off because it could not be read. */
  readonly later = new Map<string, Later>()
  readonly seed: number
  /** Names of accounts as `account_info` tells them, by account id. */
  readonly accountNames = new Map<string, string | null>()
  readonly #journal: Journal
  readonly #done = new Set<string>()
  /** Folders read in part: the last file that was read. */
  readonly #partly = new Map<string, string>()
  readonly #startedAt = Date.now()
  #secondsBefore = 0
  #spelling: Spelling | null = null

  private constructor(journal: Journal, header: Header) {
    this.#journal = journal
    this.seed = header.seed
  }

  /** Opens the journal and goes on from it, or starts anew when it belongs to another request. */
  static open(request: CheckRequest, layout: BackupLayout, accounts: readonly AccountFolder[]): CheckState {
    const wanted: Omit<Header, 'seed'> = {
      version: 2,
      root: layout.root,
      zone: request.zone,
      sample: request.sample,
      accounts: accounts.map((account) => account.id),
    }
    const found = readHeader(request.journalFile)
    const usable =
      found !== null && JSON.stringify({ ...wanted, seed: 0 }) === JSON.stringify({ ...found, seed: 0 })
    if (!usable) rmSync(request.journalFile, { force: true })
    const header: Header = usable ? found : { ...wanted, seed: randomInt(2 ** 31) }
    const journal = Journal.open(request.journalFile, () => undefined)
    if (!usable) journal.append(HEADER_RECORD, [Buffer.from(JSON.stringify(header))])
    const state = new CheckState(journal, header)
    journal.each(({ type, payload }) => {
      state.#restore(type, payload)
    })
    return state
  }

  /** How the metadata are spelled, once it was learned. */
  get spelling(): Spelling {
    if (this.#spelling === null) throw new Error('The spelling is not learned yet.')
    return this.#spelling
  }

  get knowsSpelling(): boolean {
    return this.#spelling !== null
  }

  learn(spelling: Spelling): void {
    this.#spelling = spelling
    this.#journal.append(SPELLING_RECORD, [Buffer.from(JSON.stringify(spelling))])
  }

  isDone(folder: string): boolean {
    return this.#done.has(folder)
  }

  /** What of these folders is still to be read. */
  sharesOf(account: number, folders: readonly string[]): FolderShare[] {
    return folders
      .filter((path) => !this.#done.has(path))
      .map((path) => ({ account, path, after: this.#partly.get(path) ?? null }))
  }

  /** Problems that every run finds again by itself, so that the journal need not keep them. */
  addFixed(problems: readonly Problem[]): void {
    for (const problem of ofScan(problems)) this.problems.push(problem)
  }

  /** Takes a batch in and writes it to the journal. */
  take(batch: Batch): void {
    const { text, keys: _, ...rest } = batch
    const head = Buffer.from(`${JSON.stringify({ ...rest, seconds: this.seconds() })}\n`)
    this.#journal.append(BATCH_RECORD, [head, text])
    this.#apply(batch)
  }

  /** A batch of a sample: the names of all blobs are known already, and it is quickly read again. */
  takeSampled(batch: Batch): void {
    this.#apply(batch)
  }

  /** Every claim of the metadata, read from the journal so that a million of them need no memory. */
  eachClaim(take: (claim: Claim) => void): void {
    this.#eachText('metadata', (text) => {
      claimsIn(text, take)
    })
  }

  /** The claims on these digests. */
  eachClaimOf(digests: ReadonlyMap<string, unknown>, take: (claim: Claim) => void): void {
    this.#eachText('metadata', (text) => {
      claimsOf(text, digests, take)
    })
  }

  /** The lines that tell which items are folders. */
  eachFolderItem(take: (claim: Claim) => void): void {
    this.#eachText('metadata', (text) => {
      if (text.includes('\tf\t')) claimsIn(text, take)
    })
  }

  /** Every blob that has a file; `path` only where it is not in its own place. */
  eachPresent(take: (digest: string, path: string | null) => void): void {
    this.#eachText('blobs', (text) => {
      forEachPresent(text, take)
    })
  }

  /** Seconds of work, those before an interruption included. */
  seconds(): number {
    return this.#secondsBefore + (Date.now() - this.#startedAt) / 1000
  }

  cell(folder: string): StoreCell {
    let cell = this.cells.get(folder)
    if (cell === undefined) {
      cell = { folder, files: 0, bytes: 0, errors: 0, notices: 0 }
      this.cells.set(folder, cell)
    }
    return cell
  }

  close(): void {
    this.#journal.close()
  }

  #eachText(kind: Batch['kind'], take: (text: string) => void): void {
    this.#journal.each(({ type, payload }) => {
      if (type !== BATCH_RECORD) return
      const { head, text } = join(payload)
      if (head.kind === kind) take(text)
    })
  }

  #restore(type: number, payload: Buffer): void {
    if (type === SPELLING_RECORD) this.#spelling = JSON.parse(payload.toString()) as Spelling
    if (type !== BATCH_RECORD) return
    const { head, text } = join(payload)
    this.#secondsBefore = head.seconds
    this.#apply({ ...head, text: new Uint8Array(), keys: keysOf(head.kind, text) })
  }

  #apply(batch: Batch): void {
    for (const { path, after } of batch.folders) {
      if (after !== null) this.#partly.set(path, after)
      else {
        this.#partly.delete(path)
        this.#done.add(path)
      }
    }
    for (const problem of batch.problems) this.problems.push(problem)
    for (const later of batch.later) this.later.set(later.path ?? later.folder, later)
    if (batch.again !== null) this.later.delete(batch.again.path ?? batch.again.folder)
    const counts = batch.kind === 'metadata' ? this.metadata : this.blobs
    counts.total += batch.total
    counts.ok += batch.ok
    this.blobs.bytes += batch.bytes
    this.copied += batch.copied
    this.mended += batch.mended
    for (const { folder, files, bytes, errors, notices } of batch.cells) {
      const cell = this.cell(folder)
      cell.files += files
      cell.bytes += bytes
      cell.errors += errors
      cell.notices += notices
    }
    this.table.markKeys(batch.keys)
  }
}

function readHeader(file: string): Header | null {
  const records: Buffer[] = []
  try {
    const journal = Journal.open(file, (record) => {
      if (record.type === HEADER_RECORD) records.push(record.payload)
    })
    journal.close()
    return records[0] === undefined ? null : (JSON.parse(records[0].toString()) as Header)
  } catch {
    return null
  }
}

/** The long list of a batch stands as text behind its JSON. */
function join(payload: Buffer): { head: Omit<Batch, 'text' | 'keys'> & { seconds: number }; text: string } {
  const end = payload.indexOf(10)
  return {
    head: JSON.parse(payload.toString('utf8', 0, end)) as Batch & { seconds: number },
    text: payload.toString('utf8', end + 1),
  }
}
