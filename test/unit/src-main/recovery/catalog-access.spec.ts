import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { catalogFileFor } from '../../../../src-main/catalog/catalog.ts'
import { startIngest } from '../../../../src-main/catalog/ingest/ingest.ts'
import type { Drill } from '../../../../src-main/drill/drill.ts'
import { openCatalogAccess, type OpenCatalogAccess } from '../../../../src-main/recovery/catalog-access.ts'
import { snapshotTree } from '../../../support/snapshot.ts'
import { temporaryFolder } from '../../../support/temp.ts'
import { openDrill } from '../drill/support.ts'

let drill: Drill
let access: OpenCatalogAccess

beforeAll(async () => {
  drill = await openDrill(['unrestored=12'])
  const catalogFile = catalogFileFor(temporaryFolder('data'), drill.old.backup)
  await startIngest({ path: drill.old.backup, catalogFile, zone: 'UTC', jobs: 1 }).done
  access = openCatalogAccess(drill.old.backup, catalogFile)
  return () => access.close()
}, 60_000)

const planted = (cause: string) => drill.planted.filter((one) => one.cause === cause)

describe('the catalog as recovery asks it', () => {
  it('names every account and counts what a restore brings', () => {
    expect(
      access
        .accounts()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(drill.facts.accounts.map(({ id }) => id).sort())
    const { items, newest, accounts } = access.totals()
    expect(accounts).toBe(drill.facts.accounts.length)
    // the end that the sample tells is a minute after its last change
    expect(drill.facts.backupEnd - (newest ?? 0)).toBeLessThanOrEqual(60_000)
    expect(items).toBeGreaterThan(100)
  })

  it('finds every planted item by address and id, with what is wrong with it', () => {
    for (const { account, item, cause, olderState } of drill.planted) {
      const found = access.item(account.toUpperCase(), item)
      expect(found?.id).toBe(item)
      const good = found?.states.filter(({ verdict }) => verdict === 'good').length ?? 0
      if (cause !== 'broken') expect(found?.states[0]?.verdict).toBe('good')
      else if (olderState) expect(good).toBeGreaterThan(0)
      else if (found?.condition === 'ok') expect(good).toBe(0)
    }
    expect(access.item('nobody@example.com', 257)).toBeNull()
    expect(access.item(drill.planted[0]?.account.split('@')[0] ?? '', drill.planted[0]?.item ?? 0)).toBeNull()
  })

  it('exports the newest state that is whole, proved by its digest, and leaves the Backup Path alone', async () => {
    const before = snapshotTree(drill.old.backup)
    const folder = temporaryFolder('out')
    for (const { account, item, digest } of [...planted('invalid'), ...planted('read error')]) {
      const { file, sha256, bytes } = await access.exportItem(account, item, folder)
      const written = readFileSync(file)
      expect(written.length).toBe(bytes)
      expect(createHash('sha256').update(written).digest('hex')).toBe(sha256)
      expect(createHash('sha256').update(written).digest('base64').replaceAll('/', ',')).toBe(digest)
    }
    const older = planted('broken').filter(({ olderState }) => olderState)
    expect(older.length).toBeGreaterThan(0)
    for (const { account, item, digest } of older) {
      const { file } = await access.exportItem(account, item, folder)
      expect(createHash('sha256').update(readFileSync(file)).digest('base64').replaceAll('/', ',')).not.toBe(
        digest,
      )
      await expect(access.exportItem(account, item, folder, digest ?? '')).rejects.toMatchObject({
        code: 'REFUSED',
      })
    }
    expect(snapshotTree(drill.old.backup)).toEqual(before)
  })

  it('never calls an item exported that has no whole state', async () => {
    const none = planted('broken').filter(({ olderState }) => !olderState)
    expect(none.length).toBeGreaterThan(0)
    for (const { account, item } of none)
      await expect(access.exportItem(account, item, temporaryFolder('out'))).rejects.toThrow()
  })

  it('refuses a folder under the Backup Path and a link that leads out of the folder', async () => {
    const one = planted('invalid')[0]
    if (!one) throw new Error('Nothing was planted.')
    await expect(
      access.exportItem(one.account, one.item, join(drill.old.backup, 'out')),
    ).rejects.toMatchObject({ code: 'REFUSED' })
    const folder = temporaryFolder('out')
    const elsewhere = temporaryFolder('elsewhere')
    mkdirSync(folder, { recursive: true })
    symlinkSync(elsewhere, join(folder, one.account))
    await expect(access.exportItem(one.account, one.item, folder)).rejects.toMatchObject({ code: 'REFUSED' })
  })

  it('lists the live messages of an account', () => {
    const [account] = drill.facts.accounts
    if (account === undefined) throw new Error('A drill without accounts.')
    const ids = [...access.messages(account.name)].map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(10)
    for (const id of ids) {
      const file = join(
        drill.old.backup,
        `accounts/${account.id}/items/${String(id % 100).padStart(2, '0')}/${String(id)}`,
      )
      const text = readFileSync(file, 'utf8')
      // what was overwritten with zeros is no message any more, or is known by its remains only
      if (!text.startsWith('[')) continue
      expect((JSON.parse(text) as { deleted: boolean }[]).at(-1)?.deleted).toBe(false)
    }
  })
})
