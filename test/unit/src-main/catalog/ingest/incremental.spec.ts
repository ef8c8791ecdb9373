import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCatalog } from '../../../../../src-main/catalog/catalog.ts'
import { startIngest } from '../../../../../src-main/catalog/ingest/ingest.ts'
import { digestFor, mail } from '../../../../support/small-backup.ts'
import { removeTree, temporaryFolder } from '../../../../support/index.ts'
import { dumpCatalog, dumpDifferences } from '../support/dump.ts'
import { indexPath } from '../support/index-path.ts'

const ANNA = '11111111-1111-4111-8111-111111111111'
const BOB = '22222222-2222-4222-8222-222222222222'
const T0 = Date.UTC(2026, 0, 5, 10)

describe('opening a Backup Path again', () => {
  const folder = temporaryFolder('incremental')
  let round = 0
  let root = ''
  let catalog = ''

  const put = (path: string, bytes: Buffer | string): void => {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }
  const itemPath = (account: string, id: number): string =>
    `accounts/${account}/items/${String(id % 100).padStart(2, '0')}/${String(id)}`
  const blobPath = (digest: string): string => `items/${digest.slice(0, 2)}/${digest}`
  const state = (n: number, more: object = {}): object => ({
    startDate: T0 + n * 60_000,
    type: 'message',
    deleted: false,
    folderId: 2,
    date: T0 + n * 60_000,
    ...more,
  })
  /** Puts a message with its blob; returns the digest. */
  const message = (account: string, id: number, subject: string, more: object = {}): string => {
    const bytes = mail(subject, `Words of ${subject}`)
    const digest = digestFor(bytes)
    put(blobPath(digest), gzipSync(bytes))
    put(itemPath(account, id), JSON.stringify([state(id, { blobDigest: digest, subject, ...more })]))
    return digest
  }
  /** The catalog brought up to date must say what a new one says. */
  const same = async (except?: RegExp): Promise<Record<string, string[]>> => {
    await indexPath(root, catalog)
    const fresh = join(folder, `fresh-${String(round++)}`, 'c.db')
    await indexPath(root, fresh)
    const dump = dumpCatalog(catalog)
    expect(dumpDifferences(dump, dumpCatalog(fresh), except)).toEqual([])
    return dump
  }

  beforeEach(async () => {
    root = join(folder, `backup-${String(round)}`)
    catalog = join(folder, `catalog-${String(round++)}`, 'c.db')
    for (const [id, name] of [
      [ANNA, 'anna@example.com'],
      [BOB, 'bob@example.com'],
    ] as const) {
      put(`accounts/${id}/account_info`, JSON.stringify({ id, name, displayName: name }))
      put(itemPath(id, 2), JSON.stringify([state(0, { type: 'folder', folderId: 1, name: 'Inbox' })]))
    }
    for (let id = 300; id < 340; id++) message(ANNA, id, `Letter number ${String(id)}`)
    for (let id = 400; id < 420; id++) message(BOB, id, `Note number ${String(id)}`)
    put(
      itemPath(ANNA, 500),
      JSON.stringify([
        state(5, { type: 'contact', folderId: 7, name: 'Zoe Contact', email: 'zoe@example.org' }),
      ]),
    )
    await indexPath(root, catalog)
  }, 60_000)
  afterEach(() => {
    removeTree(root)
  })

  it('leaves everything alone when nothing changed', async () => {
    const before = dumpCatalog(catalog)
    const db = openCatalog(catalog, { readonly: true })
    const written = db.prepare('SELECT max(pk) FROM item').pluck().get()
    db.close()
    const read: number[] = []
    const handle = startIngest({ path: root, catalogFile: catalog, zone: 'UTC', jobs: 2 })
    handle.onProgress(({ phase, total }) => phase === 'messages' && read.push(total ?? -1))
    await handle.done
    expect(read.every((total) => total === 0)).toBe(true)
    expect(dumpDifferences(dumpCatalog(catalog), before)).toEqual([])
    const after = openCatalog(catalog, { readonly: true })
    expect(after.prepare('SELECT max(pk) FROM item').pluck().get()).toBe(written)
    after.close()
  })

  it('reads new items and blobs, and only those', async () => {
    message(ANNA, 340, 'A brand new letter')
    message(BOB, 420, 'A brand new note')
    const dump = await same()
    expect(dump['items']).toHaveLength(40 + 20 + 2 + 1 + 2)
  })

  it('takes a second account of the same message into the words', async () => {
    const bytes = mail('Letter number 300', 'Words of Letter number 300')
    put(
      itemPath(BOB, 421),
      JSON.stringify([state(9, { blobDigest: digestFor(bytes), subject: 'Letter number 300' })]),
    )
    const dump = await same()
    expect(dump['accountWords']).toContain(`${BOB} 21`)
    rmSync(join(root, itemPath(BOB, 421)))
    expect((await same(/Letter number 300/))['accountWords']).toContain(`${BOB} 20`)
  })

  it('follows an item that was moved, changed and deleted', async () => {
    const digest = message(ANNA, 301, 'Letter number 301')
    put(
      itemPath(ANNA, 301),
      JSON.stringify([
        { ...state(1, { blobDigest: digest, subject: 'Letter number 301' }), endDate: T0 + 7_200_000 },
        state(120, { deleted: true, folderId: 3, flags: 'u' }),
      ]),
    )
    await same()
  })

  it('lets go of files that vanished: items, blobs, folders, an account', async () => {
    rmSync(join(root, itemPath(ANNA, 310)))
    removeTree(join(root, `accounts/${ANNA}/items/11`))
    const gone = message(ANNA, 312, 'Letter number 312')
    rmSync(join(root, blobPath(gone)))
    // What was read of a lost message while it was there is still known of it.
    const dump = await same(/[Ll]etter number 31|Note number|^anna/)
    expect(dump['problems']?.some((line) => line.includes('blob-missing') && line.includes(gone))).toBe(true)
    removeTree(join(root, `accounts/${BOB}`))
    const without = await same(/[Ll]etter number 31|Note number|^anna/)
    expect(without['accounts']).toHaveLength(1)
    // Bob's messages are nobody's now, but they are all still there.
    expect(without['totals']).toContain('["unclaimed",22]')
    const folderOfOne = message(ANNA, 313, 'Letter number 313').slice(0, 2)
    removeTree(join(root, 'items', folderOfOne))
    await same(/[Ll]etter number 31|Note number|^anna/)
  })

  it('sees a blob that was damaged, put elsewhere, and put back', async () => {
    const digest = message(ANNA, 320, 'Letter number 320')
    const file = join(root, blobPath(digest))
    const whole = readFileSync(file)
    writeFileSync(file, whole.subarray(0, 60))
    expect(
      (await same(/"truncated"|,320,/))['problems']?.some((line) => line.includes('blob-truncated')),
    ).toBe(true)
    // A whole copy elsewhere stands in for the damaged one.
    put(`items/zz/${digest}`, whole)
    expect((await same())['contents']?.find((line) => line.includes(digest))).toContain(`items/zz/${digest}`)
    rmSync(file)
    await same()
    renameSync(join(root, `items/zz/${digest}`), file)
    const healed = await same()
    expect(healed['problems']?.some((line) => line.includes(digest))).toBe(false)
  })

  it('notices a change that kept the size, by the time', async () => {
    const file = join(root, itemPath(ANNA, 305))
    const text = readFileSync(file, 'utf8').replace('"folderId":2', '"folderId":5')
    const { mtime } = statSync(file)
    writeFileSync(file, text)
    utimesSync(file, mtime, new Date(mtime.getTime() + 2000))
    expect((await same())['items']?.find((line) => line.includes(',305,'))).toBeDefined()
  })

  it('names an account whose account_info came back', async () => {
    const info = join(root, `accounts/${ANNA}/account_info`)
    const text = readFileSync(info)
    writeFileSync(info, '{"torn')
    await indexPath(root, catalog)
    const torn = dumpCatalog(catalog)
    // The name that was read before stays.
    expect(torn['accounts']?.some((line) => line.includes('"anna@example.com",0'))).toBe(true)
    expect(torn['problems']?.some((line) => line.includes('account-info-broken'))).toBe(true)
    writeFileSync(info, text)
    expect((await same())['accounts']?.some((line) => line.includes('"anna@example.com",0'))).toBe(true)
  })

  it('understands times anew when the zone changes', async () => {
    put(
      itemPath(ANNA, 600),
      JSON.stringify([{ type: 'message', startDate: '05/01/2026 10:00:00', folderId: 2, subject: 'x' }]),
    )
    await indexPath(root, catalog)
    await indexPath(root, catalog, 'Europe/Rome')
    const fresh = join(folder, `zone-${String(round++)}`, 'c.db')
    await indexPath(root, fresh, 'Europe/Rome')
    expect(dumpDifferences(dumpCatalog(catalog), dumpCatalog(fresh))).toEqual([])
  })

  it('keeps what it knows of a path that is not there at the moment', async () => {
    const before = dumpCatalog(catalog)
    const away = `${root}-away`
    renameSync(root, away)
    await expect(indexPath(root, catalog)).rejects.toThrow(/cannot be read|not a Backup Path/)
    mkdirSync(root)
    await expect(indexPath(root, catalog)).rejects.toThrow(/not a Backup Path/)
    rmSync(root, { recursive: true })
    renameSync(away, root)
    expect(dumpDifferences(dumpCatalog(catalog), before)).toEqual([])
  })

  it('stops when asked and goes on later', async () => {
    for (let id = 1000; id < 1400; id++) message(ANNA, id, `More ${String(id)}`)
    const handle = startIngest({ path: root, catalogFile: catalog, zone: 'UTC', jobs: 2 })
    await handle.stop()
    const result = await handle.done
    expect(result.stopped).toBe(true)
    expect(handle.progress().phase).toBe('stopped')
    await same()
  })

  it('gives every content a place when a thousand share one minute', async () => {
    for (let id = 2000; id < 2300; id++)
      message(ANNA, id, `Same minute ${String(id)}`, { date: T0, startDate: T0 })
    const dump = await same()
    expect(dump['words']?.some((line) => /^documents (\d+) contents \1$/.test(line))).toBe(true)
  })

  it('copies of whole accounts do not disturb each other', async () => {
    for (const dir of readdirSync(join(root, `accounts/${ANNA}/items`))) {
      for (const name of readdirSync(join(root, `accounts/${ANNA}/items`, dir))) {
        const to = join(root, `accounts/33333333-3333-4333-8333-333333333333/items`, dir, name)
        mkdirSync(dirname(to), { recursive: true })
        copyFileSync(join(root, `accounts/${ANNA}/items`, dir, name), to)
      }
    }
    await same()
  })
})
