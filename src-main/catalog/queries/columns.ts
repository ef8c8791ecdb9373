/**
 * The rows of a catalog as they were at one time, in typed arrays: what searches, *as of* views and unclaimed mail are answered
 * from. SQL alone would need about 1.5 µs for each row that a search has to look at; this needs some nanoseconds. A million
 * rows take about 60 MB and 1.5 s to load, in slices, so that nobody waits behind it.
 */
import { STRUCTURE_TYPES, typeCode } from '../schema.ts'
import type { QueryContext } from './context.ts'
import { drain, orderByDate } from './order.ts'

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

/** Collects rows, then sorts them into Columns. */
export class ColumnsBuilder {
  #capacity: number
  #count = 0
  #ref: Int32Array
  #account: Int32Array
  #folder: Int32Array
  #content: Int32Array
  #type: Uint8Array
  #bits: Uint16Array
  #date: Float64Array
  #size: Float64Array
  readonly #flags = flagReader()

  constructor(capacity: number) {
    this.#capacity = Math.max(16, capacity)
    this.#ref = new Int32Array(this.#capacity)
    this.#account = new Int32Array(this.#capacity)
    this.#folder = new Int32Array(this.#capacity)
    this.#content = new Int32Array(this.#capacity)
    this.#type = new Uint8Array(this.#capacity)
    this.#bits = new Uint16Array(this.#capacity)
    this.#date = new Float64Array(this.#capacity)
    this.#size = new Float64Array(this.#capacity)
  }

  /** Adds a row; one with the same `ref` as the row before replaces it (states come in time order, the last one counts). */
  add(row: Loaded, extraBits = 0): void {
    const replaces = this.#count > 0 && this.#ref[this.#count - 1] === row[0]
    if (replaces) this.#count--
    if (STRUCTURE.has(row[4])) {
      // Remember the reference, so that an earlier state of the same item does not stay.
      return
    }
    if (this.#count === this.#capacity) this.#grow()
    const i = this.#count++
    this.#ref[i] = row[0]
    this.#account[i] = row[1]
    this.#folder[i] = row[2] ?? -1
    this.#content[i] = row[3] ?? 0
    this.#type[i] = row[4]
    this.#bits[i] = this.#flags(row[6]) | (row[5] === 1 ? BIT.deleted : 0) | extraBits
    this.#date[i] = row[7] ?? 0
    this.#size[i] = row[8] ?? Number.NaN
  }

  /** The rows added so far in order of date. */
  finish(revision: number, at: number | null): Columns {
    return drain(this.finishInSteps(revision, at))
  }

  /** The same in steps of some 50 ms for a million rows. */
  *finishInSteps(revision: number, at: number | null): Generator<void, Columns> {
    const count = this.#count
    const order = yield* orderByDate(this.#date, this.#ref, count)
    const pick = <T extends Int32Array | Uint8Array | Uint16Array | Float64Array>(from: T, to: T): T => {
      for (let i = 0; i < count; i++) to[i] = from[order[i]!]!
      return to
    }
    const ref = pick(this.#ref, new Int32Array(count))
    const account = pick(this.#account, new Int32Array(count))
    yield
    const folder = pick(this.#folder, new Int32Array(count))
    const content = pick(this.#content, new Int32Array(count))
    yield
    const type = pick(this.#type, new Uint8Array(count))
    const bits = pick(this.#bits, new Uint16Array(count))
    yield
    const date = pick(this.#date, new Float64Array(count))
    yield
    const size = pick(this.#size, new Float64Array(count))
    yield
    return { revision, at, count, ref, account, folder, content, type, bits, date, size }
  }

  #grow(): void {
    this.#capacity *= 2
    const more = <T extends Int32Array | Uint8Array | Uint16Array | Float64Array>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    this.#ref = more(this.#ref, new Int32Array(this.#capacity))
    this.#account = more(this.#account, new Int32Array(this.#capacity))
    this.#folder = more(this.#folder, new Int32Array(this.#capacity))
    this.#content = more(this.#content, new Int32Array(this.#capacity))
    this.#type = more(this.#type, new Uint8Array(this.#capacity))
    this.#bits = more(this.#bits, new Uint16Array(this.#capacity))
    this.#date = more(this.#date, new Float64Array(this.#capacity))
    this.#size = more(this.#size, new Float64Array(this.#capacity))
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
  const docs: number[][] = []
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
    const part: number[] = []
    for (const [id, doc, claims, fileSize, status, attachment, blob, date, rawSize] of rows) {
      bits[id] = contentBits({
        digest: blob === 1 ? '' : null,
        file_size: fileSize,
        status,
        has_attachment: attachment,
      })
      if (doc !== null) part.push(doc, id)
      if (claims === 0 && blob === 1 && fileSize !== null) {
        builder.add([-id, 0, null, id, MESSAGE, 0, '', date, rawSize])
      }
    }
    docs.push(part)
    yield
  }
  const sorted = yield* sortedDocs(docs)
  return { bits, highest: Math.max(highest, last), ...sorted }
}

function* sortedDocs(parts: number[][]): Generator<void, { docs: Float64Array; docContent: Int32Array }> {
  let count = 0
  for (const part of parts) count += part.length / 2
  const doc = new Float64Array(count)
  const content = new Int32Array(count)
  let at = 0
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      doc[at] = part[i]!
      content[at++] = part[i + 1]!
    }
  }
  const order = yield* orderByDate(doc, content, count)
  const docs = new Float64Array(count)
  const docContent = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    docs[i] = doc[order[i]!]!
    docContent[i] = content[order[i]!]!
  }
  return { docs, docContent }
}

function* rowsByContent(
  columns: Columns,
  highest: number,
): Generator<void, { firstOf: Int32Array; rowsOf: Int32Array }> {
  const firstOf = new Int32Array(highest + 2)
  for (let i = 0; i < columns.count; i++) {
    const content = columns.content[i]!
    if (content > 0 && content <= highest) firstOf[content + 1]!++
  }
  for (let c = 0; c <= highest; c++) firstOf[c + 1]! += firstOf[c]!
  yield
  const rowsOf = new Int32Array(firstOf[highest + 1]!)
  const next = firstOf.slice()
  for (let i = 0; i < columns.count; i++) {
    const content = columns.content[i]!
    if (content > 0 && content <= highest) rowsOf[next[content]!++] = i
  }
  return { firstOf, rowsOf }
}
