import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedError } from '../../engine/errors.ts'
import { appVersion } from '../../engine/version.ts'
import { JOURNAL_NAME } from '../journal/journal.ts'
import { Case } from './case.ts'

/** A case that is there and cannot be opened. */
export interface UnreadableCase {
  id: string
  error: Error
}

/** The cases of a data folder. Each is opened once and stays open. */
export class CaseStore {
  readonly folder: string
  readonly #open = new Map<string, Case>()

  constructor(dataFolder: string) {
    this.folder = join(dataFolder, 'cases')
  }

  create(name: string): Case {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
    const id = `${time}-${randomBytes(3).toString('hex')}`
    const made = Case.create(join(this.folder, id), name, appVersion())
    this.#open.set(id, made)
    return made
  }

  /** A case by its id. @throws ExpectedError NOT_FOUND, BrokenJournalError */
  get(id: string): Case {
    const open = this.#open.get(id)
    if (open) {
      open.refresh()
      return open
    }
    if (!isCaseId(id) || !existsSync(join(this.folder, id, JOURNAL_NAME))) {
      throw new ExpectedError('NOT_FOUND', 'There is no such case', {
        why: `No case ${id} is in ${this.folder}.`,
        next: 'See the list of cases.',
      })
    }
    const found = new Case(join(this.folder, id))
    this.#open.set(id, found)
    return found
  }

  /** All cases, newest change first; what cannot be opened stands beside them, never left out in silence. */
  list(): { cases: Case[]; unreadable: UnreadableCase[] } {
    const cases: Case[] = []
    const unreadable: UnreadableCase[] = []
    for (const id of this.#ids()) {
      try {
        const one = this.get(id)
        if (one.journal.count > 0) cases.push(one)
      } catch (error) {
        unreadable.push({ id, error: error as Error })
      }
    }
    cases.sort((a, b) => b.state.changedAt - a.state.changedAt)
    return { cases, unreadable }
  }

  /** The case whose id, beginning of an id, or name a person typed. @throws ExpectedError NOT_FOUND, BAD_QUERY */
  find(text: string): Case {
    if (isCaseId(text) && existsSync(join(this.folder, text, JOURNAL_NAME))) return this.get(text)
    const { cases } = this.list()
    const found = cases.filter(({ id, state }) => id.startsWith(text) || state.name === text)
    if (found.length === 1) return found[0]!
    throw new ExpectedError(
      found.length === 0 ? 'NOT_FOUND' : 'BAD_QUERY',
      found.length === 0 ? `There is no case “${text}”` : `“${text}” could be ${found.length} cases`,
      {
        why: found.length === 0 ? 'No id and no name is like this.' : found.map(({ id }) => id).join(', '),
        next: 'Name one by its id: `lifeboat case list` shows them.',
      },
    )
  }

  /** Another process changed the folder of a case that may be open here. */
  forget(id: string): void {
    this.#open.delete(id)
  }

  #ids(): string[] {
    try {
      return readdirSync(this.folder).filter(
        (name) => isCaseId(name) && existsSync(join(this.folder, name, JOURNAL_NAME)),
      )
    } catch {
      return []
    }
  }
}

/** Ids come from screens, command lines and archives: never a path. */
export function isCaseId(id: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(id)
}
