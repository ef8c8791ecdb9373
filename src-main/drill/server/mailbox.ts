import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerPaths } from '../paths.ts'
import type { SimAccount } from './state.ts'

/** A line of `index.ndjson`: one item of a simulated mailbox. */
interface StoredItem {
  id: number
  /** Id in the backup that it came from. */
  sourceId: number
  /** Account in that backup. */
  sourceAccount: string
  type: string
  folder: number | null
  subject: string | null
  name: string | null
  /** ms UTC */
  date: number | null
  /** Bytes of `<id>.msg`; null for an item without one. */
  size: number | null
  digest: string | null
  flags: string
  deleted: boolean
  /** Operation that brought it. */
  operation: string
}

/** One mailbox on disk: `<id>.msg` and the index. */
export class Mailbox {
  readonly folder: string
  readonly items = new Map<number, StoredItem>()
  readonly #bySource = new Map<string, StoredItem>()
  readonly #index: string
  #nextId = 257

  constructor(paths: ServerPaths, account: Pick<SimAccount, 'id' | 'name'>) {
    // An address becomes a folder only when it is a plain one.
    const name = /^[\w+-][\w.+-]*@[\w.-]+$/.test(account.name) ? account.name.toLowerCase() : account.id
    this.folder = join(paths.store, name)
    this.#index = join(this.folder, 'index.ndjson')
    if (!existsSync(this.#index)) return
    const text = readFileSync(this.#index, 'utf8')
    // A line that was cut by a crash never counted.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole !== text) writeFileSync(this.#index, whole)
    for (const line of whole.split('\n')) if (line !== '') this.#keep(JSON.parse(line) as StoredItem)
  }

  #keep(item: StoredItem): void {
    this.items.set(item.id, item)
    this.#bySource.set(`${item.sourceAccount}/${item.sourceId}`, item)
    this.#nextId = Math.max(this.#nextId, item.id + 1)
  }

  /** The item that came from there, if it is here already. */
  fromSource(account: string, id: number): StoredItem | null {
    return this.#bySource.get(`${account}/${id}`) ?? null
  }

  /** Stores an item; the message first, whole, then its line in the index. */
  add(item: Omit<StoredItem, 'id' | 'size'>, message: Buffer | null): StoredItem {
    mkdirSync(this.folder, { recursive: true })
    const id = this.items.has(item.sourceId) ? this.#nextId : item.sourceId
    if (message !== null) {
      const file = join(this.folder, `${id}.msg`)
      writeFileSync(`${file}.new`, message)
      renameSync(`${file}.new`, file)
    }
    const stored: StoredItem = { ...item, id, size: message?.length ?? null }
    appendFileSync(this.#index, `${JSON.stringify(stored)}\n`)
    this.#keep(stored)
    return stored
  }
}
