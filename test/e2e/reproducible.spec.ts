/** The same commit becomes the same package, wherever and whenever it is built. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/index.ts'
import { buildPackageIn, run } from './support/package-build.ts'
import { notPackagedWhy } from './support/packaged.ts'

const root = join(import.meta.dirname, '../..')
// installs and builds everything twice
const thorough = process.env['LIFEBOAT_THOROUGH'] === '1'
const why = thorough ? notPackagedWhy() : 'only with LIFEBOAT_THOROUGH=1'
const MINUTES = 60_000

/** SHA-256 of every file, by its place. */
function digests(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const pairs = files.map(({ parentPath, name }): [string, string] => {
    const file = join(parentPath, name)
    return [file.slice(folder.length), createHash('sha256').update(readFileSync(file)).digest('hex')]
  })
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A clean checkout of what is committed, installed, built and packaged. */
async function packageOf(checkout: string): Promise<Record<string, string>> {
  const steps: [string, string[], string][] = [
    ['git', ['clone', '--quiet', root, checkout], root],
    ['npm', ['ci', '--silent'], checkout],
    ['npm', ['run', '--silent', 'build'], checkout],
  ]
  for (const [program, args, cwd] of steps) {
    const { code, stdout, stderr } = await run(program, args, {}, cwd)
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  }
  return digests((await buildPackageIn(join(checkout, 'dist'), checkout)).folder)
}

describe.skipIf(why !== null)(`two packages of one commit (${why ?? 'built here'})`, () => {
  it(
    'are the same, byte for byte',
    async () => {
      const one = await packageOf(join(temporaryFolder('checkout'), 'a'))
      const other = await packageOf(join(temporaryFolder('checkout'), 'some/longer/path'))
      expect(Object.keys(one)).toContain('/resources/app.asar')
      expect(other).toEqual(one)
    },
    20 * MINUTES,
  )
})
