import type { BackupLayout } from '../backup/layout.ts'
import { blobPath } from '../backup/scan.ts'
import { NOTICE_KINDS } from '../backup/types.ts'
import { nameAffected } from './affected.ts'
import type { CheckState } from './check-state.ts'
import type { CheckProblem, CheckProgress, CheckRequest, CheckResult, RawProblem } from './check-types.ts'
import { CLAIMED, NEEDED, PRESENT, WHOLE } from './digest-table.ts'
import { Reading } from './reading.ts'

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
 * `done` rejects with NotABackupPathError or UnreadablePathError.
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
  const { state, layout, source, accounts } = await reading.read()
  try {
    const result = (problems: CheckProblem[], complete: boolean): CheckResult => ({
      backupPath: layout.root,
      blobs: { ...state.blobs },
      metadata: { ...state.metadata },
      problems,
      kinds: countKinds(problems),
      cells: state.cells,
      seconds: state.seconds(),
      complete,
    })
    if (reading.stopped) return result(state.problems.map(unnamed), false)
    reading.progress.phase = 'naming'
    const problems = [...state.problems, ...missingBlobs(state, layout), ...orphans(state, layout)]
    for (const problem of problems) {
      // Another file of the same name is whole: the message is not lost.
      if (problem.digest !== null && (state.table.bits(problem.digest) & WHOLE) !== 0)
        problem.recoverable = true
    }
    const named = await nameAffected(problems, state, { source, layout, accounts, zone: request.zone })
    reading.progress.phase = 'done'
    return result(named, true)
  } finally {
    state.close()
  }
}

function unnamed(problem: RawProblem): CheckProblem {
  const { kind, path, digest, detail, recoverable } = problem
  const severity = NOTICE_KINDS.includes(kind) ? 'notice' : 'error'
  return { kind, severity, path, digest, affected: [], detail, recoverable }
}

/** Blobs that an item cannot do without and that no file has. */
export function missingBlobs(state: CheckState, layout: BackupLayout): RawProblem[] {
  const problems: RawProblem[] = []
  const seen = new Set<string>()
  state.eachClaim(({ digest }) => {
    const bits = state.table.bits(digest)
    if ((bits & PRESENT) !== 0 || (bits & NEEDED) === 0 || seen.has(digest)) return
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

/** Blobs that no readable metadata names. */
function orphans(state: CheckState, layout: BackupLayout): RawProblem[] {
  const problems: RawProblem[] = []
  state.eachPresent((digest, path) => {
    if ((state.table.bits(digest) & CLAIMED) !== 0) return
    problems.push({
      kind: 'blob-orphan',
      path: path ?? blobPath(layout, digest),
      digest,
      detail: 'No readable metadata names this blob; its message can be exported as unclaimed mail.',
      recoverable: true,
    })
  })
  return problems
}

function countKinds(problems: readonly { kind: string }[]): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const { kind } of problems) kinds[kind] = (kinds[kind] ?? 0) + 1
  return kinds
}
