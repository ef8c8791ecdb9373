import { readFileSync } from 'node:fs'
import { digestFromHex, findDigests } from '../../backup/digest.ts'
import { decodeText } from '../../backup/text.ts'
import type { BytePath } from './byte-path.ts'
import { localPath } from './byte-path.ts'

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

/** Hexadecimal SHA-1, SHA-256, SHA-384. */
const HEX = /(?<![0-9a-f])(?:[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])/gi

/** The digests that one item file names, in any form in which such a file is read; one too many does no harm. */
export function digestsOfFile(bytes: Buffer): string[] {
  const { text } = decodeText(bytes)
  const fromHex = (text.match(HEX) ?? []).map(digestFromHex).filter((digest) => digest !== null)
  return [...findDigests(text), ...fromHex]
}
