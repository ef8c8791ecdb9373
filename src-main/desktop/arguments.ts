import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app } from 'electron'

/** What the command line asks of the window. */
export interface OpenRequest {
  /** Absolute path of a Backup Path to open. */
  path: string | null
  /** Data folder other than the platform's. */
  dataFolder: string | null
}

/** Said by the launchers in resources/bin: what follows `--` is for the terminal, whatever it is; no window may open. */
const TERMINAL_SWITCH = '--terminal'
const QUESTIONS: ReadonlySet<string> = new Set(['--help', '-h', '--version', '-V'])

/** Reads `[--data=DIR] [--] [PATH]`; Electron's and Chromium's own switches are passed over. */
export function openRequest(argv: readonly string[], cwd: string = process.cwd()): OpenRequest {
  const own = ownArguments(argv)
  const data = own.find((arg) => arg.startsWith('--data='))?.slice('--data='.length)
  const path = own.find((arg) => !arg.startsWith('-'))
  return { path: path ? absolute(cwd, path) : null, dataFolder: data ? resolve(cwd, data) : null }
}

/**
 * The arguments of `lifeboat …` in a terminal, or null when a window is asked for. A command is a bare word
 * (`lifeboat index /mnt/backup`); a folder to open has a slash in it (`lifeboat ./backup`), as desktops give it.
 */
export function commandArguments(argv: readonly string[]): string[] | null {
  const own = ownArguments(argv)
  const dashes = own.indexOf('--')
  if (dashes > 0 && own.slice(0, dashes).includes(TERMINAL_SWITCH)) return own.slice(dashes + 1)
  const first = own.findIndex((arg) => !arg.startsWith('-') || QUESTIONS.has(arg))
  const word = own[first]
  return word !== undefined && /^[a-z-]+$/i.test(word) ? own.slice(first) : null
}

function ownArguments(argv: readonly string[]): readonly string[] {
  // unpackaged, the app's folder stands before our arguments
  const start = app.isPackaged ? 1 : argv.findIndex((arg) => resolve(arg) === app.getAppPath()) + 1
  return start === 0 ? [] : argv.slice(start)
}

/** Desktops may name a folder by its file: address. */
function absolute(cwd: string, path: string): string {
  if (!path.startsWith('file:')) return resolve(cwd, path)
  try {
    return fileURLToPath(path)
  } catch {
    return resolve(cwd, path)
  }
}
