import { contextOf } from '../catalog/queries/context.ts'
import { listPage } from '../catalog/queries/list.ts'
import { stateAt } from '../catalog/queries/states.ts'
import type { CatalogView } from '../catalog/queries/selection.ts'
import type { DeletedMode } from '../contract/common.ts'
import type { ItemRow } from '../contract/mail.ts'
import type { Database } from '../engine/sqlite.ts'
import { checkQuery, momentOf } from './choices.ts'
import type { CommandContext } from './command.ts'
import { UsageError } from './exit.ts'
import { openPath, type OpenPath } from './open-path.ts'
import type { Terminal } from './terminal.ts'
import { count, counted, isoDate, localDate, table } from './text.ts'
import { localZone } from './zone.ts'

export interface SearchOptions {
  at?: string
  deleted: DeletedMode
  limit?: number
}

/** Without --limit a person sees this many; scripts get all. */
const SHOWN = 50
const PAGE = 1000

/** `lifeboat search PATH QUERY…` */
export async function searchCommand(
  context: CommandContext,
  path: string,
  words: readonly string[],
  options: SearchOptions,
): Promise<void> {
  const query = words.join(' ').trim()
  if (query === '') {
    throw new UsageError(
      'the query is empty',
      'Nothing was asked for.',
      'Give at least one word; see `lifeboat search --help`.',
    )
  }
  checkQuery(query)
  const at = momentOf(options.at)
  const opened = await openPath(context, path)
  try {
    const view: CatalogView = { scope: { kind: 'search', query }, at, deleted: options.deleted }
    if (context.terminal.json)
      printAsJson(context.terminal, opened, view, options.limit ?? Number.POSITIVE_INFINITY)
    else printAsTable(context.terminal, opened, view, options.limit ?? SHOWN)
  } finally {
    opened.close()
  }
}

function pageOf({ db }: OpenPath, view: CatalogView, offset: number, limit: number) {
  return listPage(
    db,
    view,
    { sort: 'date', descending: true, offset, limit: Math.min(limit, PAGE) },
    localZone(),
  )
}

/** One document, written page by page: a million hits need no memory. */
function printAsJson(terminal: Terminal, opened: OpenPath, view: CatalogView, limit: number): void {
  const first = pageOf(opened, view, 0, limit)
  const end = Math.min(first.total, limit)
  terminal.out(`{"total":${first.total},"complete":${first.complete},"items":[`)
  for (let offset = 0; offset < end; offset += PAGE) {
    const { rows } = offset === 0 ? first : pageOf(opened, view, offset, end - offset)
    const digests = digestsOf(opened.db, rows, view.at)
    const items = rows.map((row, index) => JSON.stringify(toJson(row, digests[index] ?? null)))
    if (items.length > 0) terminal.out(`${offset === 0 ? '' : ','}${items.join(',')}`)
  }
  terminal.out(']}\n')
}

function toJson(row: ItemRow, digest: string | null): Record<string, unknown> {
  const { account, accountName, id, subject, from, to, date, folder, deleted } = row
  return { account, accountName, id, subject, from, to, date: isoDate(date), folder, deleted, digest }
}

/** Digests of the blobs that rows show; null where a row has none. */
function digestsOf(db: Database, rows: readonly ItemRow[], at: number | null): (string | null)[] {
  const context = contextOf(db)
  const ofContent = context.sql('SELECT digest FROM content WHERE id = ?').pluck()
  const contentOf = context.sql('SELECT content FROM item WHERE pk = ?').pluck()
  return rows.map(({ key }) => {
    const number = Number(key.slice(1))
    if (key.startsWith('u')) return (ofContent.get(number) as string | null | undefined) ?? null
    const state = at === null ? null : stateAt(context, number, at)
    const content = state ? state.content : (contentOf.get(number) as number | undefined)
    return content == null ? null : ((ofContent.get(content) as string | null | undefined) ?? null)
  })
}

function printAsTable(terminal: Terminal, opened: OpenPath, view: CatalogView, limit: number): void {
  const { total } = pageOf(opened, view, 0, 1)
  const rows: string[][] = []
  for (let offset = 0; offset < Math.min(limit, total); offset += PAGE) {
    for (const row of pageOf(opened, view, offset, limit - offset).rows) {
      rows.push([
        localDate(row.date),
        row.accountName ?? row.account ?? '(unclaimed)',
        row.id === null ? '–' : String(row.id),
        row.from ?? '',
        `${row.folder ?? ''}${row.deleted ? ' (deleted)' : ''}`,
        row.subject ?? '(no subject)',
      ])
    }
  }
  if (rows.length > 0) {
    const columns = [
      { title: 'Date' },
      { title: 'Account', max: 32 },
      { title: 'Id', right: true },
      { title: 'From', max: 32 },
      { title: 'Folder', max: 24 },
      { title: 'Subject' },
    ]
    terminal.out(`${table(columns, rows, terminal.width)}\n`)
  }
  const more = total > rows.length ? `, the newest ${count(rows.length)} shown (--limit shows more)` : ''
  terminal.out(`${counted(total, 'hit')}${more}\n`)
}
