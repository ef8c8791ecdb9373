import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { ExpectedError } from './errors.ts'
import { assertNotInside } from './paths.ts'

/** Where Lifeboat keeps its own data on this platform when nothing else is said. */
export function defaultDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Lifeboat')
  if (platform === 'win32') return join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Lifeboat')
  const xdg = env['XDG_DATA_HOME']
  // The XDG specification tells to ignore a relative path.
  return join(xdg?.startsWith('/') ? xdg : join(home, '.local', 'share'), 'lifeboat')
}

/**
 * The data folder, created with mode 0700 when it is not there: `override` (`--data`), else LIFEBOAT_DATA, else the
 * platform's. Catalogs hold the words of other people's mail, so nobody else may read it.
 * @param backupRoot a Backup Path that it must not lie in: asked before anything is created
 * @throws ExpectedError REFUSED when it cannot be created or written
 */
export function dataFolder(override?: string, backupRoot?: string): string {
  const folder = resolve(override || process.env['LIFEBOAT_DATA'] || defaultDataFolder())
  if (backupRoot !== undefined) assertNotInside(folder, backupRoot, 'data folder')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    tighten(folder)
  } catch (error) {
    throw new ExpectedError(
      'REFUSED',
      `The data folder ${folder} cannot be used`,
      {
        why: (error as Error).message,
        next: 'Name another one with --data DIR or the environment variable LIFEBOAT_DATA.',
      },
      { cause: error },
    )
  }
  return folder
}

/** Closes a folder to others when it is ours: still empty, or with our database in it. Never a folder of other things. */
function tighten(folder: string): void {
  if (process.platform === 'win32') return
  const info = statSync(folder)
  if ((info.mode & 0o077) === 0 || info.uid !== process.getuid?.()) return
  const names = readdirSync(folder)
  if (names.length === 0 || names.includes('lifeboat.db') || names.includes('catalogs'))
    chmodSync(folder, 0o700)
}
