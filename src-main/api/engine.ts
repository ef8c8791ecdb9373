import type { AppInfo, Settings } from '../contract/app.ts'
import type { ConnectionState, Question } from '../contract/servers.ts'
import { openAppDatabase, type AppDatabase } from '../engine/app-database.ts'
import { dataFolder } from '../engine/data-folder.ts'
import { openLog, type Log } from '../engine/log.ts'
import { readSettings, saveSettings } from '../engine/settings.ts'
import { logTasks } from '../engine/task-log.ts'
import { TaskManager } from '../engine/tasks.ts'
import { appVersion } from '../engine/version.ts'
import { registerExports } from '../export/export-task.ts'
import { Recovery } from '../recovery/recovery.ts'
import type { Keychain } from '../remote/secret-vault.ts'
import { Servers } from '../remote/servers.ts'
import { Copies } from '../remote/transfer/copy-task.ts'
import { registerVerify } from '../verify/verify-task.ts'
import { handleFileRequest, type FileResponse } from './files.ts'
import { Latest } from './latest.ts'
import { createMailApi, type MailApi } from './mail.ts'
import { localZone, OpenBackups } from './open-backups.ts'

export interface EngineOptions {
  /** Absolute path; default: the platform's. */
  dataFolder?: string | undefined
  host: AppInfo['host']
  /** Native folder dialog of the desktop; resolves to null when cancelled. */
  pickFolder?: ((title: string) => Promise<string | null>) | undefined
  /** Shows the folder of the log in the system's file manager, where the host can. */
  showLogs?: ((file: string) => void) | undefined
  /** Makes a PDF of a page of ours, where the host can. */
  printPdf?: ((html: string) => Promise<Buffer>) | undefined
  /** The system's keychain, where the host has one. */
  keychain?: Keychain | undefined
  /** Hears the settings at the start and whenever they are saved. */
  onSettings?: ((settings: Settings) => void) | undefined
}

/** Everything the hosts share: one per process. */
export interface Engine {
  readonly dataFolder: string
  readonly host: AppInfo['host']
  readonly log: Log
  readonly db: AppDatabase
  readonly tasks: TaskManager
  readonly backups: OpenBackups
  readonly mail: MailApi
  readonly servers: Servers
  readonly copies: Copies
  readonly recovery: Recovery
  /** What waits for a person: host keys and secrets. */
  readonly questions: Latest<Question[]>
  readonly connections: Latest<ConnectionState[]>
  pickFolder(title: string): Promise<string | null>
  /** Null where the host has no file manager. */
  readonly showLogs: (() => void) | null
  /** Null where the host cannot print. */
  readonly printPdf: ((html: string) => Promise<Buffer>) | null
  /** Zone in which a person writes and reads dates, IANA name. */
  displayZone(): string
  settings(): Settings
  saveSettings(patch: Partial<Settings>): Settings
  /** Throws REFUSED when a folder lies under an open Backup Path or around one. @param what how the message calls it */
  assertMayWrite(folder: string, what: string): void
  /** Answers `/mail-frame/…`, `/attachment/…` and `/message/….eml`; null when the URL is none of them. */
  file(url: URL): Promise<FileResponse | null>
  /** Stops what runs, keeps what is needed to go on next time, closes the databases. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Opens the data folder and makes the engine.
 * @throws ExpectedError REFUSED when the data folder cannot be used
 */
export function createEngine(options: EngineOptions): Engine {
  const folder = dataFolder(options.dataFolder)
  const log = openLog(folder)
  const db = openAppDatabase(folder)
  const tasks = new TaskManager(db)
  const backups = new OpenBackups({ dataFolder: folder, db, tasks, log })
  const displayZone = (): string => readSettings(db).displayZone ?? localZone()
  const mail = createMailApi({
    openCatalog: (catalogId) => {
      const { db: catalog, path } = backups.get(catalogId)
      return { id: catalogId, db: catalog, root: path, zone: displayZone() }
    },
  })
  const questions = new Latest<Question[]>([])
  const connections = new Latest<ConnectionState[]>([])
  const servers = new Servers({
    db,
    dataFolder: folder,
    keychain: options.keychain ?? null,
    onQuestions: (open) => questions.set(open),
    onConnections: (states) => connections.set(states),
  })
  const copies = new Copies(tasks, servers, () => readSettings(db).jobs)
  const recovery = new Recovery({
    dataFolder: folder,
    tasks,
    servers,
    copies,
    zone: displayZone,
    jobs: () => readSettings(db).jobs,
    index: (path, signal) => backups.indexed(path, signal),
  })
  registerExports(tasks)
  registerVerify(tasks)
  log.info('engine starts', { version: appVersion(), host: options.host, platform: process.platform })
  const ending = new AbortController()
  logTasks(tasks, log, ending.signal).catch((error: unknown) => log.warn('tasks are not logged', { error }))
  let closing: Promise<void> | null = null
  options.onSettings?.(readSettings(db))

  return {
    dataFolder: folder,
    host: options.host,
    log,
    db,
    tasks,
    backups,
    mail,
    servers,
    copies,
    recovery,
    questions,
    connections,
    pickFolder: (title) => {
      if (!options.pickFolder) throw new Error('only the desktop has a folder dialog')
      return options.pickFolder(title)
    },
    showLogs: options.showLogs ? () => options.showLogs?.(log.file) : null,
    printPdf: options.printPdf ?? null,
    displayZone,
    settings: () => readSettings(db),
    saveSettings: (patch) => {
      const saved = saveSettings(db, patch)
      options.onSettings?.(saved)
      return saved
    },
    assertMayWrite: (target, what) => backups.assertMayWrite(target, what),
    file: (url) => handleFileRequest(url, mail),
    close: () =>
      (closing ??= (async () => {
        await recovery.close()
        await tasks.close()
        ending.abort()
        servers.close()
        questions.end()
        connections.end()
        await backups.closeAll()
        db.close()
      })()),
  }
}
