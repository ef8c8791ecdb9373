import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backupPathAbove, looksLikeBackupPath } from '../backup/layout.ts'
import { ExpectedError, toExpectedError } from '../engine/errors.ts'
import { assertApart, realPlace } from '../engine/paths.ts'
import { removeStale, temporaryName } from './own-files.ts'

/** A folder that may be exported into. */
export interface PreparedTarget {
  /** Real path. */
  root: string
  /** Nothing was in it before: no file has to be looked for. */
  empty: boolean
}

/**
 * Makes the target and proves that it can be written, apart from the Backup Path also through links; removes what killed
 * exports of ours left behind.
 * @throws ExpectedError REFUSED
 */
export function prepareTarget(out: string, backupRoot: string): PreparedTarget {
  assertApart(out, backupRoot, 'export folder')
  const root = realPlace(out)
  assertOutside(root)
  try {
    mkdirSync(root, { recursive: true })
    if (!statSync(root).isDirectory()) throw notAFolder(out)
    // Looked at again: a link may have been laid meanwhile.
    assertApart(root, backupRoot, 'export folder')
    removeStale(root)
    const probe = join(root, temporaryName())
    closeSync(openSync(probe, 'wx'))
    rmSync(probe)
    return { root, empty: readdirSync(root).length === 0 }
  } catch (error) {
    if (error instanceof ExpectedError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOTDIR' || code === 'EEXIST') throw notAFolder(out)
    throw toExpectedError(error) ?? unusable(out, error as Error)
  }
}

/** Why a folder cannot be exported into, null when it can; writes nothing. */
export function targetRefusal(out: string, backupRoot: string): string | null {
  try {
    assertApart(out, backupRoot, 'export folder')
    assertOutside(realPlace(out))
    const place = existingAncestor(realPlace(out))
    if (!statSync(place).isDirectory()) return notAFolder(out).message
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** Free bytes for this user on the disk that a folder (which may not exist yet) lies on; null when the system does not tell. */
export function freeBytes(out: string): number | null {
  try {
    const info = statfsSync(existingAncestor(realPlace(out)))
    // Some network and pseudo file systems report nothing at all.
    if (info.blocks === 0) return null
    return info.bavail * info.bsize
  } catch {
    return null
  }
}

/**
 * Asks the disk first: refuses when it has visibly too little room. Where something is in the target already, it may be
 * a part of this export, so the export begins and says when the disk is full.
 * @param need uncompressed bytes as far as known
 * @throws ExpectedError REFUSED
 */
export function assertRoom(target: PreparedTarget, need: number): void {
  const free = freeBytes(target.root)
  if (free === null || !target.empty || need <= free) return
  throw new ExpectedError(
    'REFUSED',
    `Not enough room in ${target.root}`,
    {
      why: `The export needs about ${megabytes(need)}, the disk has ${megabytes(free)} free.`,
      next: 'Make space, choose another disk, or export less at a time.',
    },
    // The command line was right: it ends as with any full disk.
    { cause: { code: 'ENOSPC' } },
  )
}

/** Another Backup Path is evidence as well, whether it is open or not. */
function assertOutside(root: string): void {
  assertApart(root, looksLikeBackupPath(root) ? root : backupPathAbove(root), 'export folder')
}

function existingAncestor(path: string): string {
  for (let place = path; ; place = dirname(place)) {
    try {
      lstatSync(place)
      return place
    } catch {
      if (dirname(place) === place) return place
    }
  }
}

function notAFolder(out: string): ExpectedError {
  return new ExpectedError('REFUSED', `${out} is not a folder`, {
    why: 'A file or something else of that name is in the way.',
    next: 'Choose another folder.',
  })
}

function unusable(out: string, error: Error): ExpectedError {
  return new ExpectedError(
    'REFUSED',
    `The export folder ${out} cannot be used`,
    { why: error.message, next: 'Choose another folder.' },
    { cause: error },
  )
}

function megabytes(bytes: number): string {
  const mb = bytes / 1e6
  return mb >= 1000 ? `${(mb / 1000).toFixed(1)} GB` : `${mb.toFixed(mb < 10 ? 1 : 0)} MB`
}
