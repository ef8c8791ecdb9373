import { availableParallelism } from 'node:os'
import { detectLayout } from '../backup/layout.ts'
import { catalogFileFor, openCatalog } from '../catalog/catalog.ts'
import { startIngest, type IngestProgress, type IngestResult } from '../catalog/ingest/ingest.ts'
import { openAppDatabase, type AppDatabase } from '../engine/app-database.ts'
import { dataFolder } from '../engine/data-folder.ts'
import { openLog, type Log } from '../engine/log.ts'
import { recentEntry, touchRecent, updateRecent } from '../engine/recent.ts'
import { readSettings } from '../engine/settings.ts'
import type { Database } from '../engine/sqlite.ts'
import { asMeant, type CommandContext } from './command.ts'
import { StoppedError } from './exit.ts'
import type { ProgressLine } from './terminal.ts'
import { localZone } from './zone.ts'

/** A Backup Path whose catalog is up to date. */
export interface OpenPath {
  /** Real path. */
  root: string
  dataFolder: string
  catalogFile: string
  /** Read-only connection to the catalog. */
  db: Database
  appDb: AppDatabase
  log: Log
  totals: IngestResult
  /** IANA zone used for timestamps that carry none. */
  zone: string
  close(): void
}

/**
 * Opens a Backup Path and brings its catalog up to date first, with progress on stderr.
 * @throws StoppedError when it was stopped meanwhile; what was read stays in the catalog
 */
export async function openPath(context: CommandContext, path: string): Promise<OpenPath> {
  const { root } = detectLayout(asMeant(path))
  const folder = dataFolder(context.data, root)
  const log = openLog(folder)
  const appDb = openAppDatabase(folder)
  try {
    const zone = recentEntry(appDb, root)?.zone ?? localZone()
    const catalogFile = catalogFileFor(folder, root)
    touchRecent(appDb, root)
    const totals = await index(context, { root, catalogFile, zone, appDb, log })
    const db = openCatalog(catalogFile, { readonly: true })
    const close = (): void => {
      db.close()
      appDb.close()
    }
    return { root, dataFolder: folder, catalogFile, db, appDb, log, totals, zone, close }
  } catch (error) {
    appDb.close()
    throw error
  }
}

interface IndexInput {
  root: string
  catalogFile: string
  zone: string
  appDb: AppDatabase
  log: Log
}

async function index(
  { terminal, signal }: CommandContext,
  { root, catalogFile, zone, appDb, log }: IndexInput,
): Promise<IngestResult> {
  const line = terminal.progress('Indexing')
  const handle = startIngest({
    path: root,
    catalogFile,
    zone,
    jobs: readSettings(appDb).jobs ?? availableParallelism(),
    signal,
    onLog: (text) => log.info('index', { path: root, text }),
  })
  const forget = handle.onProgress((progress) => showProgress(line, progress))
  try {
    const totals = await handle.done
    const complete = !totals.stopped && !signal.aborted
    updateRecent(appDb, root, { accounts: totals.accounts, items: totals.items, complete })
    if (!complete) throw new StoppedError()
    return totals
  } finally {
    forget()
    line.end()
  }
}

const LABELS: Partial<Record<IngestProgress['phase'], string>> = {
  accounts: 'Reading accounts',
  items: 'Reading items   ',
  messages: 'Reading messages',
  sorting: 'Sorting         ',
}

function showProgress(line: ProgressLine, progress: IngestProgress): void {
  const { phase, done, total, unit, secondsLeft } = progress
  const label = LABELS[phase]
  if (label) line.update({ done, total, unit, secondsLeft, label })
}
