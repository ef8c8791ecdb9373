import type { Database, Statement } from '../../engine/sqlite.ts'
import { docBase } from '../schema.ts'

/** The six columns of `fts` in order. */
export type Words = [
  subject: string,
  sender: string,
  recipients: string,
  body: string,
  attachments: string,
  tokens: string,
]

/**
 * Writes the full-text index. FTS5 keeps what was inserted in memory and writes it out as a segment when a rowid is not higher
 * than the one before, so the documents of a commit are gathered and inserted in rising order: one segment per commit.
 */
export class TextIndex {
  readonly #insert: Statement
  readonly #remove: Statement
  readonly #last: Statement
  readonly #setDoc: Statement
  #pending: { doc: number; words: Words }[] = []
  /** Full minutes and the next one that may have room. */
  readonly #overflow = new Map<number, number>()

  constructor(db: Database) {
    this.#insert = db.prepare(
      'INSERT INTO fts(rowid, subject, sender, recipients, body, attachments, tokens) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#remove = db.prepare('DELETE FROM fts WHERE rowid = ?')
    this.#last = db.prepare('SELECT max(doc) FROM content WHERE doc >= ? AND doc < ?').pluck()
    this.#setDoc = db.prepare('UPDATE content SET doc = ?, indexed = 1 WHERE id = ?')
  }

  /**
   * How FTS5 is to merge. `bulk`: nothing is merged while a large index is built. The numbers are literals: a bound number would
   * arrive as REAL and be refused.
   */
  static configure(db: Database, bulk: boolean): void {
    db.exec(`INSERT INTO fts(fts, rank) VALUES('hashsize', 67108864)`)
    db.exec(`INSERT INTO fts(fts, rank) VALUES('automerge', ${bulk ? '0' : '8'})`)
    db.exec(`INSERT INTO fts(fts, rank) VALUES('crisismerge', ${bulk ? '512' : '64'})`)
  }

  /**
   * A free rowid for a content of this date. The caller writes it into `content.doc` before it asks for the next.
   * `old`: the rowid it had; its place can be taken again.
   */
  place(date: number | null, old: number | null): number {
    const base = docBase(date)
    if (old !== null && old >= base && old < base + 64) return old
    let minute = this.#overflow.get(base) ?? base
    for (;;) {
      const last = this.#last.get(minute, minute + 64) as number | null
      if (last === null) return minute
      if (last < minute + 63) return last + 1
      minute += 64
      this.#overflow.set(base, minute)
    }
  }

  /** Takes a document for a rowid from `place`; it is written by `flush`. */
  insert(doc: number, words: Words): void {
    this.#pending.push({ doc, words })
  }

  /** Places and takes a document, and writes its rowid into `content`. `old`: the document it replaces. */
  add(content: number, date: number | null, old: number | null, words: Words): void {
    if (old !== null) this.remove(old)
    const doc = this.place(date, old)
    this.#setDoc.run(doc, content)
    this.insert(doc, words)
  }

  /** Takes a document out at once. */
  remove(doc: number): void {
    this.#remove.run(doc)
  }

  /** Writes what was added since, oldest first. */
  flush(): void {
    this.#pending.sort((a, b) => a.doc - b.doc)
    for (const { doc, words } of this.#pending) this.#insert.run(doc, words)
    this.#pending = []
  }

  /** Forgets what waits, after a rollback. */
  drop(): void {
    this.#pending = []
    this.#overflow.clear()
  }
}
