import { AROUND_RANK, UNLEARNED_RANK } from './dialect.ts'
import type { Dialect, PathRole } from './dialect.ts'
import { digestFromHex, digestInValue } from './digest.ts'
import { PathTree, walkLeaves } from './leaves.ts'
import type { LeafValue, PathNode } from './leaves.ts'
import { isSecretKey, rolesByName } from './roles.ts'
import type { Role } from './roles.ts'
import { inTimeOrder } from './state-order.ts'
import { parseTimestamp } from './timestamps.ts'
import type { ItemState, ItemType } from './types.ts'
import {
  booleanOf,
  deletedOf,
  flagsOf,
  folderOf,
  integerOf,
  saysDeleted,
  tagsOf,
  textOf,
  typeOf,
} from './values.ts'

/** Turns one state of an item file into an `ItemState`, by what the dialect says of each path. */

/** What is known of one path. */
interface Known {
  roles: readonly PathRole[]
  /** A password or the like: nothing below it is looked at. */
  secret: boolean
  /** Digests here are believed only when they have a blob. */
  notBlob: boolean
  /** Words at this path may say `DELETED`. */
  deletedWord: boolean
}

/** Values found for the roles, the best rank of each. */
export interface ReadState {
  start: number | null
  end: number | null
  type: ItemType | null
  deleted: boolean | null
  folder: number | null
  folderPath: string | null
  flags: string | null
  unread: boolean | null
  tags: string[] | null
  digest: string | null
  name: string | null
  subject: string | null
  sender: string | null
  recipients: string | null
  date: number | null
  size: number | null
  id: number | null
  digests: string[]
  complete: boolean
}

export interface FinishedState {
  state: ItemState
  folderPath: string | null
}

const DELETION_KEYS = new Set(
  'state status op operation action event change lifecycle itemstate itemstatus mark stato zustand status etat estado kind type flags'.split(
    ' ',
  ),
)

/** A digest at a path that no role names: behind every named one. */
const BARE_DIGEST_RANK = 300
const MAX_DIGESTS = 10_000

export class StateReader {
  readonly #dialect: Dialect
  readonly #zone: string
  readonly #tree = new PathTree<Known>()
  readonly #deletedWords: ReadonlySet<string>
  readonly #notBlobs: ReadonlySet<string>
  #ranks = new Map<Role, number>()

  constructor(dialect: Dialect, zone: string) {
    this.#dialect = dialect
    this.#zone = zone
    this.#deletedWords = new Set(dialect.deletedWords)
    this.#notBlobs = new Set(dialect.notBlobs)
  }

  #know(node: PathNode<Known>): Known {
    if (node.known !== null) return node.known
    const segments = node.segments()
    const path = segments.join('/')
    const learned = Object.hasOwn(this.#dialect.paths, path) ? this.#dialect.paths[path] : undefined
    const rank = segments[0] === '^' ? AROUND_RANK : 0
    const byName = rolesByName(segments, this.#dialect.prefix)
      .filter(({ score }) => score >= 0.3)
      .map(({ role, score }) => ({ role, rank: UNLEARNED_RANK + Math.round((1 - score) * 100) }))
    const roles = (learned ?? byName).map((known) => ({ role: known.role, rank: known.rank + rank }))
    const last = segments.filter((segment) => segment !== '[]').at(-1) ?? ''
    const known = {
      roles,
      secret: segments.some(isSecretKey),
      notBlob: this.#notBlobs.has(path),
      deletedWord:
        this.#deletedWords.has(path) || DELETION_KEYS.has(last.toLowerCase().replace(/[^a-z]/g, '')),
    }
    node.known = known
    return known
  }

  /** Reads one state; `key` is its key in a map of states. */
  read(value: unknown, key: string | null, blobExists?: (name: string) => boolean): ReadState {
    return this.#collect(this.#tree.state, value, undefined, key, blobExists)
  }

  /** Reads what stands around the list of states and may hold for all of them. */
  around(value: unknown, container: unknown, blobExists?: (name: string) => boolean): ReadState {
    return this.#collect(this.#tree.around, value, container, null, blobExists)
  }

  #collect(
    at: PathNode<Known>,
    value: unknown,
    skip: unknown,
    key: string | null,
    blobExists: ((name: string) => boolean) | undefined,
  ): ReadState {
    const found = nothingRead()
    this.#ranks = new Map()
    const digests: { name: string; rank: number }[] = []
    const visit = (node: PathNode<Known>, leaf: LeafValue): void => {
      const known = this.#know(node)
      if (known.secret) {
        // A blob's name is public: only one that has a blob is believed under such a key.
        const name = typeof leaf === 'string' ? digestInValue(leaf) : null
        if (name !== null && blobExists?.(name) === true) digests.push({ name, rank: BARE_DIGEST_RANK + 50 })
        return
      }
      if (typeof leaf === 'string' && leaf.length >= 27 && digests.length < MAX_DIGESTS) {
        const name = digestInValue(leaf) ?? hexDigest(leaf, blobExists)
        if (name !== null) {
          if (known.notBlob && blobExists?.(name) !== true) return
          const rank = known.roles.find(({ role }) => role === 'digest')?.rank ?? BARE_DIGEST_RANK
          digests.push({ name, rank })
          return
        }
      }
      for (const { role, rank } of known.roles) this.#take(found, role, rank, leaf)
      if (known.deletedWord && typeof leaf === 'string' && saysDeleted(leaf)) found.deleted = true
    }
    found.complete = walkLeaves(value, at, visit, skip)
    if (key !== null) visit(this.#tree.state.child('$key'), key)
    // The best role decides, but a name that has a blob goes before every one that has none.
    digests.sort((a, b) => a.rank - b.rank)
    found.digests = [...new Set(digests.map(({ name }) => name))]
    found.digest = found.digests[0] ?? null
    if (blobExists !== undefined && found.digests.length > 1)
      found.digest = found.digests.find(blobExists) ?? found.digest
    return found
  }

  #better(role: Role, rank: number): boolean {
    const known = this.#ranks.get(role)
    if (known !== undefined && known <= rank) return false
    this.#ranks.set(role, rank)
    return true
  }

  #take(found: ReadState, role: Role, rank: number, leaf: LeafValue): void {
    switch (role) {
      case 'start':
      case 'end':
      case 'date': {
        const time = parseTimestamp(leaf, this.#zone)
        if (time !== null && this.#better(role, rank)) found[role] = time
        return
      }
      case 'type': {
        const type = typeOf(leaf)
        if (type !== undefined && this.#better(role, rank)) found.type = type
        return
      }
      case 'deleted': {
        const deleted = leaf === null ? false : deletedOf(leaf)
        if (deleted !== undefined && this.#better(role, rank)) found.deleted = deleted
        return
      }
      case 'alive': {
        const alive = booleanOf(leaf)
        if (alive !== undefined && this.#better('deleted', rank)) found.deleted = !alive
        return
      }
      case 'folder': {
        const folder = folderOf(leaf)
        if (folder === undefined) return
        // A number is worth more than a name of the same rank.
        if (!this.#better(role, folder.id === null ? rank + 0.5 : rank)) return
        found.folder = folder.id
        found.folderPath = folder.path ?? found.folderPath
        return
      }
      case 'flags': {
        const flags = flagsOf(leaf)
        if (flags === undefined) return
        // Lists of flags come one by one, with the same rank.
        if (this.#ranks.get(role) === rank) found.flags = [...new Set((found.flags ?? '') + flags)].join('')
        else if (this.#better(role, rank)) found.flags = flags
        return
      }
      case 'unread': {
        const unread = booleanOf(leaf)
        if (unread !== undefined && this.#better(role, rank)) found.unread = unread
        return
      }
      case 'tags': {
        const tags =
          typeof leaf === 'string' ? tagsOf(leaf) : typeof leaf === 'number' && leaf > 0 ? [String(leaf)] : []
        if (tags.length === 0) return
        if (this.#ranks.get(role) === rank)
          found.tags = [...new Set([...(found.tags ?? []), ...tags])].slice(0, 200)
        else if (this.#better(role, rank)) found.tags = tags
        return
      }
      case 'size':
      case 'id': {
        const number = integerOf(leaf)
        if (number !== undefined && number >= 0 && this.#better(role, rank)) found[role] = number
        return
      }
      case 'sender':
      case 'recipients': {
        const text = textOf(leaf)
        if (text === undefined || /^\d+$/.test(text)) return
        if (role === 'recipients' && this.#ranks.get(role) === rank)
          found.recipients = `${found.recipients ?? ''}, ${text}`.slice(0, 8192)
        else if (this.#better(role, rank)) found[role] = text
        return
      }
      case 'name':
      case 'subject': {
        const text = textOf(leaf)
        if (text !== undefined && this.#better(role, rank)) found[role] = text
        return
      }
      case 'digest':
        return
    }
  }

  /** Puts what holds for all states under what the state says itself. Of deletions only the last state knows. */
  merge(state: ReadState, around: ReadState, isLast: boolean): ReadState {
    return {
      ...state,
      type: state.type ?? around.type,
      deleted: state.deleted ?? (isLast ? around.deleted : null),
      folder: state.folder ?? (state.folderPath === null ? around.folder : null),
      folderPath: state.folderPath ?? around.folderPath,
      flags: state.flags ?? around.flags,
      tags: state.tags ?? around.tags,
      digest: state.digest ?? around.digest,
      name: state.name ?? around.name,
      subject: state.subject ?? around.subject,
      sender: state.sender ?? around.sender,
      recipients: state.recipients ?? around.recipients,
      date: state.date ?? around.date,
      size: state.size ?? around.size,
      id: state.id ?? around.id,
    }
  }

  /**
   * Orders states by time, closes open ends by the next start, and lets a state that only says what changed keep the
   * rest of the one before (all but the digest: a state without one has no blob).
   */
  finish(read: readonly ReadState[]): FinishedState[] {
    const ordered = inTimeOrder(read)
    let before: ReadState | null = null
    const finished = ordered.map((state, index) => {
      const next = ordered[index + 1]
      const kept: ReadState =
        before === null
          ? state
          : {
              ...state,
              type: state.type ?? before.type,
              folder: state.folder ?? (state.folderPath === null ? before.folder : null),
              folderPath: state.folderPath ?? (state.folder === null ? before.folderPath : null),
              name: state.name ?? before.name,
              subject: state.subject ?? before.subject,
              sender: state.sender ?? before.sender,
              recipients: state.recipients ?? before.recipients,
              date: state.date ?? before.date,
              size: state.size ?? before.size,
            }
      before = kept
      let { end } = state
      if (end !== null && state.start !== null && end < state.start) end = null
      if (end === null && state.start !== null) end = next?.start ?? null
      return { state: asItemState(kept, end), folderPath: kept.folderPath }
    })
    return finished
  }
}

function asItemState(read: ReadState, end: number | null): ItemState {
  let flags = read.flags ?? ''
  if (read.unread === true && !flags.includes('u')) flags += 'u'
  const type = read.type ?? 'unknown'
  const isMessage = type === 'message' || type === 'unknown'
  return {
    start: read.start,
    end,
    type,
    deleted: read.deleted ?? false,
    folder: read.folder,
    flags,
    tags: read.tags ?? [],
    digest: read.digest,
    // One key may serve as a folder's name and a mail's subject.
    name: read.name ?? (isMessage ? null : read.subject),
    subject: read.subject ?? (isMessage ? read.name : null),
    sender: read.sender,
    recipients: read.recipients,
    date: read.date,
    size: read.size,
  }
}

function hexDigest(value: string, blobExists: ((name: string) => boolean) | undefined): string | null {
  if (blobExists === undefined || (value.length !== 64 && value.length !== 40 && value.length !== 96))
    return null
  const name = digestFromHex(value)
  if (name === null) return null
  return blobExists(name) ? name : blobExists(value) ? value : null
}

function nothingRead(): ReadState {
  return {
    start: null,
    end: null,
    type: null,
    deleted: null,
    folder: null,
    folderPath: null,
    flags: null,
    unread: null,
    tags: null,
    digest: null,
    name: null,
    subject: null,
    sender: null,
    recipients: null,
    date: null,
    size: null,
    id: null,
    digests: [],
    complete: true,
  }
}
