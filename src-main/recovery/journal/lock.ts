import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { ExpectedError } from '../../engine/errors.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from '../../engine/process-identity.ts'

/** A lock file without a readable owner is being written at this moment, or was left by a crash, ms. */
const GRACE_MS = 3000
/** Appending takes milliseconds: who waits longer meets something that hangs. */
const PATIENCE_MS = 5000

const own = ownIdentity()
const pausing = new Int32Array(new SharedArrayBuffer(4))

/** Does `work` while no other process does the same under this lock file. @throws ExpectedError REFUSED */
export function underLock<T>(file: string, work: () => T): T {
  const until = Date.now() + PATIENCE_MS
  while (!tryLock(file)) {
    if (Date.now() > until) {
      throw new ExpectedError('REFUSED', 'The case is being written by another Lifeboat', {
        why: `Process ${String(ownerOf(file)?.pid ?? 'unknown')} holds ${file}.`,
        next: 'Wait a moment and try again, or close the other one.',
      })
    }
    pause()
  }
  try {
    return work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** Takes a lock that is kept until `unlock`; false while another living process has it. */
export function tryLock(file: string): boolean {
  if (create(file)) return true
  const owner = ownerOf(file)
  if (owner ? isAlive(owner) : ageOf(file) < GRACE_MS) return false
  // Left by a dead process. Renamed before it is removed: of two who see it at once only one gets it.
  const aside = `${file}.${String(own.pid)}.${String(Date.now())}`
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
    Atomics.wait(pausing, 0, 0, 10)
  } catch {
    // Some hosts forbid it on their first thread.
    for (const until = Date.now() + 10; Date.now() < until;);
  }
}

function create(file: string): boolean {
  let fd: number
  try {
    fd = openSync(file, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  try {
    writeSync(fd, JSON.stringify(own))
  } finally {
    closeSync(fd)
  }
  return true
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
