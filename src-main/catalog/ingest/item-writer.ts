import type { ItemState } from '../../backup/types.ts'
import type { Database, Statement } from '../../engine/sqlite.ts'
import {
  LACKS_DATE,
  LACKS_SENDER,
  LACKS_SIZE,
  LACKS_SUBJECT,
  TYPES_WITH_BLOB,
  accountToken,
  itemPath,
  sortKey,
  typeCode,
  typeName,
  typeToken,
} from '../schema.ts'
import { foldForIndex } from '../search/tokens.ts'
import type { Claimants } from './claimants.ts'
import type { Counts } from './counts.ts'
import { FolderPaths } from './folder-paths.ts'
import { ITEM_SQL, type ItemStatement } from './item-sql.ts'
import type { FoundProblem, ItemRecord } from './protocol.ts'
import type { TextIndex } from './text-index.ts'

interface OldItem {
  pk: number
  account: number
  id: number
  path: string | null
  type: number
  folder: number | null
  deleted: number
  flags: string
  date: number
  states: number
  content: number
  extra: string | null
}

interface ContentRow {
  id: number
  digest: string | null
  doc: number | null
  claims: number
  indexed: number
  status: string | null
  file_size: number | null
}

/** Types that are structure, not something to be found by its words. */
const STRUCTURE = new Set(
  (
    ['folder', 'searchfolder', 'mountpoint', 'tag', 'flag', 'conversation', 'virtual_conversation'] as const
  ).map(typeCode),
)
const FOLDERS = new Set((['folder', 'searchfolder', 'mountpoint'] as const).map(typeCode))

/**
 * Which digest each state shows: its own; a state that names none shows the last earlier one when it is deleted or of a type
 * that cannot be without (a deleted item is exported from its last state that has a blob).
 */
export function effectiveDigests(states: readonly ItemState[]): (string | null)[] {
  let carried: string | null = null
  return states.map((state) => {
    if (state.digest !== null) carried = state.digest
    else if (!state.deleted && !TYPES_WITH_BLOB.has(state.type)) return null
    return carried
  })
}

/** The last value of a field that any state tells. */
function lastOf<K extends keyof ItemState>(states: readonly ItemState[], key: K): ItemState[K] | null {
  for (let i = states.length - 1; i >= 0; i--) {
    const value = states[i]?.[key]
    if (value !== null && value !== undefined && value !== '') return value
  }
  return null
}

/** Writes items, their states and what they claim. All calls are inside the writer's transaction. */
export class ItemWriter {
  readonly #counts: Counts
  readonly #text: TextIndex
  readonly #claimants: Claimants
  readonly #paths: FolderPaths
  readonly #anyRead: boolean
  readonly #s: Record<ItemStatement, Statement>

  constructor(db: Database, counts: Counts, text: TextIndex, claimants: Claimants) {
    this.#counts = counts
    this.#text = text
    this.#claimants = claimants
    this.#paths = new FolderPaths(db)
    // In a first ingest all items come before the first message is read.
    this.#anyRead = db.prepare('SELECT 1 FROM content WHERE status IS NOT NULL LIMIT 1').get() !== undefined
    this.#s = Object.fromEntries(
      Object.entries(ITEM_SQL).map(([name, sql]) => [name, db.prepare(sql)]),
    ) as Record<ItemStatement, Statement>
  }

  /** Takes in one metadata file, new or changed. */
  put(account: number, uuid: string, record: ItemRecord): void {
    const old = this.#s.old.get(account, record.id) as OldItem | undefined
    if (old !== undefined && old.path !== record.path && record.path !== null) {
      // The canonical file (or the one that came first) stands for the item.
      this.#problem(null, {
        kind: 'id-mismatch',
        path: record.path,
        digest: null,
        detail: `A second metadata file of item ${String(record.id)}; ${old.path ?? itemPath(uuid, record.id)} is used.`,
      })
      return
    }
    const { states } = record
    const last = states.at(-1)
    const effective = effectiveDigests(states)
    const shown =
      effective.at(-1) ?? (states.some((s) => s.digest !== null) ? null : (record.digests.at(-1) ?? null))
    const type =
      last !== undefined ? typeCode(last.type) : typeCode(record.digests.length > 0 ? 'message' : 'unknown')
    const starts = states.map((s) => s.start).filter((start) => start !== null)
    const metaDate = lastOf(states, 'date')
    const guessedDate = metaDate ?? starts[0] ?? record.mtime ?? 0
    const subject = lastOf(states, 'subject') ?? (type === MESSAGE ? null : lastOf(states, 'name'))
    const sender = lastOf(states, 'sender')
    const recipients = lastOf(states, 'recipients')
    const size = lastOf(states, 'size')
    const lacks =
      (metaDate === null ? LACKS_DATE : 0) |
      (subject === null ? LACKS_SUBJECT : 0) |
      (sender === null ? LACKS_SENDER : 0) |
      (size === null ? LACKS_SIZE : 0)
    const facts = { subject, sender, recipients, date: metaDate, size }

    const before = old === undefined ? null : this.#takeOut(old)
    const ids = new Map<string, number>()
    for (const digest of record.digests) ids.set(digest, 0)
    for (const state of states) if (state.digest !== null) ids.set(state.digest, 0)
    const fresh: number[] = []
    for (const digest of ids.keys()) ids.set(digest, this.#claim(digest, account, facts, before, fresh))
    const shownId = shown === null ? null : (ids.get(shown) ?? null)
    const own = this.#metaContent(before, shownId === null, facts, guessedDate)
    const content = shownId ?? own
    if (content === null) throw new Error('an item without a content')

    const told = this.#told(shownId, lacks)
    const date = (lacks & LACKS_DATE ? told?.date : null) ?? guessedDate
    const stated = new Set(states.map((s) => s.digest))
    const extra = [...ids].filter(([digest]) => !stated.has(digest)).map(([, id]) => id)
    const deleted = last?.deleted === true ? 1 : 0
    const folder =
      last === undefined ? null : this.#folderOf(account, last, record.folderPaths?.at(-1) ?? null)
    const flags = last?.flags ?? ''
    const lastChange = starts.at(-1) ?? null
    const values = [
      account,
      record.id,
      record.path,
      record.size,
      record.mtime,
      record.condition,
      type,
      folder,
      deleted,
      flags,
      last !== undefined && last.tags.length > 0 ? JSON.stringify(last.tags) : null,
      content,
      date,
      size ?? told?.raw_size ?? null,
      sortKey(subject ?? told?.subject ?? null),
      sortKey(sender ?? told?.sender ?? null),
      states.length,
      starts[0] ?? null,
      lastChange,
      last?.end ?? null,
      lacks,
      extra.length > 0 ? JSON.stringify(extra) : null,
    ]
    let pk: number
    if (old === undefined) pk = Number(this.#s.insert.run(values).lastInsertRowid)
    else {
      pk = old.pk
      this.#s.update.run(values, pk)
    }
    for (const id of ids.values()) this.#s.claim.run(id, pk)
    for (const id of fresh) this.#claimants.first(id, { account, type, lacks: id === content ? lacks : 0 })
    if (own !== null) this.#s.claim.run(own, pk)
    this.#states(pk, account, record, effective, ids)
    this.#counts.count({ account, type, folder, deleted, flags, date, states: states.length }, 1)
    this.#counts.change(account, lastChange)
    for (const problem of record.problems) this.#problem(pk, problem)
    if (before !== null) for (const id of before.claimed) this.#settle(id)
    if (own !== null) this.#indexOwn(own, account, type, date, facts, record.text)
  }

  /** Removes an item whose metadata file is gone. */
  remove(pk: number): void {
    const old = this.#s.oldByPk.get(pk) as OldItem | undefined
    if (old === undefined) return
    const before = this.#takeOut(old)
    if (before.own !== null) this.#dropContent(before.own)
    this.#s.remove.run(pk)
    for (const id of before.claimed) this.#settle(id)
  }

  /** Takes an item's counts, states, claims and problems out; returns what it claimed and its metadata-only content. */
  #takeOut(old: OldItem): Before {
    this.#counts.count(old, -1)
    const claimed = new Set(
      (this.#s.stateContents.pluck().all(old.pk) as (number | null)[]).filter((id) => id !== null),
    )
    for (const id of JSON.parse(old.extra ?? '[]') as number[]) claimed.add(id)
    claimed.add(old.content)
    let own: ContentRow | null = null
    const kept = new Set<number>()
    for (const id of claimed) {
      const row = this.#s.contentById.get(id) as ContentRow | undefined
      if (row === undefined) continue
      if (row.digest === null) own = row
      else if (this.#s.unclaim.run(id, old.pk).changes > 0) {
        this.#s.lessClaims.run(id)
        this.#claimants.spoil(id)
        kept.add(id)
      }
    }
    this.#s.dropStates.run(old.pk)
    if (FOLDERS.has(old.type)) this.#s.dropFolders.run(old.account, old.id)
    this.#s.dropProblems.run(old.pk)
    return { claimed: kept, own }
  }

  /** Finds or makes the content of a digest and counts one more claim. */
  #claim(digest: string, account: number, facts: Facts, before: Before | null, fresh: number[]): number {
    const row = this.#s.content.get(digest) as ContentRow | undefined
    if (row === undefined) {
      const id = this.#newContent(digest, facts, facts.date)
      fresh.push(id)
      return id
    }
    this.#claimants.spoil(row.id)
    const { subject, sender, recipients, date, size } = facts
    this.#s.moreClaims.run(subject, sender, recipients, date, date, size, row.id)
    if (row.indexed !== 0 && !before?.claimed.has(row.id)) {
      // Searchable already: when this account is new to it, its text must be read again for the account's token.
      const known = this.#s.claimedBy.pluck().get(row.id, account)
      if (known === undefined) this.#s.readAgain.run(row.id)
    }
    before?.claimed.delete(row.id)
    return row.id
  }

  #newContent(digest: string | null, facts: Facts, date: number | null): number {
    const { subject, sender, recipients, size } = facts
    return Number(this.#s.newContent.run(digest, subject, sender, recipients, date, size).lastInsertRowid)
  }

  /** What an already read message tells where the metadata lack it; null while it is not read. */
  #told(content: number | null, lacks: number): Told | null {
    if (content === null || lacks === 0 || !this.#anyRead) return null
    return (this.#s.told.get(content) as Told | undefined) ?? null
  }

  /** After an item let go of a content: unclaimed, or gone, or to be read again without that account's token. */
  #settle(id: number): void {
    const row = this.#s.contentById.get(id) as ContentRow | undefined
    if (row === undefined) return
    if (row.claims === 0 && row.file_size === null) this.#dropContent(row)
    else this.#s.readAgain.run(id)
  }

  #dropContent(row: ContentRow): void {
    if (row.doc !== null) this.#text.remove(row.doc)
    this.#s.dropContentProblems.run(row.id)
    this.#s.dropClaims.run(row.id)
    this.#s.dropContent.run(row.id)
  }

  #metaContent(before: Before | null, wanted: boolean, facts: Facts, date: number): number | null {
    const own = before?.own ?? null
    if (!wanted) {
      if (own !== null) this.#dropContent(own)
      return null
    }
    if (own === null) return this.#newContent(null, facts, date)
    if (own.doc !== null) this.#text.remove(own.doc)
    this.#s.factsOf.run(facts.subject, facts.sender, facts.recipients, date, facts.size, own.id)
    return own.id
  }

  #indexOwn(content: number, account: number, type: number, date: number, facts: Facts, text: string): void {
    if (STRUCTURE.has(type)) {
      this.#s.noText.run(content)
      return
    }
    const fold = (value: string | null): string => (value === null ? '' : foldForIndex(value))
    this.#text.add(content, date, null, [
      fold(facts.subject),
      fold(facts.sender),
      fold(facts.recipients),
      text,
      '',
      `${accountToken(account)} ${typeToken(typeName(type))}`,
    ])
  }

  #states(
    pk: number,
    account: number,
    record: ItemRecord,
    effective: (string | null)[],
    ids: Map<string, number>,
  ): void {
    record.states.forEach((state, n) => {
      const digest = effective[n] ?? null
      const type = typeCode(state.type)
      const deleted = state.deleted ? 1 : 0
      const folder = this.#folderOf(account, state, record.folderPaths?.[n] ?? null)
      this.#s.state.run(
        pk,
        n,
        account,
        state.start,
        state.end,
        type,
        deleted,
        folder,
        state.flags,
        state.tags.length > 0 ? JSON.stringify(state.tags) : null,
        digest === null ? null : (ids.get(digest) ?? null),
        state.digest === null ? 0 : 1,
        state.name,
      )
      if (FOLDERS.has(type)) {
        this.#s.folder.run(
          account,
          record.id,
          n,
          pk,
          state.start,
          state.end,
          deleted,
          type,
          state.name,
          folder,
        )
      }
    })
  }

  #folderOf(account: number, state: ItemState, path: string | null): number | null {
    if (state.folder !== null || path === null) return state.folder
    return this.#paths.idOf(account, path)
  }

  #problem(item: number | null, problem: FoundProblem): void {
    this.#s.problem.run(problem.kind, problem.path, problem.digest, problem.detail, item)
  }
}

const MESSAGE = typeCode('message')

interface Before {
  /** Blob contents it claimed and that were not claimed again. */
  claimed: Set<number>
  own: ContentRow | null
}

interface Told {
  subject: string | null
  sender: string | null
  raw_size: number | null
  date: number | null
}

interface Facts {
  subject: string | null
  sender: string | null
  recipients: string | null
  date: number | null
  size: number | null
}
