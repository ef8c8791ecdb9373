import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tarArchive } from '../../../../../src-main/backup/writer/server-files.ts'
import { LIMITS, readArchive, shownConfiguration } from '../../../../../src-main/recovery/settings/archive.ts'

const TIME = Date.UTC(2026, 10, 20)
const stream = (bytes: Buffer, piece = 1000): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece)
    })(),
  )
const small = gzipSync(
  tarArchive(
    [
      { name: './opt/zextras/conf/a.cf', content: 'a = 1\n' },
      { name: '/opt/zextras/conf/b.cf', content: 'b = 2\n' },
    ],
    TIME,
  ),
)

describe('an archive that is only read', () => {
  it('tells what is no archive, what is empty and what is cut short', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('hello'),
      gzipSync('hello, no tar'),
      small.subarray(0, 12),
    ])
      await expect(readArchive(stream(bytes), null)).rejects.toMatchObject({ code: 'UNREADABLE' })
    const long = gzipSync(
      tarArchive(
        Array.from({ length: 50 }, (_, n) => ({
          name: `f${String(n)}`,
          content: String(Math.random()).repeat(200),
        })),
        TIME,
      ),
    )
    const cut = await readArchive(stream(long.subarray(0, long.length / 2)), null)
    expect(cut.cut).toMatch(/damaged/)
    expect(cut.files.length).toBeGreaterThan(0)
    expect(cut.files.length).toBeLessThan(50)
  })

  it('a bomb costs no more than the limit', async () => {
    const bomb = gzipSync(tarArchive([{ name: 'zeros', content: '\0'.repeat(20_000_000) }], TIME))
    const began = performance.now()
    const read = await readArchive(stream(bomb), 'zeros', { ...LIMITS, unpacked: 1_000_000 })
    expect(read.cut).toBe('more than 1000000 bytes unpacked')
    expect(read.content).toBeNull()
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('endless entries end at the limit, and say so', async () => {
    const many = gzipSync(
      tarArchive(
        Array.from({ length: 300 }, (_, n) => ({ name: `f${String(n)}`, content: '' })),
        TIME,
      ),
    )
    const read = await readArchive(stream(many), null, { ...LIMITS, entries: 100 })
    expect(read.files).toHaveLength(100)
    expect(read.cut).toMatch(/more than 100 entries/)
  })

  it('names are shown, never followed; a long file is named and not read', async () => {
    const archive = tarArchive(
      [
        { name: '../../../etc/passwd', content: 'x' },
        { name: 'a\u0007b\u202ec', content: 'y' },
        { name: 'long.log', content: 'z'.repeat(5000) },
      ],
      TIME,
    )
    const { files } = await readArchive(stream(archive), 'long.log', { ...LIMITS, file: 4000 })
    expect(files.map(({ name }) => name)).toEqual(['../../../etc/passwd', 'a\u2423b\u2423c', 'long.log'])
    expect(files[2]).toMatchObject({ sha256: null, refused: 'longer than 4000 bytes' })
  })

  it('gives the wanted file, whatever the pieces it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), fc.boolean(), async (piece, zipped) => {
        const plain = tarArchive(
          [
            { name: './opt/zextras/conf/a.cf', content: 'a = 1\n' },
            { name: 'b', content: 'b' },
          ],
          TIME,
        )
        const read = await readArchive(
          stream(zipped ? gzipSync(plain) : plain, piece),
          'opt/zextras/conf/a.cf',
        )
        expect(read.content?.toString()).toBe('a = 1\n')
        expect(read.cut).toBeNull()
        expect(read.files.map(({ name }) => name)).toEqual(['opt/zextras/conf/a.cf', 'b'])
      }),
      { numRuns: 30 },
    )
  })

  it('shows no password of a configuration', () => {
    const text = shownConfiguration(Buffer.from('ldap_password = hunter2secret\nport = 25\n'))
    expect(text).not.toContain('hunter2secret')
    expect(text).toContain('port = 25')
    expect(shownConfiguration(Buffer.from([1, 0, 2]))).toBe('(binary)')
  })
})
