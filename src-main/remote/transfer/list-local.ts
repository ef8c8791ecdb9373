import { lstatSync, readdirSync, type Dirent, type Stats } from 'node:fs'
import { describeRefusal, refusalOf } from '../../backup/source.ts'
import { localPath, shown, toBytes, type BytePath } from './byte-path.ts'
import { addEntry, emptyListing } from './listing.ts'
import type { Listing } from './listing.ts'

/** Linux names are bytes and come as such; elsewhere they are text. */
const AS_TEXT = process.platform === 'win32' || process.platform === 'darwin'

/** The part of a tree that one listing tells: what lies in `from`, without what lies in `leave`. '' is the whole. */
export interface Part {
  from: BytePath
  leave: BytePath | null
}

/** Half of the files of a Backup Path are its blobs: two threads list it in half the time. */
export const PARTS: readonly Part[] = [
  { from: '', leave: 'items' },
  { from: 'items', leave: null },
]

/**
 * Lists a local folder like the listing of a server. Synchronous: it runs in a thread.
 * @param ignore paths that are passed over with all they hold
 */
export function listLocal(
  root: string,
  ignore: (path: string) => boolean,
  { from, leave }: Part = { from: '', leave: null },
): Listing {
  const listing = emptyListing()
  if (from !== '' && (ignore(from) || !isFolder(localPath(root, from)))) return listing
  const waiting = [from]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const absolute = localPath(root, folder)
    let entries: Dirent[]
    try {
      entries = readdirSync(absolute, { withFileTypes: true, encoding: AS_TEXT ? 'utf8' : 'latin1' })
    } catch (error) {
      // A target that is not made yet.
      if (folder === '' && (error as NodeJS.ErrnoException).code === 'ENOENT') return listing
      listing.errors.push(
        `${shown(folder) || '.'}: ${describeRefusal(refusalOf(error, absolute.toString()))}`,
      )
      continue
    }
    for (const entry of entries) {
      const name = AS_TEXT ? toBytes(entry.name) : entry.name
      const path = folder === '' ? name : `${folder}/${name}`
      if (ignore(path)) continue
      let stat: Stats
      try {
        stat = lstatSync(localPath(root, path))
      } catch (error) {
        listing.errors.push(`${shown(path)}: ${describeRefusal(refusalOf(error, ''))}`)
        continue
      }
      const kind = stat.isFile() ? 'f' : stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : 'o'
      addEntry(listing, kind, {
        path,
        size: stat.size,
        mtime: stat.mtimeMs / 1000,
        mode: stat.mode & 0o7777,
      })
      if (kind === 'd' && path !== leave) waiting.push(path)
    }
  }
  return listing
}

/** Parts of one tree as one listing, folders still before what lies in them. */
export function together(parts: readonly Listing[]): Listing {
  return {
    files: parts.flatMap(({ files }) => files),
    folders: parts.flatMap(({ folders }) => folders),
    odd: parts.flatMap(({ odd }) => odd),
    errors: parts.flatMap(({ errors }) => errors),
  }
}

/** Never through a link. What cannot be told is told by the listing of the folder around it. */
function isFolder(path: string | Buffer): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}
