import { ExpectedError } from '../../engine/errors.ts'
import { folderOf, shown } from './byte-path.ts'
import { blobDigest, sameTime } from './listing.ts'
import type { FileEntry, FolderEntry, Listing } from './listing.ts'
import type { Wanted } from './work.ts'

/** What is to be done so that the target has what the source has. */
export interface Plan {
  /** Files that are where they should be, with size and time. */
  there: number
  thereBytes: number
  /** Blobs of the right size with another time: they may be right. */
  doubtful: Wanted[]
  /** Everything that is no blob. */
  metadata: Wanted[]
  blobs: Wanted[]
  /** Files in scope at the source. */
  files: number
  /** Folders the target lacks. */
  folders: FolderEntry[]
  /** Files and folders that only the target has, whatever part of the source is asked for. */
  extra: string[]
}

/** Which part of the source is asked for. */
export interface Scope {
  /** Whether a file or folder is asked for. */
  has(path: string): boolean
}

export const EVERYTHING: Scope = { has: () => true }

/**
 * Compares two listings.
 * @throws ExpectedError REFUSED where a file stands in the way of a folder, or a link in the way of anything, and where metadata
 *   of the target are larger and newer: source and target are mixed up, or the target went on
 */
export function planOf(source: Listing, target: Listing, scope: Scope): Plan {
  const plan: Plan = {
    there: 0,
    thereBytes: 0,
    doubtful: [],
    metadata: [],
    blobs: [],
    files: 0,
    folders: [],
    extra: [],
  }
  const files = new Map(target.files.map((file) => [file.path, file]))
  const folders = new Set(target.folders.map(({ path }) => path))
  const odd = new Map(target.odd.map(({ path, kind }) => [path, kind]))
  for (const folder of source.folders) {
    if (!scope.has(folder.path)) {
      // Not asked for, but the source has it.
      folders.delete(folder.path)
      continue
    }
    if (files.has(folder.path) || odd.has(folder.path)) throw inTheWay(folder.path, 'a folder')
    if (!folders.delete(folder.path)) plan.folders.push(folder)
  }
  for (const entry of source.files) {
    if (!scope.has(entry.path)) {
      files.delete(entry.path)
      continue
    }
    plan.files++
    if (folders.has(entry.path) || odd.has(entry.path)) throw inTheWay(entry.path, 'a file')
    const digest = blobDigest(entry.path)
    const known = files.get(entry.path)
    files.delete(entry.path)
    if (known !== undefined && isItemFile(entry.path) && hasMore(known, entry)) throw newerThere(entry.path)
    const work: Wanted = { entry, digest, sha256: null, tries: 0 }
    if (known?.size !== entry.size) plan[digest === null ? 'metadata' : 'blobs'].push(work)
    else if (sameTime(known.mtime, entry.mtime)) {
      plan.there++
      plan.thereBytes += entry.size
    } else if (digest !== null) plan.doubtful.push(work)
    else plan.metadata.push(work)
  }
  // Of what a link stands for the source has something, only elsewhere: its copy is not to be removed.
  const links = new Set(source.odd.map(({ path }) => path))
  const isBehindLink = (path: string): boolean =>
    path !== '' && (links.has(path) || isBehindLink(folderOf(path)))
  plan.extra = [...files.keys(), ...folders, ...odd.keys()].filter((path) => !isBehindLink(path))
  return plan
}

/** Names of the source that a file system without case cannot keep apart; null when there are none. */
export function caseClash(listing: Listing): [string, string] | null {
  const seen = new Map<string, string>()
  for (const { path } of [...listing.folders, ...listing.files]) {
    const folded = shown(path).normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    if (other !== undefined && other !== path) return [shown(other), shown(path)]
    seen.set(folded, path)
  }
  return null
}

/** Bytes on a disk of 4 KiB blocks. */
export function roomFor(entries: readonly { entry: FileEntry }[]): number {
  return entries.reduce((sum, { entry }) => sum + Math.ceil(entry.size / 4096) * 4096, 0)
}

/** Metadata of an account; other files of the path (statistics, settings) become larger and smaller as it comes. */
const isItemFile = (path: string): boolean => /^accounts\/[^/]+\/./.test(path)

/** Item files only grow: what is larger and was changed later holds states that the other one lacks. */
function hasMore(known: FileEntry, entry: FileEntry): boolean {
  return known.size > entry.size && known.mtime > entry.mtime && !sameTime(known.mtime, entry.mtime)
}

function newerThere(path: string): ExpectedError {
  return new ExpectedError('REFUSED', `The target has newer metadata than the source: ${shown(path)}`, {
    why: 'There the file is larger and was changed later; the copy would put an older state over it.',
    next: 'See whether source and target are mixed up. If not, copy into an empty folder, or move this file away.',
  })
}

function inTheWay(path: string, what: string): ExpectedError {
  return new ExpectedError('REFUSED', `Something stands in the way at the target: ${shown(path)}`, {
    why: `The source has ${what} of this name, the target has something else (links are not followed).`,
    next: `Look at it, move it away (${shown(folderOf(path)) || 'the top folder'}), and start the copy again.`,
  })
}
