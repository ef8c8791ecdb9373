import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NotABackupPathError } from '../backup/errors.ts'
import { detectLayout } from '../backup/layout.ts'
import { parseItemFile } from '../backup/metadata.ts'
import { NOTICE_KINDS } from '../backup/types.ts'
import type { ProblemKind } from '../backup/types.ts'
import { ExpectedError } from '../engine/errors.ts'
import { assertApart } from '../engine/paths.ts'
import { nameAffected } from './affected.ts'
import { missingBlobs, startCheck } from './checker.ts'
import type { CheckProgress, CheckResult, RawProblem } from './check-types.ts'
import { CopyTarget, WORK_FOLDER } from './copy-file.ts'
import { WHOLE } from './digest-table.ts'
import { openHealSource } from './heal-sources.ts'
import type { HealSource } from './heal-sources.ts'
import type { HealRequest, HealResult, LostBlob } from './heal-types.ts'
import { Reading } from './reading.ts'
import type { ReadPath } from './reading.ts'

export interface HealHandle {
  readonly done: Promise<HealResult>
  progress(): CheckProgress
  pause(): void
  resume(): void
  stop(): void
}

/** Says in the unfinished copy which heal it belongs to. */
const MARKER = 'heal.json'

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
  const sources = request.from.map(openHealSource)
  prepareTarget(request, root)
  const path = await reading.read()
  try {
    const result: HealResult = {
      out: request.out,
      healed: path.state.mended,
      copied: path.state.copied,
      lost: [],
      lostMetadata: [],
      from: Object.fromEntries(sources.map((source) => [source.path, 0])),
      seconds: 0,
      check: null,
      complete: false,
    }
    if (reading.stopped) return { ...result, seconds: path.state.seconds() }
    const target = new CopyTarget(request.out, 'coordinator')
    result.copied += copyRest(path, target)
    const named = healMetadata(path, sources, target, result, request.zone)
    const problems = await healBlobs(path, sources, target, result, named)
    result.lost = await nameLost(problems, path, request.zone)
    // From here on the copy carries no mark: what it is for is kept beside the journal until the result was told.
    writeFileSync(purposeFile(request), purposeOf(request, root), { mode: 0o600 })
    rmSync(join(request.out, WORK_FOLDER), { recursive: true, force: true })
    const check = await checkCopy(request)
    result.check = { blobs: check.blobs, metadata: check.metadata, kinds: check.kinds }
    result.seconds = path.state.seconds()
    result.complete = true
    reading.progress.phase = 'done'
    return result
  } finally {
    path.state.close()
  }
}

/** The target is a new folder, or one that this very heal began. */
function prepareTarget(request: HealRequest, root: string): void {
  assertApart(request.out, root, 'folder for the repaired copy')
  for (const other of request.from) assertApart(request.out, other, 'folder for the repaired copy')
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

/** Everything that is neither an item nor a blob: account_info, server/, map files, backupstat, unknown files. */
function copyRest({ layout, source, accounts, state }: ReadPath, target: CopyTarget): number {
  const skipped = new Set([layout.items, ...accounts.map((account) => account.itemsPath)])
  let copied = 0
  const walk = (folder: string): void => {
    const listed = source.list(folder)
    if ('refused' in listed) return
    for (const { name, kind } of listed.entries) {
      const path = folder === '' ? name : `${folder}/${name}`
      if (kind === 'directory' && !skipped.has(path)) walk(path)
      if (kind !== 'file') continue
      try {
        target.copy(source.absolute(path), path)
        copied++
      } catch (error) {
        if (isTargetError(error)) throw error
        const detail = `It could not be copied: ${error instanceof Error ? error.message : String(error)}.`
        state.problems.push({ kind: 'unexpected-file', path, digest: null, detail, recoverable: false })
      }
    }
  }
  walk('')
  return copied
}

function isTargetError(error: unknown): boolean {
  return ['ENOSPC', 'EROFS', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function healMetadata(
  path: ReadPath,
  sources: readonly HealSource[],
  target: CopyTarget,
  result: HealResult,
  zone: string,
): Map<string, RawProblem> {
  const wanted = new Map<string, RawProblem>()
  for (const problem of path.state.problems) {
    if (!METADATA.has(problem.kind)) continue
    const found = firstOf(sources, (source) => source.metadata(problem.path))
    if (found === null) {
      result.lostMetadata.push(problem.path)
      continue
    }
    target.write(problem.path, found.bytes, null)
    count(result, found.source)
    // What the healed file names was not known to be needed while it was broken.
    for (const digest of parseItemFile(found.bytes, { dialect: path.state.dialect, zone }).digests) {
      wanted.set(digest, {
        ...problem,
        kind: 'blob-missing',
        digest,
        detail: 'The healed item names this blob.',
      })
    }
  }
  return wanted
}

function firstOf(
  sources: readonly HealSource[],
  ask: (source: HealSource) => Buffer | null,
): { source: HealSource; bytes: Buffer } | null {
  for (const source of sources) {
    const bytes = ask(source)
    if (bytes !== null) return { source, bytes }
  }
  return null
}

function count(result: HealResult, source: HealSource): void {
  result.healed++
  result.from[source.path] = (result.from[source.path] ?? 0) + 1
}

/** Takes what is damaged, missing or `named` by healed metadata from the other copies; returns what none has. */
async function healBlobs(
  path: ReadPath,
  sources: readonly HealSource[],
  target: CopyTarget,
  result: HealResult,
  named: ReadonlyMap<string, RawProblem>,
): Promise<RawProblem[]> {
  const wanted = new Map<string, RawProblem>()
  const hurt = [...path.state.problems, ...missingBlobs(path.state, path.layout), ...named.values()]
  for (const problem of hurt) {
    if (problem.digest === null || !(HURT.has(problem.kind) || problem.kind === 'blob-missing')) continue
    if ((path.state.table.bits(problem.digest) & WHOLE) === 0) wanted.set(problem.digest, problem)
  }
  for (const source of sources) {
    if (wanted.size === 0) break
    await source.find(new Set(wanted.keys()), (digest, file) => {
      if (!wanted.delete(digest)) return
      target.write(`items/${digest.slice(0, 2)}/${digest}`, file, null)
      count(result, source)
      result.copied++
    })
  }
  return [...wanted.values()]
}

async function nameLost(problems: readonly RawProblem[], path: ReadPath, zone: string): Promise<LostBlob[]> {
  const { state, source, layout, accounts } = path
  const named = await nameAffected(problems, state, { source, layout, accounts, zone })
  return named
    .filter((problem) => !NOTICE_KINDS.includes(problem.kind))
    .map(({ digest, affected, detail }) => ({ digest: digest ?? '', affected, detail }))
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
    }).done
  } catch (error) {
    if (!(error instanceof NotABackupPathError)) throw error
    throw new ExpectedError('REFUSED', 'The repaired copy holds nothing', {
      why: 'Nothing in the backup path could be read, and no other copy had it.',
      next: 'Check the disk of the backup path, and name other copies with --from.',
    })
  } finally {
    rmSync(journalFile, { force: true })
  }
}
