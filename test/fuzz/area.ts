import type { Random } from '../../src-main/backup/writer/random.ts'

/** What is fuzzed: `prepare` makes the originals once, the function it returns runs one case. */
export interface Area {
  name: string
  prepare(scratch: string): RunCase | Promise<RunCase>
}

/** Throws when the case ends in anything but data or a named condition. */
export type RunCase = (random: Random) => void | Promise<void>

/** A case that ended in something that may not be. */
export class Violation extends Error {}

/** Fails the case. */
export function must(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Violation(message())
}

/** The first part of some bytes, readable. */
export function shown(bytes: Buffer | string): string {
  return JSON.stringify(typeof bytes === 'string' ? bytes : bytes.toString('latin1')).slice(0, 1500)
}
