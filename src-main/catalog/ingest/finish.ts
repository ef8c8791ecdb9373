import type { BackupLayout } from '../../backup/layout.ts'
import {
  LACKS_SENDER,
  LACKS_SIZE,
  LACKS_SUBJECT,
  TYPES_WITH_BLOB,
  accountToken,
  blobPath,
  sortKey,
  typeName,
  typeToken,
} from '../schema.ts'
import { foldForIndex } from '../search/tokens.ts'
import type { CatalogWriter } from './writer.ts'

const CHUNK = 5000

/**
 * After all folders were listed: files whose folder is gone are lost, contents without a file take a copy from elsewhere, and what still
 * has none is *missing*; it is found by what its metadata tell.
 * @param dirs all blob folders of the Backup Path; null when they could not be listed, then nothing counts as gone.
 */
export function settleContents(
  writer: CatalogWriter,
  dirs: ReadonlySet<string> | null,
  layout: BackupLayout,
): void {
  if (dirs !== null) loseVanished(writer, dirs, layout)
  writer.transaction(() => {
    writer.blobs.useCopies()
  })
  indexMissing(writer)
}

function loseVanished(writer: CatalogWriter, dirs: ReadonlySet<string>, layout: BackupLayout): void {
  const { db } = writer
  const next = db.prepare('SELECT digest FROM content WHERE digest >= ? ORDER BY digest LIMIT 1').pluck()
  const inside = db
    .prepare(
      'SELECT id FROM content WHERE digest >= ? AND digest < ? AND path IS NULL AND file_size IS NOT NULL',
    )
    .pluck()
  const gone: number[] = []
  db.transaction(() => {
    for (let digest = next.get('') as string | undefined; digest !== undefined;) {
      const prefix = digest.slice(0, 2)
      const end = `${prefix}\uffff`
      if (!dirs.has(`${layout.items ?? 'items'}/${prefix}`))
        gone.push(...(inside.all(prefix, end) as number[]))
      digest = next.get(end) as string | undefined
    }
  })()
  const copies = (db.prepare('SELECT path FROM copy').pluck().all() as string[]).filter(
    (path) => ![...parents(path)].some((dir) => dirs.has(dir)),
  )
  if (gone.length === 0 && copies.length === 0) return
  writer.transaction(() => {
    for (const id of gone) writer.blobs.lose(id)
    writer.blobs.copies({ rows: [], gone: copies })
  })
}

function* parents(path: string): Generator<string> {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) yield path.slice(0, at)
}

interface MissingRow {
  id: number
  digest: string
  doc: number | null
  subject: string | null
  sender: string | null
  recipients: string | null
  date: number | null
  accounts: string | null
  types: string | null
}

function indexMissing(writer: CatalogWriter): void {
  const { db } = writer
  const rows = db.prepare(
    `SELECT c.id, c.digest, c.doc, c.subject, c.sender, c.recipients, c.date,
       group_concat(DISTINCT i.account) AS accounts, group_concat(DISTINCT i.type) AS types
     FROM content c LEFT JOIN claim k ON k.content = c.id LEFT JOIN item i ON i.pk = k.item
     WHERE c.indexed = 0 AND c.digest > ? AND c.file_size IS NULL
     GROUP BY c.digest ORDER BY c.digest LIMIT ${String(CHUNK)}`,
  )
  const mark = db.prepare(`UPDATE content SET status = 'missing', rule = NULL WHERE id = ?`)
  const forget = db.prepare('DELETE FROM problem WHERE content = ?')
  for (let last = ''; ;) {
    const chunk = rows.all(last) as MissingRow[]
    if (chunk.length === 0) return
    writer.transaction(() => {
      for (const row of chunk) {
        const types = (row.types ?? '')
          .split(',')
          .filter(Boolean)
          .map((type) => typeName(Number(type)))
        mark.run(row.id)
        forget.run(row.id)
        // Contacts, appointments and folders may do without; a message without its blob is a loss.
        if (types.some((type) => TYPES_WITH_BLOB.has(type) || type === 'unknown')) {
          const detail = 'The metadata names this blob, but the file is not there.'
          writer.blobs.problem(
            { kind: 'blob-missing', path: blobPath(row.digest), digest: row.digest, detail },
            row.id,
          )
        }
        const accounts = (row.accounts ?? '').split(',').filter(Boolean)
        const tokens = [...accounts.map((pk) => accountToken(Number(pk))), ...types.map(typeToken)].join(' ')
        const fold = (text: string | null): string => (text === null ? '' : foldForIndex(text))
        const words = [fold(row.subject), fold(row.sender), fold(row.recipients), '', '', tokens] as const
        writer.text.add(row.id, row.date, row.doc, [...words])
      }
    })
    last = chunk.at(-1)?.digest ?? ''
  }
}

/**
 * What the metadata of items did not tell comes from their messages: for all of them in one pass, a tenth of what one by one costs.
 * Dates were filled in as the messages came, since counts and lists depend on them.
 */
export function fillInAll(writer: CatalogWriter): void {
  const { db } = writer
  db.function('sort_key', { deterministic: true }, (text: unknown) => sortKey(text as string | null))
  const lacks = (bit: number): string => `item.lacks & ${String(bit)}`
  db.exec(`UPDATE item SET
      subject_key = CASE WHEN ${lacks(LACKS_SUBJECT)} THEN sort_key(c.subject) ELSE subject_key END,
      sender_key = CASE WHEN ${lacks(LACKS_SENDER)} THEN sort_key(c.sender) ELSE sender_key END,
      size = CASE WHEN ${lacks(LACKS_SIZE)} THEN coalesce(c.raw_size, size) ELSE size END
    FROM content c
    WHERE c.id = item.content AND ${lacks(LACKS_SUBJECT | LACKS_SENDER | LACKS_SIZE)}
      AND c.digest IS NOT NULL AND c.status IS NOT NULL AND c.status <> 'missing'`)
}

/** Gives accounts without a readable name the address that stands in most of their mail, marked as a guess. */
export function guessNames(writer: CatalogWriter): void {
  const { db } = writer
  const named = new Set(
    db
      .prepare('SELECT lower(name) FROM account WHERE name IS NOT NULL AND guessed = 0')
      .pluck()
      .all() as string[],
  )
  const unnamed = db
    .prepare('SELECT pk FROM account WHERE name IS NULL OR guessed = 1')
    .pluck()
    .all() as number[]
  const votes = db
    .prepare('SELECT address FROM owner_vote WHERE account = ? ORDER BY votes DESC, address LIMIT 50')
    .pluck()
  const set = db.prepare('UPDATE account SET name = ?, guessed = 1 WHERE pk = ?')
  for (const pk of unnamed) {
    const best = (votes.all(pk) as string[]).find((address) => !named.has(address))
    if (best !== undefined) set.run(best, pk)
  }
}

/** Blobs that no readable metadata claims: a notice each, and their likely owner among our accounts. */
export function markOrphans(writer: CatalogWriter): void {
  const { db } = writer
  db.exec(`DELETE FROM problem WHERE kind = 'blob-orphan' AND content IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM content c WHERE c.id = problem.content AND c.claims = 0);
    INSERT INTO problem(kind, path, digest, detail, content)
      SELECT 'blob-orphan', coalesce(c.path, 'items/' || substr(c.digest, 1, 2) || '/' || c.digest), c.digest,
        'No readable metadata names this blob; it is listed as unclaimed mail.', c.id
      FROM content c WHERE c.claims = 0
        AND NOT EXISTS (SELECT 1 FROM problem p WHERE p.content = c.id AND p.kind = 'blob-orphan');`)
  const byAddress = new Map<string, number>()
  const accounts = db.prepare('SELECT pk, name, aliases FROM account WHERE name IS NOT NULL').all() as {
    pk: number
    name: string
    aliases: string
  }[]
  for (const { pk, name, aliases } of accounts) {
    for (const address of [...(JSON.parse(aliases) as string[]), name])
      byAddress.set(address.toLowerCase(), pk)
  }
  const set = db.prepare(
    'UPDATE content SET owner_account = ? WHERE claims = 0 AND owner = ? AND owner_account IS NOT ?',
  )
  const owners = db
    .prepare('SELECT DISTINCT owner FROM content WHERE claims = 0 AND owner IS NOT NULL')
    .pluck()
    .all() as string[]
  for (const owner of owners) {
    const pk = byAddress.get(owner) ?? null
    set.run(pk, owner, pk)
  }
}

/** Totals that are exact only now. `recount`: something changed since they were counted last. */
export function finishTotals(writer: CatalogWriter, recount: boolean): void {
  if (!recount) return
  const { db } = writer
  db.exec(`UPDATE account SET (first, last, last_change) =
      (SELECT min(date) FILTER (WHERE type = 4), max(date) FILTER (WHERE type = 4), max(last_change)
       FROM item WHERE account = account.pk)`)
  db.exec('UPDATE account SET bytes = 0')
  const setBytes = db.prepare('UPDATE account SET bytes = ? WHERE pk = ?')
  const bytes = db
    .prepare(
      `SELECT account, sum(file_size) FROM (
         SELECT DISTINCT i.account, c.id, c.file_size FROM claim k JOIN item i ON i.pk = k.item
         JOIN content c ON c.id = k.content WHERE c.file_size IS NOT NULL) GROUP BY account`,
    )
    .raw()
    .all() as [number, number][]
  for (const [pk, sum] of bytes) setBytes.run(sum, pk)

  const files = db
    .prepare(
      `SELECT sum(n) AS blobs, coalesce(sum(bytes), 0) AS bytes FROM (
        SELECT count(*) AS n, sum(file_size) AS bytes FROM content WHERE file_size IS NOT NULL AND path IS NULL
        UNION ALL SELECT count(*), sum(file_size) FROM copy)`,
    )
    .get() as { blobs: number; bytes: number }
  const statuses = new Map(
    db
      .prepare('SELECT status, count(*) FROM content WHERE status IS NOT NULL GROUP BY status')
      .raw()
      .all() as [string, number][],
  )
  const mismatches = statuses.get('digest-mismatch') ?? 0
  const matches = (statuses.get('ok') ?? 0) + (statuses.get('double-gzip') ?? 0)
  const sums = db
    .prepare(
      `SELECT coalesce(sum(items), 0) AS items, coalesce(sum(messages), 0) AS messages, max(last_change) AS lastChange,
         (SELECT count(*) FROM content WHERE claims = 0) AS unclaimed FROM account`,
    )
    .get() as { items: number; messages: number; lastChange: number | null; unclaimed: number }
  writer.setMeta('blobs', files.blobs)
  writer.setMeta('bytes', files.bytes)
  writer.setMeta('digestRuleUnknown', mismatches > matches && mismatches >= 10 ? 1 : 0)
  writer.setMeta('items', sums.items)
  writer.setMeta('messages', sums.messages)
  writer.setMeta('unclaimed', sums.unclaimed)
  writer.setMeta('lastChange', sums.lastChange)
}
