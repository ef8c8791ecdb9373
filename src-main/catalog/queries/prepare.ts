import type { Database } from '../../engine/sqlite.ts'
import { matchExpression } from '../search/match.ts'
import { parseQuery } from '../search/parse.ts'
import { accountBook } from './accounts.ts'
import { loadedColumns, warm, type Wanted } from './columns-cache.ts'
import { contextOf, type QueryContext } from './context.ts'
import { FEW, type CatalogView } from './selection.ts'

/** Unclaimed mail up to this number is read by SQL each time; more is taken from the columns. */
const FEW_UNCLAIMED = 5000

/**
 * Loads what a view needs in small steps before it is asked for, so that no single step keeps a thread longer than some 50 ms. Without
 * it the queries answer the same, but the first one of a large catalog loads everything in one go.
 */
export async function prepareView(db: Database, view: CatalogView, zone: string): Promise<void> {
  const context = contextOf(db)
  const wanted = wantedFor(context, view, zone)
  if (wanted !== null) await warm(context, wanted)
}

/** Loads the columns of *now* ahead of the first search, when everything has been read. Never rejects. */
export async function warmUp(db: Database): Promise<void> {
  try {
    const context = contextOf(db)
    if (db.open && context.complete()) await warm(context, { account: null, at: null })
  } catch {
    // Only a head start: the query that needs them will say what is wrong.
  }
}

function wantedFor(context: QueryContext, view: CatalogView, zone: string): Wanted | null {
  const { scope, at } = view
  switch (scope.kind) {
    case 'folder':
    case 'account': {
      const account = accountBook(context).byId.get(scope.account)
      return at === null || account === undefined ? null : { account: account.pk, at }
    }
    case 'all':
      return at === null ? null : { account: null, at }
    case 'unclaimed':
      return scope.owner !== undefined || countUnclaimed(context) <= FEW_UNCLAIMED
        ? null
        : { account: null, at }
    case 'search':
      return loadedColumns(context, at) !== null || !isBroad(context, scope.query, zone)
        ? null
        : { account: null, at }
  }
}

function countUnclaimed(context: QueryContext): number {
  return context.remember(
    'unclaimed',
    '',
    1,
    () =>
      context
        .sql('SELECT count(*) FROM content INDEXED BY content_unclaimed WHERE claims = 0')
        .pluck()
        .get() as number,
  )
}

/** Whether a search has more hits than are looked up one by one, or asks about all rows. */
function isBroad(context: QueryContext, text: string, zone: string): boolean {
  const query = parseQuery(text, { zone })
  if (query.impossible) return false
  const { include } = matchExpression(query, null)
  if (include === null) return true
  const hits = context
    .sql('SELECT count(*) FROM (SELECT rowid FROM fts WHERE fts MATCH ? LIMIT ?)')
    .pluck()
    .get(include, FEW + 1) as number
  return hits > FEW
}
