import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { cleanUp, filesOf, mail, snapshot } from '../../../support/small-backup.ts'
import { UUID, exportInto, itemOf, noisyText, rows, setUp, sourceOf, blobOf } from './small-export.ts'

afterEach(cleanUp)

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
