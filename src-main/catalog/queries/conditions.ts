/** The structured conditions of a search as tests of one row. */
import { typeCode } from '../schema.ts'
import type { Term } from '../search/parse.ts'
import { accountBook, accountsNamed } from './accounts.ts'
import { BIT, type Columns } from './columns.ts'
import { stringList, type QueryContext } from './context.ts'
import { inFolder } from './folder-book.ts'
import { stateAt } from './states.ts'

/** Whether a row of the columns fits. */
export type Test = (columns: Columns, row: number) => boolean

/** Unclaimed mail may have no date at all (stored as 0). */
export function dated(columns: Columns, row: number): boolean {
  return columns.date[row] !== 0 || columns.ref[row]! > 0
}

const IS_BITS: Partial<Record<string, number>> = {
  deleted: BIT.deleted,
  unread: BIT.unread,
  flagged: BIT.flagged,
  answered: BIT.answered,
  forwarded: BIT.forwarded,
  draft: BIT.draft,
  sent: BIT.sent,
  damaged: BIT.damaged,
  missing: BIT.missing,
}

/** The test of one term, its negation aside; null when FTS or the choice of accounts has seen to it, or it asks nothing. */
export function testOf(context: QueryContext, term: Term, at: number | null): Test | null {
  switch (term.kind) {
    case 'text':
    case 'nothing':
      return null
    case 'account': {
      if (!term.negated) return null
      const pks = new Set(accountsNamed(context, term.name))
      return (columns, row) => pks.has(columns.account[row]!)
    }
    case 'folder': {
      const inside = inFolder(context, term.name, at)
      return (columns, row) => inside(columns.account[row]!, columns.folder[row]!)
    }
    case 'attachment':
      return (columns, row) => (columns.bits[row]! & BIT.attachment) !== 0
    case 'tag': {
      const items = itemsTagged(context, term.name, at)
      return (columns, row) => items.has(columns.ref[row]!)
    }
    case 'id': {
      const items = itemsNumbered(context, term.id)
      return (columns, row) => items.has(columns.ref[row]!)
    }
    case 'is': {
      const what = term.what
      if (what === 'unclaimed') return (columns, row) => columns.ref[row]! < 0
      if (what === 'read')
        return (columns, row) => columns.ref[row]! > 0 && (columns.bits[row]! & BIT.unread) === 0
      const bit = IS_BITS[what] ?? 0
      return (columns, row) => (columns.bits[row]! & bit) !== 0
    }
    case 'type': {
      const code = typeCode(term.type)
      return (columns, row) => columns.type[row] === code
    }
    case 'size': {
      const { bytes, more } = term
      return more
        ? (columns, row) => columns.size[row]! > bytes
        : (columns, row) => columns.size[row]! < bytes
    }
    case 'date': {
      const { from, until } = term
      return (columns, row) =>
        dated(columns, row) &&
        (from === null || columns.date[row]! >= from) &&
        (until === null || columns.date[row]! < until)
    }
  }
}

function itemsTagged(context: QueryContext, name: string, at: number | null): Set<number> {
  const wanted = name.trim().toLowerCase()
  const carries = (tags: string | null): boolean =>
    stringList(tags).some((tag) => tag.toLowerCase() === wanted)
  const rows = (
    at === null
      ? context.sql('SELECT pk, tags FROM item WHERE tags IS NOT NULL').raw().all()
      : context.sql('SELECT DISTINCT item, tags FROM state WHERE tags IS NOT NULL').raw().all()
  ) as [number, string][]
  const found = new Set(rows.filter(([, tags]) => carries(tags)).map(([pk]) => pk))
  if (at !== null)
    for (const pk of found) if (!carries(stateAt(context, pk, at)?.tags ?? null)) found.delete(pk)
  return found
}

function itemsNumbered(context: QueryContext, id: number): Set<number> {
  const find = context.sql('SELECT pk FROM item WHERE account = ? AND id = ?').pluck()
  const found = new Set<number>()
  for (const { pk } of accountBook(context).all) {
    const item = find.get(pk, id) as number | undefined
    if (item !== undefined) found.add(item)
  }
  return found
}
