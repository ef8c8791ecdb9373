import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { readCsv } from '../../../../src-main/export/csv.ts'
import type { ExportBlob, ExportItem } from '../../../../src-main/export/export-item.ts'
import { runExport, type ExportSource } from '../../../../src-main/export/exporter.ts'
import type { ExportControl, ExportOutcome } from '../../../../src-main/export/request.ts'
import {
  cleanUp,
  filesOf,
  mail,
  SmallBackup,
  snapshot,
  temporaryFolder,
} from '../../../support/small-backup.ts'

const UUID = '11111111-2222-3333-4444-555555555555'
const DATE = Date.UTC(2026, 10, 20, 3, 1)

afterEach(cleanUp)

function blobOf(digest: string, version: number | null = null): ExportBlob {
  return { digest, path: `items/${digest.slice(0, 2)}/${digest}`, version, date: DATE, subject: null }
}

function itemOf(id: number | null, digests: string[], change: Partial<ExportItem> = {}): ExportItem {
  return {
    account: id === null ? null : UUID,
    accountFolder: id === null ? null : 'anna@example.com',
    id,
    type: 'message',
    deleted: false,
    flags: '',
    folders: id === null ? [] : ['Inbox'],
    date: DATE,
    subject: `Subject ${id ?? 'none'}`,
    name: null,
    metadataPath: null,
    condition: 'ok',
    at: null,
    blobs: digests.map((digest, index) => blobOf(digest, index === 0 ? null : index)),
    ...change,
  }
}

function sourceOf(items: Iterable<ExportItem>, change: Partial<ExportSource> = {}): ExportSource {
  return { items, rows: 1, bytes: 0, ruleUnknown: false, metadata: null, catalogComplete: true, ...change }
}

/** Text that does not compress to nothing: `lines` hashes. */
function noisyText(lines: number): string {
  return Array.from({ length: lines }, (_, index) =>
    createHash('sha256').update(String(index)).digest('hex'),
  ).join('\r\n')
}

const quiet: ExportControl = { shouldStop: () => false, progress: () => undefined }

function setUp(): { backup: SmallBackup; out: string; spool: string } {
  const folder = temporaryFolder()
  return {
    backup: new SmallBackup(join(folder, 'backup')),
    out: join(folder, 'out'),
    spool: join(folder, 'data/spool'),
  }
}

type Case = ReturnType<typeof setUp>
function exportInto(
  { backup, out, spool }: Case,
  source: ExportSource,
  format: 'eml' | 'mbox' | 'maildir' | 'zip' = 'eml',
  control = quiet,
): Promise<ExportOutcome> {
  return runExport({ backupPath: backup.root, out, format, spool }, source, control)
}

function rows(file: string): Record<string, string>[] {
  const [head, ...rest] = [...readCsv(file)]
  return rest.map((row) => Object.fromEntries((head ?? []).map((name, index) => [name, row[index] ?? ''])))
}

describe('whole messages', () => {
  test('are written byte for byte under account and folders, and listed', async () => {
    const at = setUp()
    const message = mail('Grüße', 'from 東京')
    const digest = at.backup.blob(message)
    const before = snapshot(at.backup.root, true)
    const item = itemOf(257, [digest], { subject: 'Grüße aus 東京', folders: ['Inbox', 'Größe/2'] })
    const result = await exportInto(at, sourceOf([item]))
    const file = 'anna@example.com/Inbox/Größe_2/2026-11-20 0301 Grüße aus 東京 [257].eml'
    expect(result).toMatchObject({
      exported: 1,
      already: 0,
      failed: [],
      bytes: message.length,
      complete: true,
    })
    expect(readFileSync(join(at.out, file))).toEqual(message)
    expect(filesOf(at.out)).toEqual([file, 'manifest.csv'])
    expect(rows(result.manifest)).toEqual([
      {
        file,
        account: UUID,
        id: '257',
        folder: 'Inbox/Größe/2',
        date: '2026-11-20T03:01:00.000Z',
        sha256: createHash('sha256').update(message).digest('hex'),
        digest,
        status: 'exported',
      },
    ])
    expect(snapshot(at.backup.root, true)).toEqual(before)
  })

  test('also of double gzip, another folder, SHA-1, SHA-384 and digests over the file', async () => {
    const at = setUp()
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => mail(name)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ]
    const double = at.backup.blob(a, gzipSync(gzipSync(a)))
    const misplaced = at.backup.blob(b)
    at.backup.put(
      'items/zz/x',
      readFileSync(join(at.backup.root, `items/${misplaced.slice(0, 2)}/${misplaced}`)),
    )
    const sha1 = at.backup.blob(
      c,
      gzipSync(c),
      createHash('sha1').update(c).digest('base64').replaceAll('/', ','),
    )
    const sha384 = at.backup.blob(
      d,
      gzipSync(d),
      createHash('sha384').update(d).digest('base64').replaceAll('/', ','),
    )
    const packed = gzipSync(e)
    const overFile = at.backup.blob(
      e,
      packed,
      createHash('sha256').update(packed).digest('base64').replaceAll('/', ','),
    )
    const items = [double, misplaced, sha1, sha384, overFile].map((digest, index) =>
      itemOf(300 + index, [digest]),
    )
    items[1] = { ...itemOf(301, []), blobs: [{ ...blobOf(misplaced), path: 'items/zz/x' }] }
    const result = await exportInto(at, sourceOf(items))
    expect(result).toMatchObject({ exported: 5, failed: [] })
    const written = filesOf(at.out).filter((file) => file.endsWith('.eml'))
    expect(written.map((file) => readFileSync(join(at.out, file), 'utf8')).sort()).toEqual(
      [a, b, c, d, e].map(String).sort(),
    )
    const again = await exportInto(at, sourceOf(items))
    expect(again).toMatchObject({ exported: 0, already: 5, failed: [] })
    expect(filesOf(at.out).filter((file) => file.endsWith('.eml'))).toEqual(written)
  })

  test('other versions get v1, unclaimed mail its likely owner', async () => {
    const at = setUp()
    const [now, old, lost] = [mail('now'), mail('old'), mail('lost')] as [Buffer, Buffer, Buffer]
    const digests = [now, old].map((message) => at.backup.blob(message))
    const unclaimed = at.backup.blob(lost)
    const result = await exportInto(
      at,
      sourceOf([
        itemOf(257, digests),
        itemOf(null, [unclaimed], { accountFolder: 'bob@example.com' }),
        itemOf(null, [unclaimed]),
      ]),
    )
    expect(result).toMatchObject({ exported: 4, failed: [] })
    expect(filesOf(at.out)).toEqual([
      `Unclaimed/bob@example.com/2026-11-20 0301 Subject none [${unclaimed}].eml`,
      `Unclaimed/unknown/2026-11-20 0301 Subject none [${unclaimed}].eml`,
      'anna@example.com/Inbox/2026-11-20 0301 Subject 257 [257] v1.eml',
      'anna@example.com/Inbox/2026-11-20 0301 Subject 257 [257].eml',
      'manifest.csv',
    ])
  })
})

describe('damage', () => {
  test('is told with its reason, what is left goes to Damaged/, nothing of it counts', async () => {
    const at = setUp()
    const long = mail('long', noisyText(800))
    const truncated = at.backup.blob(long, gzipSync(long).subarray(0, 9000))
    const broken = gzipSync(mail('corrupt', noisyText(500)))
    broken.fill(0x55, 3000, 3100)
    const corrupt = at.backup.blob(mail('corrupt', noisyText(500)), broken)
    const other = mail('other bytes')
    const mismatch = at.backup.blob(mail('promised'), gzipSync(other))
    const empty = at.backup.blob(mail('empty'), Buffer.alloc(0))
    const noise = at.backup.blob(mail('noise'), Buffer.from('this is not gzip at all'))
    const missing = `${mismatch.slice(0, 3)}${mismatch.slice(3).replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`
    const items = [truncated, corrupt, mismatch, empty, noise, missing].map((digest, index) =>
      itemOf(400 + index, [digest]),
    )
    items.push(itemOf(406, []))
    items.push(itemOf(407, [], { type: 'unknown', condition: 'broken' }))
    const result = await exportInto(at, sourceOf(items))
    expect(result).toMatchObject({ exported: 0, bytes: 0, already: 0, complete: false })
    expect(result.failed.map(({ id, reason }) => [id, reason.split(':')[0]])).toEqual([
      [400, 'blob-truncated'],
      [401, 'blob-corrupt'],
      [402, 'blob-digest-mismatch'],
      [403, 'blob-empty'],
      [404, 'blob-not-gzip'],
      [405, 'blob-missing'],
      [406, 'blob-missing'],
      [407, 'metadata-broken'],
    ])
    for (const failure of result.failed) expect(failure.reason.length).toBeGreaterThan(18)
    const saved = result.failed[0]?.salvaged ?? ''
    expect(saved).toBe('Damaged/anna@example.com/Inbox/2026-11-20 0301 Subject 400 [400].partial.eml')
    const bytes = readFileSync(join(at.out, saved))
    expect(bytes.length).toBeGreaterThan(100)
    expect(long.subarray(0, bytes.length)).toEqual(bytes)
    expect(readFileSync(join(at.out, result.failed[2]?.salvaged ?? ''))).toEqual(other)
    expect(result.failed[2]?.salvaged).toMatch(/^Damaged\/.*\[402\]\.eml$/)
    expect(rows(result.manifest)).toEqual([])
    expect(rows(join(at.out, 'failures.csv')).map((row) => row['id'])).toEqual([
      '400',
      '401',
      '402',
      '403',
      '404',
      '405',
      '406',
      '407',
    ])
  })

  test('where the digest rule is unknown, a right check sum counts and the result says so', async () => {
    const at = setUp()
    const digest = at.backup.blob(mail('promised'), gzipSync(mail('other')))
    const cut = at.backup.blob(
      mail('cut', noisyText(30)),
      gzipSync(mail('cut', noisyText(40))).subarray(0, 900),
    )
    const result = await exportInto(
      at,
      sourceOf([itemOf(1000, [digest]), itemOf(1001, [cut])], { ruleUnknown: true }),
    )
    expect(result).toMatchObject({ exported: 1, unverified: 1 })
    expect(result.failed.map((failure) => failure.id)).toEqual([1001])
    expect(rows(result.manifest)[0]).toMatchObject({ status: 'unverified', id: '1000' })
  })

  test('a failure that is healed leaves failures.csv, the rest stays in it', async () => {
    const at = setUp()
    const whole = mail('comes back')
    const digest = at.backup.blob(whole, Buffer.alloc(0))
    const gone = at.backup.blob(mail('gone'), Buffer.alloc(0))
    await exportInto(at, sourceOf([itemOf(1, [digest]), itemOf(2, [gone])]))
    at.backup.blob(whole)
    await exportInto(at, sourceOf([itemOf(1, [digest])]))
    expect(rows(join(at.out, 'failures.csv')).map((row) => row['id'])).toEqual(['2'])
    at.backup.blob(mail('gone'))
    await exportInto(at, sourceOf([itemOf(2, [gone])]))
    expect(existsSync(join(at.out, 'failures.csv'))).toBe(false)
    expect(
      rows(join(at.out, 'manifest.csv'))
        .map((row) => row['id'])
        .sort(),
    ).toEqual(['1', '2'])
  })
})

describe('other items', () => {
  test('contacts, events, unknown things become files; folders and tags do not', async () => {
    const at = setUp()
    const states = [{ type: 'contact', metadata: { fullName: 'Anna Rossi', email: 'anna@example.com' } }]
    for (const id of [500, 501, 502]) at.backup.item(UUID, id, states)
    const path = (id: number): string => `accounts/${UUID}/items/0${id % 100}/${id}`
    const result = await exportInto(
      at,
      sourceOf([
        itemOf(500, [], { type: 'contact', metadataPath: path(500), name: 'Anna Rossi' }),
        itemOf(501, [], { type: 'unknown', metadataPath: path(501) }),
        itemOf(502, [], { type: 'link', metadataPath: path(502) }),
        itemOf(257, [], { type: 'folder', metadataPath: null }),
        itemOf(258, [], { type: 'tag', metadataPath: null }),
      ]),
    )
    expect(result).toMatchObject({ exported: 3, failed: [] })
    const files = filesOf(at.out).filter((file) => !file.endsWith('.csv'))
    expect(files.filter((file) => file.includes('[500]'))).toHaveLength(1)
    const json = files.filter((file) => file.endsWith('.json') && !file.includes('[500]'))
    expect(json).toHaveLength(2)
    expect(JSON.parse(readFileSync(join(at.out, json[0] ?? ''), 'utf8'))).toMatchObject({
      account: UUID,
      metadata: states,
    })
    expect(rows(result.manifest).every((row) => row['status'] === 'metadata')).toBe(true)
  })

  test('documents keep their names, twins get a number', async () => {
    const at = setUp()
    const [a, b, c] = [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')] as [
      Buffer,
      Buffer,
      Buffer,
    ]
    const digests = [a, b, c].map((bytes) => at.backup.blob(bytes))
    const result = await exportInto(
      at,
      sourceOf([
        itemOf(600, [digests[0] ?? '', digests[1] ?? ''], {
          type: 'document',
          name: '../../plan.pdf',
          folders: ['Briefcase'],
        }),
        itemOf(601, [digests[2] ?? ''], { type: 'document', name: '../../plan.pdf', folders: ['Briefcase'] }),
      ]),
    )
    expect(result).toMatchObject({ exported: 3, failed: [] })
    expect(filesOf(at.out)).toHaveLength(4)
    expect(
      filesOf(at.out).filter(
        (file) => file.endsWith('.pdf') && file.startsWith('anna@example.com/Briefcase/'),
      ),
    ).toHaveLength(3)
  })

  test('an account named like a folder of ours does not mix with it', async () => {
    const at = setUp()
    const digest = at.backup.blob(mail('x'))
    await exportInto(
      at,
      sourceOf([
        itemOf(1, [digest], { accountFolder: 'unclaimed' }),
        itemOf(2, [digest], { accountFolder: 'manifest.csv' }),
      ]),
    )
    expect(
      filesOf(at.out)
        .map((file) => file.split('/')[0])
        .sort(),
    ).toEqual(['manifest.csv', `manifest.csv (${UUID})`, `unclaimed (${UUID})`])
  })
})

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
