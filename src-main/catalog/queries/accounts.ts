import type { AccountRow } from '../../contract/mail.ts'
import type { Database } from '../../engine/sqlite.ts'
import { foldName } from '../search/tokens.ts'
import { contextOf, stringList, type QueryContext } from './context.ts'

/** An account as the other queries need it. */
export interface KnownAccount extends AccountRow {
  pk: number
  /** Name of its first folder in an export: the address, else the UUID. */
  folder: string
}

export interface AccountBook {
  all: KnownAccount[]
  byPk: ReadonlyMap<number, KnownAccount>
  byId: ReadonlyMap<string, KnownAccount>
}

interface Row {
  pk: number
  uuid: string
  name: string | null
  guessed: number
  display_name: string | null
  aliases: string
  cos: string | null
  status: string | null
  folder: string | null
  items: number
  messages: number
  deleted: number
  bytes: number
  first: number | null
  last: number | null
  last_change: number | null
}

/** All accounts by name (those without one last), remembered per revision. */
export function accountBook(context: QueryContext): AccountBook {
  return context.remember('accounts', '', 1, () => {
    const rows = context
      .sql(
        `SELECT pk, uuid, name, guessed, display_name, aliases, cos, status, folder, items, messages, deleted, bytes, first, last,
          last_change FROM account ORDER BY name IS NULL, name COLLATE NOCASE, uuid`,
      )
      .all() as Row[]
    const all = rows.map((row): KnownAccount => ({
      pk: row.pk,
      folder: row.folder ?? row.name ?? row.uuid,
      id: row.uuid,
      name: row.name,
      guessed: row.guessed !== 0,
      displayName: row.display_name,
      aliases: stringList(row.aliases),
      cos: row.cos,
      status: row.status,
      items: row.items,
      messages: row.messages,
      deleted: row.deleted,
      bytes: row.bytes,
      first: row.first,
      last: row.last,
      lastChange: row.last_change,
    }))
    return {
      all,
      byPk: new Map(all.map((account) => [account.pk, account])),
      byId: new Map(all.map((account) => [account.id, account])),
    }
  })
}

/** Rows of the accounts screen. */
export function listAccounts(db: Database): AccountRow[] {
  return accountBook(contextOf(db)).all.map(({ pk: _pk, folder: _folder, ...row }) => row)
}

/**
 * The account a person names on the command line: by UUID, address, alias or the part of the address before the `@`; case
 * ignored. An exact address wins over an alias, an alias over a local part. Empty when none, several when it is ambiguous.
 */
export function resolveAccounts(db: Database, name: string): AccountRow[] {
  const { all } = accountBook(contextOf(db))
  const wanted = foldName(name)
  if (wanted === '') return []
  const ways: ((account: KnownAccount) => boolean)[] = [
    (account) => foldName(account.id) === wanted,
    (account) => account.name !== null && foldName(account.name) === wanted,
    (account) => account.aliases.some((alias) => foldName(alias) === wanted),
    (account) => account.name !== null && foldName(account.name).split('@')[0] === wanted,
    (account) => wanted.length >= 8 && foldName(account.id).startsWith(wanted),
  ]
  for (const way of ways) {
    const found = all.filter(way)
    if (found.length > 0) return found.map(({ pk: _pk, folder: _folder, ...row }) => row)
  }
  return []
}

/** Primary keys of the accounts that `account:NAME` means: any part of address, alias or display name, or the UUID's beginning. */
export function accountsNamed(context: QueryContext, name: string): number[] {
  const wanted = foldName(name)
  return accountBook(context)
    .all.filter(
      (account) =>
        foldName(account.id).startsWith(wanted) ||
        [account.name, account.displayName, ...account.aliases].some(
          (text) => text !== null && foldName(text).includes(wanted),
        ),
    )
    .map((account) => account.pk)
}
