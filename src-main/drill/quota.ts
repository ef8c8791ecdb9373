import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Room on a simulated disk: the fault `full-disk`. */
export interface Quota {
  /** Bytes that can still be written; null without a limit. */
  free(): number | null
  /** Books bytes about to be written; false when they no longer fit. */
  take(bytes: number): boolean
  /** Counts what really lies there. */
  refresh(): void
  /** Sets or lifts the limit: so many bytes more than lie there now. */
  limit(more: number | null): void
}

/** A quota over what lies under `root`. */
export function makeQuota(root: string): Quota {
  let most: number | null = null
  let used = 0
  const refresh = (): void => {
    if (most !== null) used = bytesUnder(root)
  }
  return {
    free: () => (most === null ? null : Math.max(0, most - used)),
    take(bytes) {
      if (most === null) return true
      // Not counted anew here: what is on its way does not lie on the disk yet.
      if (used + bytes > most) return false
      used += bytes
      return true
    },
    refresh,
    limit(more) {
      used = more === null ? 0 : bytesUnder(root)
      most = more === null ? null : used + more
    },
  }
}

function bytesUnder(folder: string): number {
  let sum = 0
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      sum += entry.isDirectory() ? bytesUnder(path) : lstatSync(path).size
    }
  } catch {
    // what vanished meanwhile takes no room
  }
  return sum
}
