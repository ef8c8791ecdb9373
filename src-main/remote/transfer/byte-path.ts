import { join } from 'node:path'

/**
 * A path below the root of a Backup Path, `/` as separator, as the **bytes** of the server: one character for each byte
 * (latin1). Names on Linux are bytes, not text: a name that is no UTF-8 must come over unchanged. Nearly all are ASCII.
 */
export type BytePath = string

// eslint-disable-next-line no-control-regex -- NUL to DEL is what ASCII is
const ASCII = /^[\x00-\x7f]*$/
/** What cannot be part of a file name on Windows, or would mean another file there. */
const WINDOWS_ODD = /[\\:*?"<>|]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\/|$)/i

/** Text as the bytes that Linux would store. */
export function toBytes(text: string): BytePath {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** For people: what is not UTF-8 shows as a replacement character. */
export function shown(path: BytePath): string {
  return ASCII.test(path) ? path : Buffer.from(path, 'latin1').toString('utf8')
}

/**
 * Whether a path that a server told may be joined to a folder of ours: relative, no `..`, no empty part, no NUL, and
 * nothing that this system takes for something else.
 */
export function isSafePath(path: BytePath, platform: NodeJS.Platform = process.platform): boolean {
  if (path === '' || path.length > 4096 || path.includes('\0')) return false
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..' || part.length > 255) return false
  }
  return platform !== 'win32' || !WINDOWS_ODD.test(path)
}

/** The path below a local folder, as `fs` takes it: bytes where text would change the name. */
export function localPath(root: string, path: BytePath): string | Buffer {
  if (path === '') return root
  if (ASCII.test(path)) return process.platform === 'win32' ? join(root, path) : `${root}/${path}`
  // macOS and Windows store text.
  if (process.platform === 'win32' || process.platform === 'darwin') return join(root, shown(path))
  return Buffer.concat([Buffer.from(`${root}/`, 'utf8'), Buffer.from(path, 'latin1')])
}

/** The folder of a path, '' at the top. */
export function folderOf(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

export function nameOf(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf('/') + 1)
}
