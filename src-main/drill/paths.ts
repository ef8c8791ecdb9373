import { join } from 'node:path'
import type { DrillServerName } from './faults.ts'

/** Where everything of one simulated server lies. */
export interface ServerPaths {
  name: DrillServerName
  /** Folder of the server. */
  base: string
  /** What the server takes for its file system. */
  root: string
  bin: string
  zextras: string
  /** Its own Backup Path. */
  backup: string
  store: string
  state: string
  notifications: string
}

export function serverPaths(folder: string, name: DrillServerName): ServerPaths {
  const base = join(folder, name)
  const root = join(base, 'root')
  const zextras = join(root, 'opt/zextras')
  return {
    name,
    base,
    root,
    bin: join(root, 'bin'),
    zextras,
    backup: join(zextras, 'backup/zextras'),
    store: join(zextras, 'store'),
    state: join(base, 'state'),
    notifications: join(base, 'notifications'),
  }
}

/** Paths of a real server that mean their counterpart in the tree. */
const MAPPED =
  /(^|[\s'"=:,;|&<>()[\]{}])(\/(?:opt\/zextras|opt\/zimbra|mnt|media|etc\/os-release|etc\/fstab|etc\/timezone|proc\/mdstat))(?![\w.-])/g

/**
 * A command or path with the server's own absolute paths turned into those of the tree. It works on text, inside any
 * quotes, because the path of a tree is made of plain characters only (`isPlainPath`).
 */
export function mapPaths(text: string, root: string): string {
  return text.replace(MAPPED, (_whole, before: string, path: string) => `${before}${root}${path}`)
}

/** Whether a path needs no quoting in any shell. */
export function isPlainPath(path: string): boolean {
  return /^\/[A-Za-z0-9_./@+-]+$/.test(path)
}
