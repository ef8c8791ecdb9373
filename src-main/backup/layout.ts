import { lstatSync, opendirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { errorCode, NotABackupPathError, UnreadablePathError } from './errors.ts'
import { describeRefusal, isInside, kindOf, localSource, refusalOf } from './source.ts'
import type { BackupSource, EntryKind, SourceEntry } from './source.ts'
import type { Problem } from './types.ts'

/** Where the parts of a Backup Path lie. All paths but `root` are relative to it, `/` as separator. */
export interface BackupLayout {
  /** Absolute, links resolved. */
  root: string
  accounts: string | null
  items: string | null
  server: string | null
  /** `map_<serverId>` files left by an import. */
  maps: string[]
  backupstat: string | null
  /** Everything at the top that is none of the above, and links. */
  unexpected: Problem[]
}

/** How deep below the opened folder a Backup Path is looked for, and how many folders are looked at. */
const SEARCH_DEPTH = 3
const SEARCH_FOLDERS = 2000

const UUID_RE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a name has the form of an account's folder. */
export function isUuid(name: string): boolean {
  return UUID_RE.test(name)
}

/** Up to `limit` names of a folder without reading all of a large one. */
function someNames(path: string, limit: number): SourceEntry[] {
  const names: SourceEntry[] = []
  const directory = opendirSync(path)
  try {
    for (
      let entry = directory.readSync();
      entry !== null && names.length < limit;
      entry = directory.readSync()
    ) {
      names.push({ name: entry.name, kind: kindOf(entry) })
    }
  } finally {
    directory.closeSync()
  }
  return names
}

/** `accounts/` or `items/` of a Backup Path have telling children; a folder that merely has such a name has not. */
function hasTellingChildren(path: string, part: 'accounts' | 'items'): boolean {
  try {
    const names = someNames(path, 200)
    if (names.length === 0) return true
    const fits =
      part === 'accounts'
        ? (name: string) => isUuid(name)
        : (name: string) => name.length <= 2 || name.length >= 28
    return names.some((entry) => fits(entry.name))
  } catch (error) {
    // A folder that refuses us is taken at its name: the refusal is reported later.
    return ['EACCES', 'EPERM', 'EIO'].includes(errorCode(error))
  }
}

function directoryKind(path: string): EntryKind | null {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'other'
  } catch {
    return null
  }
}

/**
 * Cheap test whether a folder is a Backup Path itself: `accounts/` or `items/` with children of the right form. Both
 * together are believed at their names. Never throws.
 */
export function looksLikeBackupPath(path: string): boolean {
  const accounts = directoryKind(join(path, 'accounts')) === 'directory'
  const items = directoryKind(join(path, 'items')) === 'directory'
  if (accounts && items) return true
  if (accounts) return hasTellingChildren(join(path, 'accounts'), 'accounts')
  // An account's own folder has `items/` too: its buckets are numbers, and `account_info` stands beside.
  if (items)
    return !isUuid(path.slice(path.lastIndexOf(sep) + 1)) && hasTellingChildren(join(path, 'items'), 'items')
  return false
}

/** The nearest folder above `path` (which need not exist) that is a Backup Path; null when there is none. */
export function backupPathAbove(path: string): string | null {
  for (let above = dirname(path); ; above = dirname(above)) {
    if (looksLikeBackupPath(above)) return above
    if (above === dirname(above)) return null
  }
}

function searchBelow(top: string): string[] {
  const found: string[] = []
  let level = [top]
  let looked = 0
  for (let depth = 0; depth < SEARCH_DEPTH && level.length > 0; depth++) {
    const next: string[] = []
    for (const folder of level) {
      let names: SourceEntry[]
      try {
        names = someNames(folder, SEARCH_FOLDERS)
      } catch {
        continue
      }
      for (const entry of names) {
        if (entry.kind !== 'directory' || ++looked > SEARCH_FOLDERS) continue
        const path = join(folder, entry.name)
        if (looksLikeBackupPath(path)) found.push(path)
        else next.push(path)
      }
    }
    level = next
  }
  return found
}

function resolveTop(path: string): string {
  try {
    const root = realpathSync(path)
    if (!statSync(root).isDirectory()) {
      throw new NotABackupPathError(
        path,
        'It is a file, not a folder.',
        'Choose the folder that holds accounts/ and items/.',
      )
    }
    someNames(root, 1)
    return root
  } catch (error) {
    if (error instanceof NotABackupPathError) throw error
    const refused = refusalOf(error, path)
    const next = ['EACCES', 'EPERM'].includes(refused.code)
      ? 'Open it through a read-only bind mount that maps the owner, or run "sudo lifeboat serve". Lifeboat never changes permissions.'
      : 'Check the spelling and that the disk is connected and mounted.'
    throw new UnreadablePathError(path, refused.code, `Reason: ${describeRefusal(refused)}.`, next)
  }
}

function findRoot(path: string): string {
  const top = resolveTop(path)
  if (looksLikeBackupPath(top)) return top
  const below = searchBelow(top)
  const [only] = below
  if (only !== undefined && below.length === 1) return only
  if (below.length > 1) {
    const names = below.slice(0, 5).map((found) => relative(top, found))
    throw new NotABackupPathError(
      path,
      `${String(below.length)} backup paths lie below it: ${names.join(', ')}${below.length > 5 ? ', …' : ''}.`,
      'Open one of them.',
    )
  }
  for (
    let above = dirname(top), steps = 0;
    steps < 4 && above !== dirname(above);
    above = dirname(above), steps++
  ) {
    if (looksLikeBackupPath(above)) {
      throw new NotABackupPathError(path, `It is a part of the backup path ${above}.`, `Open ${above}.`)
    }
  }
  throw new NotABackupPathError(
    path,
    'It holds neither accounts/ nor items/, and no folder up to three levels below does.',
    'Choose the folder that holds accounts/ and items/, on a server usually /opt/zextras/backup/zextras.',
  )
}

/** A top-level part that may be a link: followed only inside the root. */
function partAt(source: BackupSource, entry: SourceEntry, unexpected: Problem[]): string | null {
  if (entry.kind === 'directory') return entry.name
  if (entry.kind !== 'link') return null
  const absolute = source.absolute(entry.name)
  try {
    const target = realpathSync(absolute)
    if (isInside(source.root, target) && target !== source.root && lstatSync(target).isDirectory()) {
      return relative(source.root, target).split(sep).join('/')
    }
  } catch {
    // A link to nowhere is reported like one that leads out.
  }
  unexpected.push({
    kind: 'link',
    path: entry.name,
    digest: null,
    detail: `${entry.name} is a link that leads out of the backup path; it was not followed. Open its target instead.`,
  })
  return null
}

/**
 * Finds the parts of a Backup Path. When `path` itself is none but exactly one lies at most three levels below, that
 * one is taken. A path with only `items/` or only `accounts/` is one too.
 *
 * @throws NotABackupPathError when there is none or more than one
 * @throws UnreadablePathError when the folder is not there or refuses
 */
export function detectLayout(path: string): BackupLayout {
  const root = findRoot(path)
  const source = localSource(root)
  const listed = source.list('', true)
  if ('refused' in listed) {
    throw new UnreadablePathError(
      root,
      listed.refused.code,
      `Reason: ${describeRefusal(listed.refused)}.`,
      'Check the permissions.',
    )
  }
  const layout: BackupLayout = {
    root,
    accounts: null,
    items: null,
    server: null,
    maps: [],
    backupstat: null,
    unexpected: [],
  }
  for (const entry of listed.entries) {
    const { name } = entry
    switch (name) {
      case 'accounts':
        layout.accounts = partAt(source, entry, layout.unexpected)
        continue
      case 'items':
        layout.items = partAt(source, entry, layout.unexpected)
        continue
      case 'server':
        layout.server = partAt(source, entry, layout.unexpected)
        continue
      case 'servers':
        layout.server ??= partAt(source, entry, layout.unexpected)
        continue
      case 'backupstat':
        if (entry.kind !== 'link') {
          layout.backupstat = name
          continue
        }
    }
    if (name.startsWith('map_') && entry.kind === 'file') {
      layout.maps.push(name)
      continue
    }
    if (entry.kind === 'link') {
      if (!layout.unexpected.some((problem) => problem.path === name)) {
        layout.unexpected.push({
          kind: 'link',
          path: name,
          digest: null,
          detail: 'A link; it was not followed.',
        })
      }
      continue
    }
    layout.unexpected.push({
      kind: 'unexpected-file',
      path: name,
      digest: null,
      detail: `${entry.kind === 'directory' ? 'A folder' : 'A file'} that does not belong to a backup path.`,
    })
  }
  if (layout.backupstat === null && layout.accounts !== null) {
    const beside = `${layout.accounts}/backupstat`
    if (source.stat(beside)?.kind === 'file') layout.backupstat = beside
  }
  return layout
}
