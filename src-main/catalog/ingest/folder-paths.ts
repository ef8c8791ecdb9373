import { systemFolderId } from '../../backup/folders.ts'
import type { Database, Statement } from '../../engine/sqlite.ts'
import { typeCode } from '../schema.ts'

const FOLDER = typeCode('folder')
/** Ids below are ours: folders that the metadata names by a path instead of an id. */
const FIRST_OWN = -100

/**
 * Ids for folders that metadata tell by path or name. A folder item of that name is taken when it is known already; else the folder gets a
 * negative id and a row in `folder_version`, so that trees and exports treat it like any other.
 */
export class FolderPaths {
  readonly #find: Statement
  readonly #least: Statement
  readonly #insert: Statement
  readonly #known = new Map<string, number>()

  constructor(db: Database) {
    this.#find = db
      .prepare(
        'SELECT id FROM folder_version WHERE account = ? AND name = ? AND parent = ? ORDER BY id DESC LIMIT 1',
      )
      .pluck()
    this.#least = db.prepare('SELECT min(id) FROM folder_version WHERE account = ?').pluck()
    this.#insert = db.prepare(
      `INSERT INTO folder_version(account, id, n, item, starts, ends, deleted, type, name, parent)
       VALUES (?, ?, 0, 0, NULL, NULL, 0, ?, ?, ?)`,
    )
  }

  /** Id of the folder at `path` (`/` between names); null for an empty path. */
  idOf(account: number, path: string): number | null {
    const names = path
      .split('/')
      .map((name) => name.trim())
      .filter(Boolean)
    const [top, ...rest] = names
    if (top === undefined) return null
    let id = systemFolderId(top) ?? this.#child(account, 1, top)
    for (const name of rest.slice(0, 50)) id = this.#child(account, id, name)
    return id
  }

  #child(account: number, parent: number, name: string): number {
    const key = `${String(account)}/${String(parent)}/${name}`
    let id = this.#known.get(key)
    if (id !== undefined) return id
    id = this.#find.get(account, name, parent) as number | undefined
    if (id === undefined) {
      const least = (this.#least.get(account) as number | null) ?? 0
      id = Math.min(least, FIRST_OWN) - 1
      this.#insert.run(account, id, FOLDER, name, parent)
    }
    if (this.#known.size > 20_000) this.#known.clear()
    this.#known.set(key, id)
    return id
  }
}
