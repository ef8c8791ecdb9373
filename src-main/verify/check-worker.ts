import { parentPort, workerData } from 'node:worker_threads'
import { BlobReader } from '../backup/blob.ts'
import type { BlobRead } from '../backup/blob.ts'
import { detectLayout } from '../backup/layout.ts'
import { parseItemFile } from '../backup/metadata.ts'
import { blobPath, readBlobFolder, readItemFolder } from '../backup/scan.ts'
import type { AccountFolder, BlobFile, Found } from '../backup/scan.ts'
import { describeRefusal, localSource } from '../backup/source.ts'
import { NOTICE_KINDS } from '../backup/types.ts'
import type { BlobStatus, ItemState, ItemType, Problem, ProblemKind } from '../backup/types.ts'
import { extractForIndex } from '../mail/index-walker.ts'
import { CLAIM_MARKS, MAX_ITEM_FILE } from './check-protocol.ts'
import type { BlobBatch, CheckJob, CheckWorkerData, MetadataBatch } from './check-protocol.ts'
import type { RawProblem, StoreCell } from './check-types.ts'
import { HealCopy } from './heal-copy.ts'
import { hasLineTooLong } from './lmtp.ts'

/** One reading thread of a check: verifies what it is told to, one answer a job. */

const { root, zone, dialect, accounts, copyTo, name } = workerData as CheckWorkerData
const source = localSource(root)
const layout = detectLayout(root)
const reader = new BlobReader()
const copy = copyTo === null ? null : new HealCopy(copyTo, name, source)

/** Asked only where a state has several strings of digest form. */
const blobExists = (digest: string): boolean => source.stat(blobPath(layout, digest)) !== null

/** Types that are not whole without their blob (FORMAT.md: contacts, appointments, folders and tags may have none). */
const NEEDS_BLOB: ReadonlySet<ItemType> = new Set(['message', 'document', 'chat'])

const KIND_OF_STATUS: Readonly<Record<Exclude<BlobStatus, 'ok'>, ProblemKind>> = {
  'double-gzip': 'blob-double-gzip',
  'digest-mismatch': 'blob-digest-mismatch',
  missing: 'blob-missing',
  empty: 'blob-empty',
  'not-gzip': 'blob-not-gzip',
  truncated: 'blob-truncated',
  corrupt: 'blob-corrupt',
  unreadable: 'blob-unreadable',
}

function raw(problem: Problem, recoverable: boolean): RawProblem {
  return { ...problem, recoverable }
}

/** Odd places and names: nothing is lost by them, but a folder that cannot be listed hides what it holds. */
function ofScan(found: Found<unknown>): RawProblem[] {
  return found.problems.map((problem) => raw(problem, !problem.kind.endsWith('-unreadable')))
}

function readMetadata(folders: readonly { account: number; path: string }[]): MetadataBatch {
  const batch: MetadataBatch = {
    kind: 'metadata',
    folders: folders.map((folder) => folder.path),
    total: 0,
    ok: 0,
    problems: [],
    claims: '',
    copied: 0,
  }
  for (const { account: index, path } of folders) {
    const account = accounts[index]
    if (!account) continue
    const found = readItemFolder(source, account, path)
    batch.problems.push(...ofScan(found))
    if (copy) batch.copied += copy.others(path, new Set(found.found.map((item) => item.path)), batch.problems)
    for (const item of found.found) {
      batch.total++
      if (readItem(account, index, item.id, item.path, batch)) batch.ok++
    }
  }
  return batch
}

/** Reads one item file into the batch; false when it could not be understood. */
function readItem(
  account: AccountFolder,
  index: number,
  id: number,
  path: string,
  batch: MetadataBatch,
): boolean {
  const report = (kind: ProblemKind, detail: string, recoverable: boolean): void => {
    batch.problems.push({ kind, path, digest: null, detail, recoverable, account: account.id, item: id })
  }
  const read = source.read(path, MAX_ITEM_FILE)
  if ('refused' in read) {
    report('metadata-unreadable', `The item file cannot be read: ${describeRefusal(read.refused)}.`, false)
    return false
  }
  const parsed = parseItemFile(read.bytes, { dialect, zone, blobExists })
  if (copy) batch.copied += copy.metadata(path, read)
  const type = parsed.states.at(-1)?.type ?? 'unknown'
  const mark = NEEDS_BLOB.has(type) ? CLAIM_MARKS.needed : CLAIM_MARKS.optional
  const line = `${String(index)}\t${String(id)}\t`
  for (const digest of parsed.digests) batch.claims += `${line}${mark}\t${digest}\n`
  if (type === 'folder') batch.claims += `${line}${CLAIM_MARKS.folder}\t\n`
  if (parsed.id !== null && parsed.id !== id) {
    report('id-mismatch', `The file says item ${String(parsed.id)}, its name says ${String(id)}.`, true)
  }
  if (parsed.condition === 'ok') {
    if (parsed.digests.length === 0 && isLostMessage(parsed.states)) {
      report('blob-missing', 'The message names no blob in any of its states.', false)
    }
    return true
  }
  const kind = parsed.condition === 'empty' ? 'metadata-empty' : 'metadata-broken'
  report(kind, parsed.detail, parsed.digests.length > 0)
  return false
}

function isLostMessage(states: readonly ItemState[]): boolean {
  return states.length > 0 && states.every((state) => state.type === 'message')
}

function emptyBlobBatch(folders: string[]): BlobBatch {
  return {
    kind: 'blobs',
    folders,
    total: 0,
    ok: 0,
    bytes: 0,
    problems: [],
    present: '',
    cells: [],
    copied: 0,
    mended: 0,
  }
}

function readBlobs(folders: string[]): BlobBatch {
  const batch = emptyBlobBatch(folders)
  for (const folder of folders) {
    const cell: StoreCell = { folder, files: 0, bytes: 0, errors: 0, notices: 0 }
    const before = batch.problems.length
    const found = readBlobFolder(source, layout, folder)
    batch.problems.push(...ofScan(found))
    if (copy)
      batch.copied += copy.others(folder, new Set(found.found.map((blob) => blob.path)), batch.problems)
    for (const blob of found.found) verify(blob, batch, cell)
    for (const problem of batch.problems.slice(before)) {
      if (NOTICE_KINDS.includes(problem.kind)) cell.notices++
      else cell.errors++
    }
    batch.cells.push(cell)
  }
  return batch
}

function verify(blob: BlobFile, batch: BlobBatch, cell: StoreCell | null): void {
  const found = reader.read(source.absolute(blob.path), blob.digest)
  batch.total++
  batch.bytes += found.fileBytes
  const whole = found.rule !== null && (found.message !== null || found.status === 'ok')
  batch.present += `${whole ? '' : '!'}${blob.digest}${blob.misplaced ? `\t${blob.path}` : ''}\n`
  if (copy) {
    const done = copy.blob(blob, found)
    batch.copied += done.copied
    batch.mended += done.mended
  }
  if (cell) {
    cell.files++
    cell.bytes += found.fileBytes
  }
  if (found.status === 'ok') batch.ok++
  else batch.problems.push(blobProblem(blob, found))
  if (found.message !== null && hasLineTooLong(found.message)) {
    batch.problems.push({
      kind: 'lmtp-line-too-long',
      path: blob.path,
      digest: blob.digest,
      detail:
        'A line is longer than 10,240 bytes: the LMTP validator would refuse this message in a restore.',
      recoverable: true,
      ...told(found),
    })
  }
}

function blobProblem(blob: BlobFile, found: BlobRead): RawProblem {
  const status = found.status === 'ok' ? 'unreadable' : found.status
  return {
    kind: KIND_OF_STATUS[status],
    path: blob.path,
    digest: blob.digest,
    detail: found.detail === '' ? sentenceOf(status) : found.detail,
    // The digest proves the bytes; without it they may be anything. A refusal says nothing of the bytes.
    recoverable: found.rule !== null || found.refused?.code === 'EACCES' || found.refused?.code === 'EPERM',
    ...told(found),
  }
}

function sentenceOf(status: Exclude<BlobStatus, 'ok'>): string {
  return status === 'double-gzip' ? 'it was compressed twice' : `it is ${status.replaceAll('-', ' ')}`
}

/** Subject and date as far as the message still tells them: all there is for a blob that no metadata claims. */
function told(found: BlobRead): { subject: string | null; date: number | null } {
  const bytes = found.message ?? found.partial ?? found.head
  if (bytes === null) return { subject: null, date: null }
  const mail = extractForIndex(Buffer.from(bytes.subarray(0, 64 * 1024)))
  return mail.looksLikeMail ? { subject: mail.subject, date: mail.date } : { subject: null, date: null }
}

parentPort?.on('message', (job: CheckJob) => {
  switch (job.kind) {
    case 'metadata':
      parentPort?.postMessage(readMetadata(job.folders))
      break
    case 'blobs':
      parentPort?.postMessage(readBlobs(job.folders))
      break
    case 'files': {
      const batch = emptyBlobBatch([])
      for (const blob of job.files) verify(blob, batch, null)
      parentPort?.postMessage(batch)
      break
    }
  }
})
