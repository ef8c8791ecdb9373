import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { hasDisplay } from './browser.ts'

/** Either what to start, or why there is nothing to start: half a sentence that fits into brackets. */
export type ElectronChoice = { binary: string } | { reason: string }

/** By then it is said that Electron cannot be had, unless its download has really begun. */
const DECIDE_MS = 7000
/** A download that takes longer than this is given up, ms. */
const DOWNLOAD_MS = 15 * 60_000

/**
 * Finds the Electron to start: the one of ELECTRON_OVERRIDE_DIST_PATH, the installed one, or one fetched now (Electron
 * has no install script; it downloads itself when first asked for). Never hangs: decides within some seconds unless a
 * download is under way.
 */
export async function findElectron(env: NodeJS.ProcessEnv = process.env): Promise<ElectronChoice> {
  if (!hasDisplay(env)) return { reason: 'there is no display' }
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  if (override) {
    const binary = join(override, executableName(override))
    return existsSync(binary) ? { binary } : { reason: `ELECTRON_OVERRIDE_DIST_PATH has no ${binary}` }
  }
  let folder: string
  try {
    folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return { reason: 'the electron package is not installed' }
  }
  const installed = installedBinary(folder)
  if (installed) return { binary: installed }
  const failure = await download(folder)
  const fetched = installedBinary(folder)
  return fetched ? { binary: fetched } : { reason: failure ?? 'its download brought no program' }
}

function executableName(folder: string): string {
  const mac = 'Electron.app/Contents/MacOS/Electron'
  if (process.platform === 'darwin') return existsSync(join(folder, mac)) ? mac : 'Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

/** The electron package notes its executable in path.txt when it has been fetched whole. */
function installedBinary(folder: string): string | null {
  try {
    const binary = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim())
    return existsSync(binary) ? binary : null
  } catch {
    return null
  }
}

/** Runs the package's own installer. Resolves to why it failed, or null. */
async function download(folder: string): Promise<string | null> {
  const child = spawn(process.execPath, [join(folder, 'install.js')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const stop = (): void => void child.kill('SIGKILL')
  process.once('exit', stop)
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-4000)))
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', resolve)
  })
  try {
    if (await Promise.race([ended.then(() => true), wait(DECIDE_MS)])) return explain(await ended, errors)
    if (!(await canReachDownload(folder))) return 'its download does not answer'
    console.log('Fetching Electron, once (about 110 MB) …')
    if (await Promise.race([ended.then(() => true), wait(DOWNLOAD_MS)])) return explain(await ended, errors)
    return 'its download takes too long'
  } finally {
    process.removeListener('exit', stop)
    stop()
  }
}

function explain(code: number | null, errors: string): string | null {
  if (code === 0) return null
  if (
    /fetch failed|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/.test(errors)
  ) {
    return 'its program is not installed and cannot be downloaded from here'
  }
  if (errors.includes('ENOSPC')) return 'the disk is too full for its program'
  if (/EACCES|EROFS|EPERM/.test(errors)) return 'its program cannot be written into node_modules'
  const status = /\b(4\d\d|5\d\d)\b/.exec(errors)
  return status ? `its download answered ${status[1]}` : 'its download failed'
}

/** True when the server that has Electron answers: then a slow download is worth waiting for. */
async function canReachDownload(folder: string): Promise<boolean> {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const mirror = process.env['ELECTRON_MIRROR'] ?? process.env['npm_config_electron_mirror']
  const base = mirror ?? 'https://github.com/electron/electron/releases/download/'
  try {
    const url = `${base.replace(/\/?$/, '/')}v${version}/SHASUMS256.txt`
    const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(1500) })
    return answer.status < 400
  } catch {
    return false
  }
}

function wait(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref())
}
