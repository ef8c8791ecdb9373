import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { removeTree } from './remove-tree.ts'

const made: string[] = []

/** A fresh folder outside the repository (real path), removed when the test file is done. */
export function temporaryFolder(name = 'test'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `lifeboat-${name}-`)))
  made.push(folder)
  return folder
}

afterAll(() => {
  for (const folder of made.splice(0)) removeTree(folder)
})
