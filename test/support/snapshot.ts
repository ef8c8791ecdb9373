import { createHash } from 'node:crypto'
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** Everything about one entry of a tree that a reader must not change. */
export interface SnapshotEntry {
  kind: 'file' | 'folder' | 'link' | 'other'
  size: number
  mtime: number
  ctime: number
  mode: number
  uid: number
  gid: number
  /** SHA-256 (hex) of a readable file, target of a link, else ''. */
  content: string
}

function contentOf(path: string): string {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch {
    return ''
  }
  try {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(1 << 18)
    for (let n = readSync(fd, buffer); n > 0; n = readSync(fd, buffer)) hash.update(buffer.subarray(0, n))
    return hash.digest('hex')
  } finally {
    closeSync(fd)
  }
}

/** Takes down a whole tree (the root as ''): proof, later, that nothing in it changed. Links are not followed. */
export function snapshotTree(root: string): Map<string, SnapshotEntry> {
  const entries = new Map<string, SnapshotEntry>()
  const visit = (path: string, relative: string): void => {
    const stat = lstatSync(path)
    const kind = stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'folder'
        : stat.isSymbolicLink()
          ? 'link'
          : 'other'
    entries.set(relative, {
      kind,
      size: stat.size,
      mtime: stat.mtimeMs,
      ctime: stat.ctimeMs,
      mode: stat.mode,
      uid: stat.uid,
      gid: stat.gid,
      content: kind === 'file' ? contentOf(path) : kind === 'link' ? readlinkSync(path) : '',
    })
    if (kind !== 'folder') return
    let names: string[]
    try {
      names = readdirSync(path)
    } catch {
      return
    }
    for (const name of names.sort()) visit(join(path, name), relative === '' ? name : `${relative}/${name}`)
  }
  visit(root, '')
  return entries
}

/** One line for each difference between two snapshots; none when they are alike. */
export function snapshotDifferences(
  before: ReadonlyMap<string, SnapshotEntry>,
  after: ReadonlyMap<string, SnapshotEntry>,
): string[] {
  const lines: string[] = []
  for (const [path, was] of before) {
    const is = after.get(path)
    if (!is) lines.push(`gone: ${path}`)
    else {
      const changed = (Object.keys(was) as (keyof SnapshotEntry)[]).filter((key) => was[key] !== is[key])
      if (changed.length > 0) lines.push(`changed (${changed.join(', ')}): ${path || '.'}`)
    }
  }
  for (const path of after.keys()) if (!before.has(path)) lines.push(`new: ${path}`)
  return lines
}
