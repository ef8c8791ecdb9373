import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NotABackupPathError } from '../backup/errors.ts'
import { backupPathAbove, detectLayout, looksLikeBackupPath } from '../backup/layout.ts'
import type { ProblemKind } from '../backup/types.ts'
import { ExpectedError } from '../engine/errors.ts'
import { assertApart, realPlace } from '../engine/paths.ts'
import { nameAffected } from './affected.ts'
import { missingBlobs, startCheck } from './checker.ts'
import type { CheckProgress, CheckResult, RawProblem } from './check-types.ts'
import type { CheckAnswer, CheckJob } from './check-protocol.ts'
import { WORK_FOLDER } from './copy-file.ts'
import { isNotCopied } from './heal-copy.ts'
import { WHOLE } from './digest-table.ts'
import { assertHealSource } from './heal-sources.ts'
import type { HealRequest, HealResult } from './heal-types.ts'
import { Reading } from './reading.ts'
import type { ReadingPool, ReadPath } from './reading.ts'

export interface HealHandle {
  readonly done: Promise<HealResult>
  progress(): CheckProgress
  pause(): void
  resume(): void
  stop(): void
}

/** Says in the unfinished copy which heal it belongs to. */
const MARKER = 'heal.json'

/** Files that a thread looks for in another copy at a time. */
const FILES_A_JOB = 100

/** Blobs of these kinds are not in the copy as they should be. */
const HURT: ReadonlySet<ProblemKind> = new Set<ProblemKind>([
  'blob-empty',
  'blob-not-gzip',
  'blob-truncated',
  'blob-corrupt',
  'blob-digest-mismatch',
  'blob-unreadable',
])
const METADATA: ReadonlySet<ProblemKind> = new Set<ProblemKind>([
  'metadata-unreadable',
  'metadata-empty',
  'metadata-broken',
  'account-info-broken',
])

/**
 * Makes a repaired copy of a Backup Path; the path itself and the other copies are only read. Goes on where a killed
 * run stopped. `done` rejects with ExpectedError REFUSED for a target that is in the way, with the system's errors when
 * the target is full.
 */
export function startHeal(request: HealRequest): HealHandle {
  const reading = new Reading({ ...request, sample: null }, request.out)
  return {
    done: heal(request, reading),
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

async function heal(request: HealRequest, reading: Reading): Promise<HealResult> {
  const root = detectLayout(request.path).root
  request.from.forEach(assertHealSource)
  prepareTarget(request, root)
  const path = await reading.read()
  try {
    const result: HealResult = {
      out: request.out,
      healed: path.state.mended,
      copied: path.state.copied,
      restored: [],
      lost: [],
      lostMetadata: [],
      from: Object.fromEntries(request.from.map((from) => [from, 0])),
      seconds: 0,
      check: null,
      complete: false,
      hanging: 0,
    }
    if (!reading.stopped) await copyRest(path, result)
    const named = reading.stopped ? new Map<string, RawProblem>() : await healMetadata(path, request, result)
    if (!reading.stopped) await healBlobs(path, request, reading, result, named)
    if (reading.stopped) return { ...result, seconds: path.state.seconds(), hanging: reading.hanging }
    // From here on the copy carries no mark: what it is for is kept beside the journal until the result was told.
    writeFileSync(purposeFile(request), purposeOf(request, root), { mode: 0o600 })
    rmSync(join(request.out, WORK_FOLDER), { recursive: true, force: true })
    const check = await checkCopy(request)
    result.check = { blobs: check.blobs, metadata: check.metadata, kinds: check.kinds }
    result.seconds = path.state.seconds()
    result.complete = true
    result.hanging = reading.hanging + check.hanging
    reading.progress.phase = 'done'
    return result
  } finally {
    await path.end()
  }
}

/** The target is a new folder, or one that this very heal began. */
function prepareTarget(request: HealRequest, root: string): void {
  assertApart(request.out, root, 'folder for the repaired copy')
  for (const other of request.from) assertApart(request.out, other, 'folder for the repaired copy')
  assertApart(request.out, backupPathAbove(realPlace(request.out)), 'folder for the repaired copy')
  const marker = join(request.out, WORK_FOLDER, MARKER)
  const purpose = purposeOf(request, root)
  // A work folder alone is what a full disk leaves at the very beginning.
  const names = existsSync(request.out) ? readdirSync(request.out).filter((name) => name !== WORK_FOLDER) : []
  const begun = (): boolean =>
    says(marker, purpose) || (existsSync(request.journalFile) && says(purposeFile(request), purpose))
  if (names.length > 0 && !begun()) {
    throw new ExpectedError('REFUSED', `The folder ${request.out} is not empty`, {
      why: 'A repaired copy is made in a folder of its own, so that nothing is mixed or overwritten.',
      next: 'Name a new folder; an interrupted heal goes on when it is started with the same folders again.',
    })
  }
  if (names.length === 0) rmSync(request.journalFile, { force: true })
  mkdirSync(join(request.out, WORK_FOLDER), { recursive: true })
  writeFileSync(marker, purpose)
}

function purposeOf(request: HealRequest, root: string): string {
  return JSON.stringify({ root, from: request.from })
}

function purposeFile(request: HealRequest): string {
  return `${request.journalFile}.heal`
}

function says(file: string, text: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8') === text
}

async function copyRest({ state, pool, gate }: ReadPath, result: HealResult): Promise<void> {
  await runAll(pool, gate, [{ kind: 'rest' }], (answer) => {
    if (answer.kind !== 'rest') return
    result.copied += answer.copied
    state.problems.push(...answer.problems)
  })
}

/** Takes broken metadata from the other copies; returns the blobs that the healed files name. */
async function healMetadata(
  { state, pool, gate }: ReadPath,
  { from }: HealRequest,
  result: HealResult,
): Promise<Map<string, RawProblem>> {
  const broken = new Map(
    state.problems.filter(({ kind }) => METADATA.has(kind)).map((one) => [one.path, one]),
  )
  const named = new Map<string, RawProblem>()
  const jobs = portions([...broken.keys()]).map((paths): CheckJob => {
    return { kind: 'heal-metadata', paths, from, spelling: state.spelling }
  })
  await runAll(pool, gate, jobs, (answer) => {
    if (answer.kind !== 'healed-metadata') return
    result.lostMetadata.push(...answer.lost)
    for (const { path, from: source, digests } of answer.healed) {
      count(result, source)
      const problem = broken.get(path)
      if (problem === undefined) continue
      // What the healed file names was not known to be needed while it was broken.
      for (const digest of digests)
        named.set(digest, {
          ...problem,
          kind: 'blob-missing',
          digest,
          detail: 'The healed item names this blob.',
        })
    }
  })
  // Whatever else could not be copied is told with them: settings of the server, map files.
  result.lostMetadata.push(...state.problems.filter(isNotCopied).map(({ path }) => path))
  result.lostMetadata = [...new Set(result.lostMetadata)].sort()
  return named
}

function count(result: HealResult, source: string): void {
  result.healed++
  result.from[source] = (result.from[source] ?? 0) + 1
}

/** Takes what is damaged, missing or `named` by healed metadata from the other copies, and says of each message what became of it. */
async function healBlobs(
  path: ReadPath,
  { from: sources }: HealRequest,
  reading: Reading,
  result: HealResult,
  named: ReadonlyMap<string, RawProblem>,
): Promise<void> {
  const { state, pool, gate } = path
  const wanted = new Map<string, RawProblem>()
  for (const problem of [...state.problems, ...missingBlobs(state, path.layout), ...named.values()]) {
    if (problem.digest === null || !(HURT.has(problem.kind) || problem.kind === 'blob-missing')) continue
    if ((state.table.bits(problem.digest) & WHOLE) === 0) wanted.set(problem.digest, problem)
  }
  const foundIn = new Map<string, string>()
  for (const from of sources) {
    const left = [...wanted.keys()].filter((digest) => !foundIn.has(digest))
    if (left.length === 0 || reading.stopped) break
    // A plain folder is read from end to end by one thread; elsewhere digests are looked up by name.
    const shares = looksLikeBackupPath(from) ? portions(left) : [left]
    const jobs = shares.map((share): CheckJob => ({ kind: 'heal-blobs', wanted: share, from, walked: 0 }))
    await runAll(pool, gate, jobs, (answer) => {
      if (answer.kind !== 'healed-blobs') return
      for (const digest of answer.found) {
        foundIn.set(digest, from)
        count(result, from)
        result.copied++
      }
    })
  }
  if (reading.stopped) return
  await nameAffected([...wanted.values()], path, ({ digest, affected, detail, severity }) => {
    if (digest === null || severity === 'notice') return
    const from = foundIn.get(digest)
    if (from === undefined) result.lost.push({ digest, affected, detail })
    else result.restored.push({ digest, affected, from })
  })
}

/** Runs some jobs to their end. */
async function runAll(
  pool: ReadingPool,
  gate: () => Promise<void>,
  jobs: CheckJob[],
  take: (answer: CheckAnswer) => void,
): Promise<void> {
  const waiting = [...jobs]
  await pool.feed(() => waiting.shift() ?? null, take, gate)
}

function portions(all: readonly string[]): string[][] {
  const some: string[][] = []
  for (let from = 0; from < all.length; from += FILES_A_JOB) some.push(all.slice(from, from + FILES_A_JOB))
  return some
}

/** Nothing is called healed before it was read again where it now lies. */
async function checkCopy(request: HealRequest): Promise<CheckResult> {
  const journalFile = `${request.journalFile}.result`
  rmSync(journalFile, { force: true })
  try {
    return await startCheck({
      path: request.out,
      zone: request.zone,
      jobs: request.jobs,
      sample: null,
      journalFile,
      timeoutMs: request.timeoutMs,
    }).done
  } catch (error) {
    if (!(error instanceof NotABackupPathError)) throw error
    throw new ExpectedError('REFUSED', 'The repaired copy holds nothing', {
      why: 'Nothing in the backup path could be read, and no other copy had it.',
      next: 'Check the disk of the backup path, and name other copies with --from.',
    })
  } finally {
    rmSync(journalFile, { force: true })
    rmSync(`${journalFile}.problems`, { force: true })
  }
}
