import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  cleanUp,
  filesOf,
  mail,
  SmallBackup,
  snapshot,
  temporaryFolder,
} from '../../../support/small-backup.ts'

const CLI = join(import.meta.dirname, '../../../../src-main/cli.ts')
const ANNA = '11111111-2222-3333-4444-555555555555'
const BOB = '66666666-7777-8888-9999-aaaaaaaaaaaa'

interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

let folder: string
let home: string
let data: string
let backup: SmallBackup

beforeAll(() => {
  folder = temporaryFolder()
  home = join(folder, 'home')
  data = join(folder, 'data')
  mkdirSync(home)
  backup = new SmallBackup(join(folder, 'backup'))
  backup.account(ANNA, 'anna@example.com')
  backup.account(BOB, 'bob@example.com')
  const time = Date.UTC(2026, 9, 1)
  const state = (digest: string | null, subject: string, extra: object = {}): object => ({
    startDate: time,
    endDate: null,
    type: 'message',
    deleted: false,
    blobDigest: digest,
    folderId: 2,
    subject,
    date: time,
    ...extra,
  })
  for (let id = 300; id < 312; id++) {
    const digest = backup.blob(mail(`Invoice ${id}`, `Amount ${id} for the harbour`))
    backup.item(id % 2 ? ANNA : BOB, id, [state(digest, `Invoice ${id}`)])
  }
  const old = backup.blob(mail('Draft', 'old words'))
  const now = backup.blob(mail('Draft', 'new words'))
  backup.item(ANNA, 400, [
    state(old, 'Draft', { endDate: time + 60_000 }),
    state(now, 'Draft', { startDate: time + 60_000, endDate: time + 120_000 }),
    state(null, 'Draft', { startDate: time + 120_000, deleted: true, folderId: 3 }),
  ])
  backup.blob(mail('Nobody claims me', 'lonely'))
})
afterAll(cleanUp)

function start(args: readonly string[], cwd = home) {
  return spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, LIFEBOAT_DATA: '', NO_COLOR: '1', TZ: 'Europe/Rome' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function lifeboat(args: readonly string[], cwd = home): Promise<Ran> {
  const child = start(args, cwd)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
}

async function asJson(args: readonly string[], code = 0): Promise<unknown> {
  const ran = await lifeboat([...args, '--json', '--data', data])
  expect(ran.code, ran.stdout + ran.stderr).toBe(code)
  expect(ran.stdout.endsWith('\n')).toBe(true)
  return JSON.parse(ran.stdout) as unknown
}

describe('every command', () => {
  test('prints one JSON document in its shape, keeps to --data, changes nothing under the path', async () => {
    const before = snapshot(backup.root, true)
    const { root } = backup
    expect(await asJson(['index', root])).toEqual({
      backupPath: root,
      catalog: expect.stringContaining(join(data, 'catalogs')) as string,
      accounts: 2,
      items: 13,
      states: 15,
      messages: 13,
      blobs: 15,
      bytes: expect.any(Number) as number,
      unclaimed: 1,
      problems: { 'blob-orphan': 1 },
      seconds: expect.any(Number) as number,
    })
    expect(await asJson(['accounts', root])).toMatchObject([
      {
        id: ANNA,
        name: 'anna@example.com',
        guessed: false,
        items: 7,
        messages: 7,
        deleted: 1,
        last: '2026-10-01T00:00:00.000Z',
        lastChange: '2026-10-01T00:02:00.000Z',
      },
      { id: BOB, name: 'bob@example.com', items: 6 },
    ])
    const found = (await asJson(['search', root, 'harbour', '-301', 'account:anna'])) as { items: object[] }
    expect(found).toMatchObject({ total: 5, complete: true })
    expect(Object.keys(found.items[0] ?? {})).toEqual([
      'account',
      'accountName',
      'id',
      'subject',
      'from',
      'to',
      'date',
      'folder',
      'deleted',
      'digest',
    ])
    expect(await asJson(['search', root, 'harbour', '--limit', '2'])).toMatchObject({
      total: 12,
      items: [{}, {}],
    })
    expect(await asJson(['search', root, 'Draft', '--deleted', 'hide'])).toMatchObject({ total: 0 })
    expect(await asJson(['search', root, 'subject:Draft', '--at', '2026-10-01T02:01:30'])).toMatchObject({
      total: 1,
      items: [{ id: 400, folder: 'Inbox', deleted: false }],
    })
    const item = (await asJson(['item', root, 'anna@example.com', '400'])) as { states: { raw: object }[] }
    expect(item).toMatchObject({
      account: ANNA,
      id: 400,
      states: [
        { start: '2026-10-01T00:00:00.000Z', type: 'message', folder: 'Inbox', blob: 'ok', deleted: false },
        { blob: 'ok', end: '2026-10-01T00:02:00.000Z' },
        { blob: 'none', digest: null, blobPath: null, deleted: true, folder: 'Trash' },
      ],
    })
    expect(item.states.map(({ raw }) => (raw as { deleted: boolean }).deleted)).toEqual([false, false, true])
    const out = join(folder, 'all')
    expect(await asJson(['export', root, '--out', out, '--unclaimed'])).toMatchObject({
      exported: 15,
      already: 0,
      failed: [],
      manifest: join(out, 'manifest.csv'),
    })
    expect(filesOf(out).filter((file) => file.includes('[400]'))).toEqual([
      'anna@example.com/Trash/2026-10-01 0000 Draft [400] v1.eml',
      'anna@example.com/Trash/2026-10-01 0000 Draft [400].eml',
    ])
    expect(await asJson(['export', root, '--out', out, '--unclaimed'])).toMatchObject({
      exported: 0,
      already: 15,
    })
    expect(await asJson(['forget', root])).toMatchObject({ backupPath: root, removed: true })
    expect(await asJson(['forget', root])).toMatchObject({ removed: false, bytes: 0 })
    expect(snapshot(backup.root, true)).toEqual(before)
    expect(snapshot(home)).toEqual([])
  }, 240_000)

  test('export narrows by account, item, query and time; relative paths are those of the caller', async () => {
    const count = async (...args: string[]): Promise<unknown> => {
      const out = `out-${Math.random().toString(36).slice(2)}`
      const ran = await lifeboat(
        ['export', backup.root, '--out', out, ...args, '--json', '--data', data],
        folder,
      )
      expect(ran.code, ran.stderr + ran.stdout).toBe(0)
      const { exported, manifest } = JSON.parse(ran.stdout) as { exported: number; manifest: string }
      expect(manifest).toBe(join(folder, out, 'manifest.csv'))
      return exported
    }
    expect(await count('--account', 'bob@example.com')).toBe(6)
    expect(await count('--account', 'bob', '--account', ANNA, '--deleted', 'hide')).toBe(12)
    expect(await count('--item', '301', '--item', '302')).toBe(2)
    expect(await count('--query', 'harbour', '--account', 'bob@example.com')).toBe(6)
    expect(await count('--at', '2026-10-01T00:00:30Z')).toBe(13)
    expect(await count('--format', 'mbox', '--deleted', 'only')).toBe(2)
  }, 240_000)

  test('without --json a person reads it', async () => {
    const index = await lifeboat(['index', backup.root, '--data', data])
    expect(index.stdout).toContain('2 accounts, 13 items in 15 states, 13 messages')
    const accounts = await lifeboat(['accounts', backup.root, '--data', data])
    expect(accounts.stdout).toMatch(/^Account +Messages/)
    expect(accounts.stdout).toContain('2 accounts')
    const search = await lifeboat(['search', backup.root, 'harbour', '--data', data])
    expect(search.stdout).toContain('12 hits')
  }, 120_000)
})

describe('exit codes', () => {
  test.each([
    ['no such command', ['nonsense'], 2, 'USAGE'],
    ['no path', ['index'], 2, 'USAGE'],
    ['unknown option', ['accounts', 'X', '--nonsense'], 2, 'USAGE'],
    ['wrong choice', ['export', 'X', '--out', 'Y', '--format', 'pst'], 2, 'USAGE'],
    ['no number', ['item', 'X', 'anna', 'twelve'], 2, 'USAGE'],
    ['an empty query', ['search', 'BACKUP', ' '], 2, 'USAGE'],
    ['a date that is none', ['search', 'BACKUP', 'x', '--at', 'someday'], 2, 'USAGE'],
    ['a date in the query that is none', ['search', 'BACKUP', 'before:someday'], 2, 'BAD_QUERY'],
    ['an unknown account', ['item', 'BACKUP', 'carl@example.com', '5'], 2, 'NOT_FOUND'],
    ['an unknown item', ['export', 'BACKUP', '--out', 'OUT', '--item', '999'], 2, 'NOT_FOUND'],
    ['a target inside', ['export', 'BACKUP', '--out', 'BACKUP/items/out'], 2, 'REFUSED'],
    ['a target around', ['export', 'BACKUP', '--out', 'BACKUP/..'], 2, 'REFUSED'],
    ['nothing there', ['index', '/nowhere/at/all'], 3, 'UNREADABLE'],
    ['no backup path', ['accounts', 'HOME'], 3, 'NOT_A_BACKUP_PATH'],
  ] as const)(
    '%s',
    async (_, args, code, errorCode) => {
      const real = args.map((arg) =>
        arg.replace('BACKUP', backup.root).replace('OUT', join(folder, 'never')).replace('HOME', home),
      )
      const ran = await lifeboat([...real, '--json', '--data', data])
      expect(ran.code, ran.stdout + ran.stderr).toBe(code)
      const { error } = JSON.parse(ran.stdout) as { error: Record<string, string> }
      expect(error['code']).toBe(errorCode)
      expect(Object.keys(error)).toEqual(['code', 'message', 'why', 'next'])
      for (const text of Object.values(error)) expect(text.length).toBeGreaterThan(2)
    },
    60_000,
  )

  test('an error is one line for a person', async () => {
    const ran = await lifeboat(['index', '/nowhere/at/all', '--data', data])
    expect(ran).toMatchObject({ code: 3, stdout: '' })
    expect(ran.stderr).toMatch(/^lifeboat: .+\. .+\.\n$/)
  }, 90_000)

  test('failures listed are 1, and the list names them', async () => {
    const broken = new SmallBackup(join(folder, 'broken'))
    broken.account(ANNA, 'anna@example.com')
    const message = mail('Cut', 'x'.repeat(3000))
    const digest = broken.blob(message, gzipSync(message).subarray(0, 60))
    broken.item(ANNA, 300, [
      { startDate: 1_700_000_000_000, type: 'message', blobDigest: digest, folderId: 2 },
    ])
    const out = join(folder, 'broken-out')
    const result = await asJson(['export', broken.root, '--out', out], 1)
    expect(result).toMatchObject({ exported: 0, failed: [{ account: ANNA, id: 300, digest }] })
    await asJson(['index', broken.root])
  }, 120_000)

  test('a data folder inside the path is refused before it is made, also through a link', async () => {
    const before = snapshot(backup.root, true)
    const link = join(folder, 'data-link')
    symlinkSync(join(backup.root, 'items'), link)
    for (const inside of [join(backup.root, 'data'), join(link, 'data')]) {
      const ran = await lifeboat(['index', backup.root, '--data', inside])
      expect(ran.code).toBe(2)
    }
    expect(snapshot(backup.root, true)).toEqual(before)
  }, 90_000)
})

describe('being stopped', () => {
  test('SIGINT gives 130 and a state from which the next run goes on', async () => {
    const large = new SmallBackup(join(folder, 'large'))
    large.account(ANNA, 'anna@example.com')
    for (let id = 300; id < 1500; id++) {
      const digest = large.blob(mail(`Message ${id}`, `${id} `.repeat(400)))
      large.item(ANNA, id, [
        { startDate: 1_700_000_000_000 + id, type: 'message', blobDigest: digest, folderId: 2 },
      ])
    }
    await asJson(['index', large.root])
    const out = join(folder, 'stopped')
    const child = start(['export', large.root, '--out', out, '--json', '--data', data])
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    const ended = new Promise<number | null>((done) => child.once('close', done))
    const { existsSync } = await import('node:fs')
    while (child.exitCode === null && !existsSync(join(out, 'anna@example.com/Inbox'))) {
      await new Promise((next) => setTimeout(next, 5))
    }
    child.kill('SIGINT')
    const code = await ended
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'STOPPED' } })
    const there = filesOf(out).filter((file) => file.endsWith('.eml')).length
    expect(there).toBeLessThan(1200)
    const result = (await asJson(['export', large.root, '--out', out])) as {
      exported: number
      already: number
    }
    expect(result.already).toBe(there)
    expect(result.exported + result.already).toBe(1200)
  }, 240_000)

  test('a reader that goes away ends it quietly', async () => {
    const child = start(['search', backup.root, 'harbour', '--json', '--data', data])
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.stdout.destroy()
    const code = await new Promise((done) => child.once('close', done))
    expect(code).toBe(0)
    expect(stderr).not.toContain('EPIPE')
  }, 90_000)
})

test('a damaged app database is told with advice, not with a trace', async () => {
  const folderOfOwn = join(folder, 'bad-data')
  mkdirSync(folderOfOwn)
  writeFileSync(join(folderOfOwn, 'lifeboat.db'), 'x'.repeat(9000))
  const ran = await lifeboat(['index', backup.root, '--data', folderOfOwn])
  expect(ran.code).toBe(2)
  expect(ran.stderr).toMatch(/^lifeboat: .*lifeboat\.db.*\n$/)
}, 90_000)
