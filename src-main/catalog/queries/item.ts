import type { BlobState, ItemDetail, StateRow } from '../../contract/mail.ts'
import type { Database } from '../../engine/sqlite.ts'
import { itemPath, typeName } from '../schema.ts'
import { accountBook } from './accounts.ts'
import { blobFile, blobState, digestRuleUnknown } from './blob-state.ts'
import { contextOf, snapshot, stringList, type QueryContext } from './context.ts'
import { folderBook, folderPath } from './folder-book.ts'
import { problemsOfItem } from './problems.ts'
import { itemRows } from './rows.ts'
import { holdsAt, statesOf, type StoredState } from './states.ts'

interface Content {
  id: number
  digest: string | null
  path: string | null
  file_size: number | null
  status: string | null
  misplaced: number
  subject: string | null
  date: number | null
}

const CONTENT =
  'SELECT id, digest, path, file_size, status, misplaced, subject, date FROM content WHERE id = ?'

function contentOf(context: QueryContext, id: number | null): Content | null {
  if (id === null) return null
  return (context.sql(CONTENT).get(id) as Content | undefined) ?? null
}

/** A blob to be read: what it is called, where it lies and what is known of it. */
export interface BlobPlace {
  digest: string
  /** Relative to the Backup Path; null when there is no file. */
  path: string | null
  /** Null when it was not read yet. */
  status: string | null
  subject: string | null
  /** Ms UTC. */
  date: number | null
}

/** Everything about one row. Null when the key names nothing (any more). @param ref see rows.ts: refOfKey */
export function itemDetail(db: Database, ref: number, at: number | null): ItemDetail | null {
  const context = contextOf(db)
  return snapshot(context, () => {
    const row = itemRows(context, [ref], at)[0]
    if (row === undefined) return null
    if (ref < 0) {
      return { row, metadataPath: null, states: [], problems: problemsOfItem(context, 0, [-ref]) }
    }
    const states = statesOf(context, ref)
    const contents = contentsOfItem(context, ref, states)
    return {
      row,
      metadataPath: metadataPath(db, ref),
      states: stateRows(context, states),
      problems: problemsOfItem(context, ref, contents),
    }
  })
}

/** Contents of all states, the one shown, and those that only salvaged digests name. */
export function contentsOfItem(
  context: QueryContext,
  item: number,
  states: readonly StoredState[],
): number[] {
  const row = context.sql('SELECT content, extra FROM item WHERE pk = ?').get(item) as
    { content: number; extra: string | null } | undefined
  const contents = new Set(states.map((state) => state.content).filter((content) => content !== null))
  if (row !== undefined) {
    for (const content of JSON.parse(row.extra ?? '[]') as number[]) contents.add(content)
    contents.add(row.content)
  }
  return [...contents]
}

/** Place of an item's metadata file relative to the Backup Path; null when there is no such item. */
export function metadataPath(db: Database, item: number): string | null {
  const context = contextOf(db)
  const row = context.sql('SELECT account, id, path FROM item WHERE pk = ?').get(item) as
    { account: number; id: number; path: string | null } | undefined
  if (row === undefined) return null
  const account = accountBook(context).byPk.get(row.account)
  return row.path ?? (account === undefined ? null : itemPath(account.id, row.id))
}

/** Row reference of an item by its account's UUID and its id; null when there is none. */
export function findItem(db: Database, account: string, id: number): number | null {
  const context = contextOf(db)
  const known = accountBook(context).byId.get(account)
  if (known === undefined) return null
  const pk = context.sql('SELECT pk FROM item WHERE account = ? AND id = ?').pluck().get(known.pk, id)
  return typeof pk === 'number' ? pk : null
}

/**
 * The blob of a row: that of state `state` (index in the detail's states), else the one of the state in view. Null when there is none, or
 * the row or state does not exist.
 */
export function blobOfRow(db: Database, ref: number, at: number | null, state?: number): BlobPlace | null {
  const context = contextOf(db)
  return snapshot(context, () => {
    const content = contentOf(context, contentInView(context, ref, at, state))
    if (content?.digest == null) return null
    return {
      digest: content.digest,
      path: blobFile(content),
      status: content.status,
      subject: content.subject,
      date: content.date,
    }
  })
}

function contentInView(
  context: QueryContext,
  ref: number,
  at: number | null,
  state: number | undefined,
): number | null {
  if (ref < 0) return state === undefined ? -ref : null
  const states = statesOf(context, ref)
  if (state !== undefined) return states[state]?.content ?? null
  if (at !== null && states.length > 0) return states.findLast((one) => holdsAt(one, at))?.content ?? null
  return (context.sql('SELECT content FROM item WHERE pk = ?').pluck().get(ref) as number | undefined) ?? null
}

/** Index of the state that holds at `at` in the item's states; null when none does or it has no states. */
export function stateIndexAt(db: Database, ref: number, at: number): number | null {
  const index = ref < 0 ? -1 : statesOf(contextOf(db), ref).findLastIndex((state) => holdsAt(state, at))
  return index < 0 ? null : index
}

// ---- the history

function stateRows(context: QueryContext, states: readonly StoredState[]): StateRow[] {
  const ruleUnknown = digestRuleUnknown(context)
  return states.map((state, n) => {
    const content = contentOf(context, state.content)
    const own = state.own === 1
    // Folders are called as they were when the state began.
    const blob: BlobState = content === null || !own ? 'none' : blobState(content, ruleUnknown)
    return {
      start: state.starts,
      end: state.ends,
      type: typeName(state.type),
      deleted: state.deleted === 1,
      folder: folderPath(folderBook(context, state.account, state.starts).get(state.folder)),
      flags: state.flags,
      tags: stringList(state.tags),
      digest: own ? (content?.digest ?? null) : null,
      blob,
      blobPath: content === null || !own ? null : blobFile(content),
      changes: changesOf(states[n - 1], state),
    }
  })
}

const FLAGS: readonly [string, StateRow['changes'][number], StateRow['changes'][number] | null][] = [
  ['u', 'unread', 'read'],
  ['f', 'flagged', 'unflagged'],
  ['r', 'answered', null],
  ['w', 'forwarded', null],
]

/** What a state changed against the one before, in the order of importance; `other` when nothing that is known of changed. */
export function changesOf(before: StoredState | undefined, state: StoredState): StateRow['changes'] {
  if (before === undefined) return state.deleted === 1 ? ['created', 'deleted'] : ['created']
  const changes: StateRow['changes'] = []
  if (before.deleted !== state.deleted) changes.push(state.deleted === 1 ? 'deleted' : 'restored')
  if (before.folder !== state.folder && !(state.deleted === 1 && state.folder === null)) changes.push('moved')
  if (state.own === 1 && before.content !== state.content) changes.push('content')
  // A state of deletion often tells nothing but that: what it leaves out did not change.
  if (!(state.deleted === 1 && state.flags === '')) {
    for (const [letter, set, cleared] of FLAGS) {
      const had = before.flags.includes(letter)
      const has = state.flags.includes(letter)
      if (had !== has && (has || cleared !== null)) changes.push(has ? set : (cleared ?? set))
    }
  }
  const tagged = stringList(before.tags).sort().join('\0') !== stringList(state.tags).sort().join('\0')
  if (tagged && !(state.deleted === 1 && state.tags === null)) changes.push('tagged')
  if (state.name !== null && before.name !== null && state.name !== before.name) changes.push('renamed')
  return changes.length === 0 ? ['other'] : changes
}
