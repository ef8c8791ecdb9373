import { spawn } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { electronRuntime } from './programs.ts'

const root = join(import.meta.dirname, '../../..')
const BUILDER = join(root, 'node_modules/electron-builder/cli.js')

/** False where npm has left electron-builder out. */
export function hasBuilder(): boolean {
  return existsSync(BUILDER)
}

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

interface Ended {
  code: number | NodeJS.Signals | null
  stdout: string
  stderr: string
}

/**
 * Builds the unpacked app from `out/` (made by the global setup) with the Electron that is here; 10 to 30 s.
 * @param checkout another checkout, with an `out/` of its own
 */
export async function buildPackageIn(output: string, checkout = root): Promise<PackagedApp> {
  const runtime = electronRuntime()
  if (!runtime) throw new Error('no Electron: ask notPackagedWhy() first')
  const electronFolder = dirname(runtime.binary)
  const built = await run(
    process.execPath,
    [
      BUILDER,
      '--linux',
      'dir',
      `-c.electronDist=${electronFolder}`,
      `-c.electronVersion=${runtime.version.replace(/^v/, '')}`,
      `-c.directories.output=${output}`,
    ],
    {},
    checkout,
  )
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
  cwd = root,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
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
