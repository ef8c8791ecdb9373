import { spawn, type ChildProcess } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  closeSync,
  statSync,
  readdirSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { temporaryFolder } from '../../support/index.ts'
import { canRunElectron, electronEnvironment } from './app.ts'
import { electronRuntime, isRoot } from './programs.ts'

const root = join(import.meta.dirname, '../../..')
const BUILDER = join(root, 'node_modules/electron-builder/cli.js')

/** The unpacked Linux app as electron-builder.yml makes it. */
export interface PackagedApp {
  folder: string
  /** The program, without the launcher. */
  program: string
  /** `lifeboat` of a terminal. */
  launcher: string
  asar: string
  /** What Electron itself brings, to tell it from ours. */
  electronFolder: string
}

export interface Ended {
  code: number | NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Why there can be no packaged app here, null when there can. */
export function notPackagedWhy(): string | null {
  if (process.platform !== 'linux') return 'only the Linux package is tried here'
  if (!canRunElectron()) return 'needs Electron and a display'
  return existsSync(BUILDER) ? null : 'needs electron-builder'
}

/** Builds the unpacked app from `out/` (made by the global setup) with the Electron that is here; 10 to 30 s. */
export async function buildPackage(): Promise<PackagedApp> {
  const runtime = electronRuntime()
  if (!runtime) throw new Error('no Electron: ask notPackagedWhy() first')
  const output = temporaryFolder('package')
  const electronFolder = dirname(runtime.binary)
  const built = await run(process.execPath, [
    BUILDER,
    '--linux',
    'dir',
    `-c.electronDist=${electronFolder}`,
    `-c.electronVersion=${runtime.version.replace(/^v/, '')}`,
    `-c.directories.output=${output}`,
  ])
  if (built.code !== 0) throw new Error(`electron-builder failed:\n${built.stdout}${built.stderr}`)
  const folder = join(output, 'linux-unpacked')
  const binding = runtime.env['LIFEBOAT_SQLITE_BINDING']
  // an Electron too old for better-sqlite3's prebuild: one that it can load in the same place
  if (binding) copyFileSync(binding, prebuildOf(folder))
  return {
    folder,
    program: join(folder, 'lifeboat-app'),
    launcher: join(folder, 'lifeboat'),
    asar: join(folder, 'resources/app.asar'),
    electronFolder,
  }
}

/** The one native file of the package. */
export function prebuildOf(folder: string): string {
  const prebuilds = join(folder, 'resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds')
  return join(prebuilds, `linux-${process.arch}.node`)
}

/** Runs a program to its end. @param env added to ours; undefined takes a variable away */
export function run(
  program: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, LIFEBOAT_SQLITE_BINDING: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }))
  })
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
  const browser = await chromium.connectOverCDP(address)
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
