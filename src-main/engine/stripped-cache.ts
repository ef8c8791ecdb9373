import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileCacheFolder } from './compile-cache.ts'

/** Entries of files that changed since are thrown away when there are more than this. */
const MAX_ENTRIES = 400

/**
 * Sources whose types were stripped, kept on disk by the hash of the source: the WebAssembly stripper costs 0.15 s a
 * process to load. A cache that cannot be read or written is no cache.
 */
export class StrippedCache {
  readonly #folder: string | null
  readonly #file: string
  #entries: Map<string, string> | null = null
  #changed = false

  constructor(moduleUrl: string) {
    this.#folder = compileCacheFolder(moduleUrl)
    this.#file = join(this.#folder ?? '', `stripped-${process.version}.json`)
  }

  codeOf(source: string): string | undefined {
    return this.#load().get(keyOf(source))
  }

  keep(source: string, code: string): void {
    const entries = this.#load()
    const key = keyOf(source)
    if (entries.get(key) === code) return
    entries.set(key, code)
    this.#changed = true
  }

  save(): void {
    if (!this.#changed || this.#folder === null) return
    this.#changed = false
    try {
      mkdirSync(this.#folder, { recursive: true })
      const temporary = `${this.#file}.${String(process.pid)}.part`
      const newest = [...this.#load()].slice(-MAX_ENTRIES)
      writeFileSync(temporary, JSON.stringify(newest))
      renameSync(temporary, this.#file)
    } catch {
      // A read-only installation strips anew each time.
    }
  }

  #load(): Map<string, string> {
    if (this.#entries !== null) return this.#entries
    this.#entries = new Map()
    try {
      if (this.#folder !== null)
        this.#entries = new Map(JSON.parse(readFileSync(this.#file, 'utf8')) as [string, string][])
    } catch {
      // The first run, or a torn file: it is written anew.
    }
    return this.#entries
  }
}

function keyOf(source: string): string {
  return createHash('sha256').update(source).digest('base64')
}
