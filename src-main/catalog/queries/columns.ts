/**
 * The rows of a catalog as they were at one time, in typed arrays: what searches, *as of* views and unclaimed mail are answered
 * from. SQL alone would need about 1.5 µs for each row that a search has to look at; this needs some nanoseconds. A million
 * rows take about 60 MB and 1.5 s to load, in slices, so that nobody waits behind it.
 */
import { STRUCTURE_TYPES, typeCode } from '../schema.ts'
import type { QueryContext } from './context.ts'
import { drain, orderByDate } from './order.ts'
import { giveBack, slab } from './slab.ts'

/** Bits of `Columns.bits`. */
export const BIT = {
  deleted: 1,
  unread: 2,
  flagged: 4,
  answered: 8,
  forwarded: 16,
  draft: 32,
  sent: 64,
  /** Of its content. */
  attachment: 128,
  missing: 256,
  damaged: 512,
} as const

const STRUCTURE = new Set(STRUCTURE_TYPES.map(typeCode))
const MESSAGE = typeCode('message')
const SLICE = 20_000

/** Rows sorted by date, oldest first (equal dates: by reference). Structure types (folders, tags, …) are left out. */
export interface Columns {
  revision: number
  /** Null = now. */
  at: number | null
  count: number
  /** Positive: item.pk; negative: minus content.id of unclaimed mail. */
  ref: Int32Array
  /** account.pk, 0 for unclaimed mail. */
  account: Int32Array
  /** NO_FOLDER where none is known. */
  folder: Int32Array
  /** content.id, 0 where the state has none. */
  content: Int32Array
  type: Uint8Array
  bits: Uint16Array
  date: Float64Array
  /** Uncompressed bytes, NaN when unknown. */
  size: Float64Array
}

/** Columns of everything, and the way from a search hit to its rows. */
export interface FullColumns extends Columns {
  /** FTS rowids in rising order, and the content of each. */
  docs: Float64Array
  docContent: Int32Array
  /** Rows of content c: rowsOf[firstOf[c]] … rowsOf[firstOf[c + 1] - 1]. */
  firstOf: Int32Array
  rowsOf: Int32Array
}

/** A row as the loading statements give it. */
export type Loaded = [
  ref: number,
  account: number,
  folder: number | null,
  content: number | null,
  type: number,
  deleted: number,
  flags: string,
  date: number | null,
  size: number | null,
]

const FLAG_BITS: [string, number][] = [
  ['u', BIT.unread],
  ['f', BIT.flagged],
  ['r', BIT.answered],
  ['w', BIT.forwarded],
  ['d', BIT.draft],
  ['s', BIT.sent],
]

/** Flags as bits; the same few texts come again and again. */
function flagReader(): (flags: string) => number {
  const known = new Map<string, number>([['', 0]])
  return (flags) => {
    let bits = known.get(flags)
    if (bits === undefined) {
      bits = FLAG_BITS.reduce((sum, [letter, bit]) => (flags.includes(letter) ? sum | bit : sum), 0)
      if (known.size < 10_000) known.set(flags, bits)
    }
    return bits
  }
}

/** Bits of a content. @param type of the item that leans on it */
export function contentBits(row: {
  digest: string | null
  file_size: number | null
  status: string | null
  has_attachment: number
}): number {
  let bits = row.has_attachment === 1 ? BIT.attachment : 0
  if (row.digest === null) return bits
  if (row.file_size === null) bits |= BIT.missing
  else if (row.status !== null && row.status !== 'ok' && row.status !== 'double-gzip') bits |= BIT.damaged
  return bits
}

/** The arrays of some rows, all in one slab. */
type Rows = Pick<Columns, 'ref' | 'account' | 'folder' | 'content' | 'type' | 'bits' | 'date' | 'size'>
/** Bytes of a row. */
const ROW = 2 * 8 + 4 * 4 + 2 + 1

function newRows(count: number): Rows {
  const buffer = slab(count * ROW)
  // The widest first: each begins where its own width allows.
  return {
    date: new Float64Array(buffer, 0, count),
    size: new Float64Array(buffer, 8 * count, count),
    ref: new Int32Array(buffer, 16 * count, count),
    account: new Int32Array(buffer, 20 * count, count),
    folder: new Int32Array(buffer, 24 * count, count),
    content: new Int32Array(buffer, 28 * count, count),
    bits: new Uint16Array(buffer, 32 * count, count),
    type: new Uint8Array(buffer, 34 * count, count),
  }
}

const NAMES = ['ref', 'account', 'folder', 'content', 'type', 'bits', 'date', 'size'] as const

/** Collects rows, then sorts them into Columns. */
export class ColumnsBuilder {
  #capacity: number
  #count = 0
  #rows: Rows
  readonly #flags = flagReader()

  /** @param capacity rows expected; it grows beyond them */
  constructor(capacity: number) {
    this.#capacity = Math.max(16, capacity)
    this.#rows = newRows(this.#capacity)
  }

  /** Adds a row; one with the same `ref` as the row before replaces it (states come in time order, the last one counts). */
  add(row: Loaded, extraBits = 0): void {
    const replaces = this.#count > 0 && this.#rows.ref[this.#count - 1] === row[0]
    if (replaces) this.#count--
    if (STRUCTURE.has(row[4])) {
      // Remember the reference, so that an earlier state of the same item does not stay.
      return
    }
    if (this.#count === this.#capacity) this.#grow()
    const i = this.#count++
    const { ref, account, folder, content, type, bits, date, size } = this.#rows
    ref[i] = row[0]
    account[i] = row[1]
    folder[i] = row[2] ?? -1
    content[i] = row[3] ?? 0
    type[i] = row[4]
    bits[i] = this.#flags(row[6]) | (row[5] === 1 ? BIT.deleted : 0) | extraBits
    date[i] = row[7] ?? 0
    size[i] = row[8] ?? Number.NaN
  }

  /** The rows added so far in order of date; nothing can be added any more. */
  finish(revision: number, at: number | null): Columns {
    return drain(this.finishInSteps(revision, at))
  }

  /** The same in steps of some 50 ms for a million rows. Column by column in place: a second set of them would be 35 MB more. */
  *finishInSteps(revision: number, at: number | null): Generator<void, Columns> {
    const count = this.#count
    const rows = this.#rows
    const order = yield* orderByDate(rows.date, rows.ref, count)
    // every figure of every column is exact in it
    const before = new Float64Array(slab(8 * count), 0, count)
    for (const name of NAMES) {
      const column = rows[name]
      before.set(column.subarray(0, count))
      for (let i = 0; i < count; i++) column[i] = before[order[i]!]!
      yield
    }
    giveBack(before.buffer)
    giveBack(order.buffer)
    return { revision, at, count, ...rows }
  }

  #grow(): void {
    const before = this.#rows
    this.#capacity *= 2
    this.#rows = newRows(this.#capacity)
    for (const name of NAMES) this.#rows[name].set(before[name])
    giveBack(before.ref.buffer)
  }
}

const NOW_SQL = `SELECT pk, account, folder, content, type, deleted, flags, date, size FROM item WHERE pk > ? ORDER BY pk LIMIT ${String(SLICE)}`
/** States valid at a time; later states of an item come later and win. */
const AT_SQL = `SELECT s.item, s.account, s.folder, s.content, s.type, s.deleted, s.flags, i.date, i.size
  FROM state s JOIN item i ON i.pk = s.item
  WHERE s.item > @from AND s.item <= @to AND (s.starts IS NULL OR s.starts <= @at) AND (s.ends IS NULL OR s.ends > @at)
  ORDER BY s.item, s.n`
/** Items of unreadable metadata have no states: nothing says that they were not there. */
const STATELESS_SQL = `SELECT pk, account, folder, content, type, deleted, flags, date, size FROM item
  WHERE pk > @from AND pk <= @to AND states = 0 ORDER BY pk`
const CONTENT_SQL = `SELECT id, doc, claims, file_size, status, has_attachment, digest IS NOT NULL, date, raw_size FROM content
  WHERE id > ? ORDER BY id LIMIT ${String(SLICE)}`

type ContentRow = [
  id: number,
  doc: number | null,
  claims: number,
  fileSize: number | null,
  status: string | null,
  attachment: number,
  blob: number,
  date: number | null,
  rawSize: number | null,
]

interface Contents {
  /** Bits of BIT by content id. */
  bits: Uint16Array
  docs: Float64Array
  docContent: Int32Array
  highest: number
}

/** Loads everything; each step takes about 30 ms at most, so that a caller can let others go in between. */
export function* loadColumns(context: QueryContext, at: number | null): Generator<void, FullColumns> {
  const revision = context.revision()
  const highestItem = Number(context.sql('SELECT coalesce(max(pk), 0) AS n FROM item').pluck().get())
  const builder = new ColumnsBuilder(highestItem + 1000)
  if (at === null) yield* loadNow(context, builder)
  else yield* loadAt(context, builder, at, highestItem)
  const contents = yield* loadContents(context, builder)
  const columns = yield* builder.finishInSteps(revision, at)
  const { bits } = contents
  for (let i = 0; i < columns.count; i++) {
    const content = columns.content[i]!
    if (content < bits.length) columns.bits[i]! |= bits[content]!
  }
  yield
  const byContent = yield* rowsByContent(columns, contents.highest)
  return { ...columns, docs: contents.docs, docContent: contents.docContent, ...byContent }
}

function* loadNow(context: QueryContext, builder: ColumnsBuilder): Generator<void> {
  let last = 0
  for (;;) {
    const rows = context.sql(NOW_SQL).raw().all(last) as Loaded[]
    for (const row of rows) builder.add(row)
    const end = rows.at(-1)
    if (end === undefined) return
    last = end[0]
    yield
  }
}

function* loadAt(
  context: QueryContext,
  builder: ColumnsBuilder,
  at: number,
  highest: number,
): Generator<void> {
  const step = SLICE / 2
  for (let from = 0; from < highest; from += step) {
    const stateless = context
      .sql(STATELESS_SQL)
      .raw()
      .all({ from, to: from + step }) as Loaded[]
    let next = 0
    for (const row of context
      .sql(AT_SQL)
      .raw()
      .all({ from, to: from + step, at }) as Loaded[]) {
      while (next < stateless.length && stateless[next]![0] < row[0]) builder.add(stateless[next++]!)
      builder.add(row)
    }
    while (next < stateless.length) builder.add(stateless[next++]!)
    yield
  }
}

/** Reads all contents: unclaimed mail becomes rows. */
function* loadContents(context: QueryContext, builder: ColumnsBuilder): Generator<void, Contents> {
  const highest = Number(context.sql('SELECT coalesce(max(id), 0) AS n FROM content').pluck().get())
  let bits = new Uint16Array(highest + 1)
  const found = newDocs(highest + 1)
  let count = 0
  let last = 0
  for (;;) {
    const rows = context.sql(CONTENT_SQL).raw().all(last) as ContentRow[]
    const end = rows.at(-1)
    if (end === undefined) break
    last = end[0]
    if (last >= bits.length) {
      const more = new Uint16Array(last * 2)
      more.set(bits)
      bits = more
    }
    for (const [id, doc, claims, fileSize, status, attachment, blob, date, rawSize] of rows) {
      bits[id] = contentBits({
        digest: blob === 1 ? '' : null,
        file_size: fileSize,
        status,
        has_attachment: attachment,
      })
      if (doc !== null && count < found.docs.length) {
        found.docs[count] = doc
        found.docContent[count++] = id
      }
      if (claims === 0 && blob === 1 && fileSize !== null) {
        builder.add([-id, 0, null, id, MESSAGE, 0, '', date, rawSize])
      }
    }
    yield
  }
  const sorted = yield* sortedDocs(found, count)
  return { bits, highest: Math.max(highest, last), ...sorted }
}

type Docs = Pick<FullColumns, 'docs' | 'docContent'>

function newDocs(count: number): Docs {
  const buffer = slab(12 * count)
  return { docs: new Float64Array(buffer, 0, count), docContent: new Int32Array(buffer, 8 * count, count) }
}

function* sortedDocs(found: Docs, count: number): Generator<void, Docs> {
  const order = yield* orderByDate(found.docs, found.docContent, count)
  const sorted = newDocs(count)
  for (let i = 0; i < count; i++) {
    sorted.docs[i] = found.docs[order[i]!]!
    sorted.docContent[i] = found.docContent[order[i]!]!
  }
  giveBack(found.docs.buffer)
  giveBack(order.buffer)
  return sorted
}

function* rowsByContent(
  columns: Columns,
  highest: number,
): Generator<void, { firstOf: Int32Array; rowsOf: Int32Array }> {
  const firstOf = new Int32Array(slab(4 * (highest + 2)), 0, highest + 2)
  for (let i = 0; i < columns.count; i++) {
    const content = columns.content[i]!
    if (content > 0 && content <= highest) firstOf[content + 1]!++
  }
  for (let c = 0; c <= highest; c++) firstOf[c + 1]! += firstOf[c]!
  yield
  const length = firstOf[highest + 1]!
  const rowsOf = new Int32Array(slab(4 * length), 0, length)
  const next = new Int32Array(slab(4 * firstOf.length), 0, firstOf.length)
  next.set(firstOf)
  for (let i = 0; i < columns.count; i++) {
    const content = columns.content[i]!
    if (content > 0 && content <= highest) rowsOf[next[content]!++] = i
  }
  giveBack(next.buffer)
  return { firstOf, rowsOf }
}
