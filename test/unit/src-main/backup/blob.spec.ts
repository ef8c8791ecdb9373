import { deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BlobReader } from '../../../../src-main/backup/blob.ts'
import type { BlobRead } from '../../../../src-main/backup/blob.ts'
import { digestOf } from '../../../../src-main/backup/digest.ts'
import { createHandleInflater } from '../../../../src-main/backup/inflater.ts'
import { randomOf } from './spellings.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-blob-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const random = randomOf(5)
const MAIL = Buffer.from(
  `Received: by x\r\nFrom: a@example.com\r\nSubject: hello\r\n\r\n${Array.from({ length: 4000 }, () => `word${String(Math.floor(random() * 1e9))}`).join(' ')}\r\n`,
)
const GZIP = gzipSync(MAIL)
const NAME = digestOf(MAIL, 'sha256')

function changed(bytes: Buffer, at: number, mask: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ mask
  return copy
}

/** A gzip with a name, an extra field and a header checksum. */
function withHeaderFields(bytes: Buffer): Buffer {
  const header = Buffer.from(bytes.subarray(0, 10))
  header[3] = 4 | 8 | 16 | 2
  return Buffer.concat([
    header,
    Buffer.from([3, 0, 1, 2, 3]),
    Buffer.from('mail.eml\0a comment\0'),
    Buffer.from([0, 0]),
    bytes.subarray(10),
  ])
}

interface Case {
  title: string
  file: Buffer
  name?: string
  status: BlobRead['status']
  rule?: BlobRead['rule']
  /** Whether the whole message comes back. */
  whole: boolean
  crcOk?: boolean
}

const CASES: Case[] = [
  { title: 'a sound blob', file: GZIP, status: 'ok', rule: 'sha256:message', whole: true, crcOk: true },
  {
    title: 'SHA-1',
    file: GZIP,
    name: digestOf(MAIL, 'sha1'),
    status: 'ok',
    rule: 'sha1:message',
    whole: true,
  },
  {
    title: 'SHA-384',
    file: GZIP,
    name: digestOf(MAIL, 'sha384'),
    status: 'ok',
    rule: 'sha384:message',
    whole: true,
  },
  {
    title: 'the digest of the compressed bytes',
    file: GZIP,
    name: digestOf(GZIP, 'sha256'),
    status: 'ok',
    rule: 'sha256:file',
    whole: true,
  },
  { title: 'header fields', file: withHeaderFields(GZIP), status: 'ok', rule: 'sha256:message', whole: true },
  {
    title: 'several members',
    file: Buffer.concat([gzipSync(MAIL.subarray(0, 999)), gzipSync(MAIL.subarray(999))]),
    status: 'ok',
    whole: true,
  },
  { title: 'zero padding', file: Buffer.concat([GZIP, Buffer.alloc(512)]), status: 'ok', whole: true },
  {
    title: 'other bytes behind the end',
    file: Buffer.concat([GZIP, Buffer.from('garbage')]),
    status: 'ok',
    whole: true,
  },
  {
    title: 'another gzip behind the end',
    file: Buffer.concat([GZIP, gzipSync('something else')]),
    status: 'ok',
    whole: true,
  },
  { title: 'double gzip', file: gzipSync(GZIP), status: 'double-gzip', rule: 'sha256:message', whole: true },
  {
    title: 'double gzip, digest of the inner gzip',
    file: gzipSync(GZIP),
    name: digestOf(GZIP, 'sha256'),
    status: 'double-gzip',
    rule: 'sha256:gzip',
    whole: true,
  },
  {
    title: 'double gzip, digest of the file',
    file: gzipSync(GZIP),
    name: digestOf(gzipSync(GZIP), 'sha256'),
    status: 'double-gzip',
    rule: 'sha256:file',
    whole: true,
  },
  { title: 'an uncompressed mail', file: MAIL, status: 'not-gzip', rule: 'sha256:message', whole: true },
  {
    title: 'zlib instead of gzip',
    file: deflateSync(MAIL),
    status: 'not-gzip',
    rule: 'sha256:message',
    whole: true,
  },
  {
    title: 'a damaged gzip mark',
    file: changed(GZIP, 0, 0xff),
    status: 'not-gzip',
    rule: 'sha256:message',
    whole: true,
  },
  {
    title: 'a damaged CRC',
    file: changed(GZIP, GZIP.length - 6, 1),
    status: 'corrupt',
    rule: 'sha256:message',
    whole: true,
    crcOk: false,
  },
  {
    title: 'a wrong size in the trailer',
    file: changed(GZIP, GZIP.length - 1, 1),
    status: 'corrupt',
    rule: 'sha256:message',
    whole: true,
  },
  {
    title: 'a lying, huge size in the trailer',
    file: changed(GZIP, GZIP.length - 1, 0xff),
    status: 'corrupt',
    rule: 'sha256:message',
    whole: true,
  },
  {
    title: 'a cut trailer',
    file: GZIP.subarray(0, -5),
    status: 'truncated',
    rule: 'sha256:message',
    whole: true,
  },
  {
    title: 'a missing trailer',
    file: GZIP.subarray(0, -8),
    status: 'truncated',
    rule: 'sha256:message',
    whole: true,
  },
  {
    title: 'another message',
    file: gzipSync('From: b@example.com\r\n\r\nother'),
    status: 'digest-mismatch',
    rule: null,
    whole: false,
    crcOk: true,
  },
  {
    title: 'a name that is no digest',
    file: GZIP,
    name: 'letter.gz',
    status: 'digest-mismatch',
    rule: null,
    whole: true,
  },
  { title: 'nothing', file: Buffer.alloc(0), status: 'empty', rule: null, whole: false },
  { title: 'zero bytes', file: Buffer.alloc(5000), status: 'not-gzip', rule: null, whole: false },
  {
    title: 'text that is not the mail',
    file: Buffer.from('<html>No</html>'),
    status: 'not-gzip',
    rule: null,
    whole: false,
  },
  { title: 'one byte of a gzip', file: GZIP.subarray(0, 1), status: 'not-gzip', rule: null, whole: false },
  { title: 'half a gzip header', file: GZIP.subarray(0, 6), status: 'truncated', rule: null, whole: false },
  { title: 'an unknown compression method', file: changed(GZIP, 2, 0xf0), status: 'not-gzip', whole: true },
]

for (const [title, reader] of [
  ['re-used zlib handle', () => new BlobReader()],
  ['public zlib', () => new BlobReader(false)],
] as const) {
  describe(`blobs by ${title}`, () => {
    const read = (file: Buffer, name = NAME): BlobRead => {
      const path = join(folder, 'blob')
      writeFileSync(path, file)
      return shared.read(path, name)
    }
    const shared = reader()
    for (const one of CASES) {
      it(`reads ${one.title}`, () => {
        const found = read(one.file, one.name)
        expect({ status: found.status, whole: found.message?.equals(MAIL) ?? false }).toEqual({
          status: one.status,
          whole: one.whole,
        })
        if (one.rule !== undefined) expect(found.rule).toBe(one.rule)
        if (one.crcOk !== undefined) expect(found.crcOk).toBe(one.crcOk)
        expect(found.fileBytes).toBe(one.file.length)
        // The buffers of a damaged blob must not leak into the next one.
        expect(read(GZIP).message?.equals(MAIL)).toBe(true)
      })
    }
    it('gives back what comes before a tear, at every length', () => {
      for (let end = 10; end < GZIP.length - 8; end += 397) {
        const found = read(GZIP.subarray(0, end))
        expect(found.status).toBe('truncated')
        expect(found.message).toBeNull()
        const partial = found.partial ?? Buffer.alloc(0)
        expect(MAIL.subarray(0, partial.length).equals(partial)).toBe(true)
        // Not a byte of what the compressed data still tells may be lost.
        if (end > 2000) expect(partial.length).toBeGreaterThan(MAIL.length * (end / GZIP.length) * 0.8)
      }
    })
    it('never gives a message that is not proved', () => {
      fc.assert(
        fc.property(fc.nat(GZIP.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
          const found = read(changed(GZIP, at, mask))
          if (found.rule !== null) expect(found.message?.equals(MAIL)).toBe(true)
          else expect(found.message).toBeNull()
          // Only bytes that mean nothing (the time, padding bits) may differ unseen.
          if (found.status === 'ok') expect(gunzipSync(changed(GZIP, at, mask)).equals(MAIL)).toBe(true)
        }),
        { numRuns: 300 },
      )
    })
    it('reads any bytes without throwing', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, asGzip) => {
          const file = asGzip ? Buffer.concat([GZIP.subarray(0, 10), bytes]) : Buffer.from(bytes)
          expect(read(file).rule).toBeNull()
        }),
        { numRuns: 400 },
      )
    })
    it('tells a stored .gz document from a double gzip', () => {
      const document = gzipSync('a,b,c\n1,2,3\n')
      const found = read(gzipSync(document), digestOf(document, 'sha384'))
      expect(found.status).toBe('ok')
      expect(found.message?.equals(document)).toBe(true)
    })
    it('says what is torn inside a double gzip', () => {
      const found = read(gzipSync(GZIP.subarray(0, 9000)))
      expect(found.status).toBe('truncated')
      expect(MAIL.subarray(0, 1000).equals(found.partial?.subarray(0, 1000) ?? Buffer.alloc(0))).toBe(true)
    })
  })
}

describe('blobs that are not ordinary files', () => {
  const reader = new BlobReader()
  it('says missing, and not more', () => {
    expect(reader.read(join(folder, 'nothing'), NAME).status).toBe('missing')
    expect(reader.read(join(folder, 'nothing', 'below'), NAME).status).toBe('missing')
  })
  it('refuses folders, links and pipes without waiting', () => {
    const file = join(folder, 'target')
    writeFileSync(file, GZIP)
    const link = join(folder, 'link')
    symlinkSync(file, link)
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    mkdirSync(join(folder, 'dir'))
    for (const path of [link, pipe, join(folder, 'dir'), '/dev/zero']) {
      const found = reader.read(path, NAME)
      expect({ path, status: found.status, message: found.message }).toEqual({
        path,
        status: 'unreadable',
        message: null,
      })
      expect(found.detail).not.toBe('')
    }
  })
})

describe('blobs too large for memory', () => {
  const size = 70 * 1024 * 1024
  const line = Buffer.from('Subject: a line of a very long message that goes on and on\r\n')
  const big = Buffer.alloc(size, line)
  const name = digestOf(big, 'sha256')
  const packed = gzipSync(big, { level: 1 })
  const reader = new BlobReader()

  const copy = (file: Buffer, digest: string): { found: BlobRead; out: Buffer } => {
    const path = join(folder, 'big')
    writeFileSync(path, file)
    const target = join(folder, 'big.out')
    const fd = openSync(target, 'w')
    try {
      return { found: reader.copyMessageTo(path, digest, fd), out: readFileSync(target) }
    } finally {
      closeSync(fd)
    }
  }

  it('is available here', () => {
    expect(createHandleInflater()).not.toBeNull()
  })
  it('verifies and copies in pieces', () => {
    const { found, out } = copy(packed, name)
    expect(found).toMatchObject({
      status: 'ok',
      large: true,
      message: null,
      rawBytes: size,
      crcOk: true,
      rule: 'sha256:message',
    })
    expect(found.head?.equals(big.subarray(0, 1024 * 1024))).toBe(true)
    expect(out.equals(big)).toBe(true)
  }, 30_000)
  it('undoes double gzip in pieces', () => {
    const { found, out } = copy(gzipSync(packed), name)
    expect(found).toMatchObject({ status: 'double-gzip', large: true, rule: 'sha256:message' })
    expect(out.equals(big)).toBe(true)
  }, 30_000)
  it('copies what comes before a tear and never calls it sound', () => {
    const { found, out } = copy(packed.subarray(0, packed.length - 3000), name)
    expect(found).toMatchObject({ status: 'truncated', large: true, rule: null })
    expect(out.length).toBeGreaterThan(size * 0.9)
    expect(big.subarray(0, out.length).equals(out)).toBe(true)
  }, 30_000)
  it('tells a wrong digest and a damaged trailer', () => {
    expect(copy(packed, NAME).found).toMatchObject({ status: 'digest-mismatch', crcOk: true, rule: null })
    expect(copy(changed(packed, packed.length - 6, 1), name).found).toMatchObject({
      status: 'corrupt',
      rule: 'sha256:message',
    })
  }, 30_000)
  it('copies a small message too', () => {
    const { found, out } = copy(GZIP, NAME)
    expect(found.status).toBe('ok')
    expect(out.equals(MAIL)).toBe(true)
  })
})
