import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { SimServer } from './server.ts'

/** How often the schedule of the purge comes round in a drill, ms; a night is too long to wait for. */
const EVERY_MS = 4000

const last = new WeakMap<SimServer, number>()

/**
 * The purge by its schedule: takes the backup of accounts away that the server no longer has (their retention is long over
 * in a drill). It runs on whatever the Backup Path is set to, also when that is the copy from which they are wanted back.
 */
export function purgeByClock(server: SimServer): void {
  const { state, paths } = server
  if (state.services['purge-scheduler'] !== true || server.backupPath === paths.backup) {
    last.delete(server)
    return
  }
  const began = last.get(server)
  if (began === undefined) last.set(server, Date.now())
  if (began === undefined || Date.now() - began < EVERY_MS) return
  last.set(server, Date.now())
  const accounts = join(server.backupPath, 'accounts')
  if (!existsSync(accounts)) return
  const kept = new Set(state.accounts.flatMap(({ id, sourceId }) => [id, sourceId ?? id]))
  for (const id of readdirSync(accounts)) if (!kept.has(id)) rmSync(join(accounts, id), { recursive: true })
}
