import { ROOT_FOLDER_IDS, systemFolderName } from '../../backup/folders.ts'
import { foldName } from '../search/tokens.ts'
import { accountBook } from './accounts.ts'
import type { QueryContext } from './context.ts'

/** Stands for "the metadata tells no folder" where a folder's id is asked for. */
export const NO_FOLDER = -1

/** One folder of a mailbox at one time. */
export interface KnownFolder {
  id: number
  /** Null at the top level (directly under the mailbox's root). */
  parent: number | null
  name: string
  /** Names from the top; empty for the roots and where no folder is known. */
  names: string[]
  deleted: boolean
  /** It has a state at the asked time; others are only named because items point to them. */
  exists: boolean
}

/** The folders of one account at one time. Ids that no metadata describes are answered too: `Folder 1234`. */
export interface FolderBook {
  /** Ids of all folders that the metadata describes. */
  ids: readonly number[]
  get(id: number | null): KnownFolder
}

interface Version {
  id: number
  starts: number | null
  ends: number | null
  deleted: number
  name: string | null
  parent: number | null
}

/** A chain of parents longer than this is cut: no mailbox is that deep. */
const MAX_DEPTH = 100

const NOWHERE: KnownFolder = {
  id: NO_FOLDER,
  parent: null,
  name: 'Folder unknown',
  names: [],
  deleted: false,
  exists: false,
}

/**
 * The folders of account `pk` as of `at` (ms, null = now). A folder that had no state then, though items lie in it, is called by
 * the name it had before, else by its first name.
 */
export function folderBook(context: QueryContext, pk: number, at: number | null): FolderBook {
  return context.remember('folders', `${String(pk)}@${String(at)}`, 5000, () => {
    const rows = context
      .sql(
        'SELECT id, starts, ends, deleted, name, parent FROM folder_version WHERE account = ? ORDER BY id, n',
      )
      .all(pk) as Version[]
    const versions = new Map<number, { version: Version; exists: boolean }>()
    for (const row of rows) {
      const known = versions.get(row.id)
      const started = at === null || row.starts === null || row.starts <= at
      const exists = started && (at === null || row.ends === null || at < row.ends)
      if (known === undefined || exists || (started && !known.exists))
        versions.set(row.id, { version: row, exists })
    }
    return makeBook(versions)
  })
}

function makeBook(versions: ReadonlyMap<number, { version: Version; exists: boolean }>): FolderBook {
  const made = new Map<number, KnownFolder>()

  function single(id: number): Omit<KnownFolder, 'names'> {
    const known = versions.get(id)
    const name = known?.version.name?.trim()
    const parent = known?.version.parent ?? null
    const top = parent === null || parent === id || ROOT_FOLDER_IDS.includes(parent)
    return {
      id,
      parent: top || ROOT_FOLDER_IDS.includes(id) ? null : parent,
      name: name === undefined || name === '' ? (systemFolderName(id) ?? `Folder ${String(id)}`) : name,
      deleted: known?.version.deleted === 1,
      exists: known?.exists ?? false,
    }
  }

  /** From `id` up to the top, or to a folder that is done, or to where the parents run in a circle. */
  function chain(id: number): Omit<KnownFolder, 'names'>[] {
    const up: Omit<KnownFolder, 'names'>[] = []
    const seen = new Set<number>()
    let next: number | null = id
    while (next !== null && !made.has(next)) {
      if (seen.has(next) || up.length >= MAX_DEPTH) {
        const last = up.at(-1)
        if (last !== undefined) last.parent = null
        break
      }
      seen.add(next)
      const folder = single(next)
      up.push(folder)
      next = folder.parent
    }
    return up
  }

  function get(id: number | null): KnownFolder {
    if (id === null || id < 0) return NOWHERE
    for (const folder of chain(id).reverse()) {
      if (made.has(folder.id)) continue
      const above = folder.parent === null ? undefined : made.get(folder.parent)
      const names = ROOT_FOLDER_IDS.includes(folder.id) ? [] : [...(above?.names ?? []), folder.name]
      made.set(folder.id, { ...folder, parent: above === undefined ? null : folder.parent, names })
    }
    return made.get(id) ?? NOWHERE
  }
  return { ids: [...versions.keys()], get }
}

/** Path as lists show it; null where no folder is known. */
export function folderPath(folder: KnownFolder): string | null {
  return folder.id === NO_FOLDER ? null : folder.names.join('/')
}

/** A test for `in:NAME`: does the folder lie in a folder of that name, or path, at any depth? Case and accents do not count. */
export function folderMatcher(name: string): (folder: KnownFolder) => boolean {
  const wanted = name
    .split('/')
    .map(foldName)
    .filter((part) => part !== '')
    .join('/')
  if (wanted === '') return () => false
  return (folder) => `/${folder.names.map(foldName).join('/')}/`.includes(`/${wanted}/`)
}

/**
 * Remembers per account which folders `in:NAME` means, so that a million rows ask a Map only.
 * @returns test of an account's pk (0 = unclaimed mail: never) and a folder id (negative = none).
 */
export function inFolder(
  context: QueryContext,
  name: string,
  at: number | null,
): (account: number, folder: number) => boolean {
  const matches = folderMatcher(name)
  const perAccount = new Map<number, Map<number, boolean>>()
  const known = accountBook(context).byPk
  return (account, folder) => {
    if (folder < 0 || !known.has(account)) return false
    let answers = perAccount.get(account)
    if (answers === undefined) perAccount.set(account, (answers = new Map<number, boolean>()))
    let answer = answers.get(folder)
    if (answer === undefined) {
      answer = matches(folderBook(context, account, at).get(folder))
      answers.set(folder, answer)
    }
    return answer
  }
}
