import type { Database } from '../../engine/sqlite.ts'
import { monthOf, typeCode } from '../schema.ts'

const MESSAGE = typeCode('message')

/** What of an item the counts depend on. */
export interface Counted {
  account: number
  type: number
  folder: number | null
  deleted: number
  flags: string
  date: number
  states: number
}

interface AccountDelta {
  items: number
  messages: number
  deleted: number
  first: number | null
  last: number | null
  lastChange: number | null
}

/**
 * Differences to the counts of accounts, folders and months, gathered in memory and written with the batch that caused them, so that
 * counts and rows never disagree, whenever the process is killed.
 */
export class Counts {
  readonly #accounts = new Map<number, AccountDelta>()
  readonly #folders = new Map<
    string,
    { key: [number, number, number, number]; items: number; unread: number }
  >()
  readonly #months = new Map<string, { key: [number, number, number]; messages: number }>()
  readonly #write: (states: number) => void
  #states = 0

  constructor(db: Database) {
    const account = db.prepare(
      `UPDATE account SET items = items + @items, messages = messages + @messages, deleted = deleted + @deleted,
        first = CASE WHEN first IS NULL OR @first < first THEN coalesce(@first, first) ELSE first END,
        last = CASE WHEN last IS NULL OR @last > last THEN coalesce(@last, last) ELSE last END,
        last_change = CASE WHEN last_change IS NULL OR @lastChange > last_change
          THEN coalesce(@lastChange, last_change) ELSE last_change END
       WHERE pk = @pk`,
    )
    const folder = db.prepare(
      `INSERT INTO folder_count(account, folder, deleted, type, items, unread) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET items = items + excluded.items, unread = unread + excluded.unread`,
    )
    const month = db.prepare(
      `INSERT INTO month(account, month, deleted, messages) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET messages = messages + excluded.messages`,
    )
    const states = db.prepare(
      `INSERT INTO meta(key, value) VALUES ('states', ?) ON CONFLICT DO UPDATE SET value = value + excluded.value`,
    )
    this.#write = (stateDelta) => {
      for (const [pk, delta] of this.#accounts) account.run({ pk, ...delta })
      for (const { key, items, unread } of this.#folders.values()) {
        if (items !== 0 || unread !== 0) folder.run(...key, items, unread)
      }
      for (const { key, messages } of this.#months.values()) if (messages !== 0) month.run(...key, messages)
      if (stateDelta !== 0) states.run(stateDelta)
    }
  }

  /** Takes an item in (`sign` 1) or out (-1). */
  count(item: Counted, sign: 1 | -1): void {
    const account = this.#account(item.account)
    account.items += sign
    account.deleted += sign * item.deleted
    this.#states += sign * item.states
    const folderKey = `${String(item.account)}/${String(item.folder)}/${String(item.deleted)}/${String(item.type)}`
    let folder = this.#folders.get(folderKey)
    if (folder === undefined) {
      folder = { key: [item.account, item.folder ?? -1, item.deleted, item.type], items: 0, unread: 0 }
      this.#folders.set(folderKey, folder)
    }
    folder.items += sign
    if (item.flags.includes('u')) folder.unread += sign
    if (item.type !== MESSAGE) return
    account.messages += sign
    const month = monthOf(item.date)
    const monthKey = `${String(item.account)}/${String(month)}/${String(item.deleted)}`
    let entry = this.#months.get(monthKey)
    if (entry === undefined) {
      entry = { key: [item.account, month, item.deleted], messages: 0 }
      this.#months.set(monthKey, entry)
    }
    entry.messages += sign
    if (sign === 1) {
      account.first = account.first === null ? item.date : Math.min(account.first, item.date)
      account.last = account.last === null ? item.date : Math.max(account.last, item.date)
    }
  }

  /** A state of the account began at `start`. */
  change(account: number, start: number | null): void {
    if (start === null) return
    const delta = this.#account(account)
    delta.lastChange = delta.lastChange === null ? start : Math.max(delta.lastChange, start)
  }

  /** Writes and forgets the differences; inside the transaction of the rows. */
  flush(): void {
    this.#write(this.#states)
    this.#states = 0
    this.#accounts.clear()
    this.#folders.clear()
    this.#months.clear()
  }

  /** Forgets them, after a rollback. */
  drop(): void {
    this.#states = 0
    this.#accounts.clear()
    this.#folders.clear()
    this.#months.clear()
  }

  #account(pk: number): AccountDelta {
    let delta = this.#accounts.get(pk)
    if (delta === undefined) {
      delta = { items: 0, messages: 0, deleted: 0, first: null, last: null, lastChange: null }
      this.#accounts.set(pk, delta)
    }
    return delta
  }
}
