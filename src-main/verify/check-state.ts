import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { parseAccountInfo } from '../backup/account-info.ts'
import type { Dialect } from '../backup/dialect.ts'
import type { BackupLayout } from '../backup/layout.ts'
import { sampleDialect } from '../backup/dialect-sample.ts'
import type { AccountFolder } from '../backup/scan.ts'
import { describeRefusal } from '../backup/source.ts'
import type { BackupSource } from '../backup/source.ts'
import type { Problem } from '../backup/types.ts'
import { CLAIM_MARKS, MAX_ITEM_FILE } from './check-protocol.ts'
import type { BlobBatch, CheckBatch, MetadataBatch } from './check-protocol.ts'
import type { CheckRequest, RawProblem, StoreCell } from './check-types.ts'
import { CLAIMED, DigestTable, NEEDED, PRESENT, WHOLE } from './digest-table.ts'
import { Journal } from './journal.ts'

/** One line of the claims: an item names a blob. */
export interface Claim {
  /** Index into the list of accounts. */
  account: number
  item: number
  mark: string
  digest: string
}

const HEADER_RECORD = 1
const BATCH_RECORD = 2

/** What must be the same for a journal to be gone on with. */
interface Header {
  root: string
  zone: string
  sample: number | null
  accounts: string[]
  seed: number
  dialect: Dialect
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
  readonly cells: StoreCell[] = []
  readonly dialect: Dialect
  readonly seed: number
  /** Names of accounts as `account_info` tells them, by account id. */
  readonly accountNames = new Map<string, string | null>()
  readonly #journal: Journal
  readonly #done = new Set<string>()
  readonly #startedAt = Date.now()
  #secondsBefore = 0

  private constructor(journal: Journal, header: Header) {
    this.#journal = journal
    this.dialect = header.dialect
    this.seed = header.seed
  }

  /** Opens the journal and goes on from it, or starts anew when it belongs to another request. */
  static open(
    request: CheckRequest,
    source: BackupSource,
    layout: BackupLayout,
    accounts: readonly AccountFolder[],
  ): CheckState {
    const wanted = {
      root: layout.root,
      zone: request.zone,
      sample: request.sample,
      accounts: accounts.map((account) => account.id),
    }
    const found = readHeader(request.journalFile)
    const usable =
      found !== null &&
      JSON.stringify({ ...wanted, seed: 0, dialect: 0 }) === JSON.stringify({ ...found, seed: 0, dialect: 0 })
    if (!usable) rmSync(request.journalFile, { force: true })
    const header: Header = usable
      ? found
      : { ...wanted, seed: randomInt(2 ** 31), dialect: sampleDialect(source, accounts) }
    const journal = Journal.open(request.journalFile, () => undefined)
    if (!usable) journal.append(HEADER_RECORD, Buffer.from(JSON.stringify(header)))
    const state = new CheckState(journal, header)
    state.#eachPayload((payload) => {
      state.#restore(payload)
    })
    return state
  }

  /** Folders read so far. */
  get foldersDone(): number {
    return this.#done.size
  }

  isDone(folder: string): boolean {
    return this.#done.has(folder)
  }

  /** Problems that every run finds again by itself, so that the journal need not keep them. */
  addFixed(problems: readonly Problem[]): void {
    for (const problem of problems) {
      this.problems.push({ ...problem, recoverable: !problem.kind.endsWith('-unreadable') })
    }
  }

  readAccountInfo(source: BackupSource, account: AccountFolder): void {
    const path = account.infoPath ?? `${account.path}/account_info`
    // The account's name, password hash and preferences are in no other file: not recoverable from this path.
    const report = (detail: string): void => {
      this.problems.push({
        kind: 'account-info-broken',
        path,
        digest: null,
        detail,
        recoverable: false,
        account: account.id,
      })
    }
    if (account.infoPath === null) {
      report(
        'The account has no account_info: its name and settings are unknown, its mail is not touched by this.',
      )
      return
    }
    const read = source.read(path, MAX_ITEM_FILE)
    if ('refused' in read) {
      report(`The account's metadata cannot be read: ${describeRefusal(read.refused)}.`)
      return
    }
    const { info, condition } = parseAccountInfo(read.bytes, account.id)
    this.accountNames.set(account.id, info.name)
    if (condition !== 'ok')
      report("The account's metadata cannot be understood; its mail is not touched by this.")
  }

  /** Takes a batch in and writes it to the journal. */
  take(batch: CheckBatch): void {
    const { text, ...rest } = split(batch)
    const head = JSON.stringify({ ...rest, seconds: this.seconds() })
    this.#journal.append(BATCH_RECORD, Buffer.from(`${head}\n${text}`))
    this.#apply(batch)
  }

  /** A batch of a sample: the names of all blobs are known already, and it is quickly read again. */
  takeSampled(batch: CheckBatch): void {
    this.#apply(batch)
  }

  /** Every claim of the metadata, read from the journal so that a million of them need no memory. */
  eachClaim(take: (claim: Claim) => void): void {
    this.#eachBatch((batch) => {
      if (batch.kind === 'metadata') forEachClaim(batch.claims, take)
    })
  }

  /** Every blob that has a file; `path` only where it is not in its own place. */
  eachPresent(take: (digest: string, path: string | null) => void): void {
    this.#eachBatch((batch) => {
      if (batch.kind === 'blobs') forEachPresent(batch.present, take)
    })
  }

  /** Seconds of work, those before an interruption included. */
  seconds(): number {
    return this.#secondsBefore + (Date.now() - this.#startedAt) / 1000
  }

  close(): void {
    this.#journal.close()
  }

  #eachBatch(take: (batch: CheckBatch) => void): void {
    this.#eachPayload((payload) => {
      take(join(payload).batch)
    })
  }

  #eachPayload(take: (payload: Buffer) => void): void {
    this.#journal.each((record) => {
      if (record.type === BATCH_RECORD) take(record.payload)
    })
  }

  #restore(payload: Buffer): void {
    const { batch, seconds } = join(payload)
    this.#secondsBefore = seconds
    this.#apply(batch)
  }

  #apply(batch: CheckBatch): void {
    for (const folder of batch.folders) this.#done.add(folder)
    for (const problem of batch.problems) this.problems.push(problem)
    const counts = batch.kind === 'metadata' ? this.metadata : this.blobs
    counts.total += batch.total
    counts.ok += batch.ok
    if (batch.kind === 'metadata') {
      forEachClaim(batch.claims, ({ mark, digest }) => {
        if (mark !== CLAIM_MARKS.folder)
          this.table.mark(digest, mark === CLAIM_MARKS.needed ? CLAIMED | NEEDED : CLAIMED)
      })
      this.copied += batch.copied
      return
    }
    this.blobs.bytes += batch.bytes
    this.cells.push(...batch.cells)
    this.copied += batch.copied
    this.mended += batch.mended
    forEachPresent(batch.present, (digest, _path, whole) => {
      this.table.mark(digest, whole ? PRESENT | WHOLE : PRESENT)
    })
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

/** The long list of a batch travels as text behind its JSON. */
function split(
  batch: CheckBatch,
): (Omit<MetadataBatch, 'claims'> & { text: string }) | (Omit<BlobBatch, 'present'> & { text: string }) {
  if (batch.kind === 'metadata') {
    const { claims, ...rest } = batch
    return { ...rest, text: claims }
  }
  const { present, ...rest } = batch
  return { ...rest, text: present }
}

function join(payload: Buffer): { batch: CheckBatch; seconds: number } {
  const end = payload.indexOf(10)
  const { seconds, ...head } = JSON.parse(payload.toString('utf8', 0, end)) as CheckBatch & {
    seconds: number
  }
  const text = payload.toString('utf8', end + 1)
  const batch: CheckBatch = head.kind === 'metadata' ? { ...head, claims: text } : { ...head, present: text }
  return { batch, seconds }
}

function forEachClaim(claims: string, take: (claim: Claim) => void): void {
  for (const line of lines(claims)) {
    const [account = '', item = '', mark = '', digest = ''] = line.split('\t')
    take({ account: Number(account), item: Number(item), mark, digest })
  }
}

function forEachPresent(
  present: string,
  take: (digest: string, path: string | null, whole: boolean) => void,
): void {
  for (const line of lines(present)) {
    const from = line.startsWith('!') ? 1 : 0
    const tab = line.indexOf('\t')
    if (tab < 0) take(line.slice(from), null, from === 0)
    else take(line.slice(from, tab), line.slice(tab + 1), from === 0)
  }
}

function* lines(text: string): Generator<string> {
  let start = 0
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield text.slice(start, end)
    start = end + 1
  }
}
