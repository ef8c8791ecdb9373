import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout, when this runs from its sources. */
const root = fileURLToPath(new URL('../..', import.meta.url))
const STAMP = join(root, 'out', '.built-from')
const SOURCES = ['src-main', 'src-renderer', 'resources', 'electron.vite.config.ts', 'package-lock.json']

/**
 * Builds page, preload and main process when they are missing or older than their sources. From a build or a package
 * there is nothing to do. Takes some seconds; says nothing unless it fails.
 * @throws Error with the builder's output
 */
export async function ensureBuilt(): Promise<void> {
  if (!import.meta.url.endsWith('.ts')) return
  const builder = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const stamp = sourcesStamp()
  const done = existsSync(join(root, 'out/renderer/index.html')) && existsSync(STAMP)
  if (done && readFileSync(STAMP, 'utf8') === stamp) return
  if (!existsSync(builder))
    throw new Error('The page is not built and the builder is not installed: run `npm ci` first.')
  await run(builder)
  writeFileSync(STAMP, stamp)
}

/** Names, sizes and times of all that goes into the build: cheap, and right for a checkout. */
function sourcesStamp(): string {
  const hash = createHash('sha256')
  for (const name of SOURCES) {
    const path = join(root, name)
    if (!existsSync(path)) continue
    const entries = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' })
      : ['']
    for (const entry of entries.sort()) {
      const info = statSync(join(path, entry), { throwIfNoEntry: false })
      if (info?.isFile()) hash.update(`${name}/${entry} ${info.size} ${info.mtimeMs}\n`)
    }
  }
  return hash.digest('hex')
}

async function run(builder: string): Promise<void> {
  const child = spawn(process.execPath, [builder, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0)
    throw new Error(`The page could not be built:\n${Buffer.concat(output).toString('utf8').trim()}`)
}
