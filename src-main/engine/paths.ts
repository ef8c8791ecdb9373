import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep, isAbsolute } from 'node:path'
import { ExpectedError } from './errors.ts'

/**
 * The real place of a path that may not exist yet: links of the part that exists are resolved, the rest is appended.
 * A link that leads nowhere is followed to where it points, so that writing through it cannot surprise.
 */
export function realPlace(path: string): string {
  let head = resolve(path)
  const rest: string[] = []
  for (let hops = 0; hops < 64;) {
    try {
      return join(realpathSync(head), ...rest)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code !== 'ENOENT' && code !== 'ENOTDIR') break
    }
    const target = danglingTarget(head)
    if (target !== null) {
      head = target
      hops++
      continue
    }
    const parent = dirname(head)
    if (parent === head) break
    rest.unshift(basename(head))
    head = parent
  }
  return join(head, ...rest)
}

/** Where a link whose target does not exist points; null when `path` is not a link. */
function danglingTarget(path: string): string | null {
  try {
    if (!lstatSync(path).isSymbolicLink()) return null
    return resolve(dirname(path), readlinkSync(path))
  } catch {
    return null
  }
}

/** True when `inner` is `outer` or lies below it. Both must be real places. */
export function isWithin(inner: string, outer: string): boolean {
  const path = relative(outer, inner)
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path))
}

/**
 * Refuses a folder to write into that lies under the Backup Path, is it, or contains it, also through links.
 * @param backupRoot null when there is none
 * @param what how the folder is called in the message, e.g. `export folder`
 * @throws ExpectedError REFUSED
 */
export function assertApart(folder: string, backupRoot: string | null, what: string): void {
  if (backupRoot === null) return
  const place = realPlace(folder)
  const root = realPlace(backupRoot)
  if (isWithin(place, root)) {
    throw new ExpectedError('REFUSED', `The ${what} lies inside the backup path (${place})`, {
      why: 'A backup path is evidence: Lifeboat never writes anything under it.',
      next: 'Choose a folder elsewhere, best on another disk.',
    })
  }
  if (isWithin(root, place)) {
    throw new ExpectedError('REFUSED', `The ${what} contains the backup path (${place})`, {
      why: 'New files would lie around the backup and could be taken for a part of it.',
      next: 'Choose or create a folder of its own, best on another disk.',
    })
  }
}

/** Like assertApart, but a Backup Path below the folder is fine: for the data folder, which may hold the sample. */
export function assertNotInside(folder: string, backupRoot: string, what: string): void {
  const place = realPlace(folder)
  if (isWithin(place, realPlace(backupRoot))) assertApart(folder, backupRoot, what)
}
