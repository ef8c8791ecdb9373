import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Absolute path of a program on PATH or in the places for administrators; null when it is not installed. */
export function which(...names: string[]): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin']
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name)
      if (folder && existsSync(path)) return path
    }
  }
  return null
}

/** A Chromium to drive: LIFEBOAT_CHROMIUM, else the system's. */
export function chromiumPath(): string | null {
  return process.env['LIFEBOAT_CHROMIUM'] ?? which('chromium', 'chromium-browser', 'google-chrome')
}

export interface ElectronRuntime {
  binary: string
  version: string
  /** What a launch needs in its environment. */
  env: Record<string, string>
}

/** An Electron that can run here: the one named by the environment, the installed one, or ~/.cache/lifeboat-electron. */
export function electronRuntime(): ElectronRuntime | null {
  const installed = join(import.meta.dirname, '../../../node_modules/electron/dist')
  const cached = join(homedir(), '.cache/lifeboat-electron')
  for (const folder of [process.env['ELECTRON_OVERRIDE_DIST_PATH'], installed, cached]) {
    if (!folder || !existsSync(join(folder, 'electron'))) continue
    const env: Record<string, string> = { ELECTRON_OVERRIDE_DIST_PATH: folder }
    const binding = process.env['LIFEBOAT_SQLITE_BINDING'] ?? join(folder, 'better_sqlite3.node')
    if (existsSync(binding)) env['LIFEBOAT_SQLITE_BINDING'] = binding
    const versionFile = join(folder, 'version')
    const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : 'unknown'
    return { binary: join(folder, 'electron'), version, env }
  }
  return null
}

/** What tests can lean on, and what is lost without it: printed by `npm test` when it is missing. */
export const PROGRAMS: readonly { name: string; found: () => boolean; loses: string; get: string }[] = [
  {
    name: 'Chromium',
    found: () => chromiumPath() !== null,
    loses: 'screens in the browser',
    get: 'apt-get install chromium',
  },
  {
    name: 'Electron',
    found: () => electronRuntime() !== null,
    loses: 'the desktop window',
    get: 'npx install-electron, or tools/electron-runtime where only the registry is in reach',
  },
  {
    name: 'Xvfb',
    found: () => Boolean(process.env['DISPLAY']) || which('Xvfb') !== null,
    loses: 'the desktop window without a display',
    get: 'apt-get install xvfb',
  },
  {
    name: 'sshd',
    found: () => which('sshd') !== null,
    loses: 'a real SSH server',
    get: 'apt-get install openssh-server',
  },
  {
    name: 'rsync',
    found: () => which('rsync') !== null,
    loses: 'copies by rsync',
    get: 'apt-get install rsync',
  },
  {
    name: 'mu',
    found: () => which('mu') !== null,
    loses: 'the comparison with mu',
    get: 'apt-get install maildir-utils',
  },
  {
    name: 'gcc with libdeflate and OpenSSL',
    found: () =>
      which('gcc') !== null &&
      existsSync('/usr/include/libdeflate.h') &&
      existsSync('/usr/include/openssl/evp.h'),
    loses: 'the comparison with a C program',
    get: 'apt-get install gcc libdeflate-dev libssl-dev',
  },
]

/** True when this process may become another user, which some tests of permissions need. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}
