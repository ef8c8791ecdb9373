import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { digestsOfFile } from '../../../../../src-main/remote/transfer/account-digests.ts'

/** With `--accounts` only those blobs are copied that the items of the accounts name: one that is not seen is lost. */

const sum = createHash('sha256').update('a mail')
const hex = sum.copy().digest('hex')
const digest = sum.digest('base64').replaceAll('/', ',')
const text = JSON.stringify([{ start: 1767355200, type: 5, subject: 'x', blobDigest: digest }])

it.each<[string, Buffer]>([
  ['as it is', Buffer.from(text)],
  ['gzip', gzipSync(text)],
  ['gzip that was cut', gzipSync(text).subarray(0, -4)],
  ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['text that was cut', Buffer.from(text.slice(0, -2))],
  ['a hexadecimal digest', Buffer.from(text.replace(digest, hex))],
  ['a hexadecimal digest in capitals', Buffer.from(text.replace(digest, hex.toUpperCase()))],
])('the blob of an item is found in %s', (_, bytes) => {
  expect(digestsOfFile(bytes)).toContain(digest)
})
