import { createReadStream, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { detectLayout } from '../../backup/layout.ts'
import type { SourcePlace } from '../../contract/recovery.ts'
import { ExpectedError } from '../../engine/errors.ts'
import type { RemoteShell } from '../../remote/shell.ts'

/** An archive of `server/` in a Backup Path: one a day of the configuration of the node (FORMAT.md, "server/"). */
interface ServerArchive {
  name: string
  bytes: number
  /** By its name, ms UTC as if the server kept universal time; else of the file. */
  at: number
  kind: 'customizations' | 'other'
}

export interface PlaceEyes {
  shell: (serverId: string) => RemoteShell
}

const FOLDERS = ['server', 'servers']
const MOST = 5000
const READ_MS = 60_000

/** The archives of a Backup Path, newest first. @throws ExpectedError NOT_FOUND without a folder server/ */
export async function listArchives(place: SourcePlace, eyes: PlaceEyes): Promise<ServerArchive[]> {
  const rows =
    place.kind === 'local' ? localRows(place.path) : await remoteRows(eyes.shell(place.serverId), place.path)
  if (rows === null) {
    throw new ExpectedError('NOT_FOUND', `${place.path} holds no saved configuration`, {
      why: 'There is no folder server/ in it.',
      next: 'Take the settings from the old server itself, or from another copy.',
    })
  }
  return rows
    .map(({ name, bytes, modified }): ServerArchive => {
      const named = dateOf(name)
      return { name, bytes, at: named ?? modified, kind: named === null ? 'other' : 'customizations' }
    })
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST)
}

interface Row {
  name: string
  bytes: number
  modified: number
}

function localFolder(path: string): string | null {
  const { root } = detectLayout(path)
  return (
    FOLDERS.map((name) => join(root, name)).find(
      (folder) => lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true,
    ) ?? null
  )
}

function localRows(path: string): Row[] | null {
  const folder = localFolder(path)
  if (folder === null) return null
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .slice(0, MOST)
    .map(({ name }) => {
      const { size, mtimeMs } = lstatSync(join(folder, name))
      return { name, bytes: size, modified: Math.floor(mtimeMs) }
    })
}

/** Name last and ended by NUL: it may hold whatever a file name can. */
const LIST = `for folder in "$1/server" "$1/servers"; do
  test -d "$folder" && exec find "$folder" -maxdepth 1 -type f -printf '%s %T@ %f\\0'
done
exit 3`

async function remoteRows(shell: RemoteShell, path: string): Promise<Row[] | null> {
  const { code, stdout, stderr } = await best(shell, ['sh', '-c', LIST, 'sh', path])
  if (code === 3) return null
  if (code !== 0) throw unreadable(path, stderr)
  return stdout.split('\0').flatMap((row) => {
    const [, bytes = '0', modified = '0', name = ''] = /^(\d+) ([\d.]+) (.+)$/s.exec(row) ?? []
    return name === '' ? [] : [{ name, bytes: Number(bytes), modified: Math.floor(Number(modified) * 1000) }]
  })
}

/** As root where that can be, for the files may belong to anybody on a copy; else as zextras. */
async function best(shell: RemoteShell, argv: readonly string[]) {
  const options = { timeout: READ_MS, maxOutput: 4 * 1024 * 1024 }
  return shell
    .run(argv, { ...options, as: 'root' })
    .catch(() => shell.run(argv, { ...options, as: 'zextras' }))
}

/** `customizations_28_12_22#04_01_14.tar.gz`: dd_MM_yy#HH_mm_ss; null for another name. */
function dateOf(name: string): number | null {
  const found = /^customizations_(\d\d)_(\d\d)_(\d\d)#(\d\d)_(\d\d)_(\d\d)\./.exec(name)
  if (!found) return null
  const [day = 1, month = 1, year = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number)
  return Date.UTC(2000 + year, month - 1, day, hour, minute, second)
}

/**
 * The bytes of one archive; whoever reads it ends it.
 * @throws ExpectedError NOT_FOUND for a name that is none of the folder's
 */
export async function openArchive(place: SourcePlace, name: string, eyes: PlaceEyes): Promise<Readable> {
  // Only what was listed is opened: a name with `/` or `..` is none of them.
  const known = (await listArchives(place, eyes)).find((one) => one.name === name)
  if (known === undefined) {
    throw new ExpectedError('NOT_FOUND', `There is no archive ${name.slice(0, 200)}`, {
      why: `It is not in ${place.path}.`,
      next: 'Look at the list again.',
    })
  }
  if (place.kind === 'local') {
    const folder = localFolder(place.path)
    return createReadStream(join(folder ?? '', name))
  }
  const shell = eyes.shell(place.serverId)
  const { code } = await shell.run(['true'], { as: 'root' }).catch(() => ({ code: 1 }))
  const script = `for folder in "$1/server" "$1/servers"; do test -f "$folder/$2" && exec cat -- "$folder/$2"; done; exit 3`
  const running = await shell.start(['sh', '-c', script, 'sh', place.path, name], {
    as: code === 0 ? 'root' : 'zextras',
  })
  running.stdin.end()
  running.stderr.resume()
  running.ended.catch((error: unknown) =>
    running.stdout.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  running.stdout.on('close', () => running.kill())
  return running.stdout
}

function unreadable(path: string, why: string): ExpectedError {
  return new ExpectedError('UNREADABLE', `${path} cannot be read`, {
    why: why.trim().slice(0, 300) || 'The server gave no reason.',
    next: 'Look at owner and mode of the folder server/.',
  })
}
