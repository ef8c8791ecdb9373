import { hash } from 'node:crypto'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export type DigestAlgorithm = 'sha1' | 'sha256' | 'sha384'

/** The name of a blob: base64 of the digest with `/` written as `,` (padding kept). */
export function blobName(bytes: Buffer, algorithm: DigestAlgorithm = 'sha256'): string {
  return hash(algorithm, bytes, 'base64').replace(/\//g, ',')
}

/** Where a blob lies under the Backup Path: `items/<first two characters>/<digest>`. */
export function blobPath(digest: string): string {
  return `items/${digest.slice(0, 2)}/${digest}`
}

/** Where an item's metadata lies: in the folder of the last two digits of its id (2057 → 57, 5 → 05). */
export function itemPath(account: string, id: number): string {
  return `accounts/${account}/items/${String(id % 100).padStart(2, '0')}/${id}`
}

/** Writes the files of a synthetic Backup Path; makes each folder once and each blob once. */
export class PathWriter {
  readonly root: string
  readonly #folders = new Set<string>()
  readonly #blobs = new Map<string, number>()
  #bytes = 0

  constructor(root: string) {
    this.root = root
  }

  /** Compressed bytes of all blobs written. */
  get blobBytes(): number {
    return this.#bytes
  }

  get blobs(): ReadonlyMap<string, number> {
    return this.#blobs
  }

  /** Writes one file, `path` relative to the root. `time` (ms) becomes its modification time. */
  write(path: string, content: Buffer | string, time?: number): void {
    const absolute = join(this.root, path)
    const folder = dirname(absolute)
    if (!this.#folders.has(folder)) {
      mkdirSync(folder, { recursive: true })
      this.#folders.add(folder)
    }
    writeFileSync(absolute, content)
    if (time !== undefined) utimesSync(absolute, time / 1000, time / 1000)
  }

  /** Writes a blob unless it is there already; gives its name. */
  blob(bytes: Buffer, algorithm: DigestAlgorithm, time?: number): string {
    const digest = blobName(bytes, algorithm)
    if (!this.#blobs.has(digest)) {
      const packed = gzipSync(bytes)
      this.#bytes += packed.length
      this.#blobs.set(digest, packed.length)
      this.write(blobPath(digest), packed, time)
    }
    return digest
  }
}
