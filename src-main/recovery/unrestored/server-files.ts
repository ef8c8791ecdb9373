import type { StepContext } from '../types.ts'
import { unreadableAmong } from '../restore/readable.ts'

/** What the new server says of one file. */
export type FileState =
  | { state: 'read'; sha256: string }
  /** zextras may not read it; `said` tells owner and mode. */
  | { state: 'refused'; said: string }
  /** The disk, the network or the file system refuses it. */
  | { state: 'io'; said: string }
  | { state: 'missing'; said: string }

const BATCH = 500
const TIMEOUT = 1_800_000

/** Reads files on the new server as zextras, from the first byte to the last, and tells what came of it. */
export async function filesOnServer(
  context: StepContext,
  paths: readonly string[],
): Promise<Map<string, FileState>> {
  const all = [...new Set(paths)]
  const states = new Map<string, FileState>()
  for (let at = 0; at < all.length; at += BATCH) {
    const batch = all.slice(at, at + BATCH)
    const { stdout, stderr } = await context.command('new', ['sh', '-c', 'LC_ALL=C xargs -0 sha256sum --'], {
      as: 'zextras',
      effect: 'reads',
      timeout: TIMEOUT,
      input: batch.map((path) => `${path}\0`).join(''),
    })
    for (const [path, state] of readSums(stdout, stderr)) states.set(path, state)
  }
  // owners and modes make a better sentence than "Permission denied"
  for (const { path, owner, group, mode } of await unreadableAmong(context, all)) {
    states.set(path, { state: 'refused', said: `${owner}:${group}, mode ${mode}` })
  }
  for (const path of all) if (!states.has(path)) states.set(path, { state: 'missing', said: 'no such file' })
  return states
}

const SUM = /^\\?([0-9a-f]{64}) [ *](.+)$/
const REFUSED = /^(?:[\w/.-]*sha256sum|[\w/.-]*xargs): (?:read error: )?'?(.+?)'?: ([^:]+)$/

/** What `sha256sum` printed: sums, and its complaints by file. */
export function readSums(stdout: string, stderr: string): Map<string, FileState> {
  const states = new Map<string, FileState>()
  for (const line of stdout.split('\n')) {
    const [, sha256, path] = SUM.exec(line) ?? []
    if (sha256 !== undefined && path !== undefined) states.set(path, { state: 'read', sha256 })
  }
  for (const line of stderr.split('\n')) {
    const [, path, said = ''] = REFUSED.exec(line.trim()) ?? []
    if (path === undefined) continue
    const state = /permission denied|operation not permitted/i.test(said)
      ? 'refused'
      : /no such file/i.test(said)
        ? 'missing'
        : 'io'
    states.set(path, { state, said: said.trim() })
  }
  return states
}
