import { lstatSync, readdirSync, type Dirent, type Stats } from 'node:fs'
import { describeRefusal, refusalOf } from '../../backup/source.ts'
import { localPath, shown, toBytes } from './byte-path.ts'
import { addEntry, emptyListing } from './listing.ts'
import type { Listing } from './listing.ts'

/** Linux names are bytes and come as such; elsewhere they are text. */
const AS_TEXT = process.platform === 'win32' || process.platform === 'darwin'

/**
 * Lists a local folder like the listing of a server. Synchronous: it runs in a thread.
 * @param ignore paths that are passed over with all they hold
 */
export function listLocal(root: string, ignore: (path: string) => boolean): Listing {
  const listing = emptyListing()
  const waiting = ['']
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
      if (kind === 'd') waiting.push(path)
    }
  }
  return listing
}
