import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeSample, type SampleItem, type SampleManifest } from '../../src-main/backup/writer/index.ts'
import { makePath, plainMessage, type MadePath } from '../support/make-path.ts'
import { snapshotDifferences, snapshotTree } from '../support/snapshot.ts'
import { accountsResult, indexResult, itemResult, searchResult } from './support/results.ts'
import { newScene, parsedExport, run, type Scene } from './support/scene.ts'

describe('the commands on the sample', () => {
  let scene: Scene
  let sample: SampleManifest

  beforeAll(() => {
    scene = newScene('sample')
    sample = writeSample(scene.backup, { accounts: 4, items: 600, seed: 5 })
  })

  test('sample writes one, and refuses what is not its own', async () => {
    const own = newScene('sample-command')
    const target = join(own.out, 'new')
    const first = await run(own, [
      'sample',
      target,
      '--accounts',
      '3',
      '--items',
      '90',
      '--seed',
      '2',
      '--damage',
    ])
    expect(first.code, first.stderr).toBe(0)
    expect(first.json).toBeTypeOf('object')
    expect(readdirSync(join(target, 'accounts')).length).toBe(3)
    expect((await run(own, ['sample', target, '--items', '40'])).code).toBe(0)
    const before = snapshotTree(own.data)
    expect((await run(own, ['sample', join(own.out)])).code).not.toBe(0)
    expect(
      snapshotDifferences(before, snapshotTree(own.data)).filter((line) => line.startsWith('gone')),
    ).toEqual([])
  })

  test('index counts it, twice alike', async () => {
    const before = snapshotTree(scene.backup)
    const first = indexResult.parse((await run(scene, ['index', scene.backup])).json)
    expect(first.accounts).toBe(4)
    expect(first.items).toBe(sample.items.length)
    expect(first.messages).toBe(sample.messages)
    expect(first.states).toBe(sample.states)
    expect(first.blobs).toBe(sample.blobs)
    expect(first.bytes).toBe(sample.bytes)
    expect(first.unclaimed).toBe(0)
    expect(Object.entries(first.problems).filter(([kind]) => kind !== 'lmtp-line-too-long')).toEqual([])
    const second = indexResult.parse((await run(scene, ['index', scene.backup])).json)
    expect({ ...second, seconds: 0 }).toEqual({ ...first, seconds: 0 })
    expect(snapshotDifferences(before, snapshotTree(scene.backup))).toEqual([])
  })

  test('accounts tells what the sample says', async () => {
    const accounts = accountsResult.parse((await run(scene, ['accounts', scene.backup])).json)
    for (const wanted of sample.accounts) {
      const row = accounts.find((account) => account.id === wanted.id)
      expect(row).toMatchObject({
        name: wanted.name,
        guessed: false,
        items: wanted.items,
        messages: wanted.messages,
        deleted: wanted.deleted,
      })
      expect(Date.parse(row?.lastChange ?? '')).toBeLessThanOrEqual(sample.end)
      expect(Date.parse(row?.first ?? '')).toBeGreaterThanOrEqual(sample.start - 86_400_000)
    }
    expect(JSON.stringify(accounts)).not.toContain('SSHA')
  })

  test('item shows every state with its blob', async () => {
    const many = [...sample.items]
      .filter((item) => item.type === 'message')
      .sort((a, b) => b.states - a.states)
      .slice(0, 3)
    for (const item of many) {
      for (const who of [item.account, sample.accounts.find((a) => a.id === item.account)?.name ?? '']) {
        const shown = itemResult.parse((await run(scene, ['item', scene.backup, who, String(item.id)])).json)
        expect(shown.account).toBe(item.account)
        expect(shown.id).toBe(item.id)
        expect(shown.states.length).toBe(item.states)
        expect([...new Set(shown.states.flatMap((s) => s.digest ?? []))]).toEqual(item.digests)
        for (const state of shown.states) {
          if (state.digest !== null) expect(state.blob).toBe('ok')
          else expect(state.blob).toBe('none')
        }
        const starts = shown.states.map((s) => s.start ?? '')
        expect([...starts].sort()).toEqual(starts)
        expect(shown.states.at(-1)?.deleted).toBe(item.deleted)
      }
    }
    expect((await run(scene, ['item', scene.backup, many[0]?.account ?? '', '999999999'])).code).not.toBe(0)
    expect((await run(scene, ['item', scene.backup, 'nobody@mail.example.com', '257'])).code).not.toBe(0)
  })

  test('search finds by sender, words and operators', async () => {
    const search = async (...words: string[]) =>
      searchResult.parse((await run(scene, ['search', scene.backup, ...words])).json)
    const all = await search('account:anna.rossi@mail.example.com', '--limit', '3')
    expect(all.complete).toBe(true)
    expect(all.items.length).toBe(3)
    expect(all.items.every((item) => item.accountName === 'anna.rossi@mail.example.com')).toBe(true)
    const kept = await search('account:anna.rossi@mail.example.com', '--deleted', 'hide', '--limit', '1')
    const gone = await search('account:anna.rossi@mail.example.com', '--deleted', 'only', '--limit', '1000')
    expect(kept.total + gone.total).toBe(all.total)
    expect(gone.items.every((item) => item.deleted)).toBe(true)
    expect((await search('account:anna.rossi@mail.example.com is:deleted', '--deleted', 'hide')).total).toBe(
      0,
    )
    const subject = sample.items.find(
      (item: SampleItem) =>
        item.type === 'message' && !item.deleted && /^[\w ]{12,}$/.test(item.subject ?? ''),
    )
    const one = await search(`subject:"${subject?.subject}"`)
    expect(one.items.some((item) => item.id === subject?.id && item.account === subject.account)).toBe(true)
    expect((await search('zzzqqqxxyyzz')).total).toBe(0)
    for (const odd of [
      '"',
      '(',
      'AND',
      'OR NOT',
      '*',
      'from:',
      '-',
      '" AND 1',
      "'; DROP TABLE x",
      ':',
      'a"b',
      '\\',
      'NEAR(',
      '^x',
      '日本',
      '🎉',
    ]) {
      const result = await run(scene, ['search', scene.backup, odd])
      expect([0, 2], `${odd}: ${result.stderr}`).toContain(result.code)
    }
  })

  test('export of one item, one account, a search; into mbox, Maildir and zip', async () => {
    const item = sample.items.find(
      (one) => one.type === 'message' && one.digests.length === 1 && !one.deleted,
    )
    if (!item) throw new Error('no message')
    const exportTo = async (name: string, ...args: string[]) =>
      parsedExport(await run(scene, ['export', scene.backup, '--out', join(scene.out, name), ...args]))
    const single = await exportTo('single', '--account', item.account, '--item', String(item.id))
    expect([single.exported, single.failed.length]).toEqual([1, 0])
    const account = sample.accounts[2]
    if (!account) throw new Error('no account')
    const own = await exportTo('account', '--account', account.name)
    expect(own.failed).toEqual([])
    expect(own.exported).toBeGreaterThanOrEqual(account.messages)
    expect(readdirSync(join(scene.out, 'account')).sort()).toEqual([account.name, 'manifest.csv'])
    const found = searchResult.parse(
      (await run(scene, ['search', scene.backup, 'backup', '--limit', '1000'])).json,
    )
    const query = await exportTo('query', '--query', 'backup')
    expect(query.exported).toBeGreaterThanOrEqual(found.items.filter((one) => one.digest !== null).length)
    for (const format of ['mbox', 'maildir', 'zip']) {
      const result = await exportTo(format, '--account', account.id, '--format', format)
      expect(result.failed, format).toEqual([])
      expect(result.exported, format).toBe(own.exported)
      const again = await exportTo(format, '--account', account.id, '--format', format)
      expect([again.exported, again.already], format).toEqual([0, own.exported])
    }
  })

  test('forget removes the catalog and nothing else', async () => {
    const index = indexResult.parse((await run(scene, ['index', scene.backup])).json)
    const before = snapshotTree(scene.backup)
    expect(readFileSync(index.catalog).length).toBeGreaterThan(0)
    expect((await run(scene, ['forget', scene.backup])).code).toBe(0)
    expect(snapshotTree(scene.data).has(index.catalog.slice(scene.data.length + 1))).toBe(false)
    expect(snapshotDifferences(before, snapshotTree(scene.backup))).toEqual([])
  })

  test('the data folder is private', async () => {
    await run(scene, ['index', scene.backup])
    for (const [path, entry] of snapshotTree(scene.data)) {
      if (path === '') continue
      expect(entry.mode & 0o077, path).toBe(0)
    }
  })
})

describe('as of a date', () => {
  let scene: Scene
  let made: MadePath

  beforeAll(() => {
    scene = newScene('at')
    made = makePath({ root: scene.backup, accounts: ['anna@mail.example.com'], messages: 0 })
  })

  test('takes the state that was valid then', async () => {
    const account = made.accounts[0]
    if (!account) throw new Error('no account')
    const item = made.addMessage(account, plainMessage(1), { folder: 3, movedFrom: 2, deleted: true })
    const [inbox, trash, gone] = item.states
    if (!inbox || !trash || !gone) throw new Error('no states')
    const at = async (ms: number) => {
      const when = new Date(ms).toISOString()
      const result = searchResult.parse(
        (
          await run(scene, [
            'search',
            scene.backup,
            'account:anna@mail.example.com',
            'Messaggio',
            '--at',
            when,
          ])
        ).json,
      )
      return result.items.filter((one) => one.id === item.id).map((one) => [one.folder, one.deleted])
    }
    expect(await at(inbox.start - 1000)).toEqual([])
    expect((await at(inbox.start + 1000)).flat()).toEqual([expect.stringContaining('Inbox'), false])
    expect((await at(trash.start)).flat()).toEqual([expect.stringContaining('Trash'), false])
    expect((await at(gone.start + 1000)).flat()).toEqual([expect.anything(), true])
    const out = join(scene.out, 'then')
    const result = parsedExport(
      await run(scene, [
        'export',
        scene.backup,
        '--out',
        out,
        '--at',
        new Date(inbox.start + 1000).toISOString(),
      ]),
    )
    expect(result.exported).toBe(1)
    expect(readdirSync(join(out, 'anna@mail.example.com'))).toEqual(['Inbox'])
  })
})

test('a result is one JSON document, progress is not in it', async () => {
  const scene = newScene('json')
  makePath({ root: scene.backup, accounts: 1, messages: 3 })
  const result = await run(scene, ['index', scene.backup])
  expect(z.record(z.string(), z.unknown()).safeParse(result.json).success).toBe(true)
  expect(result.stdout.trimEnd().split('\n').length).toBeGreaterThan(0)
})
