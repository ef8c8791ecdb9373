import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SimServer } from './server.ts'

/** One item of the drill's backup that a restore cannot bring back, and why. */
export interface PlantedItem {
  account: string
  item: number
  cause: 'read error' | 'broken' | 'invalid'
  /** Its last blob; null where the metadata was broken. */
  digest: string | null
  /** Whether an older state is still whole. */
  olderState: boolean
  subject: string | null
}

/** What was planted into the backup of a drill; empty without the fault. */
export function readPlanted(folder: string): PlantedItem[] {
  const file = join(folder, 'planted.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PlantedItem[]) : []
}

/**
 * Planted read errors show where the backup was brought: some blobs belong to root there, mode 0600, until somebody gives
 * them to zextras or opens them. Happens once for each path.
 */
export function hideReadErrors(server: SimServer, root: string): void {
  const folder = join(server.paths.base, '..')
  const planted = readPlanted(folder).filter(({ cause }) => cause === 'read error')
  const inTree = root.startsWith(`${server.paths.root}/`)
  if (planted.length === 0 || !inTree || !server.spend(`read errors in ${root}`)) return
  for (const { digest } of planted) {
    const file = join(root, 'items', digest?.slice(0, 2) ?? '', digest ?? '')
    if (digest === null || !existsSync(file)) continue
    chmodSync(file, 0o600)
    server.state.owners[file] = 'root'
  }
  server.save()
}
