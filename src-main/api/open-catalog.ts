import type { Database } from '../engine/sqlite.ts'

/** An open Backup Path as the mail procedures need it. */
export interface OpenCatalog {
  id: string
  /** Real path of the Backup Path. */
  root: string
  /** IANA zone in which dates of queries are meant. */
  zone: string
  /** Read-only connection to its catalog. */
  db: Database
}
