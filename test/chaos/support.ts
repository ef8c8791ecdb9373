import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parsed, type Json } from './results.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const NODE = join(REPOSITORY, 'node_modules/.bin/node')
const CLI = join(REPOSITORY, 'src-main/cli.ts')

/** LIFEBOAT_CHAOS=full: thirty moments of each command instead of six. */
export const MOMENTS = process.env['LIFEBOAT_CHAOS'] === 'full' ? 30 : 6

const STRACE = '/usr/bin/strace'

/** Whether opened files can be counted: strace is there and this system lets it trace. */
export const canTrace = ((): boolean => {
  if (!existsSync(STRACE)) return false
  try {
    execFileSync(STRACE, ['-f', '-o', '/dev/null', '/bin/true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

export interface Ran {
  /** Null when it was killed. */
  code: number | null
  json: Json
  stderr: string
  ms: number
}

export interface RunOptions {
  /** SIGKILL after so many ms. */
  killAfter?: number
  /** Log of opened files; only where `canTrace`. */
  traceTo?: string
  /** Before the program: e.g. setpriv. */
  prefix?: readonly string[]
}

/** `lifeboat ARGS… --json` as a process of its own. */
export function lifeboat(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  // -D: the tracer stands aside, so that the process that is killed is the program itself.
  const tracer =
    options.traceTo === undefined
      ? []
      : [STRACE, '-D', '-f', '--seccomp-bpf', '-e', 'trace=openat', '-o', options.traceTo]
  const [program, ...rest] = [...tracer, ...(options.prefix ?? []), NODE, CLI, ...args, '--json']
  const began = performance.now()
  return new Promise((done, fail) => {
    const child = spawn(program, rest, {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const wait = options.killAfter ?? 200_000
    const killer = setTimeout(() => child.kill('SIGKILL'), wait)
    child.once('error', fail)
    child.once('close', (code) => {
      clearTimeout(killer)
      const ms = performance.now() - began
      const traced = options.traceTo === undefined ? null : endOfTrace(options.traceTo, child.pid ?? 0)
      Promise.resolve(traced).then(() => done({ code, json: parsed(stdout), stderr, ms }), fail)
    })
  })
}

/** The tracer stands aside and ends a little later than the program. */
async function endOfTrace(log: string, pid: number): Promise<void> {
  const end = new RegExp(`^${String(pid)} +\\+\\+\\+ (?:killed|exited)`, 'm')
  for (let n = 0; n < 200 && !end.test(readFileSync(log, 'latin1').slice(-20_000)); n++) await sleep(50)
}

/** How often each file below `root` was opened for reading, from a log of strace. */
export function openedFiles(log: string, root: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of readFileSync(log, 'latin1').split('\n')) {
    // With several threads a call is often logged in two halves; the first one names the file.
    const match = /openat\(AT_FDCWD, "([^"]+)", ([A-Z_|]+)(?!.*\) = -1 )/.exec(line)
    const [, path = '', flags = ''] = match ?? []
    if (!path.startsWith(`${root}/`) || flags.includes('O_DIRECTORY')) continue
    counts.set(path, (counts.get(path) ?? 0) + 1)
  }
  return counts
}

export function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}

/** Every file below a folder with its SHA-256; lists and unfinished work are left out. */
export function contents(folder: string): Map<string, string> {
  const found = new Map<string, string>()
  if (!existsSync(folder)) return found
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1)
    if (
      name.includes('.lifeboat-work/') ||
      name === 'ballast' ||
      name.endsWith('.lifeboat-lock') ||
      name.endsWith('.part') ||
      name.endsWith('.csv')
    )
      continue
    found.set(name, createHash('sha256').update(readFileSync(path)).digest('hex'))
  }
  return found
}

/** Files of `some` that `whole` has not, or has with other bytes. */
export function strangers(some: ReadonlyMap<string, string>, whole: ReadonlyMap<string, string>): string[] {
  return [...some].filter(([name, hash]) => whole.get(name) !== hash).map(([name]) => name)
}

/** A small file system of its own; null where this user may not mount one. */
export class SmallDisk {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static make(path: string, kilobytes: number): SmallDisk | null {
    mkdirSync(path, { recursive: true })
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(kilobytes)}k`, 'tmpfs', path], {
        stdio: 'ignore',
      })
      return new SmallDisk(path)
    } catch {
      return null
    }
  }

  grow(megabytes: number): void {
    execFileSync('mount', ['-o', `remount,size=${String(megabytes)}m`, this.path])
  }

  readOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.path])
  }

  remove(): void {
    execFileSync('umount', ['-l', this.path])
  }
}

/** Whether a small disk can be made here at all. */
export function canMount(folder: string): boolean {
  const probe = join(folder, 'probe')
  const disk = SmallDisk.make(probe, 64)
  disk?.remove()
  rmSync(probe, { recursive: true, force: true })
  return disk !== null
}
