import { openCatalog } from '../../../../../src-main/catalog/catalog.ts'
import { accountToken } from '../../../../../src-main/catalog/schema.ts'
import type { Database } from '../../../../../src-main/engine/sqlite.ts'

/**
 * Everything a catalog says, in terms of the Backup Path (UUIDs, item ids, digests, paths): two catalogs of the same path must be equal,
 * however they came about. Row numbers and the order of reading do not show.
 */
export function dumpCatalog(file: string): Record<string, string[]> {
  const db = openCatalog(file, { readonly: true })
  try {
    const rows = (sql: string): string[] =>
      (db.prepare(sql).raw().all() as unknown[][]).map((row) => JSON.stringify(row)).sort()
    const content = `coalesce(c.digest, 'own of ' || (SELECT a2.uuid || '/' || i2.id FROM claim k2 JOIN item i2 ON i2.pk = k2.item
      JOIN account a2 ON a2.pk = i2.account WHERE k2.content = c.id))`
    return {
      accounts:
        rows(`SELECT uuid, name, guessed, display_name, aliases, cos, status, folder, items, messages, deleted, bytes,
        first, last, last_change FROM account`),
      items:
        rows(`SELECT a.uuid, i.id, i.path, i.file_size, i.file_mtime, i.condition, i.type, i.folder, i.deleted, i.flags, i.tags,
        i.date, i.size, i.subject_key, i.sender_key, i.states, i.first_start, i.last_change, i.ends, i.lacks, ${content}
        FROM item i JOIN account a ON a.pk = i.account JOIN content c ON c.id = i.content`),
      states:
        rows(`SELECT a.uuid, i.id, s.n, s.account = i.account, s.starts, s.ends, s.type, s.deleted, s.folder, s.flags, s.tags,
        s.own, s.name, c.digest FROM state s JOIN item i ON i.pk = s.item JOIN account a ON a.pk = i.account
        LEFT JOIN content c ON c.id = s.content`),
      contents:
        rows(`SELECT ${content}, c.doc IS NOT NULL, c.path, c.file_size, c.file_mtime, c.status, c.misplaced,
        c.rule, c.raw_size, c.subject, c.sender, c.recipients, c.date, c.has_attachment, c.attachments, c.claims, c.owner,
        (SELECT uuid FROM account WHERE pk = c.owner_account), c.indexed FROM content c`),
      claims:
        rows(`SELECT a.uuid, i.id, ${content} FROM claim k JOIN item i ON i.pk = k.item JOIN account a ON a.pk = i.account
        JOIN content c ON c.id = k.content`),
      folders:
        rows(`SELECT a.uuid, f.id, f.n, f.starts, f.ends, f.deleted, f.type, f.name, f.parent FROM folder_version f
        JOIN account a ON a.pk = f.account`),
      folderCounts: rows(`SELECT a.uuid, f.folder, f.deleted, f.type, f.items, f.unread FROM folder_count f
        JOIN account a ON a.pk = f.account WHERE f.items <> 0`),
      months:
        rows(`SELECT a.uuid, m.month, m.deleted, m.messages FROM month m JOIN account a ON a.pk = m.account
        WHERE m.messages <> 0`),
      copies: rows('SELECT * FROM copy'),
      problems: rows('SELECT kind, path, digest, detail FROM problem'),
      refusals: rows('SELECT owner, mode, files FROM refusal'),
      totals:
        rows(`SELECT key, value FROM meta WHERE key IN ('backupPath', 'zone', 'complete', 'phase', 'sorted', 'states', 'bytes',
        'unclaimed', 'messages', 'items', 'blobs', 'lastChange', 'digestRuleUnknown')`),
      accountWords: accountWords(db),
      words: words(db),
    }
  } finally {
    db.close()
  }
}

/** How many documents each account's token finds. */
function accountWords(db: Database): string[] {
  const count = db.prepare('SELECT count(*) FROM fts WHERE fts MATCH ?').pluck()
  const accounts = db.prepare('SELECT pk, uuid FROM account').raw().all() as [number, string][]
  return accounts.map(([pk, uuid]) => `${uuid} ${String(count.get(`tokens:${accountToken(pk)}`))}`).sort()
}

/** Which digests some words find, and that every document belongs to a content. */
function words(db: Database): string[] {
  const all = db.prepare(
    `SELECT c.digest IS NULL, c.digest, c.subject FROM fts JOIN content c ON c.doc = fts.rowid WHERE fts MATCH ?`,
  )
  const lines: string[] = []
  for (const word of [
    'the',
    'anna',
    'meeting',
    'der',
    'pdf',
    'tokens:hasattachment',
    'tokens:unclaimed',
    'tokens:typecontact',
    'subject:re',
  ]) {
    for (const row of all.raw().all(word) as unknown[][]) lines.push(`${word} ${JSON.stringify(row)}`)
  }
  const docs = db.prepare('SELECT count(*) FROM fts').pluck().get()
  const contents = db.prepare('SELECT count(*) FROM content WHERE doc IS NOT NULL').pluck().get()
  lines.push(`documents ${String(docs)} contents ${String(contents)}`)
  return lines.sort()
}

/** What two dumps do not agree in, a few lines of each kind; empty when they are equal. Rows that match `except` may differ. */
export function dumpDifferences(
  a: Record<string, string[]>,
  b: Record<string, string[]>,
  except?: RegExp,
): string[] {
  const lines: string[] = []
  const counted = (row: string): boolean => !(except?.test(row) ?? false)
  for (const [table, all] of Object.entries(a)) {
    const rows = all.filter(counted)
    const others = (b[table] ?? []).filter(counted)
    const here = new Set(rows)
    const there = new Set(others)
    const only = rows.filter((row) => !there.has(row))
    const missing = others.filter((row) => !here.has(row))
    for (const row of only.slice(0, 3))
      lines.push(`${table}: only in the first (${String(only.length)}): ${row}`)
    for (const row of missing.slice(0, 3))
      lines.push(`${table}: only in the second (${String(missing.length)}): ${row}`)
    if (rows.length !== others.length)
      lines.push(`${table}: ${String(rows.length)} and ${String(others.length)} rows`)
  }
  return lines
}
