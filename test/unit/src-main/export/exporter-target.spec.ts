import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { targetRefusal } from '../../../../src-main/export/target-folder.ts'
import { cleanUp, filesOf, mail, SmallBackup, snapshot } from '../../../support/small-backup.ts'
import { exportInto, itemOf, rows, setUp, sourceOf, quiet } from './small-export.ts'

afterEach(cleanUp)

describe('the target', () => {
  test('inside, around and through a link into the backup path is refused', async () => {
    const at = setUp()
    const digest = at.backup.blob(mail('x'))
    const before = snapshot(at.backup.root, true)
    const link = join(at.backup.root, '../link')
    symlinkSync(join(at.backup.root, 'items'), link)
    const nowhere = join(at.backup.root, '../nowhere')
    symlinkSync(join(at.backup.root, 'items/new'), nowhere)
    for (const out of [
      at.backup.root,
      join(at.backup.root, 'out/deep'),
      join(at.backup.root, '..'),
      link,
      join(link, 'x'),
      nowhere,
    ]) {
      await expect(exportInto({ ...at, out }, sourceOf([itemOf(1, [digest])]))).rejects.toMatchObject({
        code: 'REFUSED',
      })
    }
    expect(snapshot(at.backup.root, true)).toEqual(before)
  })

  test('inside another backup path is refused too: that one is evidence as well', async () => {
    const at = setUp()
    const digest = at.backup.blob(mail('x'))
    const other = new SmallBackup(join(at.backup.root, '../other'))
    other.blob(mail('y'))
    const before = snapshot(other.root, true)
    for (const out of [other.root, join(other.root, 'items/zz'), join(other.root, 'new/deep')]) {
      expect(targetRefusal(out, at.backup.root)).toMatch(/inside the backup path/)
      await expect(exportInto({ ...at, out }, sourceOf([itemOf(1, [digest])]))).rejects.toMatchObject({
        code: 'REFUSED',
      })
    }
    expect(snapshot(other.root, true)).toEqual(before)
  })

  test('with a folder that is a link to elsewhere is refused, and nothing is written there', async () => {
    const at = setUp()
    const digest = at.backup.blob(mail('x'))
    mkdirSync(at.out)
    const elsewhere = join(at.out, '../elsewhere')
    mkdirSync(elsewhere)
    symlinkSync(elsewhere, join(at.out, 'anna@example.com'))
    await expect(exportInto(at, sourceOf([itemOf(1, [digest])]))).rejects.toMatchObject({ code: 'REFUSED' })
    expect(snapshot(elsewhere)).toEqual([])
  })

  test('that is a file, or read-only, is refused with advice', async () => {
    const at = setUp()
    const digest = at.backup.blob(mail('x'))
    writeFileSync(at.out, 'a file')
    await expect(exportInto(at, sourceOf([itemOf(1, [digest])]))).rejects.toMatchObject({ code: 'REFUSED' })
    expect(readFileSync(at.out, 'utf8')).toBe('a file')
    if (process.getuid?.() !== 0) {
      const closed = join(at.backup.root, '../closed')
      mkdirSync(closed)
      chmodSync(closed, 0o500)
      await expect(exportInto({ ...at, out: closed }, sourceOf([itemOf(1, [digest])]))).rejects.toMatchObject(
        { code: 'REFUSED' },
      )
    }
  })

  test('with too little room is refused before anything is written', async () => {
    const at = setUp()
    const source = sourceOf([itemOf(1, [at.backup.blob(mail('x'))])], { bytes: 1e15 })
    await expect(exportInto(at, source)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(/room/) as string,
    })
    expect(filesOf(at.out)).toEqual([])
  })

  test.each(['eml', 'mbox', 'maildir', 'zip'] as const)(
    'that goes away between two folders ends an export as %s: what was in it is not called exported',
    async (format) => {
      const at = setUp()
      const items = ['Inbox', 'Sent'].map((folder, index) =>
        itemOf(index + 1, [at.backup.blob(mail(folder))], { folders: [folder] }),
      )
      function* taken(): Generator<(typeof items)[number]> {
        for (const [index, item] of items.entries()) {
          // A disk that is pulled out.
          if (index === 1) rmSync(at.out, { recursive: true })
          yield item
        }
      }
      await expect(exportInto(at, sourceOf(taken()), format)).rejects.toMatchObject({ code: 'REFUSED' })
    },
  )

  test('keeps every file that was there: other bytes under the same name, links, a foreign manifest.csv', async () => {
    const at = setUp()
    const message = mail('x')
    const digest = at.backup.blob(message)
    const dir = join(at.out, 'anna@example.com/Inbox')
    mkdirSync(dir, { recursive: true })
    const name = '2026-11-20 0301 Subject 1 [1].eml'
    writeFileSync(join(dir, name), 'mine')
    symlinkSync('/etc/hostname', join(dir, '2026-11-20 0301 Subject 1 [1] (2).eml'))
    writeFileSync(join(at.out, 'manifest.csv'), 'my own list')
    const result = await exportInto(at, sourceOf([itemOf(1, [digest])]))
    expect(readFileSync(join(dir, name), 'utf8')).toBe('mine')
    expect(readFileSync(join(at.out, 'manifest.csv'), 'utf8')).toBe('my own list')
    expect(result.manifest).toBe(join(at.out, 'manifest (2).csv'))
    const [row] = rows(result.manifest)
    expect(readFileSync(join(at.out, row?.['file'] ?? ''))).toEqual(message)
    expect(await exportInto(at, sourceOf([itemOf(1, [digest])]))).toMatchObject({ already: 1, exported: 0 })
  })
})

describe('again and in part', () => {
  test('a second export of something else keeps the first in the manifest, and drops what was removed', async () => {
    const at = setUp()
    const digests = ['a', 'b', 'c'].map((name) => at.backup.blob(mail(name)))
    await exportInto(at, sourceOf([itemOf(1, [digests[0] ?? '']), itemOf(2, [digests[1] ?? ''])]))
    const { unlinkSync } = await import('node:fs')
    unlinkSync(join(at.out, 'anna@example.com/Inbox/2026-11-20 0301 Subject 2 [2].eml'))
    const result = await exportInto(at, sourceOf([itemOf(3, [digests[2] ?? ''])]))
    expect(rows(result.manifest).map((row) => row['id'])).toEqual(['3', '1'])
  })

  test('stopped in the middle: what is finished stays and is listed; the next run gives the same tree', async () => {
    const at = setUp()
    const items = [1, 2, 3, 4, 5].map((id) => itemOf(id, [at.backup.blob(mail(`m${id}`))]))
    let asked = 0
    const stopped = await exportInto(at, sourceOf(items), 'eml', { ...quiet, shouldStop: () => ++asked > 3 })
    expect(stopped).toMatchObject({ exported: 3, stopped: true, complete: false })
    expect(rows(stopped.manifest)).toHaveLength(3)
    const resumed = await exportInto(at, sourceOf(items))
    expect(resumed).toMatchObject({ exported: 2, already: 3, complete: true })
    const undisturbed = { ...at, out: `${at.out}-2` }
    await exportInto(undisturbed, sourceOf(items))
    expect(snapshot(at.out)).toEqual(snapshot(undisturbed.out))
  })

  test('two exports into one folder at once do not hurt each other', async () => {
    const at = setUp()
    const items = Array.from({ length: 60 }, (_, id) => itemOf(id + 1, [at.backup.blob(mail(`m${id}`))]))
    const results = await Promise.all([
      exportInto(at, sourceOf(items.slice(0, 40))),
      exportInto(at, sourceOf(items.slice(20))),
    ])
    expect(results.map((result) => result.exported + result.already)).toEqual([40, 40])
    expect(filesOf(at.out)).toHaveLength(61)
    expect(new Set(rows(join(at.out, 'manifest.csv')).map((row) => row['id'])).size).toBe(60)
  })

  test('nothing temporary is left, neither in the target nor in the spool', async () => {
    const at = setUp()
    const digest = at.backup.blob(mail('x'))
    mkdirSync(at.out)
    const stale = '.lifeboat-999999999-12345.host-0123456789ab.tmp'
    const { hostname } = await import('node:os')
    const host = hostname()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 24)
    writeFileSync(join(at.out, stale.replace('host', host)), 'left by a killed export')
    writeFileSync(join(at.out, '.lifeboat-lock'), JSON.stringify({ pid: 999999999, started: 'x:1', host }))
    writeFileSync(join(at.out, '.lifeboat-notes.tmp'), 'not of ours')
    await exportInto(at, sourceOf([itemOf(1, [digest])]))
    expect(filesOf(at.out)).toEqual([
      '.lifeboat-notes.tmp',
      'anna@example.com/Inbox/2026-11-20 0301 Subject 1 [1].eml',
      'manifest.csv',
    ])
    expect(filesOf(at.spool)).toEqual([])
  })
})
