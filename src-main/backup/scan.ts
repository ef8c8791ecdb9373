import { DIGEST_RE, digestInValue, parseDigest } from './digest.ts'
import { identifyMail } from './identify.ts'
import { isUuid } from './layout.ts'
import type { BackupLayout } from './layout.ts'
import { describeRefusal } from './source.ts'
import type { BackupSource, Refusal } from './source.ts'
import type { Problem } from './types.ts'

/**
 * Walks a Backup Path by directories: accounts, item files by bucket, blob folders. Everything that does not belong
 * there comes out as a problem; a folder that cannot be read is reported and passed over. Paths are relative to the
 * root, `/` as separator; folders come sorted, so that two runs see the same order.
 */
export interface AccountFolder {
  /** Name of the folder, a UUID in a sound backup. */
  id: string
  path: string
  /** `account_info`, null when there is none. */
  infoPath: string | null
  itemsPath: string | null
}

export interface ItemFile {
  account: string
  /** From the file's name. */
  id: number
  path: string
}

export interface BlobFile {
  /** The digest: the file's name in the spelling of metadata. */
  digest: string
  path: string
  /** Lies in a folder whose name is not its first two characters. */
  misplaced: boolean
  /** Only upper and lower case differ: the sign of a copy through a case-insensitive file system. */
  caseFolded: boolean
}

/** A folder that could not be listed; counted once per owner and mode by whoever reports it. */
export interface RefusedFolder {
  path: string
  refused: Refusal
}

export interface Found<T> {
  found: T[]
  problems: Problem[]
  refused: RefusedFolder[]
}

function nothing<T>(): Found<T> {
  return { found: [], problems: [], refused: [] }
}

function problem(kind: Problem['kind'], path: string, detail: string, digest: string | null = null): Problem {
  return { kind, path, digest, detail }
}

/** Lists a folder into `into`, links and special files already reported; empty when it refuses. */
function listed(
  source: BackupSource,
  path: string,
  into: Found<unknown>,
  kind: 'metadata-unreadable' | 'blob-unreadable',
) {
  const result = source.list(path, true)
  if ('refused' in result) {
    into.refused.push({ path, refused: result.refused })
    into.problems.push(problem(kind, path, `The folder cannot be read: ${describeRefusal(result.refused)}.`))
    return []
  }
  return result.entries.filter((entry) => {
    if (entry.kind === 'link') {
      into.problems.push(problem('link', `${path}/${entry.name}`, 'A link; links are not followed.'))
      return false
    }
    if (entry.kind === 'other') {
      into.problems.push(
        problem(
          'unexpected-file',
          `${path}/${entry.name}`,
          'Neither a file nor a folder (a pipe, socket or device); not opened.',
        ),
      )
      return false
    }
    return true
  })
}

const ACCOUNT_FILES = new Set(['account_info', 'account_stat', 'id_mapper.log', 'id_mapper'])

/** All accounts. A folder under `accounts/` that is no UUID but holds items or `account_info` is an account too. */
export function listAccounts(source: BackupSource, layout: BackupLayout): Found<AccountFolder> {
  const result = nothing<AccountFolder>()
  if (layout.accounts === null) return result
  for (const entry of listed(source, layout.accounts, result, 'metadata-unreadable')) {
    const path = `${layout.accounts}/${entry.name}`
    if (entry.kind !== 'directory') {
      if (entry.name !== 'backupstat')
        result.problems.push(problem('unexpected-file', path, 'A file among the accounts.'))
      continue
    }
    const account = accountAt(source, entry.name, path, result)
    if (account !== null) result.found.push(account)
  }
  return result
}

function accountAt(
  source: BackupSource,
  id: string,
  path: string,
  result: Found<AccountFolder>,
): AccountFolder | null {
  const inside = nothing<AccountFolder>()
  const entries = listed(source, path, inside, 'metadata-unreadable')
  const info = entries.find(
    (entry) => entry.kind === 'file' && /^account_info(?:\.json|\.gz)?$/i.test(entry.name),
  )
  const items = entries.find((entry) => entry.kind === 'directory' && entry.name === 'items')
  if (!isUuid(id) && info === undefined && items === undefined) {
    result.problems.push(problem('unexpected-file', path, 'A folder among the accounts that is no account.'))
    return null
  }
  result.problems.push(...inside.problems)
  result.refused.push(...inside.refused)
  for (const entry of entries) {
    if (entry === info || entry === items || (entry.kind === 'file' && ACCOUNT_FILES.has(entry.name)))
      continue
    result.problems.push(
      problem('unexpected-file', `${path}/${entry.name}`, 'Does not belong into an account’s folder.'),
    )
  }
  return {
    id,
    path,
    infoPath: info === undefined ? null : `${path}/${info.name}`,
    itemsPath: items === undefined ? null : `${path}/${items.name}`,
  }
}

const ID_RE = /^(?:0|[1-9][0-9]{0,15})$/

/**
 * The folders that hold item files of an account: `items` itself (for item files without a bucket) and its buckets
 * `00`…`99`, also unpadded ones and others with odd names.
 */
export function itemFolders(source: BackupSource, account: AccountFolder): Found<string> {
  const result = nothing<string>()
  if (account.itemsPath === null) return result
  let loose = false
  for (const entry of listed(source, account.itemsPath, result, 'metadata-unreadable')) {
    if (entry.kind === 'directory') result.found.push(`${account.itemsPath}/${entry.name}`)
    else loose = true
  }
  if (loose) result.found.unshift(account.itemsPath)
  return result
}

/** The item files of one folder; `folder` is one of `itemFolders`. A file in the wrong bucket is taken all the same. */
export function readItemFolder(
  source: BackupSource,
  account: AccountFolder,
  folder: string,
): Found<ItemFile> {
  const result = nothing<ItemFile>()
  const isTop = folder === account.itemsPath
  const entries = listed(source, folder, result, 'metadata-unreadable')
  // What a link or special file is was told when the top itself was listed.
  if (isTop) result.problems = []
  const bucket = folder.slice(folder.lastIndexOf('/') + 1)
  for (const { name, kind } of entries) {
    const path = `${folder}/${name}`
    if (kind === 'directory') {
      if (!isTop)
        result.problems.push(
          problem('unexpected-file', path, 'A folder among the item files; not looked into.'),
        )
      continue
    }
    const bare = name.replace(/\.(?:json|gz|txt)$/i, '')
    const id = ID_RE.test(bare) ? Number(bare) : null
    // The mailbox's ids have 32 bits; a larger one is odd, yet its mail is mail.
    if (id === null || !Number.isSafeInteger(id)) {
      result.problems.push(problem('unexpected-file', path, 'Its name is not an item id.'))
      continue
    }
    if (!isTop && !inBucket(id, bucket)) {
      result.problems.push(
        problem(
          'id-mismatch',
          path,
          `Item ${String(id)} belongs into the folder ${padded(id)}; it was read all the same.`,
        ),
      )
    }
    result.found.push({ account: account.id, id, path })
  }
  result.found.sort((a, b) => a.id - b.id)
  return result
}

function padded(id: number): string {
  return String(id % 100).padStart(2, '0')
}

function inBucket(id: number, bucket: string): boolean {
  return bucket === padded(id) || bucket === String(id % 100)
}

/** Where an item file is expected: the documented place first, then the unpadded and the bucket-less one. */
export function itemPathCandidates(account: AccountFolder, id: number): string[] {
  const top = account.itemsPath ?? `${account.path}/items`
  return [
    ...new Set([
      `${top}/${padded(id)}/${String(id)}`,
      `${top}/${String(id % 100)}/${String(id)}`,
      `${top}/${String(id)}`,
    ]),
  ]
}

/** All item files of an account, folder by folder. */
export function* scanItems(
  source: BackupSource,
  account: AccountFolder,
  onProblem: (problem: Problem) => void,
): Generator<ItemFile, void, undefined> {
  const folders = itemFolders(source, account)
  folders.problems.forEach(onProblem)
  for (const folder of folders.found) {
    const { found, problems } = readItemFolder(source, account, folder)
    problems.forEach(onProblem)
    yield* found
  }
}

/** The folders that hold blobs: `items/xx`, and `items` itself when files lie loose in it. */
export function blobFolders(source: BackupSource, layout: BackupLayout): Found<string> {
  const result = nothing<string>()
  if (layout.items === null) return result
  let loose = false
  for (const entry of listed(source, layout.items, result, 'blob-unreadable')) {
    if (entry.kind === 'directory') result.found.push(`${layout.items}/${entry.name}`)
    else loose = true
  }
  if (loose) result.found.unshift(layout.items)
  return result
}

/** Folders that lie below blob folders hold blobs only by accident; this deep they are still looked into. */
const MAX_NESTING = 3
/** So many files with strange names are looked into, in each folder. */
const MAX_IDENTIFIED = 200

/**
 * The blobs of one folder of `blobFolders`, also those in folders below it. A name that carries a digest with something
 * around it (`….gz`, `… (1)`) counts as a misplaced blob; so does a mail under any other name; other
 * files are unexpected ones.
 */
export function readBlobFolder(source: BackupSource, layout: BackupLayout, folder: string): Found<BlobFile> {
  const result = nothing<BlobFile>()
  readBlobs(source, folder, folder === layout.items, MAX_NESTING, result)
  return result
}

function readBlobs(
  source: BackupSource,
  folder: string,
  isTop: boolean,
  depth: number,
  result: Found<BlobFile>,
): void {
  const problemsBefore = result.problems.length
  const entries = listed(source, folder, result, 'blob-unreadable')
  if (isTop) result.problems.length = problemsBefore
  let identified = 0
  const name2 = folder.slice(folder.lastIndexOf('/') + 1)
  for (const { name, kind } of entries) {
    const path = `${folder}/${name}`
    if (kind === 'directory') {
      if (isTop) continue
      result.problems.push(problem('unexpected-file', path, 'A folder among the blobs.'))
      if (depth > 0) readBlobs(source, path, false, depth - 1, result)
      continue
    }
    // The usual length first: it needs no decoding on the hot path.
    const exact = name.length === 44 ? DIGEST_RE.test(name) : parseDigest(name) !== null
    let digest = exact ? name : digestInName(name)
    if (digest === null) {
      // A mail under a strange name is a mail all the same.
      if (identified++ < MAX_IDENTIFIED) digest = identifyMail(source, path)
      if (digest === null) {
        result.problems.push(problem('unexpected-file', path, 'Its name is not a digest.'))
        continue
      }
    }
    const first = digest.slice(0, 2)
    const misplaced = !exact || isTop || first !== name2 || depth < MAX_NESTING
    const caseFolded = misplaced && exact && first.toLowerCase() === name2.toLowerCase()
    if (caseFolded) {
      result.problems.push(
        problem(
          'case-folded',
          path,
          `It belongs into ${first}/, which was merged with ${name2}/ by a case-insensitive file system.`,
          digest,
        ),
      )
    } else if (misplaced) {
      result.problems.push(problem('blob-misplaced', path, `It belongs into ${first}/ as ${digest}.`, digest))
    }
    result.found.push({ digest, path, misplaced, caseFolded })
  }
}

/** The digest in a file name that something was added to by a copy or an editor. */
function digestInName(name: string): string | null {
  const direct = digestInValue(name)
  if (direct !== null) return direct
  const match = /(?:^|[^A-Za-z0-9+,])([A-Za-z0-9+,]{27}(?:[A-Za-z0-9+,]{16})?=)/.exec(name)
  const found = match?.[1]
  return found !== undefined && parseDigest(found) !== null ? found : null
}

/** Where a blob is expected. */
export function blobPath(layout: BackupLayout, digest: string): string {
  return `${layout.items ?? 'items'}/${digest.slice(0, 2)}/${digest}`
}

/** All blobs of a Backup Path, folder by folder. */
export function* scanBlobs(
  source: BackupSource,
  layout: BackupLayout,
  onProblem: (problem: Problem) => void,
): Generator<BlobFile, void, undefined> {
  const folders = blobFolders(source, layout)
  folders.problems.forEach(onProblem)
  for (const folder of folders.found) {
    const { found, problems } = readBlobFolder(source, layout, folder)
    problems.forEach(onProblem)
    yield* found
  }
}
