import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as tar from 'tar'
import { describe, expect, it } from 'vitest'
import { exportCase, importCase } from '../../../../src-main/recovery/cases/archive.ts'
import type { Case } from '../../../../src-main/recovery/cases/case.ts'
import { CaseStore } from '../../../../src-main/recovery/cases/store.ts'
import { temporaryFolder } from '../../../support/temp.ts'

/** A data folder with a case that has a note and a picture. */
async function someCase(): Promise<{ store: CaseStore; one: Case; folder: string }> {
  const folder = temporaryFolder('case-file')
  const store = new CaseStore(join(folder, 'data'))
  const one = store.create('Outage')
  const picture = join(folder, 'rack.png')
  writeFileSync(picture, Buffer.alloc(5000, 7))
  const file = await one.keepFile(picture)
  one.write('note', 'The red lamp is on', { text: 'The red lamp is on' }, { files: [file] })
  return { store, one, folder }
}

/** The tree of an exported case, to be changed and packed again. */
async function unpacked(one: Case, folder: string): Promise<{ tree: string; inside: string }> {
  const file = join(folder, 'good.lifeboat-case')
  if (!existsSync(file)) await exportCase(one, file)
  const tree = join(folder, 'tree')
  mkdirSync(tree)
  await tar.extract({ file, cwd: tree })
  return { tree, inside: join(tree, one.id) }
}

/** In one go: tar's other way now and then ends twice when there are hard links. */
function packed(tree: string, names: string[] = readdirSync(tree)): string {
  const file = join(tree, '../changed.lifeboat-case')
  tar.create({ sync: true, cwd: tree, file, gzip: true, portable: true, preservePaths: true }, names)
  return file
}

const elsewhere = (): CaseStore => new CaseStore(join(temporaryFolder('case-elsewhere'), 'data'))

/** Nothing of a refused file stays. */
function expectNothing(store: CaseStore): void {
  expect(existsSync(store.folder) ? readdirSync(store.folder) : []).toEqual([])
}

describe('the file of a case', () => {
  it('is read elsewhere as it was written, and says the SHA-256 of itself', async () => {
    const { one, folder } = await someCase()
    const file = join(folder, 'out.lifeboat-case')
    const made = await exportCase(one, file)
    expect(made.sha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'))
    const there = elsewhere()
    expect(await importCase(there, file)).toBe(one.id)
    const read = there.get(one.id)
    expect(read.state.notes[0]?.text).toBe('The red lamp is on')
    expect(read.journal.read(0, one.journal.count)).toEqual(one.journal.read(0, one.journal.count))
    const [name = ''] = read.state.files.keys()
    expect(readFileSync(read.fileOf(name))).toEqual(Buffer.alloc(5000, 7))
    await expect(exportCase(one, file)).rejects.toMatchObject({ code: 'REFUSED' })
  })

  it('comes back after the next shift with what was done meanwhile; what went two ways is refused', async () => {
    const { store, one, folder } = await someCase()
    await exportCase(one, join(folder, 'a.lifeboat-case'))
    const there = elsewhere()
    await importCase(there, join(folder, 'a.lifeboat-case'))
    const picture = join(folder, 'second.png')
    writeFileSync(picture, 'second')
    const theirs = there.get(one.id)
    theirs.write('note', 'night shift', { text: 'night shift' }, { files: [await theirs.keepFile(picture)] })
    await exportCase(theirs, join(folder, 'b.lifeboat-case'))
    await importCase(store, join(folder, 'b.lifeboat-case'))
    expect(store.get(one.id).state.notes.map(({ text }) => text)).toEqual([
      'The red lamp is on',
      'night shift',
    ])
    expect(new CaseStore(join(folder, 'data')).get(one.id).state.files.size).toBe(2)
    // An older file says nothing new.
    const count = store.get(one.id).journal.count
    await importCase(store, join(folder, 'a.lifeboat-case'))
    expect(store.get(one.id).journal.count).toBe(count)
    theirs.tell('record', 'went on there')
    await exportCase(theirs, join(folder, 'c.lifeboat-case'))
    await expect(importCase(store, join(folder, 'c.lifeboat-case'))).rejects.toMatchObject({
      message: 'This case went on in two places',
    })
  })

  it.each<[string, (inside: string, tree: string) => void | Promise<void>]>([
    ['an altered journal', (inside) => replace(join(inside, 'journal.jsonl'), 'red lamp', 'green lamp')],
    ['a cut journal', (inside) => cut(join(inside, 'journal.jsonl'))],
    ['an altered picture', (inside) => writeFileSync(pictureIn(inside), 'other')],
    ['a picture of the same size', (inside) => writeFileSync(pictureIn(inside), Buffer.alloc(5000, 8))],
    ['a missing journal', (inside) => writeFileSync(join(inside, 'journal.jsonl'), '')],
    ['a foreign file', (inside) => writeFileSync(join(inside, 'run.sh'), 'rm -rf /')],
    ['a foreign file among the pictures', (inside) => writeFileSync(join(inside, 'files/run.sh'), 'x')],
    ['a folder too many', (inside) => mkdirSync(join(inside, 'files/more'))],
    ['a link', (inside) => symlinkSync('/etc/passwd', join(inside, 'files/0123456789ab-passwd'))],
    ['a link in place of the journal', (inside) => linkInstead(inside)],
    ['a hard link', (inside) => linkSync(pictureIn(inside), join(inside, 'files/0123456789ab-again'))],
    ['two cases', (inside, tree) => cpSync(inside, join(tree, 'another'), { recursive: true })],
    ['a name that leads out', (_inside, tree) => writeFileSync(join(tree, '../escaped'), 'x')],
    ['another id in its mark', (inside) => replace(join(inside, 'case.json'), '"id":"2', '"id":"3')],
  ])('with %s is refused, and nothing of it is kept', async (what, change) => {
    const { one, folder } = await someCase()
    const { tree, inside } = await unpacked(one, folder)
    await change(inside, tree)
    const names = what === 'a name that leads out' ? [...readdirSync(tree), '../escaped'] : readdirSync(tree)
    const store = elsewhere()
    await expect(importCase(store, packed(tree, names))).rejects.toMatchObject({ code: 'REFUSED' })
    expectNothing(store)
    expect(existsSync(join(store.folder, '../../escaped'))).toBe(false)
  })

  it.each<[string, () => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['noise', () => Buffer.from('this is no archive at all, only words')],
    ['an empty archive', () => gzipSync(Buffer.alloc(1024))],
    ['an archive that breaks off', () => gzipSync(Buffer.alloc(4096, 1)).subarray(0, 30)],
    ['an entry of eight terabytes', () => gzipSync(hugeHeader())],
  ])('that is %s is refused', async (_what, bytes) => {
    const file = join(temporaryFolder('case-noise'), 'x.lifeboat-case')
    writeFileSync(file, bytes())
    const store = elsewhere()
    await expect(importCase(store, file)).rejects.toMatchObject({ code: 'REFUSED' })
    expectNothing(store)
  })
})

describe('the list of cases', () => {
  it('shows a case whose journal is refused instead of leaving it out', async () => {
    const { store, one, folder } = await someCase()
    store.create('Another')
    replace(join(one.folder, 'journal.jsonl'), 'red lamp', 'green lamp')
    const { cases, unreadable } = new CaseStore(join(folder, 'data')).list()
    expect(cases.map(({ state }) => state.name)).toEqual(['Another'])
    expect(unreadable).toMatchObject([{ id: one.id, error: { code: 'REFUSED' } }])
  })

  it('takes no path for a case', () => {
    const store = elsewhere()
    for (const id of ['../x', '/etc', '.', '', 'a/b', 'A'])
      expect(() => store.get(id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }) as Error)
  })
})

function pictureIn(inside: string): string {
  return join(inside, 'files', readdirSync(join(inside, 'files'))[0] ?? '')
}

function replace(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  expect(text).toContain(from)
  writeFileSync(file, text.replaceAll(from, to))
}

function cut(file: string): void {
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, `${lines.slice(0, 1).join('\n')}\n`)
}

function linkInstead(inside: string): void {
  cpSync(join(inside, 'journal.jsonl'), join(inside, '../../journal'))
  writeFileSync(join(inside, 'journal.jsonl'), '')
  symlinkSync('/etc/hostname', join(inside, 'files/0123456789ab-journal'))
}

/** A tar header that promises far more than it has. */
function hugeHeader(): Buffer {
  const header = Buffer.alloc(512)
  header.write('20260101000000-abcdef/journal.jsonl', 0)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  // base-256: larger than octal digits could say
  header.writeUInt8(0x80, 124)
  header.writeBigUInt64BE(8n * 1024n ** 4n, 128)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, Buffer.alloc(1024, 120)])
}
