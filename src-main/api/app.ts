import { readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { looksLikeBackupPath } from '../backup/layout.ts'
import type { Directory } from '../contract/app.ts'
import { ExpectedError, toExpectedError } from '../engine/errors.ts'
import { appVersion } from '../engine/version.ts'
import { os } from './implementer.ts'

/** A folder picker shows at most this many directories. */
const MAX_ENTRIES = 1000

export const appRouter = os.app.router({
  info: os.app.info.handler(({ context: { engine } }) => ({
    version: appVersion(),
    host: engine.host,
    platform: process.platform,
    dataFolder: engine.dataFolder,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    home: homedir(),
  })),
  settings: os.app.settings.handler(({ context: { engine } }) => engine.settings()),
  saveSettings: os.app.saveSettings.handler(({ context: { engine }, input }) => engine.saveSettings(input)),
  directory: os.app.directory.handler(({ input }) => listDirectory(input.path ?? homedir())),
  pickFolder: os.app.pickFolder.handler(({ context: { engine }, input }) => {
    if (engine.host !== 'desktop') {
      throw new ExpectedError('REFUSED', 'There is no folder dialog here', {
        why: 'Lifeboat runs in a browser, which may not look at the disk.',
        next: "Choose the folder in Lifeboat's own list.",
      })
    }
    return engine.pickFolder(input.title)
  }),
})

/**
 * The directories under a path, for choosing one. Links to directories are listed too: a mounted disk is often one.
 * @throws ExpectedError UNREADABLE when the path cannot be listed
 */
export function listDirectory(wanted: string): Directory {
  const path = resolve(wanted)
  let names: string[]
  try {
    names = readdirSync(path, { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() || (entry.isSymbolicLink() && isDirectory(join(path, entry.name))),
      )
      .map((entry) => entry.name)
  } catch (error) {
    throw unreadable(path, error)
  }
  names.sort((a, b) => Number(a.startsWith('.')) - Number(b.startsWith('.')) || a.localeCompare(b))
  const parent = dirname(path)
  return {
    path,
    parent: parent === path ? null : parent,
    entries: names.slice(0, MAX_ENTRIES).map((name) => {
      const child = join(path, name)
      return { name, path: child, isBackupPath: looksLikeBackupPath(child) }
    }),
    places: places(),
    truncated: names.length > MAX_ENTRIES,
  }
}

function unreadable(path: string, error: unknown): ExpectedError {
  const code = (error as NodeJS.ErrnoException).code
  const expected = toExpectedError(error)
  const why =
    code === 'ENOENT'
      ? 'There is no such folder; perhaps the disk was taken out.'
      : code === 'ENOTDIR'
        ? 'This is a file.'
        : (expected?.why ?? (error as Error).message)
  return new ExpectedError(
    'UNREADABLE',
    `The folder ${path} cannot be listed`,
    { why, next: 'Choose another folder, or connect the disk and try again.' },
    { cause: error },
  )
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Where a Backup Path may be: home, the file system's root, disks that are plugged in. */
function places(): Directory['places'] {
  const found = [{ name: basename(homedir()) || homedir(), path: homedir() }]
  for (const path of process.platform === 'win32' ? windowsDrives() : ['/', ...mountedDisks()]) {
    found.push({ name: path === '/' ? 'Computer' : basename(path) || path, path })
  }
  return found
}

function windowsDrives(): string[] {
  return Array.from('CDEFGHIJKLMNOPQRSTUVWXYZ')
    .map((letter) => `${letter}:\\`)
    .filter(isDirectory)
}

function mountedDisks(): string[] {
  if (process.platform === 'darwin') return subDirectories('/Volumes')
  try {
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) =>
        (line.split(' ')[1] ?? '').replace(/\\(\d{3})/g, (_, code: string) =>
          String.fromCharCode(parseInt(code, 8)),
        ),
      )
      .filter(
        (path) =>
          /^\/(?:media|mnt|run\/media|srv)\//.test(path) || path === '/mnt' || path === '/opt/zextras',
      )
    return [...new Set(mounts)].sort()
  } catch {
    return []
  }
}

function subDirectories(path: string): string[] {
  try {
    return readdirSync(path)
      .map((name) => join(path, name))
      .filter(isDirectory)
  } catch {
    return []
  }
}
