import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** The folder of real messages: LIFEBOAT_CORPUS, else `../shared/mail-corpus` beside the repository; null when neither is there. */
export function corpusFolder(): string | null {
  const folder = process.env['LIFEBOAT_CORPUS'] ?? join(REPOSITORY, '../shared/mail-corpus')
  return existsSync(folder) ? folder : null
}

export interface CorpusMessage {
  /** Path within the corpus. */
  name: string
  bytes: Buffer
}

let loaded: CorpusMessage[] | undefined

/**
 * All messages of the corpus in a fixed order. Empty where there is no corpus, and then says so loudly:
 * tests that lean on it must be skipped with `describe.skipIf(corpusFolder() === null)`.
 */
export function loadCorpus(): readonly CorpusMessage[] {
  if (loaded) return loaded
  const folder = corpusFolder()
  if (folder === null) {
    console.warn('SKIPPED: no mail corpus (set LIFEBOAT_CORPUS to a folder of .eml files)')
    return (loaded = [])
  }
  loaded = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.eml'))
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
  return loaded
}
