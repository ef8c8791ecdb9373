import type { Database } from '../../engine/sqlite.ts'
import { accountBook } from './accounts.ts'
import { contextOf, snapshot } from './context.ts'

export interface UnclaimedOwner {
  /** Likely owner's address; null when nothing tells. */
  owner: string | null
  /** UUID, when the owner is one of the accounts of this path. */
  account: string | null
  messages: number
}

/** Unclaimed mail by its likely owner, most first, unknown owner last. */
export function listUnclaimedOwners(db: Database): UnclaimedOwner[] {
  const context = contextOf(db)
  return snapshot(context, () => {
    const rows = context
      .sql(
        'SELECT owner, count(*) AS messages FROM content INDEXED BY content_unclaimed WHERE claims = 0 GROUP BY owner',
      )
      .all() as { owner: string | null; messages: number }[]
    const account = context
      .sql(
        'SELECT owner_account FROM content INDEXED BY content_unclaimed WHERE claims = 0 AND owner = ? LIMIT 1',
      )
      .pluck()
    const { byPk } = accountBook(context)
    return rows
      .map(({ owner, messages }) => {
        const pk = owner === null ? null : (account.get(owner) as number | null | undefined)
        return { owner, account: (pk == null ? null : byPk.get(pk)?.id) ?? null, messages }
      })
      .sort((a, b) => Number(a.owner === null) - Number(b.owner === null) || b.messages - a.messages)
  })
}
