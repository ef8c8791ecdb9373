import type { Database, Statement } from '../../engine/sqlite.ts'
import { readMeta } from '../catalog.ts'
import { blobPath, LACKS_DATE, LACKS_SENDER, LACKS_SIZE, LACKS_SUBJECT, sortKey } from '../schema.ts'
import type { Counted, Counts } from './counts.ts'
import type { Batch, FoundProblem, ReadRecord } from './protocol.ts'
import type { TextIndex } from './text-index.ts'

interface KnownBlob {
  id: number
  doc: number | null
  claims: number
}

interface LackingItem extends Counted {
  pk: number
  lacks: number
}

/** Writes what is known of blobs: where they lie and what they hold. All calls are inside the writer's transaction. */
export class BlobWriter {
  readonly #counts: Counts
  readonly #text: TextIndex
  #anyCopies: boolean
  /** A first ingest fills in all subjects, senders and sizes at its end, in one pass (`fillInAll`). */
  readonly #fillInLater: boolean
  readonly #s: Record<StatementName, Statement>

  constructor(db: Database, counts: Counts, text: TextIndex) {
    this.#counts = counts
    this.#text = text
    this.#fillInLater = readMeta(db, 'sorted') !== 1
    this.#anyCopies = db.prepare('SELECT 1 FROM copy LIMIT 1').get() !== undefined
    this.#s = Object.fromEntries(Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)])) as Record<
      StatementName,
      Statement
    >
  }

  /** Blob files that are new or changed, and contents whose file is gone. */
  list(blobs: NonNullable<Batch['blobs']>): void {
    for (const [digest, size, mtime] of blobs.rows) {
      // Nearly always metadata named it before: an insert that fails first costs half as much again.
      if (this.#s.file.run(size, mtime, digest).changes === 0) this.#s.newFile.run(digest, size, mtime)
      if (this.#anyCopies) this.#s.dropCopy.run(blobPath(digest))
    }
    for (const id of blobs.gone) this.lose(id)
  }

  /** Files in other places than the canonical one. */
  copies(copies: NonNullable<Batch['copies']>): void {
    for (const [path, digest, size, mtime] of copies.rows) {
      this.#anyCopies = true
      this.#s.copy.run(path, digest, size, mtime)
      // A damaged blob may have found a whole copy.
      this.#s.tryCopy.run(digest)
    }
    for (const path of copies.gone) {
      const user = this.#s.byPath.get(path) as KnownBlob | undefined
      this.#s.dropCopy.run(path)
      if (user !== undefined) this.lose(user.id)
    }
  }

  /** A message (or another blob) that was read. */
  read(record: ReadRecord): void {
    const { id } = record
    if (record.again) this.#s.dropProblems.run(id)
    if (record.oldDoc !== null) this.#text.remove(record.oldDoc)
    const doc = this.#text.place(record.date, record.oldDoc)
    this.#s.read.run(
      record.status,
      record.rule,
      record.rawSize,
      record.subject,
      record.sender,
      record.recipients,
      record.date,
      record.hasAttachment ? 1 : 0,
      record.attachments,
      record.owner,
      doc,
      id,
    )
    if (record.moved !== null) {
      // The damaged file in the canonical place is now one of the copies.
      this.#anyCopies = true
      this.#s.demote.run(id)
      this.#s.moved.run(record.moved.path, record.moved.size, record.moved.mtime, id)
    }
    this.#text.insert(doc, record.words)
    for (const problem of record.problems) this.problem(problem, id)
    for (const [account, address] of record.votes) this.#s.vote.run(account, address)
    if (this.#fillInLater ? record.lacks & LACKS_DATE : record.lacks) this.#fillIn(record)
  }

  /** Contents without a file in the canonical place take a copy from elsewhere; after all folders were listed. */
  useCopies(): number {
    const rows = this.#s.useful.all() as { path: string; digest: string; size: number; mtime: number }[]
    for (const row of rows) this.#s.useCopy.run(row)
    return rows.length
  }

  problem(problem: FoundProblem, content: number | null): void {
    this.#s.problem.run(problem.kind, problem.path, problem.digest, problem.detail, content)
  }

  /** What the metadata of its items did not tell comes from the message. */
  #fillIn(record: ReadRecord): void {
    for (const item of this.#s.lacking.all(record.id, record.id) as LackingItem[]) {
      const date = item.lacks & LACKS_DATE && record.mailDate !== null ? record.mailDate : item.date
      if (date !== item.date) this.#counts.count(item, -1)
      this.#s.fill.run({
        pk: item.pk,
        date,
        subjectKey: item.lacks & LACKS_SUBJECT ? sortKey(record.subject) : null,
        senderKey: item.lacks & LACKS_SENDER ? sortKey(record.sender) : null,
        size: item.lacks & LACKS_SIZE ? record.rawSize : null,
      })
      if (date !== item.date) this.#counts.count({ ...item, date }, 1)
    }
  }

  /** The file of a content is gone. */
  lose(id: number): void {
    const row = this.#s.known.get(id) as KnownBlob | undefined
    if (row === undefined) return
    this.#s.dropProblems.run(id)
    if (row.claims > 0) {
      this.#s.lost.run(id)
      return
    }
    if (row.doc !== null) this.#text.remove(row.doc)
    this.#s.drop.run(id)
  }
}

const SQL = {
  // A file that changed is read again; a copy that stood in for it is given up.
  file: `UPDATE content SET file_size = ?, file_mtime = ?, path = NULL, misplaced = 0, indexed = 0 WHERE digest = ?`,
  newFile: 'INSERT INTO content(digest, file_size, file_mtime) VALUES (?, ?, ?)',
  known: 'SELECT id, doc, claims FROM content WHERE id = ?',
  byPath: `SELECT c.id, c.doc, c.claims FROM copy k JOIN content c ON c.digest = k.digest WHERE k.path = ? AND c.path = k.path`,
  lost: `UPDATE content SET file_size = NULL, file_mtime = NULL, path = NULL, misplaced = 0, status = NULL, rule = NULL, indexed = 0
    WHERE id = ?`,
  drop: 'DELETE FROM content WHERE id = ?',
  copy: `INSERT INTO copy(path, digest, file_size, file_mtime) VALUES (?, ?, ?, ?)
    ON CONFLICT(path) DO UPDATE SET digest = excluded.digest, file_size = excluded.file_size, file_mtime = excluded.file_mtime`,
  tryCopy: 'UPDATE content SET indexed = 0 WHERE digest = ? AND status IS NOT NULL AND rule IS NULL',
  demote: `INSERT OR REPLACE INTO copy(path, digest, file_size, file_mtime)
    SELECT 'items/' || substr(digest, 1, 2) || '/' || digest, digest, file_size, file_mtime FROM content
    WHERE id = ? AND path IS NULL`,
  dropCopy: 'DELETE FROM copy WHERE path = ?',
  useful: `SELECT min(k.path) AS path, k.digest, k.file_size AS size, k.file_mtime AS mtime
    FROM copy k LEFT JOIN content c ON c.digest = k.digest
    WHERE c.file_size IS NULL OR (c.path = k.path AND (c.file_size <> k.file_size OR c.file_mtime <> k.file_mtime))
    GROUP BY k.digest`,
  useCopy: `INSERT INTO content(digest, path, file_size, file_mtime, misplaced) VALUES (@digest, @path, @size, @mtime, 1)
    ON CONFLICT(digest) DO UPDATE SET path = excluded.path, file_size = excluded.file_size, file_mtime = excluded.file_mtime,
      misplaced = 1, indexed = 0`,
  read: `UPDATE content SET status = ?, rule = ?, raw_size = coalesce(?, raw_size), subject = coalesce(?, subject),
    sender = coalesce(?, sender), recipients = coalesce(?, recipients), date = coalesce(?, date), has_attachment = ?,
    attachments = ?, owner = ?, owner_account = NULL, doc = ?, indexed = 1 WHERE id = ?`,
  moved: 'UPDATE content SET path = ?, file_size = ?, file_mtime = ?, misplaced = 1 WHERE id = ?',
  vote: 'INSERT INTO owner_vote(account, address, votes) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET votes = votes + 1',
  problem: 'INSERT INTO problem(kind, path, digest, detail, content) VALUES (?, ?, ?, ?, ?)',
  dropProblems: 'DELETE FROM problem WHERE content = ?',
  lacking: `SELECT pk, account, type, folder, deleted, flags, date, states, lacks FROM item
    WHERE pk IN (SELECT item FROM claim WHERE content = ?) AND content = ? AND lacks <> 0`,
  fill: `UPDATE item SET date = @date, subject_key = coalesce(@subjectKey, subject_key), sender_key = coalesce(@senderKey, sender_key),
    size = coalesce(@size, size) WHERE pk = @pk`,
} as const
type StatementName = keyof typeof SQL
