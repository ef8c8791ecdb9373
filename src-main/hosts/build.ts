import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

/** The checkout, when this runs from its sources. */
const root = fileURLToPath(new URL('../..', import.meta.url))
const TOOLS = ['electron.vite.config.ts', 'package-lock.json']
/** `page`: what a browser needs. `desktop`: that, the main process and its preload. */
const PARTS = {
  page: {
    sources: [...TOOLS, 'src-renderer', 'resources/help', 'src-main/contract'],
    result: 'out/renderer/index.html',
  },
  desktop: { sources: [...TOOLS, 'src-renderer', 'src-main', 'resources'], result: 'out/main/electron.js' },
} as const
type Part = keyof typeof PARTS

/**
 * Builds a part when it is missing or older than its sources. In a build or a package there is nothing to do. Takes
 * some seconds; says nothing unless it fails.
 * @throws Error with the builder's output
 */
export function ensureBuilt(part: Part): Promise<void> {
  if (!import.meta.url.endsWith('.ts')) return Promise.resolve()
  // one after the other: two builders would write the same files
  const building = last.then(() => buildWhenOld(part))
  last = building.catch(() => undefined)
  return building
}
let last: Promise<void> = Promise.resolve()

async function buildWhenOld(part: Part): Promise<void> {
  const stamp = stampOf(part)
  if (existsSync(join(root, PARTS[part].result)) && readStamp(part) === stamp) return
  const builder = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!existsSync(builder))
    throw new Error('Lifeboat is not built and the builder is not installed: run `npm ci`.')
  const pageStamp = stampOf('page')
  await run(builder, part)
  writeStamp(part, stamp)
  if (part === 'desktop') writeStamp('page', pageStamp)
}

function stampFile(part: Part): string {
  return join(root, 'out', `.${part}-from`)
}

function readStamp(part: Part): string | null {
  return existsSync(stampFile(part)) ? readFileSync(stampFile(part), 'utf8') : null
}

function writeStamp(part: Part, stamp: string): void {
  mkdirSync(dirname(stampFile(part)), { recursive: true })
  writeFileSync(stampFile(part), stamp)
}

/** Names, sizes and times of all that goes into a part: cheap, and right for a checkout. */
function stampOf(part: Part): string {
  const hash = createHash('sha256')
  for (const name of PARTS[part].sources) {
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

async function run(builder: string, part: Part): Promise<void> {
  const child = spawn(process.execPath, [builder, 'build', '--logLevel', 'warn'], {
    cwd: root,
    // read by electron.vite.config.ts
    env: { ...process.env, LIFEBOAT_BUILD: part, NO_COLOR: '1', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code === 0) return
  const text = stripVTControlCharacters(Buffer.concat(output).toString('utf8')).trim()
  throw new Error(`Lifeboat could not be built:\n${text}`)
}
