import { parseItemFile } from '../backup/metadata.ts'
import { systemFolderName } from '../backup/folders.ts'
import type { BackupLayout } from '../backup/layout.ts'
import { blobPath, itemPathCandidates } from '../backup/scan.ts'
import type { AccountFolder } from '../backup/scan.ts'
import type { BackupSource } from '../backup/source.ts'
import { NOTICE_KINDS } from '../backup/types.ts'
import type { ItemState } from '../backup/types.ts'
import { BlobReader } from '../backup/blob.ts'
import { extractForIndex } from '../mail/index-walker.ts'
import { CLAIM_MARKS, MAX_ITEM_FILE } from './check-protocol.ts'
import type { CheckState } from './check-state.ts'
import type { Affected, CheckProblem, RawProblem } from './check-types.ts'

interface Place {
  source: BackupSource
  layout: BackupLayout
  accounts: readonly AccountFolder[]
  zone: string
}

interface Claimant {
  account: number
  item: number
}

/** What is read of an item again: its last state, as far as it can be read, and the blob it had. */
interface ReadItem {
  last: ItemState | null
  digest: string | null
}

/**
 * Names the messages that each problem concerns: items that name the blob, or the item the file belongs to. Item files
 * and folder names are read again, for these items only. A problem of a message's form is dropped where no message uses
 * the blob.
 */
export async function nameAffected(
  problems: readonly RawProblem[],
  state: CheckState,
  place: Place,
): Promise<CheckProblem[]> {
  const claimants = claimantsOf(problems, state)
  const names = new Names(state, place)
  const named: CheckProblem[] = []
  for (const [index, problem] of problems.entries()) {
    const leaning = problem.digest === null ? ownItem(problem, place) : (claimants.get(problem.digest) ?? [])
    const affected = leaning.map((claimant) => names.describe(claimant, problem))
    if (affected.length === 0 && problem.digest !== null && problem.kind !== 'blob-orphan') {
      const told = byItself(problem)
      if (told) affected.push(told)
    }
    const uses = leaning.map((claimant) => names.typeOf(claimant))
    if (problem.kind === 'lmtp-line-too-long' && uses.length > 0 && !uses.includes('message')) continue
    named.push({
      kind: problem.kind,
      severity: NOTICE_KINDS.includes(problem.kind) ? 'notice' : 'error',
      path: problem.path,
      digest: problem.digest,
      affected,
      detail: problem.detail,
      recoverable: problem.recoverable,
    })
    if (index % 256 === 0) await new Promise(setImmediate)
  }
  return named
}

/** Items by digest, for the digests that something is wrong with. */
function claimantsOf(problems: readonly RawProblem[], state: CheckState): Map<string, Claimant[]> {
  const wanted = new Map<string, Claimant[]>()
  for (const { digest, kind } of problems)
    if (digest !== null && kind !== 'blob-orphan') wanted.set(digest, [])
  if (wanted.size === 0) return wanted
  state.eachClaim(({ account, item, mark, digest }) => {
    if (mark === CLAIM_MARKS.folder) return
    wanted.get(digest)?.push({ account, item })
  })
  // Threads finish in any order; two checks of the same path must read the same.
  for (const claimants of wanted.values()) claimants.sort((a, b) => a.account - b.account || a.item - b.item)
  return wanted
}

function ownItem(problem: RawProblem, place: Place): Claimant[] {
  if (problem.account === undefined || problem.item === undefined) return []
  const account = place.accounts.findIndex(({ id }) => id === problem.account)
  return account < 0 ? [] : [{ account, item: problem.item }]
}

/** A blob that no metadata names still has its own subject. */
function byItself(problem: RawProblem): Affected | null {
  if (problem.subject == null && problem.date == null) return null
  return {
    account: null,
    accountName: null,
    id: null,
    folder: null,
    subject: problem.subject ?? null,
    date: problem.date ?? null,
  }
}

/** Looks up what items are called; folder names once an account. */
class Names {
  readonly #state: CheckState
  readonly #place: Place
  readonly #reader = new BlobReader()
  readonly #folders = new Map<number, Map<number, ItemState>>()
  #folderItems: Map<number, number[]> | null = null
  readonly #items = new Map<string, ReadItem>()

  constructor(state: CheckState, place: Place) {
    this.#state = state
    this.#place = place
  }

  typeOf(claimant: Claimant): string {
    return this.#item(claimant).last?.type ?? 'unknown'
  }

  describe(claimant: Claimant, problem: RawProblem): Affected {
    const account = this.#place.accounts[claimant.account]
    const { last, digest } = this.#item(claimant, problem.item === undefined ? null : problem.path)
    return {
      account: account?.id ?? null,
      accountName: account ? (this.#state.accountNames.get(account.id) ?? null) : null,
      id: claimant.item,
      folder: last?.folder == null ? null : this.#folderPath(claimant.account, last.folder),
      subject: last?.subject ?? problem.subject ?? this.#subjectOfBlob(digest) ?? last?.name ?? null,
      date: last?.date ?? problem.date ?? last?.start ?? null,
    }
  }

  /** `path` is where the item's file lies, when the problem tells it: not always its own place. */
  #item(claimant: Claimant, path: string | null = null): ReadItem {
    const key = `${String(claimant.account)}/${String(claimant.item)}`
    const known = this.#items.get(key)
    if (known) return known
    if (this.#items.size > 10_000) this.#items.clear()
    const item = this.#readItem(claimant, path)
    this.#items.set(key, item)
    return item
  }

  #readItem({ account: index, item }: Claimant, path: string | null): ReadItem {
    const account = this.#place.accounts[index]
    const places = path === null ? (account ? itemPathCandidates(account, item) : []) : [path]
    for (const place of places) {
      const read = this.#place.source.read(place, MAX_ITEM_FILE)
      if ('refused' in read) continue
      const { source, layout, zone } = this.#place
      const blobExists = (digest: string): boolean => source.stat(blobPath(layout, digest)) !== null
      const context = { dialect: this.#state.dialect, zone, blobExists }
      const parsed = parseItemFile(read.bytes, context)
      const last = parsed.states.at(-1) ?? parsed.partial
      return { last, digest: last?.digest ?? parsed.digests.at(-1) ?? null }
    }
    return { last: null, digest: null }
  }

  /** The subject in the message, where the metadata do not tell it. */
  #subjectOfBlob(digest: string | null): string | null {
    if (digest === null) return null
    const found = this.#reader.read(this.#place.source.absolute(blobPath(this.#place.layout, digest)), digest)
    const bytes = found.message ?? found.partial ?? found.head
    if (bytes === null) return null
    const mail = extractForIndex(Buffer.from(bytes.subarray(0, 64 * 1024)))
    return mail.looksLikeMail ? mail.subject : null
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
    for (const item of this.#folderIds(account)) {
      const { last } = this.#readItem({ account, item }, null)
      if (last) folders.set(item, last)
    }
    this.#folders.set(account, folders)
    return folders
  }

  #folderIds(account: number): number[] {
    if (this.#folderItems === null) {
      const found = new Map<number, number[]>()
      this.#state.eachClaim((claim) => {
        if (claim.mark !== CLAIM_MARKS.folder) return
        const ids = found.get(claim.account)
        if (ids) ids.push(claim.item)
        else found.set(claim.account, [claim.item])
      })
      this.#folderItems = found
    }
    return this.#folderItems.get(account) ?? []
  }
}
