import { ROOT_FOLDER_IDS } from '../../backup/folders.ts'
import type { DeletedMode } from '../../contract/common.ts'
import type { FolderNode } from '../../contract/mail.ts'
import type { Database } from '../../engine/sqlite.ts'
import { LISTED_SQL, typeCode, typeName } from '../schema.ts'
import { accountBook } from './accounts.ts'
import { BIT } from './columns.ts'
import { accountColumns } from './columns-cache.ts'
import { contextOf, snapshot, type QueryContext } from './context.ts'
import { folderBook, NO_FOLDER, type FolderBook, type KnownFolder } from './folder-book.ts'

interface Tally {
  items: number
  unread: number
  /** Items by type, to choose the icon. */
  types: Map<number, number>
}

type Holds = FolderNode['holds']

const HOLDS_BY_ID: ReadonlyMap<number, Holds> = new Map([
  [2, 'mail'],
  [4, 'mail'],
  [5, 'mail'],
  [6, 'mail'],
  [7, 'contacts'],
  [10, 'calendar'],
  [13, 'contacts'],
  [14, 'chats'],
  [15, 'tasks'],
  [16, 'files'],
])
const HOLDS_BY_TYPE: Partial<Record<string, Holds>> = {
  message: 'mail',
  contact: 'contacts',
  appointment: 'calendar',
  task: 'tasks',
  document: 'files',
  chat: 'chats',
}

/**
 * The folder tree of one account as of a time: every folder that is visible in the deleted mode, every folder that holds a visible
 * item (even when no metadata describes it: `Folder 1234`), and what lies above those. Sorted by id below each parent, built-in
 * ones first. Empty for an unknown account.
 */
export function listFolders(
  db: Database,
  account: string,
  at: number | null,
  deleted: DeletedMode,
): FolderNode[] {
  const context = contextOf(db)
  return snapshot(context, () => {
    const known = accountBook(context).byId.get(account)
    if (known === undefined) return []
    const tallies =
      at === null ? talliesNow(context, known.pk, deleted) : talliesAt(context, known.pk, at, deleted)
    return nodes(folderBook(context, known.pk, at), tallies, deleted)
  })
}

function talliesNow(context: QueryContext, account: number, deleted: DeletedMode): Map<number, Tally> {
  const rows = context
    .sql(`SELECT folder, deleted, type, items, unread FROM folder_count WHERE account = ? AND ${LISTED_SQL}`)
    .all(account) as { folder: number; deleted: number; type: number; items: number; unread: number }[]
  const tallies = new Map<number, Tally>()
  for (const row of rows) {
    if ((deleted === 'hide' && row.deleted === 1) || (deleted === 'only' && row.deleted === 0)) continue
    if (row.items <= 0) continue
    const tally = tallyOf(tallies, row.folder)
    tally.items += row.items
    tally.unread += row.unread
    tally.types.set(row.type, (tally.types.get(row.type) ?? 0) + row.items)
  }
  return tallies
}

function talliesAt(
  context: QueryContext,
  account: number,
  at: number,
  deleted: DeletedMode,
): Map<number, Tally> {
  const { count, bits, folder, type } = accountColumns(context, account, at)
  const tallies = new Map<number, Tally>()
  for (let row = 0; row < count; row++) {
    const gone = (bits[row]! & BIT.deleted) !== 0
    if ((deleted === 'hide' && gone) || (deleted === 'only' && !gone)) continue
    const tally = tallyOf(tallies, folder[row]!)
    tally.items++
    if ((bits[row]! & BIT.unread) !== 0) tally.unread++
    tally.types.set(type[row]!, (tally.types.get(type[row]!) ?? 0) + 1)
  }
  return tallies
}

function tallyOf(tallies: Map<number, Tally>, folder: number): Tally {
  let tally = tallies.get(folder)
  if (tally === undefined) tallies.set(folder, (tally = { items: 0, unread: 0, types: new Map() }))
  return tally
}

function nodes(book: FolderBook, tallies: Map<number, Tally>, deleted: DeletedMode): FolderNode[] {
  const wanted = new Map<number, KnownFolder>()
  for (const id of book.ids) {
    const folder = book.get(id)
    if (!folder.exists || ROOT_FOLDER_IDS.includes(id)) continue
    if (deleted === 'show' || folder.deleted === (deleted === 'only')) wanted.set(id, folder)
  }
  for (const id of tallies.keys()) wanted.set(id, book.get(id))
  for (const folder of [...wanted.values()]) {
    for (let up = folder.parent; up !== null && !wanted.has(up); up = book.get(up).parent)
      wanted.set(up, book.get(up))
  }
  return [...wanted.values()]
    .sort((a, b) => order(a.id) - order(b.id))
    .map((folder) => {
      const tally = tallies.get(folder.id)
      return {
        id: folder.id,
        parent: folder.parent,
        name: folder.name,
        path: folder.names.length === 0 ? folder.name : folder.names.join('/'),
        deleted: folder.deleted,
        holds: holdsOf(folder.id, tally),
        items: tally?.items ?? 0,
        unread: tally?.unread ?? 0,
      }
    })
}

const order = (id: number): number => (id === NO_FOLDER ? Number.MAX_SAFE_INTEGER : id)

function holdsOf(id: number, tally: Tally | undefined): Holds {
  const fixed = HOLDS_BY_ID.get(id)
  if (fixed !== undefined || tally === undefined || tally.types.size === 0) return fixed ?? 'mail'
  const [type] = [...tally.types].reduce((most, entry) => (entry[1] > most[1] ? entry : most))
  return type === typeCode('unknown') ? 'other' : (HOLDS_BY_TYPE[typeName(type)] ?? 'other')
}
