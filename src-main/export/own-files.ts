import { randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isAlive, ownIdentity, type ProcessIdentity } from '../engine/process-identity.ts'

/** Begins the name of every temporary file of the export's own (manifest, spool, lock). */
const PREFIX = '.lifeboat-'
const NAME = /^\.lifeboat-(\d+)-([0-9a-z.-]+)-[0-9a-f]{12}\.tmp$/
/** A file of another machine (a share) is taken for left behind after this long, ms. */
const FOREIGN_MS = 24 * 3600_000

/** A name nobody else uses, telling which process on which machine it belongs to. */
export function temporaryName(): string {
  const start = ownIdentity().started.split(':').at(-1) ?? ''
  return `${PREFIX}${process.pid}-${start}.${machine()}-${randomBytes(6).toString('hex')}.tmp`
}

function machine(): string {
  return (
    hostname()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 24) || 'host'
  )
}

/** Removes the temporary files in `folder` whose process is dead; those of living ones and of others stay. */
export function removeStale(folder: string): number {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return 0
  }
  let removed = 0
  for (const name of names) {
    const match = NAME.exec(name)
    if (!match || !isStale(join(folder, name), Number(match[1]), match[2] ?? '')) continue
    try {
      rmSync(join(folder, name), { force: true })
      removed++
    } catch {
      // Somebody else's, or a read-only folder: the export itself will say so.
    }
  }
  return removed
}

function isStale(path: string, pid: number, tail: string): boolean {
  const dot = tail.indexOf('.')
  const [start, host] = dot < 0 ? [tail, ''] : [tail.slice(0, dot), tail.slice(dot + 1)]
  try {
    const info = lstatSync(path)
    if (!info.isFile()) return false
    if (host !== machine()) return Date.now() - info.mtimeMs > FOREIGN_MS
    const own = ownIdentity().started
    const prefix = own.slice(0, own.lastIndexOf(':') + 1)
    return !isAlive({ pid, started: `${prefix}${start}` })
  } catch {
    return false
  }
}

interface LockOwner extends ProcessIdentity {
  host: string
}

/**
 * Runs `work` while no other export publishes into the same folder. The lock is a file that names its process; one left
 * behind is taken over. After `patience` ms the work is done anyway: renaming is atomic, at worst a merge is lost.
 */
export function withFolderLock<T>(folder: string, patience: number, work: () => T): T {
  const file = join(folder, `${PREFIX}lock`)
  const own: LockOwner = { ...ownIdentity(), host: machine() }
  const until = Date.now() + patience
  const gate = new Int32Array(new SharedArrayBuffer(4))
  let held = false
  while (!held) {
    try {
      writeFileSync(file, JSON.stringify(own), { flag: 'wx', mode: 0o666 })
      held = true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') break
      if (lockIsStale(file)) rmSync(file, { force: true })
      else if (Date.now() > until) break
      else Atomics.wait(gate, 0, 0, 50)
    }
  }
  try {
    return work()
  } finally {
    if (held) rmSync(file, { force: true })
  }
}

function lockIsStale(file: string): boolean {
  try {
    const info = lstatSync(file)
    if (!info.isFile()) return false
    const age = Date.now() - info.mtimeMs
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockOwner>
    if (owner.host !== machine() || typeof owner.pid !== 'number' || typeof owner.started !== 'string') {
      return age > FOREIGN_MS
    }
    return !isAlive({ pid: owner.pid, started: owner.started })
  } catch {
    // Just being written or just removed; an unreadable one of yesterday is nobody's.
    try {
      return Date.now() - lstatSync(file).mtimeMs > 60_000
    } catch {
      return false
    }
  }
}
