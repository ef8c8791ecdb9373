import { mkdirSync, readFileSync, rmSync, statSync, existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '../../../../src-main/api/engine.ts'
import { router } from '../../../../src-main/api/router.ts'
import type { ContractClient } from '../../../../src-main/contract/index.ts'
import { makePath, snapshotDifferences, snapshotTree, temporaryFolder } from '../../../support/index.ts'

const engines: Engine[] = []

function open(dataFolder = temporaryFolder('data')): {
  engine: Engine
  client: ContractClient
  dataFolder: string
} {
  const engine = createEngine({ dataFolder, host: 'browser' })
  engines.push(engine)
  const client = createRouterClient(router, { context: { engine } }) satisfies ContractClient
  return { engine, client, dataFolder }
}

function backupPath(messages = 30): string {
  return makePath({ root: temporaryFolder('backup'), messages }).root
}

/** Waits until the catalog holds everything. */
async function complete(client: ContractClient, catalogId: string): Promise<void> {
  for await (const progress of await client.backup.watch({ catalogId })) {
    if (progress.error !== null) throw new Error(progress.error)
    if (progress.complete) return
  }
  throw new Error('the stream ended before the catalog was complete')
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close()
})

describe('opening a backup path', () => {
  it('answers at once, reads on in the background, and writes nothing under it', async () => {
    const path = backupPath()
    const before = snapshotTree(path)
    const { client } = open()
    const summary = await client.backup.open({ path })
    expect(summary.path).toBe(path)
    await complete(client, summary.catalogId)
    const after = await client.backup.summary({ catalogId: summary.catalogId })
    expect(after.accounts).toBe(2)
    expect(after.messages).toBeGreaterThan(0)
    expect(snapshotDifferences(before, snapshotTree(path))).toEqual([])
  })

  it('is one task, and opening the same again is not another', async () => {
    const path = backupPath()
    const { client } = open()
    const [one, two] = [
      await client.backup.open({ path }),
      await client.backup.open({ path: `${path}/accounts/..` }),
    ]
    expect(two.catalogId).toBe(one.catalogId)
    await complete(client, one.catalogId)
    await expect.poll(async () => (await client.tasks.list()).map(({ state }) => state)).toEqual(['done'])
  })

  it('goes on after the engine was closed in the middle, and remembers what was open', async () => {
    const path = backupPath(60)
    const first = open()
    const { catalogId } = await first.client.backup.open({ path, zone: 'Asia/Tokyo' })
    await first.engine.close()
    const second = open(first.dataFolder)
    const [interrupted] = await second.client.tasks.list()
    expect(interrupted?.kind).toBe('index')
    expect(['interrupted', 'done']).toContain(interrupted?.state)
    expect(await second.client.backup.recent()).toMatchObject([{ path, available: true, sample: false }])
    const again = await second.client.backup.open({ path })
    expect(again).toMatchObject({ catalogId, zone: 'Asia/Tokyo' })
    await complete(second.client, catalogId)
  })

  it('says what is wrong with a path that is none', async () => {
    const { client } = open()
    const empty = temporaryFolder('empty')
    await expect(client.backup.open({ path: empty })).rejects.toMatchObject({ code: 'NOT_A_BACKUP_PATH' })
    await expect(client.backup.open({ path: join(empty, 'x') })).rejects.toMatchObject({ code: 'UNREADABLE' })
    await expect(client.backup.open({ path: backupPath(1), zone: 'Mars/Olympus' })).rejects.toMatchObject({
      code: 'BAD_QUERY',
    })
    await expect(client.backup.summary({ catalogId: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await client.backup.recent()).toEqual([])
  })

  it('is refused with a data folder inside it, also through a link', async () => {
    const path = backupPath(2)
    const link = join(temporaryFolder('link'), 'data')
    symlinkSync(join(path, 'accounts'), link)
    const { client } = open(link)
    await expect(client.backup.open({ path })).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('data folder') as string,
    })
    expect(existsSync(join(link, 'catalogs'))).toBe(false)
  })
})

describe('forgetting a backup path', () => {
  it('removes its catalog and nothing else, also while it is being read', async () => {
    const path = backupPath()
    const before = snapshotTree(path)
    const { client } = open()
    const { catalogFile } = await client.backup.open({ path })
    const { bytes } = await client.backup.forget({ path })
    expect(bytes).toBeGreaterThan(0)
    expect(existsSync(catalogFile)).toBe(false)
    expect(await client.backup.recent()).toEqual([])
    expect(snapshotDifferences(before, snapshotTree(path))).toEqual([])
  })

  it('works for a path that is gone', async () => {
    const path = backupPath(2)
    const { client } = open()
    const { catalogId, catalogFile } = await client.backup.open({ path })
    await complete(client, catalogId)
    rmSync(path, { recursive: true })
    expect(await client.backup.recent()).toMatchObject([{ path, available: false }])
    await client.backup.forget({ path })
    expect(existsSync(catalogFile)).toBe(false)
  })
})

describe('the engine as a whole', () => {
  it('exports what a view shows, verified, and refuses to write into the backup', async () => {
    const path = backupPath()
    const { client } = open()
    const { catalogId } = await client.backup.open({ path })
    await complete(client, catalogId)
    const view = { catalogId, scope: { kind: 'all' as const }, at: null, deleted: 'show' as const }
    const inside = join(path, 'out')
    expect((await client.export.plan({ view, out: inside })).refusal).toContain('inside the backup path')
    await expect(client.export.start({ view, out: inside, format: 'eml' })).rejects.toMatchObject({
      code: 'REFUSED',
    })
    expect(existsSync(inside)).toBe(false)

    const out = join(temporaryFolder('out'), 'export')
    const plan = await client.export.plan({ view, out })
    expect(plan).toMatchObject({ refusal: null })
    expect(plan.items).toBeGreaterThan(0)
    const { id } = await client.export.start({ view, out, format: 'eml' })
    await expect
      .poll(async () => (await client.tasks.list()).find((task) => task.id === id)?.state, {
        timeout: 20_000,
      })
      .toBe('done')
    const result = await client.export.result({ id })
    expect(result).toMatchObject({ complete: true, failedTotal: 0 })
    expect(result!.exported).toBeGreaterThanOrEqual(30)
    expect(readFileSync(result!.manifest, 'utf8').split('\n').length).toBeGreaterThan(30)
  })

  it('writes the sample once, whole', async () => {
    const { client, dataFolder } = open()
    const [one, two] = await Promise.all([client.backup.createSample(), client.backup.createSample()])
    expect(two.path).toBe(one.path)
    expect(one.path.startsWith(dataFolder)).toBe(true)
    const written = statSync(join(one.path, 'backupstat')).mtimeMs
    expect((await client.backup.createSample()).path).toBe(one.path)
    expect(statSync(join(one.path, 'backupstat')).mtimeMs).toBe(written)
    expect((await client.tasks.list()).map(({ kind, state }) => [kind, state])).toEqual([['sample', 'done']])
  })

  it('tells a bug by an id that the log knows, and nothing of its inside', async () => {
    const { client, engine } = open()
    engine.db.close()
    const error = await client.app.settings().then(
      () => null,
      (caught: unknown) => caught as { code: string; message: string; data: { next: string } },
    )
    expect(error?.code).toBe('INTERNAL_SERVER_ERROR')
    const id = /report ([0-9a-f]{8})/.exec(error?.message ?? '')?.[1]
    expect(readFileSync(engine.log.file, 'utf8')).toContain(String(id))
    expect(error?.message).not.toMatch(/database|sqlite/i)
  })

  it('lists folders for choosing, by names only', async () => {
    const { client } = open()
    const parent = temporaryFolder('places')
    mkdirSync(join(parent, 'b'))
    mkdirSync(join(parent, '.hidden'))
    makePath({ root: join(parent, 'a'), messages: 1 })
    const listed = await client.app.directory({ path: parent })
    expect(listed.entries).toEqual([
      { name: 'a', path: join(parent, 'a'), isBackupPath: true },
      { name: 'b', path: join(parent, 'b'), isBackupPath: false },
      { name: '.hidden', path: join(parent, '.hidden'), isBackupPath: false },
    ])
    await expect(client.app.directory({ path: join(parent, 'none') })).rejects.toMatchObject({
      code: 'UNREADABLE',
    })
  })
})
