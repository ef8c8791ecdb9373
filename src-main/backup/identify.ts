import { gunzipSync } from 'node:zlib'
import { beginsLikeMail } from './blob-read.ts'
import { digestOf } from './digest.ts'
import { isGzip } from './gzip.ts'
import type { BackupSource } from './source.ts'

/** Files over this size, packed or unpacked, are not looked into. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * The digest that a mail under a strange name should be called by: a blob that was renamed, or a mail somebody put
 * there. Null when the file holds no whole mail.
 */
export function identifyMail(source: BackupSource, path: string): string | null {
  const stat = source.stat(path)
  if (stat?.kind !== 'file' || stat.size === 0 || stat.size > MAX_BYTES) return null
  const head = source.read(path, 128)
  if ('refused' in head || !(isGzip(head.bytes) || beginsLikeMail(head.bytes))) return null
  const read = source.read(path, MAX_BYTES)
  if ('refused' in read || read.cut) return null
  let bytes = read.bytes
  try {
    for (let round = 0; round < 2 && isGzip(bytes); round++)
      bytes = gunzipSync(bytes, { maxOutputLength: MAX_BYTES })
  } catch {
    return null
  }
  return beginsLikeMail(bytes) ? digestOf(bytes, 'sha256') : null
}
