import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { ExpectedError } from '../../engine/errors.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from '../../engine/process-identity.ts'

/** A lock file without a readable owner is being written at this moment, or was left by a crash, ms. */
const GRACE_MS = 3000
/** Appending takes milliseconds, seconds where the disk is busy: who waits longer meets something that hangs. */
const PATIENCE_MS = 20_000
const POLL_MS = 5
/** What file systems without hard links answer (exFAT, some shares). */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

const own = ownIdentity()
const pausing = new Int32Array(new SharedArrayBuffer(4))

/**
 * Does `work` while no other process does the same under this lock file. Who waits stands first in a queue of one
 * (`FILE.next`): a process that writes entry after entry cannot take the lock again before its neighbour had it.
 * @throws ExpectedError REFUSED
 */
export function underLock<T>(file: string, work: () => T): T {
  const until = Date.now() + PATIENCE_MS
  const queue = `${file}.next`
  waitFor(queue, file, until)
  try {
    waitFor(file, file, until)
  } finally {
    rmSync(queue, { force: true })
  }
  try {
    return work()
  } finally {
    rmSync(file, { force: true })
  }
}

function waitFor(lock: string, file: string, until: number): void {
  while (!tryLock(lock)) {
    if (Date.now() > until) {
      throw new ExpectedError('REFUSED', 'The case is being written by another Lifeboat', {
        why: `Process ${String((ownerOf(file) ?? ownerOf(lock))?.pid ?? 'unknown')} holds ${file}.`,
        next: 'Wait a moment and try again, or close the other one.',
      })
    }
    pause()
  }
}

/** Takes a lock that is kept until `unlock`; false while another living process has it. */
export function tryLock(file: string): boolean {
  if (create(file)) return true
  const owner = ownerOf(file)
  if (owner ? isAlive(owner) : ageOf(file) < GRACE_MS) return false
  // Left by a dead process. Renamed before it is removed: of two who see it at once only one gets it.
  const aside = besides(file)
  try {
    renameSync(file, aside)
  } catch {
    return false
  }
  const taken = ownerOf(aside)
  if (taken && isAlive(taken)) {
    // Somebody was quicker, and this is theirs.
    try {
      linkSync(aside, file)
    } catch {
      // A third one has it now.
    }
    rmSync(aside, { force: true })
    return false
  }
  rmSync(aside, { force: true })
  return create(file)
}

export function unlock(file: string): void {
  rmSync(file, { force: true })
}

/** True while a living process (this one, too) holds the lock. */
export function isLocked(file: string): boolean {
  const owner = ownerOf(file)
  return owner !== null && isAlive(owner)
}

/** The one who has it needs milliseconds, and nothing may come between: so this waits without letting go. */
function pause(): void {
  try {
    Atomics.wait(pausing, 0, 0, POLL_MS)
  } catch {
    // Some hosts forbid it on their first thread.
    for (const until = Date.now() + POLL_MS; Date.now() < until;);
  }
}

/** The file appears with its owner inside: one that is made first and written later looks left behind on a busy machine. */
function create(file: string): boolean {
  if (existsSync(file)) return false
  const whole = besides(file)
  const owner = JSON.stringify(own)
  try {
    writeFileSync(whole, owner, { flag: 'wx', mode: 0o600 })
    linkSync(whole, file)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!NO_LINKS.includes(code)) throw error
    return createInPlace(file, owner)
  } finally {
    rmSync(whole, { force: true })
  }
}

function createInPlace(file: string, owner: string): boolean {
  try {
    writeFileSync(file, owner, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** A name beside the lock that nobody else uses, no other thread either. */
function besides(file: string): string {
  return `${file}.${String(own.pid)}.${randomUUID().slice(0, 8)}`
}

function ownerOf(file: string): ProcessIdentity | null {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<ProcessIdentity>
    return typeof value.pid === 'number' && typeof value.started === 'string'
      ? (value as ProcessIdentity)
      : null
  } catch {
    return null
  }
}

function ageOf(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch {
    return 0
  }
}
