import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMailApi, type MailApi } from '../../../../../src-main/api/mail.ts'
import { openCatalog } from '../../../../../src-main/catalog/catalog.ts'
import { listAccounts, resolveAccounts } from '../../../../../src-main/catalog/queries/accounts.ts'
import { listFolders } from '../../../../../src-main/catalog/queries/folders.ts'
import { findItem, itemDetail } from '../../../../../src-main/catalog/queries/item.ts'
import { listPage } from '../../../../../src-main/catalog/queries/list.ts'
import { listProblemKinds, listProblems } from '../../../../../src-main/catalog/queries/problems.ts'
import { catalogSummary } from '../../../../../src-main/catalog/queries/summary.ts'
import { listUnclaimedOwners } from '../../../../../src-main/catalog/queries/unclaimed.ts'
import { walkContents } from '../../../../../src-main/catalog/queries/walk.ts'
import type { CatalogView } from '../../../../../src-main/catalog/queries/selection.ts'
import type { Database } from '../../../../../src-main/engine/sqlite.ts'
import { makePath, type MadeAccount, type MadeItem, type MadePath } from '../../../../support/make-path.ts'
import { cleanUp, temporaryFolder } from '../../../../support/small-backup.ts'
import { indexPath } from '../support/index-path.ts'

/** A real Backup Path, read by the real ingest: what the queries say of it. */
let path: MadePath
let db: Database
let api: MailApi
let anna: MadeAccount
let bob: MadeAccount
const items: Record<string, MadeItem> = {}

function letter(subject: string, body: string, more: string[] = [], to = 'anna@example.com'): Buffer {
  return Buffer.from(
    [
      'From: "Marek Kowalski" <marek@mail.example.org>',
      `To: ${to}`,
      `Subject: ${subject}`,
      'Date: Tue, 14 Mar 2023 10:00:00 +0000',
      'MIME-Version: 1.0',
      ...more,
      ...(more.length === 0 ? ['Content-Type: text/plain; charset=utf-8'] : []),
      '',
      body,
      '',
    ].join('\r\n'),
  )
}

const HTML = letter(
  'Angebot',
  '<p>Preis <img src="http://evil.example/x.png"><script>alert(1)</script></p>',
  ['Content-Type: text/html; charset=utf-8'],
)

beforeAll(async () => {
  const folder = temporaryFolder()
  path = makePath({
    root: join(folder, 'backup'),
    accounts: ['anna@example.com', 'bob@example.com'],
    messages: 12,
    lively: false,
  })
  ;[anna, bob] = path.accounts as [MadeAccount, MadeAccount]
  const projects = path.addFolder(anna, 'Projekte')
  const raw = letter('Kickoff', 'Treffen in 東京 am Montag')
  const digest = path.addBlob(raw)
  const common = {
    subject: 'Kickoff',
    sender: 'Marek <marek@mail.example.org>',
    recipients: 'anna@example.com',
    digest,
    size: raw.length,
  }
  // Came unread, was read, moved, flagged, then deleted by a state that names no blob.
  items.lived = path.addItem(anna, 'message', [
    path.state({ ...common, folder: 2, flags: 'u' }),
    path.state({ ...common, folder: 2 }),
    path.state({ ...common, folder: projects, flags: 'f' }),
    path.state({ ...common, folder: 3, digest: null, deleted: true, flags: 'f' }),
  ])
  items.draft = path.addMessage(anna, letter('Entwurf', 'letzte Fassung'), {
    folder: 6,
    earlier: [letter('Entwurf', 'erste Fassung'), letter('Entwurf', 'zweite Fassung')],
  })
  items.html = path.addMessage(bob, HTML, { subject: 'Angebot' })
  items.lost = path.addMessage(bob, letter('x', 'y'), { digest: `${'Q'.repeat(43)}=`, subject: 'Verloren' })
  items.nowhere = path.addMessage(bob, letter('Irgendwo', 'Ordner ohne Namen'), {
    folder: 4321,
    subject: 'Irgendwo',
  })
  path.addBlob(
    letter('Niemand', 'Post ohne Metadaten', ['Delivered-To: anna@example.com', 'Content-Type: text/plain']),
  )
  path.addBlob(letter('Fremd', 'Post an Fremde', ['Content-Type: text/plain'], 'someone@elsewhere.net'))
  const file = join(folder, 'catalog.db')
  await indexPath(path.root, file)
  db = openCatalog(file, { readonly: true })
  api = createMailApi({ openCatalog: (id) => ({ id, root: path.root, zone: 'UTC', db }) })
})
afterAll(() => {
  db.close()
  cleanUp()
})

const keyOf = (item: MadeItem): string => `i${String(findItem(db, item.account.id, item.id))}`
function search(query: string, more: Partial<CatalogView> = {}): (string | null)[] {
  const view: CatalogView = { scope: { kind: 'search', query }, at: null, deleted: 'show', ...more }
  return listPage(db, view, { sort: 'date', descending: true, offset: 0, limit: 100 }, 'UTC').rows.map(
    (row) => row.subject,
  )
}

describe('a Backup Path as the real ingest reads it', () => {
  test('accounts and the summary', () => {
    const accounts = listAccounts(db)
    expect(accounts.map((account) => account.name)).toEqual(['anna@example.com', 'bob@example.com'])
    const summary = catalogSummary(db)
    expect(summary).toMatchObject({
      accounts: 2,
      unclaimed: 2,
      blobs: path.blobs.size,
      digestRuleUnknown: false,
    })
    expect(summary.items).toBe(path.items.length)
    expect(summary.states).toBe(path.items.reduce((sum, item) => sum + item.states.length, 0))
    expect(resolveAccounts(db, 'ANNA@example.com').map(({ id }) => id)).toEqual([anna.id])
    expect(resolveAccounts(db, 'bob').map(({ id }) => id)).toEqual([bob.id])
    expect(resolveAccounts(db, anna.id).map(({ id }) => id)).toEqual([anna.id])
    expect(resolveAccounts(db, 'nobody')).toEqual([])
  })

  test('folders now and then', () => {
    const names = (at: number | null): string[] =>
      listFolders(db, anna.id, at, 'show').map((node) => node.path)
    expect(names(null)).toContain('Projekte')
    const moved = items.lived!.states[2]!.start
    const inProjects = (at: number) =>
      listFolders(db, anna.id, at, 'show').find((node) => node.path === 'Projekte')?.items
    expect(inProjects(moved - 1)).toBe(0)
    expect(inProjects(moved)).toBe(1)
    expect(listFolders(db, bob.id, null, 'show').find((node) => node.id === 4321)).toMatchObject({
      name: 'Folder 4321',
      items: 1,
    })
  })

  test('a deleted item is shown by its last state that has a blob', () => {
    const detail = itemDetail(db, findItem(db, anna.id, items.lived!.id)!, null)!
    expect(detail.row).toMatchObject({ deleted: true, subject: 'Kickoff', blob: 'ok', folder: 'Trash' })
    expect(detail.states.map((state) => state.changes)).toEqual([
      ['created'],
      ['read'],
      ['moved', 'flagged'],
      ['deleted', 'moved'],
    ])
    expect(detail.states.map((state) => state.blob)).toEqual(['ok', 'ok', 'ok', 'none'])
    expect(detail.states.map((state) => state.folder)).toEqual(['Inbox', 'Inbox', 'Projekte', 'Trash'])
    expect(detail.metadataPath).toBe(items.lived!.file)
    const before = itemDetail(db, findItem(db, anna.id, items.lived!.id)!, items.lived!.states[0]!.start)!
    expect(before.row).toMatchObject({ deleted: false, flags: 'u', folder: 'Inbox' })
  })

  test('searches find by text, field, folder, account and time', () => {
    expect(search('東京')).toEqual(['Kickoff'])
    expect(search('kickoff is:deleted')).toEqual(['Kickoff'])
    expect(search('kickoff -is:deleted')).toEqual([])
    expect(search('kickoff', { deleted: 'hide' })).toEqual([])
    expect(search('kickoff', { at: items.lived!.states[1]!.start, deleted: 'hide' })).toEqual(['Kickoff'])
    expect(search('kickoff', { at: items.lived!.states[0]!.start - 1 })).toEqual([])
    expect(search('kickoff in:projekte', { at: items.lived!.states[2]!.start })).toEqual(['Kickoff'])
    expect(search('from:marek subject:angebot account:bob')).toEqual(['Angebot'])
    expect(search('angebot account:anna')).toEqual([])
    expect(search('verloren is:missing')).toEqual(['Verloren'])
    // Earlier versions are not what is shown now.
    expect(search('"letzte Fassung"')).toEqual(['Entwurf'])
    expect(search('"erste Fassung"')).toEqual([])
    expect(search('"erste Fassung"', { at: items.draft!.states[0]!.start })).toEqual(['Entwurf'])
  })

  test('unclaimed mail: by owner, and among search results', () => {
    expect(listUnclaimedOwners(db)).toContainEqual({
      owner: 'anna@example.com',
      account: anna.id,
      messages: 1,
    })
    expect(search('"ohne Metadaten"')).toEqual(['Niemand'])
    expect(search('"ohne Metadaten" -is:unclaimed')).toEqual([])
    expect(search('"ohne Metadaten" account:anna')).toEqual([])
    const rows = listPage(
      db,
      { scope: { kind: 'unclaimed' }, at: null, deleted: 'show' },
      { sort: 'subject', descending: false, offset: 0, limit: 10 },
      'UTC',
    ).rows
    expect(rows.map(({ subject, account, id }) => [subject, account, id])).toEqual([
      ['Fremd', null, null],
      ['Niemand', null, null],
    ])
  })

  test('problems name the items that lean on them', () => {
    expect(listProblemKinds(db).map(({ kind }) => kind)).toContain('blob-missing')
    const { rows, total } = listProblems(db, { kind: 'blob-missing', offset: 0, limit: 10 })
    expect(total).toBe(1)
    expect(rows[0]).toMatchObject({
      severity: 'error',
      affectedTotal: 1,
      affected: [{ account: bob.id, accountName: 'bob@example.com', id: items.lost!.id, folder: 'Inbox' }],
    })
  })

  test('the walk gives every blob once, earlier versions numbered from the oldest', () => {
    const walked = [...walkContents(db, { scope: { kind: 'all' }, at: null, deleted: 'show' })]
    const draft = walked.find((item) => item.account === anna.id && item.id === items.draft!.id)!
    const digests = items.draft!.states.map((state) => state.digest)
    expect(draft).toMatchObject({
      accountFolder: 'anna@example.com',
      folders: ['Drafts'],
      type: 'message',
      condition: 'ok',
    })
    expect(draft.blobs.map(({ digest, version }) => [digest, version])).toEqual([
      [digests[2], null],
      [digests[0], 1],
      [digests[1], 2],
    ])
    const nowhere = walked.find((item) => item.id === items.nowhere!.id && item.account === bob.id)!
    expect(nowhere.folders).toEqual(['Folder 4321'])
    const lost = walked.find((item) => item.id === items.lost!.id && item.account === bob.id)!
    expect(lost.blobs).toMatchObject([{ path: null, blob: 'missing' }])
    const unclaimed = [...walkContents(db, { scope: { kind: 'unclaimed' }, at: null, deleted: 'show' })]
    expect(unclaimed.map(({ accountFolder }) => accountFolder).sort()).toEqual([
      'anna@example.com',
      'someone@elsewhere.net',
    ])
    const owed = new Set([...path.blobs.keys()])
    for (const item of [...walked, ...unclaimed]) for (const blob of item.blobs) owed.delete(blob.digest)
    expect([...owed]).toEqual([])
  })
})

describe('the mail procedures', () => {
  const catalogId = 'c1'

  test('preview, frame address and source of a message', async () => {
    const preview = await api.preview({ catalogId, key: keyOf(items.html!) })
    expect(preview).toMatchObject({ subject: 'Angebot', blob: 'ok', hasHtml: true, remoteBlocked: 1 })
    expect(preview.frameUrl).toBe(`/mail-frame/c1/${keyOf(items.html!)}`)
    const source = await api.source({ catalogId, key: keyOf(items.html!), offset: 0 })
    expect(source).toMatchObject({ total: HTML.length, next: null })
    expect(Buffer.from(source.text)).toEqual(HTML)
    expect((await api.loadMessage(catalogId, keyOf(items.html!)))?.message).toEqual(HTML)
  })

  test('states and times choose the blob', async () => {
    const key = keyOf(items.draft!)
    const at = items.draft!.states[0]!.start
    expect((await api.preview({ catalogId, key })).text).toContain('letzte Fassung')
    expect((await api.preview({ catalogId, key, state: 1 })).text).toContain('zweite Fassung')
    const then = await api.preview({ catalogId, key, at })
    expect(then.text).toContain('erste Fassung')
    const saved = await api.loadMessage(catalogId, key, { at })
    expect(saved?.message.toString()).toContain('erste Fassung')
    expect(then.frameUrl).toBeNull()
  })

  test('what is not there says so', async () => {
    await expect(api.preview({ catalogId, key: keyOf(items.lost!) })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(api.item({ catalogId, key: 'i99999' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(api.item({ catalogId, key: 'u99999' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(api.raw({ catalogId, key: 'u1' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(
      await api
        .loadMessage(catalogId, keyOf(items.lost!))
        .catch((error: unknown) => (error as { code: string }).code),
    ).toBe('NOT_FOUND')
  })

  test('raw metadata, lists, months, folders and explanations', async () => {
    const raw = await api.raw({ catalogId, key: keyOf(items.lived!) })
    expect(raw.cut).toBe(false)
    expect(raw.text).toContain(items.lived!.states[0]!.digest!)
    const view = { catalogId, scope: { kind: 'all' } as const, at: null, deleted: 'show' as const }
    const list = await api.list({ ...view, sort: 'date', descending: true, offset: 0, limit: 5 })
    expect(list.rows).toHaveLength(5)
    expect(list.complete).toBe(true)
    const months = await api.months(view)
    expect(months.reduce((sum, month) => sum + month.messages, 0)).toBe(
      path.items.filter((item) => item.type === 'message').length,
    )
    expect(
      (await api.folders({ catalogId, account: anna.id, at: null, deleted: 'show' })).map(({ name }) => name),
    ).toContain('Projekte')
    expect((await api.accounts({ catalogId })).length).toBe(2)
    expect((await api.explainQuery({ catalogId, query: 'is:unread' })).terms).toEqual([
      { text: 'is:unread', meaning: 'it is unread' },
    ])
    expect(await api.unclaimedOwners({ catalogId })).toHaveLength(2)
  })
})
