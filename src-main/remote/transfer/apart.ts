import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ExpectedError } from '../../engine/errors.ts'

/** Where something really lies: the running system, and `device:inode` of the folder and all above it. */
export interface Whereabouts {
  boot: string
  chain: readonly string[]
  /** False when the first of the chain is only the nearest folder that exists. */
  there: boolean
}

/**
 * Refuses a source and a target that are the same folder or lie in one another, whatever their names, links and
 * mounts: told from device and inode on the same running system.
 * @throws ExpectedError REFUSED
 */
export function assertDistinct(source: Whereabouts, target: Whereabouts): void {
  if (source.boot === '' || source.boot !== target.boot) return
  const [from] = source.chain
  const [to] = target.chain
  if (from === undefined || to === undefined) return
  if (from === to && target.there) throw refusal('Source and target are the same folder')
  if (target.chain.includes(from)) throw refusal('The target lies inside the source')
  if (target.there && source.chain.includes(to)) throw refusal('The source lies inside the target')
}

/** The same of a path on this machine. */
export function whereaboutsHere(path: string): Whereabouts {
  const chain: string[] = []
  let there = true
  for (let at = path; ; at = dirname(at)) {
    try {
      const { dev, ino } = statSync(at, { bigint: true })
      chain.push(`${String(dev)}:${String(ino)}`)
    } catch {
      if (chain.length === 0) there = false
    }
    if (dirname(at) === at) break
  }
  return { boot: bootHere(), chain, there }
}

function bootHere(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}

function refusal(message: string): ExpectedError {
  return new ExpectedError('REFUSED', message, {
    why: 'A backup path is evidence: Lifeboat never writes anything under it, nor around it.',
    next: 'Name another target, best on another disk.',
  })
}
