import { randomUUID } from 'node:crypto'
import { serverProfileSchema, type ServerDraft } from '../contract/servers.ts'
import { serverReportSchema, type ServerReport } from '../contract/server-report.ts'
import type { AppDatabase } from '../engine/app-database.ts'
import { ExpectedError } from '../engine/errors.ts'
import type { ServerProfile } from './profile.ts'

interface Row {
  id: string
  profile: string
}

/** The profiles of servers, kept in the app database. There is no place in it for a secret. */
export class ProfileStore {
  readonly #db: AppDatabase

  constructor(db: AppDatabase) {
    this.#db = db
  }

  /** All profiles by name. Rows that a later Lifeboat wrote and this one cannot read are left alone. */
  list(): ServerProfile[] {
    const rows = this.#db.prepare('SELECT id, profile FROM servers').all() as Row[]
    return rows
      .map(read)
      .filter((profile) => profile !== null)
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
  }

  /** @throws ExpectedError NOT_FOUND */
  get(id: string): ServerProfile {
    const row = this.#db.prepare('SELECT id, profile FROM servers WHERE id = ?').get(id) as Row | undefined
    const profile = row ? read(row) : null
    if (!profile) {
      throw new ExpectedError('NOT_FOUND', 'This server is not in the list any more', {
        why: 'Its profile was removed.',
        next: 'Add it again under Servers.',
      })
    }
    return profile
  }

  /**
   * Saves a new profile (without an id) or changes one.
   * @throws a ZodError for values that are not valid, ExpectedError NOT_FOUND for an id that is not there
   */
  save(draft: ServerDraft): ServerProfile {
    const id = draft.id ?? randomUUID()
    if (draft.id !== undefined) this.get(draft.id)
    // Parsing drops whatever else was sent along: a secret cannot slip in under a name of its own.
    const profile = serverProfileSchema.parse({ ...draft, id })
    this.#db
      .prepare(
        `INSERT INTO servers (id, profile) VALUES (?, ?)
         ON CONFLICT (id) DO UPDATE SET profile = excluded.profile`,
      )
      .run(id, JSON.stringify(profile))
    return profile
  }

  /** Removes a profile and what was seen of its server. */
  remove(id: string): void {
    this.#db.prepare('DELETE FROM servers WHERE id = ?').run(id)
  }

  /** Keeps the last report of a server. */
  keepReport(id: string, report: ServerReport): void {
    this.#db.prepare('UPDATE servers SET report = ? WHERE id = ?').run(JSON.stringify(report), id)
  }

  /** The last report; null when there is none or when an older Lifeboat wrote it in another form. */
  lastReport(id: string): ServerReport | null {
    const row = this.#db.prepare('SELECT report FROM servers WHERE id = ?').get(id) as
      { report: string | null } | undefined
    if (!row?.report) return null
    const parsed = serverReportSchema.safeParse(parseJson(row.report))
    return parsed.success ? parsed.data : null
  }
}

function read(row: Row): ServerProfile | null {
  const parsed = serverProfileSchema.safeParse(parseJson(row.profile))
  return parsed.success ? parsed.data : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
