import type { BytePath } from './byte-path.ts'
import { isSafePath, nameOf } from './byte-path.ts'
import { parseDigest } from '../../backup/digest.ts'

/** One regular file of a listing. */
export interface FileEntry {
  path: BytePath
  /** Bytes. */
  size: number
  /** Last change, seconds since 1970, with what fraction the listing told. */
  mtime: number
  /** Permission bits. */
  mode: number
}

export interface FolderEntry {
  path: BytePath
  mtime: number
  mode: number
}

/** Everything below one root. Folders come before what lies in them. */
export interface Listing {
  files: FileEntry[]
  folders: FolderEntry[]
  /** Links, sockets, devices: never copied. */
  odd: { path: BytePath; kind: 'link' | 'other' }[]
  /** What the listing complained about; then it is not complete. */
  errors: string[]
}

export function emptyListing(): Listing {
  return { files: [], folders: [], odd: [], errors: [] }
}

/** Adds one entry as `find` or `lstat` tell it; an unsafe path becomes an error. */
export function addEntry(listing: Listing, kind: 'f' | 'd' | 'l' | 'o', entry: FileEntry): void {
  if (!isSafePath(entry.path)) {
    listing.errors.push(`a name that cannot be used here: ${JSON.stringify(entry.path.slice(0, 200))}`)
    return
  }
  if (kind === 'f') listing.files.push(entry)
  else if (kind === 'd') listing.folders.push({ path: entry.path, mtime: entry.mtime, mode: entry.mode })
  else listing.odd.push({ path: entry.path, kind: kind === 'l' ? 'link' : 'other' })
}

const BLOB_RE = /^items\/[^/]+\/([^/]+)$/

/**
 * The digest a file of a Backup Path is named after, or null: blobs are `items/<two characters>/<digest>` (FORMAT.md,
 * "Layout").
 */
export function blobDigest(path: BytePath): string | null {
  if (!path.startsWith('items/') || !BLOB_RE.test(path)) return null
  const name = nameOf(path)
  return parseDigest(name) === null ? null : name
}

/**
 * Whether the file at the target is the one of the source, told from size and time alone. Targets that keep whole
 * seconds only (a tar without fractions, NFS) or hundredths (exFAT) are met halfway.
 */
export function sameTime(a: number, b: number): boolean {
  if (Math.abs(a - b) < 0.002) return true
  return [1, 100].some((parts) => {
    const isRounded = [a, b].some((time) => Math.abs(time * parts - Math.round(time * parts)) < ROUNDED)
    return isRounded && Math.floor(a * parts + ROUNDED) === Math.floor(b * parts + ROUNDED)
  })
}

/** Times of today times a hundred are exact to this much in a number. */
const ROUNDED = 1e-4
