import { parseAccountInfo } from '../backup/account-info.ts'
import { parseItemFile, type ParsedItem } from '../backup/metadata.ts'
import { blobPath, itemFolders, readItemFolder } from '../backup/scan.ts'
import type { AccountFolder, ItemFile } from '../backup/scan.ts'
import { describeRefusal } from '../backup/source.ts'
import type { ItemState, ItemType, ProblemKind } from '../backup/types.ts'
import type { BatchBuilder } from './batch.ts'
import { CLAIM_MARKS, MAX_ITEM_FILE } from './check-protocol.ts'
import type { CheckAnswer, FolderShare, Later, Spelling } from './check-protocol.ts'
import type { RawProblem } from './check-types.ts'
import { CLAIMED, NEEDED } from './digest-table.ts'
import { mayRecover } from './guarded-source.ts'
import { behind, ofScan, type ReaderParts } from './read-blobs.ts'

/** Types that are not whole without their blob (FORMAT.md: contacts, appointments, folders and tags may have none). */
const NEEDS_BLOB: ReadonlySet<ItemType> = new Set(['message', 'document', 'chat'])

export interface ItemParts extends ReaderParts {
  accounts: readonly AccountFolder[]
  zone: string
}

/** Reads account_info and lists the item folders of accounts. */
export function readAccounts({ source, accounts }: ItemParts, wanted: readonly number[]): CheckAnswer {
  const problems: RawProblem[] = []
  const read = wanted.flatMap((index) => {
    const account = accounts[index]
    if (account === undefined) return []
    const name = readAccountInfo({ source }, account, problems)
    const folders = itemFolders(source, account)
    problems.push(...ofScan(folders.problems))
    return [{ index, name, folders: folders.found }]
  })
  return { kind: 'accounts', accounts: read, problems, last: true }
}

function readAccountInfo(
  { source }: Pick<ItemParts, 'source'>,
  account: AccountFolder,
  problems: RawProblem[],
): string | null {
  const path = account.infoPath ?? `${account.path}/account_info`
  // The account's name, password hash and preferences are in no other file: not recoverable from this path.
  const report = (detail: string): null => {
    problems.push({
      kind: 'account-info-broken',
      path,
      digest: null,
      detail,
      recoverable: false,
      account: account.id,
    })
    return null
  }
  if (account.infoPath === null) {
    return report(
      'The account has no account_info: its name and settings are unknown, its mail is not touched by this.',
    )
  }
  const read = source.read(path, MAX_ITEM_FILE)
  if ('refused' in read)
    return report(`The account's metadata cannot be read: ${describeRefusal(read.refused)}.`)
  const { info, condition } = parseAccountInfo(read.bytes, account.id)
  if (condition !== 'ok')
    report("The account's metadata cannot be understood; its mail is not touched by this.")
  return info.name
}

/** Reads the item files of one folder. */
export function readItems(parts: ItemParts, spelling: Spelling, share: FolderShare, out: BatchBuilder): void {
  const { source, copy } = parts
  const { account: index, path: folder, after } = share
  const account = parts.accounts[index]
  if (account === undefined) return
  const found = readItemFolder(source, account, folder)
  if (found.refused.some(({ path, refused }) => path === folder && mayRecover(refused))) {
    out.batch.later.push({ of: 'metadata', account: index, folder, path: null })
  } else {
    if (after === null) {
      out.batch.problems.push(...ofScan(found.problems))
      if (copy)
        out.batch.copied += copy.others(
          folder,
          new Set(found.found.map(({ path }) => path)),
          out.batch.problems,
        )
    }
    let before = after
    for (const item of behind(found.found, after)) {
      if (out.due) out.flush(false, { account: index, path: folder, after: before })
      readItem(parts, spelling, { account, index, folder, item }, out, false)
      before = item.path
    }
  }
  out.batch.folders.push({ account: index, path: folder, after: null })
}

/** Tries something once more that could not be read; what fails now is a problem. */
export function readItemsAgain(parts: ItemParts, spelling: Spelling, later: Later, out: BatchBuilder): void {
  const { account: index, folder, path } = later
  const account = parts.accounts[index]
  if (account !== undefined) {
    const found = readItemFolder(parts.source, account, folder)
    if (path === null || found.found.length === 0) out.batch.problems.push(...ofScan(found.problems))
    for (const item of found.found) {
      if (path === null || item.path === path)
        readItem(parts, spelling, { account, index, folder, item }, out, true)
    }
  }
  out.batch.again = later
}

interface ItemPlace {
  account: AccountFolder
  index: number
  folder: string
  item: ItemFile
}

/** Reads one item file into the batch. When it fails for the first time (`last` false) it is put off. */
function readItem(
  { source, layout, zone, copy, hungDetail }: ItemParts,
  spelling: Spelling,
  { account, index, folder, item: { id, path } }: ItemPlace,
  out: BatchBuilder,
  last: boolean,
): void {
  const { batch } = out
  const report = (kind: ProblemKind, detail: string, recoverable: boolean): void => {
    batch.problems.push({ kind, path, digest: null, detail, recoverable, account: account.id, item: id })
  }
  // Asked only where a state has several strings of digest form.
  const blobExists = (digest: string): boolean => source.stat(blobPath(layout, digest)) !== null
  const context = { dialect: spelling.dialect, zone, blobExists }
  const small = source.readSmall(path)
  let parsed: ParsedItem | null = small === null ? null : parseItemFile(small, context)
  if (small !== null && parsed?.condition === 'ok') {
    if (copy) batch.copied += copy.metadata(path, { bytes: small, size: small.length, cut: false })
  } else {
    const read = source.read(path, MAX_ITEM_FILE)
    if ('refused' in read) {
      if (!last && mayRecover(read.refused)) {
        batch.later.push({ of: 'metadata', account: index, folder, path })
        return
      }
      batch.total++
      const hung = read.refused.code === 'ETIMEDOUT'
      const why = hung ? hungDetail : describeRefusal(read.refused)
      report('metadata-unreadable', `The item file cannot be read: ${why}.`, false)
      return
    }
    parsed = parseItemFile(read.bytes, context)
    if (copy) batch.copied += copy.metadata(path, read)
  }
  batch.total++
  const type = parsed.states.at(-1)?.type ?? 'unknown'
  const needed = NEEDS_BLOB.has(type)
  const line = `${String(index)}\t${String(id)}\t`
  const mark = needed ? CLAIM_MARKS.needed : CLAIM_MARKS.optional
  for (const digest of parsed.digests)
    out.add(`${line}${mark}\t${digest}\n`, digest, needed ? CLAIMED | NEEDED : CLAIMED)
  if (type === 'folder') out.say(`${line}${CLAIM_MARKS.folder}\t\n`)
  if (spelling.trustIds && parsed.id !== null && parsed.id !== id)
    report('id-mismatch', `The file says item ${String(parsed.id)}, its name says ${String(id)}.`, true)
  if (parsed.condition === 'ok') {
    batch.ok++
    if (parsed.digests.length === 0 && isLostMessage(parsed.states))
      report('blob-missing', 'The message names no blob in any of its states.', false)
    return
  }
  const kind = parsed.condition === 'empty' ? 'metadata-empty' : 'metadata-broken'
  report(kind, parsed.detail, parsed.digests.length > 0)
}

function isLostMessage(states: readonly ItemState[]): boolean {
  return states.length > 0 && states.every((state) => state.type === 'message')
}
