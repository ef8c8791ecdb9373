import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { findDigests } from '../../backup/digest.ts'
import { isGzip } from '../../backup/gzip.ts'
import type { BytePath } from './byte-path.ts'
import { localPath } from './byte-path.ts'

/** No honest item file is larger. */
const MAX_ITEM = 64 * 1024 * 1024

/**
 * The digests that item files name, whatever the spelling of their keys: every string that has the form of one.
 * Files that cannot be read name none; the copy itself reports them.
 */
export function digestsIn(root: string, paths: readonly BytePath[]): string[] {
  const found = new Set<string>()
  for (const path of paths) {
    try {
      for (const digest of digestsOfFile(readFileSync(localPath(root, path)))) found.add(digest)
    } catch {
      // Told where it is copied.
    }
  }
  return [...found]
}

/** The digests that one item file names. */
export function digestsOfFile(bytes: Buffer): string[] {
  return findDigests(isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: MAX_ITEM }) : bytes)
}
