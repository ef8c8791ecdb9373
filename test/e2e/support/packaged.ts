import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, openSync, readFileSync, readSync, closeSync, statSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { temporaryFolder } from '../../support/index.ts'
import { canRunElectron, electronEnvironment } from './app.ts'
import { buildPackageIn, hasBuilder, type PackagedApp } from './package-build.ts'
import { isRoot } from './programs.ts'

export { prebuildOf, run, type PackagedApp } from './package-build.ts'

/** Why there can be no packaged app here, null when there can. */
export function notPackagedWhy(): string | null {
  if (process.platform !== 'linux') return 'only the Linux package is tried here'
  if (!canRunElectron()) return 'needs Electron and a display'
  return hasBuilder() ? null : 'needs electron-builder'
}

/** Builds the unpacked app into a folder that goes with the test; 10 to 30 s. */
export function buildPackage(): Promise<PackagedApp> {
  return buildPackageIn(temporaryFolder('package'))
}

/** A machine without any display, as a server has it. */
export const NO_DISPLAY = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, XDG_SESSION_TYPE: undefined }

/** Names of the files inside an asar, with their sizes; its header is JSON behind four lengths of 4 bytes. */
export function asarFiles(file: string): Map<string, number> {
  const descriptor = openSync(file, 'r')
  try {
    const lengths = Buffer.alloc(16)
    readSync(descriptor, lengths, 0, 16, 0)
    const header = Buffer.alloc(lengths.readUInt32LE(12))
    readSync(descriptor, header, 0, header.length, 16)
    const found = new Map<string, number>()
    collect(JSON.parse(header.toString('utf8')) as AsarEntry, '', found)
    return found
  } finally {
    closeSync(descriptor)
  }
}

interface AsarEntry {
  files?: Record<string, AsarEntry>
  size?: number
}

function collect(entry: AsarEntry, path: string, into: Map<string, number>): void {
  if (entry.files === undefined) into.set(path, entry.size ?? 0)
  for (const [name, child] of Object.entries(entry.files ?? {})) {
    collect(child, path === '' ? name : `${path}/${name}`, into)
  }
}

const FUSES_BEHIND = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const FUSE_NAMES = [
  'RunAsNode',
  'CookieEncryption',
  'NodeOptions',
  'NodeCliInspect',
  'AsarIntegrity',
  'OnlyLoadAppFromAsar',
  'BrowserV8Snapshot',
  'FileProtocolPrivileges',
] as const

/** The fuses of an Electron program by name: behind a sentinel stand a version, a count and one character each. */
export function fusesOf(program: string): Record<string, string> {
  const bytes = readFileSync(program)
  const at = bytes.indexOf(FUSES_BEHIND)
  if (at < 0) throw new Error(`${program} has no fuses`)
  const wire = at + FUSES_BEHIND.length
  const states = bytes.subarray(wire + 2, wire + 2 + (bytes[wire + 1] ?? 0)).toString('latin1')
  return Object.fromEntries(FUSE_NAMES.map((name, index) => [name, states[index] ?? 'missing']))
}

/** Files of the package that Electron did not bring, relative, with their sizes. */
export function ownFiles(app: PackagedApp): Map<string, number> {
  const found = new Map<string, number>()
  for (const entry of readdirSync(app.folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const name = relative(app.folder, file)
    if (name !== 'lifeboat-app' && !existsSync(join(app.electronFolder, name)))
      found.set(name, statSync(file).size)
  }
  return found
}

/** The packaged window, driven over Chromium's own debugging port (Node's is shut by a fuse). */
export interface PackagedWindow {
  child: ChildProcess
  page: Page
  browser: Browser
  close(): Promise<void>
}

/** Starts the packaged app with a window. */
export async function startPackaged(
  app: PackagedApp,
  dataFolder: string,
  args: string[] = [],
): Promise<PackagedWindow> {
  const child = spawn(app.program, windowArguments(dataFolder, args), {
    env: { ...electronEnvironment({}), LIFEBOAT_SQLITE_BINDING: undefined },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const address = await debuggingAddress(child)
  const browser = await connected(address)
  const context = browser.contexts()[0]
  if (!context) throw new Error('no window')
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  return {
    child,
    page,
    browser,
    close: async () => {
      const ended = new Promise((done) => child.once('exit', done))
      await browser.close()
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 8000)
      await ended
      clearTimeout(force)
    },
  }
}

/** A connection made just before the window has its page may wait for ever; the next one does not. */
async function connected(address: string): Promise<Browser> {
  for (let tries = 1; ; tries++) {
    try {
      return await chromium.connectOverCDP(address, { timeout: 8000 })
    } catch (error) {
      if (tries === 4) throw error
    }
  }
}

/** What a start with a window needs on this machine. */
export function windowArguments(dataFolder: string, args: string[]): string[] {
  const sandbox = isRoot() ? ['--no-sandbox'] : []
  return [...sandbox, '--remote-debugging-port=0', '--lang=en-GB', `--data=${dataFolder}`, ...args]
}

function debuggingAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const give = setTimeout(() => reject(new Error(`no debugging port:\n${text}`)), 30_000)
    child.stderr?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-8000)
      const match = /DevTools listening on (ws:\S+)/.exec(text)
      if (!match) return
      clearTimeout(give)
      resolve(String(match[1]))
    })
    child.once('exit', (code, signal) => reject(new Error(`it ended (${String(code ?? signal)}):\n${text}`)))
  })
}
