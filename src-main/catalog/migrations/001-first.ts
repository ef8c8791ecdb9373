/** The first schema. What the tables mean is written in `schema.ts`. Never edit: add the next number. */
export const sql001 = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE account (
  pk INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  name TEXT,
  guessed INTEGER NOT NULL DEFAULT 0,
  display_name TEXT,
  aliases TEXT NOT NULL DEFAULT '[]',
  cos TEXT,
  status TEXT,
  folder TEXT,
  items INTEGER NOT NULL DEFAULT 0,
  messages INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  first INTEGER,
  last INTEGER,
  last_change INTEGER,
  info_size INTEGER,
  info_mtime INTEGER
);
CREATE INDEX account_name ON account(name COLLATE NOCASE);

CREATE TABLE content (
  id INTEGER PRIMARY KEY,
  digest TEXT UNIQUE,
  doc INTEGER UNIQUE,
  path TEXT,
  file_size INTEGER,
  file_mtime INTEGER,
  status TEXT,
  misplaced INTEGER NOT NULL DEFAULT 0,
  rule TEXT,
  raw_size INTEGER,
  subject TEXT,
  sender TEXT,
  recipients TEXT,
  date INTEGER,
  has_attachment INTEGER NOT NULL DEFAULT 0,
  attachments TEXT,
  claims INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  owner_account INTEGER,
  indexed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX content_unclaimed ON content(owner, date) WHERE claims = 0;
CREATE INDEX content_todo ON content(indexed) WHERE indexed = 0;

CREATE TABLE copy (
  path TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  file_size INTEGER NOT NULL,
  file_mtime INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX copy_digest ON copy(digest);

CREATE TABLE claim (content INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (content, item)) WITHOUT ROWID;

CREATE TABLE item (
  pk INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  id INTEGER NOT NULL,
  path TEXT,
  file_size INTEGER,
  file_mtime INTEGER,
  condition TEXT NOT NULL,
  type INTEGER NOT NULL,
  folder INTEGER,
  deleted INTEGER NOT NULL,
  flags TEXT NOT NULL,
  tags TEXT,
  content INTEGER NOT NULL,
  date INTEGER NOT NULL,
  size INTEGER,
  subject_key TEXT NOT NULL DEFAULT '',
  sender_key TEXT NOT NULL DEFAULT '',
  states INTEGER NOT NULL,
  first_start INTEGER,
  last_change INTEGER,
  ends INTEGER,
  lacks INTEGER NOT NULL DEFAULT 0,
  extra TEXT,
  UNIQUE (account, id)
);
CREATE INDEX item_folder_date ON item(account, folder, deleted, date) WHERE type NOT IN (0,1,2,3,9,11,12,16);
CREATE INDEX item_odd ON item(account) WHERE path IS NOT NULL;

CREATE TABLE state (
  item INTEGER NOT NULL,
  n INTEGER NOT NULL,
  account INTEGER NOT NULL,
  starts INTEGER,
  ends INTEGER,
  type INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  folder INTEGER,
  flags TEXT NOT NULL,
  tags TEXT,
  content INTEGER,
  own INTEGER NOT NULL,
  name TEXT,
  PRIMARY KEY (item, n)
) WITHOUT ROWID;

CREATE TABLE folder_version (
  account INTEGER NOT NULL,
  id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  item INTEGER NOT NULL,
  starts INTEGER,
  ends INTEGER,
  deleted INTEGER NOT NULL,
  type INTEGER NOT NULL,
  name TEXT,
  parent INTEGER,
  PRIMARY KEY (account, id, n)
) WITHOUT ROWID;

CREATE TABLE folder_count (
  account INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  type INTEGER NOT NULL,
  items INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  PRIMARY KEY (account, folder, deleted, type)
) WITHOUT ROWID;

CREATE TABLE month (
  account INTEGER NOT NULL,
  month INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  PRIMARY KEY (account, month, deleted)
) WITHOUT ROWID;

CREATE TABLE owner_vote (
  account INTEGER NOT NULL,
  address TEXT NOT NULL,
  votes INTEGER NOT NULL,
  PRIMARY KEY (account, address)
) WITHOUT ROWID;

CREATE TABLE problem (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  digest TEXT,
  detail TEXT NOT NULL,
  item INTEGER,
  content INTEGER
);
CREATE INDEX problem_kind ON problem(kind, id);
CREATE INDEX problem_item ON problem(item) WHERE item IS NOT NULL;
CREATE INDEX problem_content ON problem(content) WHERE content IS NOT NULL;

CREATE TABLE refusal (
  owner TEXT NOT NULL,
  mode TEXT NOT NULL,
  files INTEGER NOT NULL,
  remedy TEXT NOT NULL,
  PRIMARY KEY (owner, mode)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE fts USING fts5(
  subject, sender, recipients, body, attachments, tokens,
  content = '', contentless_delete = 1, detail = full, tokenize = 'unicode61 remove_diacritics 2'
);
`
