/**
 * The app database, step by step: entry N brings a database from version N to N + 1 (`PRAGMA user_version`).
 * A step that was released is never changed.
 */
export const APP_MIGRATIONS: readonly string[] = [
  `CREATE TABLE settings (
     key TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE recent (
     path TEXT PRIMARY KEY,
     opened_at INTEGER NOT NULL,
     accounts INTEGER NOT NULL DEFAULT 0,
     items INTEGER NOT NULL DEFAULT 0,
     complete INTEGER NOT NULL DEFAULT 0,
     sample INTEGER NOT NULL DEFAULT 0,
     zone TEXT
   ) WITHOUT ROWID;
   CREATE TABLE tasks (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     title TEXT NOT NULL,
     state TEXT NOT NULL,
     started_at INTEGER NOT NULL,
     ended_at INTEGER,
     done INTEGER NOT NULL DEFAULT 0,
     total INTEGER,
     unit TEXT NOT NULL,
     bytes INTEGER,
     problems INTEGER NOT NULL DEFAULT 0,
     error TEXT,
     dismissed INTEGER NOT NULL DEFAULT 0,
     params TEXT,
     result TEXT,
     pid INTEGER NOT NULL,
     pid_started TEXT NOT NULL
   );
   CREATE INDEX tasks_open ON tasks (dismissed, seq);`,
  // Servers: how to reach them, what was last seen there. Secrets are here only as the system's keychain sealed them.
  `CREATE TABLE servers (
     id TEXT PRIMARY KEY,
     profile TEXT NOT NULL,
     report TEXT
   ) WITHOUT ROWID;
   CREATE TABLE sealed_secrets (
     hop TEXT NOT NULL,
     kind TEXT NOT NULL,
     key_file TEXT NOT NULL DEFAULT '',
     weak INTEGER NOT NULL DEFAULT 0,
     sealed BLOB NOT NULL,
     PRIMARY KEY (hop, kind, key_file)
   ) WITHOUT ROWID;`,
]
