import type { BlobReader, BlobRead } from '../backup/blob.ts'
import { blobRead } from '../backup/blob-read.ts'
import type { BackupLayout } from '../backup/layout.ts'
import { readBlobFolder } from '../backup/scan.ts'
import type { BlobFile } from '../backup/scan.ts'
import { describeRefusal } from '../backup/source.ts'
import { NOTICE_KINDS } from '../backup/types.ts'
import type { BlobStatus, Problem, ProblemKind } from '../backup/types.ts'
import type { BatchBuilder } from './batch.ts'
import type { FolderShare, Later } from './check-protocol.ts'
import { inLine } from './claims.ts'
import type { RawProblem, StoreCell } from './check-types.ts'
import { PRESENT, WHOLE } from './digest-table.ts'
import { HUNG, mayRecover, type GuardedSource } from './guarded-source.ts'
import type { HealCopy } from './heal-copy.ts'
import { hasLineTooLong } from './lmtp.ts'

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

export interface ReaderParts {
  source: GuardedSource
  layout: BackupLayout
  reader: BlobReader
  copy: HealCopy | null
  /** Sentence for a file whose reading did not end. */
  hungDetail: string
}

/** Odd places and names: nothing is lost by them, but a folder that cannot be listed hides what it holds. */
export function ofScan(problems: readonly Problem[]): RawProblem[] {
  return problems.map((problem) => ({ ...problem, recoverable: !problem.kind.endsWith('-unreadable') }))
}

/** Files behind `after`; all where that one is not there any more. */
export function behind<T extends { path: string }>(files: readonly T[], after: string | null): readonly T[] {
  return after === null ? files : files.slice(files.findIndex(({ path }) => path === after) + 1)
}

/** Verifies the blobs of one folder. */
export function readBlobs(parts: ReaderParts, share: FolderShare, out: BatchBuilder): void {
  const { source, layout, copy } = parts
  const { path: folder } = share
  const found = readBlobFolder(source, layout, folder)
  if (found.refused.some(({ path, refused }) => path === folder && mayRecover(refused))) {
    out.batch.later.push({ of: 'blobs', account: -1, folder, path: null })
  } else {
    readListed(parts, share, found.found, ofScan(found.problems), out)
    if (copy && share.after === null)
      out.batch.copied += copy.others(
        folder,
        new Set(found.found.map(({ path }) => path)),
        out.batch.problems,
      )
  }
  out.batch.folders.push({ account: -1, path: folder, after: null })
}

function readListed(
  parts: ReaderParts,
  { path: folder, after }: FolderShare,
  files: readonly BlobFile[],
  ofFolder: readonly RawProblem[],
  out: BatchBuilder,
): void {
  let cell = emptyCell(folder)
  let problemsFrom = out.batch.problems.length
  if (after === null) out.batch.problems.push(...ofFolder)
  const closeCell = (): void => {
    for (const { kind } of out.batch.problems.slice(problemsFrom)) {
      if (NOTICE_KINDS.includes(kind)) cell.notices++
      else cell.errors++
    }
    out.batch.cells.push(cell)
  }
  let before = after
  for (const blob of behind(files, after)) {
    if (out.due) {
      closeCell()
      out.flush(false, { account: -1, path: folder, after: before })
      cell = emptyCell(folder)
      problemsFrom = 0
    }
    verifyBlob(parts, blob, folder, out, cell, false)
    before = blob.path
  }
  closeCell()
}

function emptyCell(folder: string): StoreCell {
  return { folder, files: 0, bytes: 0, errors: 0, notices: 0 }
}

/** Tries something once more that could not be read; what fails now is a problem. */
export function readBlobsAgain(parts: ReaderParts, later: Later, out: BatchBuilder): void {
  const { folder, path } = later
  const found = readBlobFolder(parts.source, parts.layout, folder)
  const cell = emptyCell(folder)
  const problems = ofScan(found.problems)
  if (path === null || found.found.length === 0) out.batch.problems.push(...problems)
  for (const blob of found.found) {
    if (path === null || blob.path === path) verifyBlob(parts, blob, folder, out, cell, true)
  }
  for (const { kind } of out.batch.problems) {
    if (NOTICE_KINDS.includes(kind)) cell.notices++
    else cell.errors++
  }
  out.batch.cells.push(cell)
  out.batch.again = later
}

/** Reads one blob into the batch. When it fails for the first time (`last` false) it is put off. */
export function verifyBlob(
  { source, reader, copy, hungDetail }: ReaderParts,
  blob: BlobFile,
  folder: string,
  out: BatchBuilder,
  cell: StoreCell | null,
  last: boolean,
): void {
  const found = source.enter(blob.path)
    ? reader.read(source.absolute(blob.path), blob.digest)
    : blobRead('unreadable', { refused: HUNG, detail: hungDetail })
  const { batch } = out
  if (!last && found.status === 'unreadable' && found.refused !== null && mayRecover(found.refused)) {
    batch.later.push({ of: 'blobs', account: -1, folder, path: blob.path })
    return
  }
  batch.total++
  batch.bytes += found.fileBytes
  const whole = found.rule !== null && (found.message !== null || found.status === 'ok')
  const line = `${whole ? '' : '!'}${blob.digest}${blob.misplaced ? `\t${inLine(blob.path)}` : ''}\n`
  out.add(line, blob.digest, whole ? PRESENT | WHOLE : PRESENT)
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
    })
  }
}

function blobProblem(blob: BlobFile, found: BlobRead): RawProblem {
  const status = found.status === 'ok' ? 'unreadable' : found.status
  const { refused } = found
  return {
    kind: KIND_OF_STATUS[status],
    path: blob.path,
    digest: blob.digest,
    detail:
      found.detail !== ''
        ? found.detail
        : refused
          ? describeRefusal(refused)
          : `it is ${status.replaceAll('-', ' ')}`,
    // The digest proves the bytes; without it they may be anything. A refusal says nothing of the bytes.
    recoverable: found.rule !== null || refused?.code === 'EACCES' || refused?.code === 'EPERM',
  }
}
