import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Removes a tree even where folders in it refuse us. Links are removed, never followed. */
export function removeTree(path: string): void {
  const open = (folder: string): void => {
    chmodSync(folder, 0o700)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) open(join(folder, entry.name))
    }
  }
  try {
    if (lstatSync(path).isDirectory()) open(path)
  } catch {
    // Gone already, or not ours: rmSync says so below if it matters.
  }
  rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}
