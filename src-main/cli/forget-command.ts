import { existsSync } from 'node:fs'
import { detectLayout } from '../backup/layout.ts'
import { catalogBytes, catalogFileFor, removeCatalog } from '../catalog/catalog.ts'
import { openAppDatabase } from '../engine/app-database.ts'
import { dataFolder } from '../engine/data-folder.ts'
import { realPlace } from '../engine/paths.ts'
import { removeRecent } from '../engine/recent.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { size } from './text.ts'

/** `lifeboat forget PATH`: removes the catalog; the Backup Path itself may be gone already and is never touched. */
export function forgetCommand({ terminal, data }: CommandContext, path: string): Promise<void> {
  const root = rootOf(asMeant(path))
  const folder = dataFolder(data, root)
  const catalog = catalogFileFor(folder, root)
  const removed = existsSync(catalog) || catalogBytes(catalog) > 0
  const bytes = removeCatalog(catalog)
  const appDb = openAppDatabase(folder)
  try {
    removeRecent(appDb, root)
  } finally {
    appDb.close()
  }
  if (terminal.json) printJson(terminal, { backupPath: root, catalog, removed, bytes })
  else
    terminal.out(
      removed ? `Removed the catalog of ${root} (${size(bytes)}).\n` : `There was no catalog of ${root}.\n`,
    )
  return Promise.resolve()
}

function rootOf(path: string): string {
  try {
    return detectLayout(path).root
  } catch {
    return realPlace(path)
  }
}
