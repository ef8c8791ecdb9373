import type { ItemRow } from '../../contract/mail.ts'
import { typeName } from '../schema.ts'
import { accountBook } from './accounts.ts'
import { blobState, digestRuleUnknown, type BlobFacts } from './blob-state.ts'
import { stringList, type QueryContext } from './context.ts'
import { folderBook, folderPath } from './folder-book.ts'
import { stateAt } from './states.ts'

/** Longest texts in a list, characters: a message to ten thousand people must not make a page of ten megabytes. */
const LONGEST = 500

interface ContentFacts extends BlobFacts {
  subject: string | null
  sender: string | null
  recipients: string | null
  raw_size: number | null
  has_attachment: number | null
}

interface ItemFacts extends ContentFacts {
  pk: number
  account: number
  id: number
  type: number
  folder: number | null
  deleted: number
  flags: string
  tags: string | null
  content: number
  date: number
  size: number | null
}

interface UnclaimedFacts extends ContentFacts {
  id: number
  date: number | null
}

const CONTENT =
  'c.digest, c.file_size, c.status, c.misplaced, c.subject, c.sender, c.recipients, c.raw_size, c.has_attachment'
const ITEMS = `SELECT i.pk, i.account, i.id, i.type, i.folder, i.deleted, i.flags, i.tags, i.content, i.date, i.size, ${CONTENT}
  FROM json_each(?) j CROSS JOIN item i ON i.pk = j.value LEFT JOIN content c ON c.id = i.content`
const ONE_CONTENT = `SELECT ${CONTENT} FROM content c WHERE c.id = ?`
const UNCLAIMED = `SELECT c.id, c.date, ${CONTENT} FROM json_each(?) j CROSS JOIN content c ON c.id = j.value`

const cut = (text: string | null): string | null =>
  text === null || text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`

function readAlready(facts: BlobFacts): boolean {
  return facts.digest === null || facts.file_size === null || facts.status !== null
}

function itemRow(context: QueryContext, item: ItemFacts, at: number | null, ruleUnknown: boolean): ItemRow {
  const account = accountBook(context).byPk.get(item.account)
  let shown = item
  if (at !== null) {
    const state = stateAt(context, item.pk, at)
    if (state !== null) {
      const content =
        state.content === item.content || state.content === null
          ? undefined
          : (context.sql(ONE_CONTENT).get(state.content) as ContentFacts | undefined)
      shown = { ...item, ...state, ...content, pk: item.pk, id: item.id, content: item.content }
      // The state had no blob yet: what is shown of subject and names is the item's, but no blob.
      if (state.content === null) shown.digest = null
      if (content !== undefined) shown.size = content.raw_size
    }
  }
  return {
    key: `i${String(item.pk)}`,
    account: account?.id ?? null,
    accountName: account?.name ?? null,
    id: item.id,
    type: typeName(shown.type),
    subject: cut(shown.subject),
    from: cut(shown.sender),
    to: cut(shown.recipients),
    date: item.date,
    size: shown.size ?? shown.raw_size,
    flags: shown.flags,
    tags: stringList(shown.tags),
    deleted: shown.deleted === 1,
    hasAttachment: shown.has_attachment === 1,
    folder: folderPath(folderBook(context, item.account, at).get(shown.folder)),
    blob: blobState(shown, ruleUnknown),
    read: readAlready(shown),
  }
}

function unclaimedRow(facts: UnclaimedFacts, ruleUnknown: boolean): ItemRow {
  return {
    key: `u${String(facts.id)}`,
    account: null,
    accountName: null,
    id: null,
    type: 'message',
    subject: cut(facts.subject),
    from: cut(facts.sender),
    to: cut(facts.recipients),
    date: facts.date,
    size: facts.raw_size,
    flags: '',
    tags: [],
    deleted: false,
    hasAttachment: facts.has_attachment === 1,
    folder: null,
    blob: blobState(facts, ruleUnknown),
    read: readAlready(facts),
  }
}

/**
 * The rows of a list for references (positive: item.pk, negative: minus content.id of unclaimed mail), in their order. One that is
 * gone meanwhile is left out.
 */
export function itemRows(context: QueryContext, refs: readonly number[], at: number | null): ItemRow[] {
  const ruleUnknown = digestRuleUnknown(context)
  const made = new Map<number, ItemRow>()
  const items = refs.filter((ref) => ref > 0)
  if (items.length > 0) {
    for (const facts of context.sql(ITEMS).all(JSON.stringify(items)) as ItemFacts[]) {
      made.set(facts.pk, itemRow(context, facts, at, ruleUnknown))
    }
  }
  const contents = refs.filter((ref) => ref < 0).map((ref) => -ref)
  if (contents.length > 0) {
    for (const facts of context.sql(UNCLAIMED).all(JSON.stringify(contents)) as UnclaimedFacts[]) {
      made.set(-facts.id, unclaimedRow(facts, ruleUnknown))
    }
  }
  return refs.map((ref) => made.get(ref)).filter((row) => row !== undefined)
}

/** Reference of a row key: `i12` → 12, `u5` → -5. Null when it is none. */
export function refOfKey(key: string): number | null {
  const hit = /^([iu])([1-9]\d{0,9})$/.exec(key)
  if (hit === null) return null
  const number = Number(hit[2])
  return number > 2_147_483_647 ? null : hit[1] === 'i' ? number : -number
}
