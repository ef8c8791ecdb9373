import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { BlobReader } from '../../../src-main/backup/blob.ts'
import type { BlobRead } from '../../../src-main/backup/blob.ts'
import { digestOf } from '../../../src-main/backup/digest.ts'
import { plainMessages } from '../originals.ts'
import { must, shown, type Area } from '../area.ts'
import { mutateBytes } from '../mutate-bytes.ts'

const STATUSES = [
  'ok',
  'double-gzip',
  'digest-mismatch',
  'missing',
  'empty',
  'not-gzip',
  'truncated',
  'corrupt',
  'unreadable',
]

function judge(found: BlobRead, bytes: Buffer, digest: string, message: Buffer): void {
  const said = (what: string) => (): string =>
    `${what}: ${found.status} ${String(found.rule)} "${found.detail}" of ${shown(bytes)}`
  must(STATUSES.includes(found.status), said('status'))
  must(found.status === 'ok' || found.detail !== '' || found.status === 'double-gzip', said('no reason'))
  must(found.status !== 'ok' || found.rule !== null, said('ok without proof'))
  if (found.rule?.endsWith(':message') && found.message !== null) {
    must(digestOf(found.message, 'sha256') === digest, said('called proved, but it is not'))
    must(found.message.equals(message), said('another message'))
  }
  if (found.rule?.endsWith(':file')) must(digestOf(bytes, 'sha256') === digest, said('the file is not it'))
}

export const BLOBS: Area = {
  name: 'blobs',
  prepare(scratch) {
    const messages = plainMessages()
    const blobs = messages.map((message) => ({
      message,
      digest: digestOf(message, 'sha256'),
      file: gzipSync(message),
    }))
    const files = blobs.map(({ file }) => file)
    const readers = [new BlobReader(), new BlobReader(false)]
    const path = join(scratch, 'blob')
    return (random) => {
      const { message, digest, file } = random.pick(blobs)
      const form = random.int(12)
      let bytes = file
      if (form === 0) bytes = gzipSync(file)
      else if (form === 1) bytes = message
      else if (form === 2)
        bytes = Buffer.concat([gzipSync(message.subarray(0, 50)), gzipSync(message.subarray(50))])
      else if (form === 3)
        bytes = Buffer.concat([file.subarray(0, 10), deflateRawSync(message, { level: 0 })])
      if (random.chance(0.0005)) bytes = gzipSync(Buffer.alloc(70 * 1024 * 1024))
      else bytes = mutateBytes(bytes, random, files)
      const reader = random.pick(readers)
      judge(reader.judge(bytes, digest), bytes, digest, message)
      if (random.chance(0.15)) {
        writeFileSync(path, bytes)
        judge(reader.read(path, digest), bytes, digest, message)
      }
      // A damaged blob before must not be seen in the one behind it.
      if (random.chance(0.05))
        must(reader.judge(file, digest).status === 'ok', () => 'a sound blob after a bad one')
    }
  },
}
