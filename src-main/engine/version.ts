import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let known: string | null = null

/** Version of Lifeboat as in package.json, which lies above the sources, above `out/` and inside the package. */
export function appVersion(): string {
  if (known !== null) return known
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name?: string
        version?: string
      }
      if (manifest.name === 'lifeboat' && manifest.version) return (known = manifest.version)
    } catch {
      // not here: one up
    }
    const parent = dirname(folder)
    if (parent === folder) return (known = 'unknown')
    folder = parent
  }
}
