import type { BackupLayout } from '../backup/layout.ts'
import { blobPath } from '../backup/scan.ts'
import { nameAffected } from './affected.ts'
import type { CheckState } from './check-state.ts'
import type { CheckProgress, CheckRequest, CheckResult, RawProblem } from './check-types.ts'
import { CLAIMED, NEEDED, PRESENT, WHOLE } from './digest-table.ts'
import { asProblem } from './naming.ts'
import { ProblemWriter } from './problem-file.ts'
import { Reading, type ReadPath } from './reading.ts'

/** A running check. */
export interface CheckHandle {
  readonly done: Promise<CheckResult>
  progress(): CheckProgress
  pause(): void
  resume(): void
  /** Finishes what is in hand and keeps the journal; `done` then gives an incomplete result. */
  stop(): void
}

/**
 * Checks a Backup Path: every item file is read, every blob decompressed and its digest computed, and what is wrong is
 * named with the messages it concerns. Nothing is written under the path; the journal lets a killed check go on.
 * `done` rejects with NotABackupPathError, UnreadablePathError or ExpectedError.
 */
export function startCheck(request: CheckRequest): CheckHandle {
  const reading = new Reading(request)
  return {
    done: check(request, reading),
    progress: () => reading.progress,
    pause: () => {
      reading.pause()
    },
    resume: () => {
      reading.resume()
    },
    stop: () => {
      reading.stop()
    },
  }
}

async function check(request: CheckRequest, reading: Reading): Promise<CheckResult> {
  const path = await reading.read()
  const { state, layout } = path
  const writer = new ProblemWriter(`${request.journalFile}.problems`)
  try {
    if (!reading.stopped) {
      reading.progress.phase = 'naming'
      await judge(path, writer)
    }
    writer.end()
    const complete = !reading.stopped
    if (complete) reading.progress.phase = 'done'
    return {
      backupPath: layout.root,
      blobs: { ...state.blobs },
      metadata: { ...state.metadata },
      problemsFile: writer.file,
      errors: writer.errors,
      notices: writer.notices,
      kinds: writer.kinds,
      cells: [...state.cells.values()],
      seconds: state.seconds(),
      complete,
      hanging: reading.hanging,
    }
  } catch (error) {
    writer.abandon()
    throw error
  } finally {
    await path.end()
  }
}

async function judge(path: ReadPath, writer: ProblemWriter): Promise<void> {
  const { state, layout } = path
  const problems = [...state.problems, ...missingBlobs(state, layout)]
  for (const problem of problems) {
    // Another file of the same name is whole: the message is not lost.
    if (problem.digest !== null && (state.table.bits(problem.digest) & WHOLE) !== 0)
      problem.recoverable = true
  }
  for (const problem of problems)
    if (problem.kind === 'blob-missing' && problem.digest !== null)
      state.cell(folderOf(problem.path)).errors++
  await nameAffected(problems, path, (problem) => {
    writer.add(problem)
  })
  eachOrphan(state, layout, (problem) => {
    state.cell(folderOf(problem.path)).notices++
    writer.add(asProblem(problem, []))
  })
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** Blobs that an item cannot do without and that no file has. */
export function missingBlobs(state: CheckState, layout: BackupLayout): RawProblem[] {
  const isMissing = (bits: number): boolean => (bits & PRESENT) === 0 && (bits & NEEDED) !== 0
  if (state.table.count(isMissing) === 0) return []
  const problems: RawProblem[] = []
  const seen = new Set<string>()
  state.eachClaim(({ digest }) => {
    if (!isMissing(state.table.bits(digest)) || seen.has(digest)) return
    seen.add(digest)
    problems.push({
      kind: 'blob-missing',
      path: blobPath(layout, digest),
      digest,
      detail: 'An item names this blob, and no file has it.',
      recoverable: false,
    })
  })
  return problems
}

/** Blobs that no readable metadata names: there may be a million of them, so they are not collected. */
function eachOrphan(state: CheckState, layout: BackupLayout, take: (problem: RawProblem) => void): void {
  const isOrphan = (bits: number): boolean => (bits & PRESENT) !== 0 && (bits & CLAIMED) === 0
  if (state.table.count(isOrphan) === 0) return
  state.eachPresent((digest, path) => {
    if (!isOrphan(state.table.bits(digest))) return
    take({
      kind: 'blob-orphan',
      path: path ?? blobPath(layout, digest),
      digest,
      detail: 'No readable metadata names this blob; its message can be exported as unclaimed mail.',
      recoverable: true,
    })
  })
}
