const CONTENT = 'SELECT id, digest, doc, claims, indexed, status, file_size FROM content'
const OLD =
  'SELECT pk, account, id, path, type, folder, deleted, flags, date, states, content, extra FROM item'
const COLUMNS = `account, id, path, file_size, file_mtime, condition, type, folder, deleted, flags, tags, content, date, size,
  subject_key, sender_key, states, first_start, last_change, ends, lacks, extra`
const VALUES = COLUMNS.replace(/\w+/g, '?')

/** Statements of the item writer, by name. */
export const ITEM_SQL = {
  old: `${OLD} WHERE account = ? AND id = ?`,
  oldByPk: `${OLD} WHERE pk = ?`,
  insert: `INSERT INTO item(${COLUMNS}) VALUES (${VALUES})`,
  update: `UPDATE item SET (${COLUMNS}) = (${VALUES}) WHERE pk = ?`,
  remove: 'DELETE FROM item WHERE pk = ?',
  content: `${CONTENT} WHERE digest = ?`,
  contentById: `${CONTENT} WHERE id = ?`,
  newContent: `INSERT INTO content(digest, subject, sender, recipients, date, raw_size, claims)
    VALUES (?, ?, ?, ?, ?, ?, 1)`,
  // The earliest of the mailbox's dates, so that the order of reading does not matter.
  moreClaims: `UPDATE content SET claims = claims + 1, subject = coalesce(subject, ?), sender = coalesce(sender, ?),
    recipients = coalesce(recipients, ?), date = min(coalesce(date, ?), coalesce(?, date)), raw_size = coalesce(raw_size, ?)
    WHERE id = ?`,
  lessClaims: 'UPDATE content SET claims = claims - 1 WHERE id = ?',
  factsOf: `UPDATE content SET subject = ?, sender = ?, recipients = ?, date = ?, raw_size = ?, doc = NULL, indexed = 0
    WHERE id = ?`,
  told: `SELECT subject, sender, raw_size, date FROM content
    WHERE id = ? AND status IS NOT NULL AND status <> 'missing'`,
  readAgain: 'UPDATE content SET indexed = 0 WHERE id = ?',
  noText: 'UPDATE content SET indexed = 1 WHERE id = ?',
  claim: 'INSERT OR IGNORE INTO claim(content, item) VALUES (?, ?)',
  unclaim: 'DELETE FROM claim WHERE content = ? AND item = ?',
  claimedBy:
    'SELECT 1 FROM claim k JOIN item i ON i.pk = k.item WHERE k.content = ? AND i.account = ? LIMIT 1',
  dropContent: 'DELETE FROM content WHERE id = ?',
  dropClaims: 'DELETE FROM claim WHERE content = ?',
  dropContentProblems: 'DELETE FROM problem WHERE content = ?',
  state: `INSERT INTO state(item, n, account, starts, ends, type, deleted, folder, flags, tags, content, own, name)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  stateContents: 'SELECT DISTINCT content FROM state WHERE item = ?',
  dropStates: 'DELETE FROM state WHERE item = ?',
  folder: `INSERT OR REPLACE INTO folder_version(account, id, n, item, starts, ends, deleted, type, name, parent)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  dropFolders: 'DELETE FROM folder_version WHERE account = ? AND id = ?',
  dropProblems: 'DELETE FROM problem WHERE item = ?',
  problem: 'INSERT INTO problem(kind, path, digest, detail, item) VALUES (?, ?, ?, ?, ?)',
} as const
export type ItemStatement = keyof typeof ITEM_SQL
