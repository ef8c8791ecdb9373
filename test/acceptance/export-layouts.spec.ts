import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dialectNamed } from '../support/dialects.ts'
import { makePath, MadePath, plainMessage } from '../support/make-path.ts'
import { snapshotDifferences, snapshotTree } from '../support/snapshot.ts'
import { canDropRoot } from './support/cli.ts'
import { judgeExport } from './support/judge.ts'
import { accountsResult, indexResult } from './support/results.ts'
import { exportAndJudge, exportArguments, newScene, parsedExport, run } from './support/scene.ts'

describe('layouts', () => {
  test('only items/ is left: every mail comes back', async () => {
    const scene = newScene('items-only')
    const made = makePath({ root: scene.backup, accounts: 2, messages: 60 })
    rmSync(join(scene.backup, 'accounts'), { recursive: true })
    for (const item of made.items) item.mute = true
    await exportAndJudge(scene, made)
  })

  test('only accounts/ is left: every message is named as failed', async () => {
    const scene = newScene('accounts-only')
    const made = makePath({ root: scene.backup, accounts: 2, messages: 30 })
    rmSync(join(scene.backup, 'items'), { recursive: true })
    for (const blob of made.blobs.values()) blob.fate = 'lost'
    const result = await exportAndJudge(scene, made)
    expect(result.failed.length).toBeGreaterThanOrEqual(30)
  })

  test('items/ is there but empty, accounts without account_info, servers/ instead of server/', async () => {
    const scene = newScene('variants')
    const made = makePath({
      root: scene.backup,
      accounts: [null, null, 'anna@mail.example.com'],
      messages: 40,
    })
    made.write('servers/customizations_28_12_22#04_01_14.tar.gz', 'x')
    made.write('accounts/backupstat', '{}')
    made.write('map_7c1b', Buffer.from([0, 1, 2]))
    await exportAndJudge(scene, made, { checkFolders: true })
  })

  test('the Backup Path lies two folders deeper, beside other things', async () => {
    const scene = newScene('deeper')
    const made = makePath({ root: join(scene.backup, 'disk/backup/zextras'), accounts: 1, messages: 20 })
    mkdirSync(join(scene.backup, 'photos'))
    const result = parsedExport(await run(scene, exportArguments(scene)))
    expect(judgeExport(made, scene.out, result)).toEqual([])
  })

  test('PATH is a link to the Backup Path', async () => {
    const scene = newScene('linked')
    const made = makePath({ root: join(scene.folder, 'real'), accounts: 1, messages: 20 })
    symlinkSync(join(scene.folder, 'real'), scene.backup)
    const result = parsedExport(await run(scene, exportArguments(scene)))
    expect(judgeExport(made, scene.out, result)).toEqual([])
  })

  test('buckets without padding, names of accounts in capitals, an empty account, an account of folders only', async () => {
    const scene = newScene('buckets')
    const made = new MadePath(scene.backup, dialectNamed('nested'), 2)
    const account = made.addAccount('anna@mail.example.com', 'F719C15C-947E-41ED-AEE4-6D95ADEB9737')
    for (let n = 0; n < 30; n++) {
      const id = 1000 + n
      made.addMessage(account, plainMessage(n), { id, bucket: String(id % 100) })
    }
    made.addAccount('nothing@mail.example.com')
    made.addFolder(made.addAccount('folders@mail.example.com'), 'Leer')
    await exportAndJudge(scene, made, { checkFolders: true })
  })

  test('a copy on a disk that does not tell case: all folders in small letters', async () => {
    const scene = newScene('folded')
    const made = makePath({ root: scene.backup, accounts: 2, messages: 150 })
    for (const folder of readdirSync(join(scene.backup, 'items'))) {
      const small = folder.toLowerCase()
      if (small === folder) continue
      cpSync(join(scene.backup, 'items', folder), join(scene.backup, 'items', small), { recursive: true })
      rmSync(join(scene.backup, 'items', folder), { recursive: true })
    }
    await exportAndJudge(scene, made, { checkFolders: true })
  })

  test.skipIf(!canDropRoot)('a folder of items/ and an account refuse us', async () => {
    const scene = newScene('refused')
    const made = makePath({ root: scene.backup, accounts: 3, messages: 120, lively: false })
    const [first, second] = made.accounts
    if (!first || !second) throw new Error('no accounts')
    chmodSync(join(scene.backup, `accounts/${first.id}/items`), 0)
    for (const item of made.items) if (item.account === first) item.mute = true
    const closed = new Set(
      ['A', 'b', '7'].flatMap((letter) =>
        readdirSync(join(scene.backup, 'items')).filter((name) => name.startsWith(letter)),
      ),
    )
    for (const folder of closed) chmodSync(join(scene.backup, 'items', folder), 0)
    const claimed = new Set(
      made.items.filter((item) => !item.mute).flatMap((item) => item.states.flatMap((s) => s.digest ?? [])),
    )
    for (const blob of made.blobs.values()) {
      if (!closed.has(blob.digest.slice(0, 2))) continue
      // What nobody claims in a folder nobody may list cannot even be named.
      if (claimed.has(blob.digest)) blob.fate = 'lost'
      else made.blobs.delete(blob.digest)
    }
    chmodSync(join(scene.backup, `accounts/${second.id}/account_info`), 0)
    second.name = null
    await exportAndJudge(scene, made, { oddAccounts: new Set([second.id]) })
  })
})

describe('what is no Backup Path, and what must be refused', () => {
  test('exit 3 for an empty folder, a file, nothing', async () => {
    const scene = newScene('nothing')
    mkdirSync(scene.backup)
    const file = join(scene.folder, 'file')
    writeFileSync(file, 'x')
    for (const path of [scene.backup, file, join(scene.folder, 'missing')]) {
      for (const args of [
        ['index', path],
        ['accounts', path],
        ['search', path, 'x'],
        ['export', path, '--out', scene.out],
      ]) {
        const result = await run(scene, args)
        expect(result.code, `${args.join(' ')}: ${result.stderr}`).toBe(3)
        expect(result.stderr + result.stdout).toContain(path)
      }
    }
  })

  test('exit 2 for wrong usage', async () => {
    const scene = newScene('usage')
    makePath({ root: scene.backup, accounts: 1, messages: 2 })
    const wrong = [
      ['index'],
      ['index', scene.backup, '--nonsense'],
      ['nonsense', scene.backup],
      ['export', scene.backup],
      ['export', scene.backup, '--out', scene.out, '--format', 'pst'],
      ['export', scene.backup, '--out', scene.out, '--deleted', 'maybe'],
      ['export', scene.backup, '--out', scene.out, '--at', 'yesterdayish'],
      ['search', scene.backup, 'x', '--limit', 'many'],
    ]
    for (const args of wrong) {
      const result = await run(scene, args)
      expect(result.code, `${args.join(' ')}: ${result.stdout} ${result.stderr}`).toBe(2)
    }
    expect(readdirSync(scene.out)).toEqual([])
  })

  test('an export into the Backup Path is refused, also through a link', async () => {
    const scene = newScene('into')
    makePath({ root: scene.backup, accounts: 1, messages: 5 })
    chmodSync(scene.backup, 0o777)
    const link = join(scene.folder, 'link')
    symlinkSync(scene.backup, link)
    const before = snapshotTree(scene.backup)
    for (const out of [
      scene.backup,
      join(scene.backup, 'out'),
      join(scene.backup, 'items'),
      join(link, 'out'),
      join(scene.out, '../backup/x'),
    ]) {
      const result = await run(scene, ['export', scene.backup, '--out', out])
      expect(result.code, out).not.toBe(0)
    }
    expect(snapshotDifferences(before, snapshotTree(scene.backup))).toEqual([])
  })

  test('a data folder within the Backup Path is refused', async () => {
    const scene = newScene('data-within')
    makePath({ root: scene.backup, accounts: 1, messages: 5 })
    chmodSync(scene.backup, 0o777)
    const before = snapshotTree(scene.backup)
    const result = await run({ ...scene, data: join(scene.backup, 'data') }, ['index', scene.backup])
    expect(result.code).not.toBe(0)
    expect(snapshotDifferences(before, snapshotTree(scene.backup))).toEqual([])
  })

  test('a target that links out of itself is not followed', async () => {
    const scene = newScene('target-link')
    makePath({
      root: scene.backup,
      accounts: ['anna@mail.example.com'],
      messages: 5,
      lively: false,
    })
    const elsewhere = join(scene.folder, 'elsewhere')
    mkdirSync(elsewhere, { mode: 0o777 })
    chmodSync(elsewhere, 0o777)
    symlinkSync(elsewhere, join(scene.out, 'anna@mail.example.com'))
    await run(scene, exportArguments(scene))
    expect(readdirSync(elsewhere)).toEqual([])
  })

  test('existing files are never overwritten: other bytes of the same name get a number', async () => {
    const scene = newScene('existing')
    makePath({
      root: scene.backup,
      accounts: ['anna@mail.example.com'],
      messages: 3,
      lively: false,
    })
    const first = parsedExport(await run(scene, exportArguments(scene)))
    expect(first.exported).toBe(3)
    const folder = join(scene.out, 'anna@mail.example.com')
    const victim = readdirSync(folder, { recursive: true, withFileTypes: true }).find((entry) =>
      entry.isFile(),
    )
    if (!victim) throw new Error('nothing exported')
    const path = join(victim.parentPath, victim.name)
    chmodSync(path, 0o644)
    writeFileSync(path, 'mine')
    const again = parsedExport(await run(scene, exportArguments(scene)))
    expect([again.exported, again.already]).toEqual([1, 2])
    expect(readdirSync(victim.parentPath)).toContain(victim.name.replace(/\.eml$/, ' (2).eml'))
    expect(snapshotTree(path).get('')?.size).toBe(4)
    renameSync(path, `${path}.kept`)
  })
})

describe('index and accounts', () => {
  test('count what is there and name who is there', async () => {
    const scene = newScene('counts')
    const made = makePath({ root: scene.backup, accounts: ['anna@mail.example.com', null], messages: 50 })
    const index = indexResult.parse((await run(scene, ['index', scene.backup])).json)
    expect(index.accounts).toBe(2)
    expect(index.items).toBe(made.items.length)
    expect(index.states).toBe(made.items.reduce((sum, item) => sum + item.states.length, 0))
    expect(index.messages).toBe(made.items.filter((item) => item.type === 'message').length)
    expect(index.blobs).toBe(made.blobs.size)
    expect(index.unclaimed).toBe(0)
    const accounts = accountsResult.parse((await run(scene, ['accounts', scene.backup])).json)
    expect(accounts.map((a) => a.id).sort()).toEqual(made.accounts.map((a) => a.id).sort())
    const anna = accounts.find((a) => a.name === 'anna@mail.example.com')
    expect(anna?.guessed).toBe(false)
    expect(accounts.find((a) => a !== anna)?.guessed ?? true).toBe(true)
    const printed = JSON.stringify(accounts)
    expect(printed).not.toContain('geheim')
    for (const account of made.accounts) {
      const own = made.items.filter((item) => item.account === account)
      const row = accounts.find((a) => a.id === account.id)
      expect(row?.items).toBe(own.length)
      expect(row?.messages).toBe(own.filter((item) => item.type === 'message').length)
      expect(row?.deleted).toBe(own.filter((item) => item.states.at(-1)?.deleted).length)
    }
  })
})
