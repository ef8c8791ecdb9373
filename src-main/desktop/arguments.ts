import { resolve } from 'node:path'
import { app } from 'electron'

/** What the command line asks of the window. */
export interface OpenRequest {
  /** Absolute path of a Backup Path to open. */
  path: string | null
  /** Data folder other than the platform's. */
  dataFolder: string | null
}

/** Reads `[--data=DIR] [--] [PATH]`; Electron's and Chromium's own switches are passed over. */
export function openRequest(argv: readonly string[], cwd: string = process.cwd()): OpenRequest {
  // unpackaged, the app's folder stands before our arguments
  const start = app.isPackaged ? 1 : argv.findIndex((arg) => resolve(arg) === app.getAppPath()) + 1
  const own = start === 0 ? [] : argv.slice(start)
  const data = own.find((arg) => arg.startsWith('--data='))?.slice('--data='.length)
  const path = own.find((arg) => !arg.startsWith('-'))
  return { path: path ? resolve(cwd, path) : null, dataFolder: data ? resolve(cwd, data) : null }
}
