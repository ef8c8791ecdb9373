import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../../../src-main/backup/writer/random.ts'
import { TarError, TarReader, type TarEntry } from '../../../../../src-main/remote/transfer/tar-reader.ts'
import { tarEnd, tarHeader, tarPadding } from '../../../../../src-main/remote/transfer/tar-writer.ts'
import { temporaryFolder } from '../../../../support/temp.ts'

interface Read {
  entries: (TarEntry & { bytes: string; whole: boolean })[]
  ended: boolean
}

function read(archive: Buffer, piece = archive.length, wanted = true): Read {
  const entries: Read['entries'] = []
  const reader = new TarReader({
    entry: (entry) => {
      entries.push({ ...entry, bytes: '', whole: false })
      return wanted
    },
    data: (bytes) => {
      entries.at(-1)!.bytes += bytes.toString('latin1')
    },
    end: () => {
      entries.at(-1)!.whole = true
    },
  })
  for (let at = 0; at < archive.length; at += piece) reader.push(archive.subarray(at, at + piece))
  return { entries, ended: reader.ended }
}

const folder = temporaryFolder('tar')
const long = `${'deep/'.repeat(30)}${'n'.repeat(120)}`
mkdirSync(join(folder, 'src', long, '..'), { recursive: true })
for (const [name, text] of [
  ['plain', 'hello'],
  ['empty', ''],
  ['with space \n newline ü', 'x'.repeat(513)],
  ['block', 'y'.repeat(1024)],
  [long, 'long'],
] as const)
  writeFileSync(join(folder, 'src', name), text)

function realTar(format: string): Buffer {
  return execFileSync('tar', ['-C', join(folder, 'src'), `--format=${format}`, '-cf', '-', '.'], {
    maxBuffer: 1e8,
  })
}

describe('reading', () => {
  test.each(['gnu', 'posix', 'oldgnu'])('what tar writes as %s, in pieces of any size', (format) => {
    const archive = realTar(format)
    const whole = read(archive)
    const files = new Map(
      whole.entries.filter(({ kind }) => kind === 'file').map((entry) => [entry.path, entry]),
    )
    expect(whole.ended).toBe(true)
    expect(files.get('./plain')?.bytes).toBe('hello')
    expect(files.get('./empty')).toMatchObject({ size: 0, whole: true })
    expect(files.get(`./${long}`)?.bytes).toBe('long')
    expect(files.get(`./${Buffer.from('with space \n newline ü').toString('latin1')}`)?.size).toBe(513)
    const { mtimeMs } = statSync(join(folder, 'src/plain'))
    expect(Math.floor(files.get('./plain')?.mtime ?? 0)).toBe(Math.floor(mtimeMs / 1000))
    for (const piece of [1, 7, 511, 512, 513, 4000]) expect(read(archive, piece)).toEqual(whole)
  })

  test('bytes that nobody wants are passed over', () => {
    const { entries, ended } = read(realTar('gnu'), 100, false)
    expect(ended).toBe(true)
    expect(entries.every(({ bytes, whole }) => bytes === '' && !whole)).toBe(true)
  })

  test('a cut stream does not look finished', () => {
    const archive = realTar('gnu')
    for (const length of [100, 512, 700, 1500, archive.indexOf('ustar', 3000)])
      expect(read(archive.subarray(0, length)).ended).toBe(false)
  })

  const file = (size: number, path = 'a'): Buffer =>
    tarHeader({ path, kind: 'file', size, mtime: 1, mode: 0o600 })

  test('a damaged header is an error', () => {
    const archive = Buffer.concat([file(0), tarEnd()])
    archive[5] = 0x41
    expect(() => read(archive)).toThrow(TarError)
  })

  test('sparse files, endless names and numbers beyond reason are errors', () => {
    const typed = (type: string, size = 0): Buffer => {
      const header = file(size)
      header[156] = type.charCodeAt(0)
      return resealed(header)
    }
    expect(() => read(typed('S'))).toThrow(/sparse/)
    expect(() => read(typed('L', 1e6))).toThrow(/too long/)
    expect(() => read(typed('x', 1e8))).toThrow(/too long/)
    const huge = file(0)
    huge.fill(0xff, 124, 136)
    huge[124] = 0x80
    expect(() => read(resealed(huge))).toThrow(/too large/)
  })

  test('folders and links carry no bytes, whatever their headers say', () => {
    for (const type of ['1', '2', '5', '3']) {
      const header = file(512)
      header[156] = type.charCodeAt(0)
      const { entries } = read(Buffer.concat([resealed(header), file(0, 'next'), tarEnd()]))
      expect(entries.map(({ path }) => path)).toEqual(['a', 'next'])
      expect(entries[0]?.kind).not.toBe('file')
    }
  })

  test('random bytes and random changes never hang and throw nothing but TarError', () => {
    const random = new Random(7)
    const archive = realTar('posix')
    for (let n = 0; n < 300; n++) {
      const bytes = Buffer.from(archive.subarray(0, 6000))
      for (let k = 0; k < 1 + random.float() * 20; k++)
        bytes[Math.floor(random.float() * bytes.length)] = Math.floor(random.float() * 256)
      try {
        read(bytes, 1 + Math.floor(random.float() * 3000))
      } catch (error) {
        expect(error).toBeInstanceOf(TarError)
      }
    }
  })
})

function resealed(header: Buffer): Buffer {
  header.fill(0x20, 148, 156)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

test('what is written, tar unpacks: long names, bytes that are no text, times, modes', () => {
  const out = join(folder, 'out')
  mkdirSync(out)
  const names = ['x', long, Buffer.from('n\xe4me \n', 'latin1').toString('latin1')]
  const parts = names.flatMap((path, n) => {
    const bytes = Buffer.from('z'.repeat(n * 700))
    const header = tarHeader({ path, kind: 'file', size: bytes.length, mtime: 1_500_000_000.7, mode: 0o640 })
    return [header, bytes, tarPadding(bytes.length)]
  })
  parts.unshift(tarHeader({ path: 'folder', kind: 'folder', size: 0, mtime: 5.25, mode: 0o755 }))
  execFileSync('tar', ['-C', out, '-xf', '-'], { input: Buffer.concat([...parts, tarEnd()]) })
  expect(readFileSync(join(out, long), 'utf8')).toBe('z'.repeat(700))
  const odd = Buffer.concat([Buffer.from(`${out}/`), Buffer.from(names[2]!, 'latin1')])
  expect(statSync(odd).size).toBe(1400)
  expect(statSync(join(out, 'x'))).toMatchObject({ mtimeMs: 1_500_000_000_000 })
  expect(statSync(join(out, 'x')).mode & 0o777).toBe(0o640)
  expect(statSync(join(out, 'folder')).mtimeMs).toBe(5250)
  utimesSync(out, 1, 1)
})
