/**
 * `npm run bench [-- COUNT]`: speed as ratios against named peers, in one run on the same files: the physical limit of the
 * blobs (a C program with libdeflate and OpenSSL), `mu index` and `mu find`. A peer that is not installed is left out and named.
 * COUNT is how many messages (default 30,000); they are made once and kept in the system's temporary folder.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { openCatalog } from '../../src-main/catalog/catalog.ts'
import { warmUp } from '../../src-main/catalog/queries/prepare.ts'
import { listPage } from '../../src-main/catalog/queries/list.ts'
import { benchFolder } from './data/bulk-path.ts'
import { benchWord, random } from './data/real-path.ts'

const root = resolve(import.meta.dirname, '../..')
const cli = join(root, 'src-main/cli.ts')
const count = Number(process.argv[2] ?? 30_000)
const base = join(benchFolder(), `real-${String(count)}`)
const path = join(base, 'path')
const ROUNDS = 3

interface Measured {
  seconds: number
  /** Processor seconds, user and system. */
  cpu: number
  /** Largest resident memory, MB. */
  memory: number
  output: string
}

/** Runs a program under `time`, which also tells its memory. */
function measure(program: string, args: readonly string[], input?: string): Promise<Measured> {
  return new Promise((done, fail) => {
    const began = performance.now()
    const child = spawn('/usr/bin/time', ['-f', '%U %S %M', program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let output = ''
    let notes = ''
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (notes += piece.toString()))
    child.on('error', fail)
    child.on('close', (code) => {
      const seconds = (performance.now() - began) / 1000
      const [user = NaN, system = NaN, memory = NaN] = (notes.trim().split('\n').at(-1) ?? '')
        .split(' ')
        .map(Number)
      if (code !== 0)
        fail(new Error(`${program} ${args.join(' ')} ended with ${String(code)}: ${notes.slice(-500)}`))
      else done({ seconds, cpu: user + system, memory: memory / 1024, output })
    })
    child.stdin.end(input ?? '')
  })
}

/** The quickest of a few runs: what the machine can do when nothing disturbs. */
async function best(run: () => Promise<Measured>, rounds = ROUNDS): Promise<Measured> {
  let quickest: Measured | null = null
  for (let round = 0; round < rounds; round++) {
    const measured = await run()
    if (quickest === null || measured.seconds < quickest.seconds) quickest = measured
  }
  if (quickest === null) throw new Error('nothing was measured')
  return quickest
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

function row(name: string, measured: Measured, compared = ''): void {
  const { seconds, cpu, memory } = measured
  console.log(
    `${name.padEnd(44)} ${seconds.toFixed(2).padStart(8)} s ${cpu.toFixed(2).padStart(8)} s cpu ${memory.toFixed(0).padStart(6)} MB  ${compared}`,
  )
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function sizeOf(folder: string): number {
  return filesBelow(folder).reduce((sum, file) => sum + statSync(file).size, 0)
}

function ratio(ours: Measured, theirs: Measured | null, name: string): string {
  return theirs === null ? '' : `${(ours.seconds / theirs.seconds).toFixed(2)} × ${name}`
}

async function physicalLimit(): Promise<Measured | null> {
  const program = join(benchFolder(), 'verify-blobs')
  const source = join(import.meta.dirname, 'peers/verify-blobs.c')
  const built = spawnSync('cc', ['-O3', '-o', program, source, '-ldeflate', '-lcrypto', '-lpthread'])
  if (built.status !== 0) {
    console.log('left out: the physical limit (needs cc, libdeflate-dev and libssl-dev)')
    return null
  }
  const list = filesBelow(join(path, 'items')).join('\n')
  const measured = await best(() => measure(program, ['2'], list))
  row('physical limit: C, libdeflate, OpenSSL, 2 threads', measured)
  return measured
}

async function muIndex(): Promise<{ index: Measured; bytes: number } | null> {
  if (!has('mu')) {
    console.log('left out: mu (Debian: maildir-utils)')
    return null
  }
  const home = join(benchFolder(), 'mu')
  const measured = await best(async () => {
    rmSync(home, { recursive: true, force: true })
    execFileSync('mu', ['init', `--muhome=${home}`, `--maildir=${join(base, 'maildir')}`], {
      stdio: 'ignore',
    })
    return measure('mu', ['index', '--quiet', `--muhome=${home}`])
  }, 1)
  const version = execFileSync('mu', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? 'mu'
  row(`${version}: mu index`, measured)
  return { index: measured, bytes: sizeOf(home) }
}

/** Milliseconds of each search, ours in process and mu's with its own start taken off. */
async function searches(file: string): Promise<void> {
  const next = random(99)
  const words = Array.from({ length: 60 }, () => benchWord(next))
  const db = openCatalog(file, { readonly: true })
  await warmUp(db)
  const ours: number[] = []
  for (const query of words) {
    const began = performance.now()
    const view = { scope: { kind: 'search' as const, query }, at: null, deleted: 'show' as const }
    listPage(db, view, { sort: 'date', descending: true, offset: 0, limit: 100 }, 'UTC')
    ours.push(performance.now() - began)
  }
  db.close()
  console.log(`search, first 100 of all hits                 ${describe(ours)}`)
  const home = join(benchFolder(), 'mu')
  if (!existsSync(home)) return
  const idle = Math.min(...[1, 2, 3].map(() => timeOf(() => spawnSync('mu', ['--version']))))
  const theirs = words.map((word) =>
    Math.max(
      0,
      timeOf(() =>
        spawnSync('mu', ['find', `--muhome=${home}`, '--maxnum=100', '--sortfield=date', '--reverse', word]),
      ) - idle,
    ),
  )
  console.log(`mu find of the same words                     ${describe(theirs)}`)
}

function timeOf(run: () => unknown): number {
  const began = performance.now()
  run()
  return performance.now() - began
}

function describe(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1)
  return `p50 ${at(0.5).padStart(6)} ms   p95 ${at(0.95).padStart(6)} ms`
}

async function main(): Promise<void> {
  mkdirSync(benchFolder(), { recursive: true })
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${String(cpus().length)} cores, load ${loadavg()[0]?.toFixed(2) ?? '?'}, Node ${process.version}`,
  )
  execFileSync(process.execPath, [join(import.meta.dirname, 'data/real-path.ts'), base, String(count)], {
    stdio: 'inherit',
  })
  const blobs = filesBelow(join(path, 'items'))
  console.log(
    `${count.toLocaleString('en')} messages, ${(sizeOf(join(path, 'items')) / 1e6).toFixed(0)} MB compressed\n`,
  )

  const limit = await physicalLimit()
  const data = join(benchFolder(), 'data')
  const lifeboat = (args: readonly string[]): Promise<Measured> =>
    measure(process.execPath, [cli, ...args, '--json', '--data', data])

  const checked = await best(() => lifeboat(['check', path]))
  const { blobs: sound } = JSON.parse(checked.output) as { blobs: { ok: number } }
  if (sound.ok !== blobs.length)
    throw new Error(`check found ${String(sound.ok)} of ${String(blobs.length)} blobs sound`)
  row('lifeboat check (blobs and metadata)', checked, ratio(checked, limit, 'physical limit'))

  const mu = await muIndex()
  const indexed = await best(() => {
    rmSync(data, { recursive: true, force: true })
    return lifeboat(['index', path])
  })
  const result = JSON.parse(indexed.output) as { messages: number; catalog: string }
  if (result.messages !== count)
    throw new Error(`index found ${String(result.messages)} of ${String(count)} messages`)
  const catalogBytes = statSync(result.catalog).size
  row(
    'lifeboat index, bodies and all',
    indexed,
    mu === null ? '' : `mu takes ${(mu.index.seconds / indexed.seconds).toFixed(2)} × as long`,
  )
  console.log(
    `catalog ${(catalogBytes / 1e6).toFixed(0)} MB${mu === null ? '' : `, mu's ${(mu.bytes / 1e6).toFixed(0)} MB`}; ${Math.round(count / indexed.seconds).toLocaleString('en')} messages/s`,
  )
  row('lifeboat index again, nothing changed', await best(() => lifeboat(['index', path])))
  await searches(result.catalog)
  writeFileSync(
    join(benchFolder(), 'last.json'),
    JSON.stringify({ limit, checked, indexed, mu: mu?.index ?? null, catalogBytes }),
  )
  opening()
}

/** How long a window takes to open, where there is an Electron; cold where this user may drop the cache of files. */
function opening(): void {
  console.log()
  const cold = process.platform === 'linux' && process.getuid?.() === 0 ? ['--cold'] : []
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'opening.ts'), '5', ...cold], {
    stdio: 'inherit',
  })
  if (status !== 0) console.log('opening of the window: not measured (no Electron or no display here)')
}

await main()
