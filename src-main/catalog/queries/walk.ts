/**
 * Every row of a view with everything an export needs to know of it. Only the references of the rows (4 bytes each) are held for the
 * whole walk; the rest is read some hundred rows at a time, so a million rows need no more memory than a thousand. The order is the
 * same at every run: account, folder, date, id.
 */
import type { BlobStatus, ItemType } from '../../backup/types.ts'
import type { BlobState } from '../../contract/mail.ts'
import type { Database } from '../../engine/sqlite.ts'
import { LISTED_SQL, itemPath, typeName } from '../schema.ts'
import { accountBook, type AccountBook } from './accounts.ts'
import { blobFile, blobState, digestRuleUnknown } from './blob-state.ts'
import { contextOf, type QueryContext } from './context.ts'
import { folderBook, NO_FOLDER, type FolderBook } from './folder-book.ts'
import { refOfKey } from './rows.ts'
import { needsSelection, select, type CatalogView } from './selection.ts'
import { holdsAt } from './states.ts'

/** One distinct blob of an item. */
export interface WalkedBlob {
  digest: string
  /** Blob file relative to the Backup Path; null when there is none. */
  path: string | null
  /** Null for the blob that the view shows; 1, 2, … for those that only other states name, oldest first. */
  version: number | null
  /** Message date, ms UTC; null when unknown. */
  date: number | null
  subject: string | null
  /** Null = not read yet. */
  status: BlobStatus | null
  blob: BlobState
  /** Uncompressed bytes, null when unknown. */
  rawSize: number | null
}

/** One row of a view: an item, or a piece of unclaimed mail. */
export interface WalkedItem {
  /** Row key of the contract. */
  key: string
  /** UUID; null for unclaimed mail. */
  account: string | null
  /** First folder of an export: the account's address, else its UUID; for unclaimed mail the likely owner, null when unknown. */
  accountFolder: string | null
  /** Null for unclaimed mail. */
  id: number | null
  type: ItemType
  /** Of the state in view. */
  deleted: boolean
  flags: string
  /** Folder names inside the mailbox, outermost first, as of the state in view; empty where no folder is known. */
  folders: string[]
  /** As shown in lists, ms UTC. */
  date: number | null
  subject: string | null
  /** Name of a document, contact or other thing that has one. */
  name: string | null
  /** Metadata file relative to the Backup Path; null for unclaimed mail. */
  metadataPath: string | null
  /** How the metadata file could be read. */
  condition: 'ok' | 'empty' | 'broken' | 'unreadable'
  /**
   * All distinct blobs over its states, first the one shown, then the others from the oldest; with `at` only the one of the state as of then.
   * Empty when no state names one.
   */
  blobs: WalkedBlob[]
}

const CHUNK = 500

/**
 * Walks the rows of a view, or those of `keys` (in that order; one that is gone, or was not there at the view's time, is left out).
 * @param zone IANA zone of dates in a query
 */
export function* walkContents(
  db: Database,
  view: CatalogView,
  keys?: readonly string[],
  zone = 'UTC',
): Generator<WalkedItem, void> {
  const context = contextOf(db)
  const refs = keys === undefined ? refsOf(context, view, zone) : refsOfKeys(keys)
  for (let from = 0; from < refs.length; from += CHUNK) {
    yield* readChunk(context, Array.from(refs.subarray(from, from + CHUNK)), view.at)
  }
}

/** Rows of a view (or of `keys`) and their uncompressed bytes as far as known (earlier versions of a message not counted). */
export function countView(
  db: Database,
  view: CatalogView,
  keys?: readonly string[],
  zone = 'UTC',
): { items: number; bytes: number } {
  const context = contextOf(db)
  if (keys !== undefined) return countKeys(context, refsOfKeys(keys))
  if (!needsSelection(view)) return countIndexed(context, view)
  const { columns, rows } = select(context, view, zone)
  let bytes = 0
  for (const row of rows) bytes += Number.isNaN(columns.size[row]!) ? 0 : columns.size[row]!
  return { items: rows.length, bytes }
}

// ---- which rows

function refsOfKeys(keys: readonly string[]): Int32Array {
  const refs = new Set<number>()
  for (const key of keys) {
    const ref = refOfKey(key)
    if (ref !== null) refs.add(ref)
  }
  return Int32Array.from(refs)
}

interface Where {
  conditions: string[]
  values: (number | null)[]
}

/** Conditions of a view that lies in the item table; null when its account is unknown. */
function whereOf(context: QueryContext, view: CatalogView): Where | null {
  const { scope, deleted, after, before } = view
  const where: Where = { conditions: [], values: [] }
  const add = (condition: string, value: number | null): void => {
    where.conditions.push(condition)
    where.values.push(value)
  }
  if (scope.kind === 'folder' || scope.kind === 'account') {
    const account = accountBook(context).byId.get(scope.account)
    if (account === undefined) return null
    add('account = ?', account.pk)
    if (scope.kind === 'folder') add('folder IS ?', scope.folder === NO_FOLDER ? null : scope.folder)
  }
  if (deleted !== 'show') add('deleted = ?', deleted === 'only' ? 1 : 0)
  else where.conditions.push('deleted IN (0, 1)')
  if (after != null) add('date >= ?', after)
  if (before != null) add('date < ?', before)
  return where
}

function refsOf(context: QueryContext, view: CatalogView, zone: string): Int32Array {
  if (needsSelection(view)) {
    const { columns, rows } = select(context, view, zone)
    const { account, folder, ref } = columns
    return rows
      .slice()
      .sort((a, b) => account[a]! - account[b]! || folder[a]! - folder[b]! || a - b)
      .map((row) => ref[row]!)
  }
  const where = whereOf(context, view)
  if (where === null) return new Int32Array(0)
  // Something that claims to be a folder but has a blob was misread: it is mail until proved otherwise.
  const sql = `SELECT pk FROM item WHERE ${where.conditions.join(' AND ')}
    AND (${LISTED_SQL} OR EXISTS (SELECT 1 FROM content c WHERE c.id = item.content AND c.digest IS NOT NULL))
    ORDER BY account, folder, date, id`
  return Int32Array.from(
    context
      .sql(sql)
      .pluck()
      .all(...where.values) as number[],
  )
}

function countIndexed(context: QueryContext, view: CatalogView): { items: number; bytes: number } {
  const where = whereOf(context, view)
  if (where === null) return { items: 0, bytes: 0 }
  const sorted = Number(context.meta('sorted') ?? 0) === 1
  const dated = view.after != null || view.before != null
  const hint = sorted && !dated ? `INDEXED BY item_${view.scope.kind}_size` : ''
  const sql = `SELECT count(*) AS items, coalesce(sum(size), 0) AS bytes FROM item ${hint} WHERE ${where.conditions.join(' AND ')}
    AND ${LISTED_SQL}`
  const key = JSON.stringify([sql, where.values])
  return context.remember(
    'counted',
    key,
    50,
    () => context.sql(sql).get(...where.values) as { items: number; bytes: number },
  )
}

function countKeys(context: QueryContext, refs: Int32Array): { items: number; bytes: number } {
  const items = `SELECT count(*) AS items, coalesce(sum(size), 0) AS bytes FROM item WHERE pk IN (SELECT value FROM json_each(?))`
  const contents = `SELECT count(*) AS items, coalesce(sum(raw_size), 0) AS bytes FROM content WHERE id IN (SELECT value FROM json_each(?))`
  const count = (sql: string, ids: number[]) =>
    context.sql(sql).get(JSON.stringify(ids)) as { items: number; bytes: number }
  const one = count(items, Array.from(refs.filter((ref) => ref > 0)))
  const two = count(
    contents,
    Array.from(refs.filter((ref) => ref < 0)).map((ref) => -ref),
  )
  return { items: one.items + two.items, bytes: one.bytes + two.bytes }
}

// ---- reading rows

interface ItemRowFacts {
  pk: number
  account: number
  id: number
  path: string | null
  condition: WalkedItem['condition']
  type: number
  folder: number | null
  deleted: number
  flags: string
  content: number
  date: number
  states: number
  extra: string | null
}

interface StateFacts {
  item: number
  starts: number | null
  ends: number | null
  type: number
  deleted: number
  folder: number | null
  flags: string
  content: number | null
  name: string | null
}

interface ContentFacts {
  id: number
  digest: string | null
  path: string | null
  file_size: number | null
  status: BlobStatus | null
  misplaced: number
  raw_size: number | null
  subject: string | null
  date: number | null
  owner: string | null
}

const ITEMS = `SELECT i.pk, i.account, i.id, i.path, i.condition, i.type, i.folder, i.deleted, i.flags, i.content, i.date, i.states, i.extra
  FROM json_each(?) j CROSS JOIN item i ON i.pk = j.value`
const STATES = `SELECT s.item, s.starts, s.ends, s.type, s.deleted, s.folder, s.flags, s.content, s.name
  FROM json_each(?) j CROSS JOIN state s ON s.item = j.value ORDER BY s.item, s.n`
const CONTENTS = `SELECT c.id, c.digest, c.path, c.file_size, c.status, c.misplaced, c.raw_size, c.subject, c.date, c.owner
  FROM json_each(?) j CROSS JOIN content c ON c.id = j.value`

/** Contents an item names, the one in view first (it may be missing), then the others by first appearance. */
interface Named {
  shown: number | null
  others: number[]
}

function namedContents(
  item: ItemRowFacts,
  states: readonly StateFacts[],
  inView: StateFacts | null,
  at: number | null,
): Named {
  const extra = JSON.parse(item.extra ?? '[]') as number[]
  if (at !== null && inView !== null) return { shown: inView.content, others: [] }
  const all = new Set([
    ...states.map((state) => state.content).filter((content) => content !== null),
    ...extra,
  ])
  all.delete(item.content)
  return { shown: item.content, others: [...all] }
}

function* readChunk(
  context: QueryContext,
  refs: readonly number[],
  at: number | null,
): Generator<WalkedItem> {
  const json = JSON.stringify(refs.filter((ref) => ref > 0))
  const items = new Map((context.sql(ITEMS).all(json) as ItemRowFacts[]).map((item) => [item.pk, item]))
  const states = new Map<number, StateFacts[]>()
  for (const state of context.sql(STATES).all(json) as StateFacts[]) {
    const own = states.get(state.item)
    if (own === undefined) states.set(state.item, [state])
    else own.push(state)
  }
  const chosen = new Map<number, { states: StateFacts[]; inView: StateFacts | null; named: Named }>()
  const ids = new Set(refs.filter((ref) => ref < 0).map((ref) => -ref))
  for (const item of items.values()) {
    const own = states.get(item.pk) ?? []
    const inView = (at === null ? own.at(-1) : own.findLast((state) => holdsAt(state, at))) ?? null
    if (at !== null && own.length > 0 && inView === null) continue
    const named = namedContents(item, own, inView, at)
    for (const id of [named.shown, item.content, ...named.others]) if (id !== null) ids.add(id)
    chosen.set(item.pk, { states: own, inView, named })
  }
  const contents = new Map(
    (context.sql(CONTENTS).all(JSON.stringify([...ids])) as ContentFacts[]).map((content) => [
      content.id,
      content,
    ]),
  )
  const ruleUnknown = digestRuleUnknown(context)
  // Asked once per chunk: every look into what a connection remembers asks SQLite for the revision.
  const places = new Places(context, at)
  for (const ref of refs) {
    if (ref < 0) {
      const content = contents.get(-ref)
      if (content?.digest != null) yield unclaimedItem(content, ruleUnknown)
      continue
    }
    const item = items.get(ref)
    const parts = chosen.get(ref)
    if (item !== undefined && parts !== undefined)
      yield walkedItem(places, item, parts, contents, at, ruleUnknown)
  }
}

/** Accounts and folders while one chunk is read. */
class Places {
  readonly accounts: AccountBook['byPk']
  readonly #context: QueryContext
  readonly #at: number | null
  readonly #books = new Map<number, FolderBook>()

  constructor(context: QueryContext, at: number | null) {
    this.#context = context
    this.#at = at
    this.accounts = accountBook(context).byPk
  }

  /** Names from the top of the mailbox. */
  folderNames(account: number, folder: number | null): string[] {
    let book = this.#books.get(account)
    if (book === undefined) this.#books.set(account, (book = folderBook(this.#context, account, this.#at)))
    return book.get(folder).names
  }
}

function walkedItem(
  places: Places,
  item: ItemRowFacts,
  parts: { states: readonly StateFacts[]; inView: StateFacts | null; named: Named },
  contents: ReadonlyMap<number, ContentFacts>,
  at: number | null,
  ruleUnknown: boolean,
): WalkedItem {
  const account = places.accounts.get(item.account)
  const { inView, named } = parts
  // With `at` the state then; now the item's own columns, which are those of its last state.
  const shownState = at !== null && inView !== null ? inView : item
  const shown = named.shown === null ? undefined : contents.get(named.shown)
  const words = shown ?? contents.get(item.content)
  const blobs: WalkedBlob[] = []
  if (shown?.digest != null) blobs.push(walkedBlob(shown, null, ruleUnknown))
  let version = 0
  for (const id of named.others) {
    const content = contents.get(id)
    if (content?.digest != null) blobs.push(walkedBlob(content, ++version, ruleUnknown))
  }
  return {
    key: `i${String(item.pk)}`,
    account: account?.id ?? null,
    accountFolder: account?.folder ?? null,
    id: item.id,
    type: typeName(shownState.type),
    deleted: shownState.deleted === 1,
    flags: shownState.flags,
    folders: places.folderNames(item.account, shownState.folder),
    date: item.date,
    subject: words?.subject ?? null,
    name: parts.states.findLast((state) => state.name !== null)?.name ?? null,
    metadataPath: item.path ?? (account === undefined ? null : itemPath(account.id, item.id)),
    condition: item.condition,
    blobs,
  }
}

function walkedBlob(content: ContentFacts, version: number | null, ruleUnknown: boolean): WalkedBlob {
  return {
    digest: content.digest ?? '',
    path: blobFile(content),
    version,
    date: content.date,
    subject: content.subject,
    status: content.status,
    blob: blobState(content, ruleUnknown),
    rawSize: content.raw_size,
  }
}

function unclaimedItem(content: ContentFacts, ruleUnknown: boolean): WalkedItem {
  return {
    key: `u${String(content.id)}`,
    account: null,
    accountFolder: content.owner,
    id: null,
    type: 'message',
    deleted: false,
    flags: '',
    folders: [],
    date: content.date,
    subject: content.subject,
    name: null,
    metadataPath: null,
    condition: 'ok',
    blobs: [walkedBlob(content, null, ruleUnknown)],
  }
}
