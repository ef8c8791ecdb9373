import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCatalog } from '../../../../../src-main/catalog/catalog.ts'
import { listFolders } from '../../../../../src-main/catalog/queries/folders.ts'
import { countRows, listPage, type Sort } from '../../../../../src-main/catalog/queries/list.ts'
import { listMonths } from '../../../../../src-main/catalog/queries/months.ts'
import { prepareView, warmUp } from '../../../../../src-main/catalog/queries/prepare.ts'
import type { CatalogView } from '../../../../../src-main/catalog/queries/selection.ts'
import { countView, walkContents } from '../../../../../src-main/catalog/queries/walk.ts'
import { STRUCTURE_TYPES, sortKey } from '../../../../../src-main/catalog/schema.ts'
import type { ItemRow } from '../../../../../src-main/contract/mail.ts'
import type { Database } from '../../../../../src-main/engine/sqlite.ts'
import { random } from '../../../../bench/synthetic-catalog.ts'
import { cleanUp, temporaryFolder } from '../../../../support/small-backup.ts'
import { FOLDERS, WORDS, writeTinyCatalog, type TinyCatalog } from './tiny-catalog.ts'
import { everything as everythingOf, modelOf, stateInView, type Asks, type ModelRow } from './views-model.ts'

let db: Database
let file: string
let tiny: TinyCatalog
beforeAll(() => {
  file = join(temporaryFolder(), 'tiny.db')
  tiny = writeTinyCatalog(file, 42, 200)
  db = openCatalog(file, { readonly: true })
})
afterAll(() => {
  db.close()
  cleanUp()
})

const everything = (at: number | null): ModelRow[] => everythingOf(tiny, at)
const model = (view: CatalogView, asks?: Asks): ModelRow[] => modelOf(tiny, view, asks)
const keysOf = (rows: readonly { key: string }[]): string[] => rows.map((row) => row.key).sort()

/** The whole list, read in pages of odd sizes and in a jumping order. */
function pages(view: CatalogView, sort: Sort, descending: boolean, limit: number): string[] {
  const total = listPage(db, view, { sort, descending, offset: 0, limit: 1 }, 'UTC').total
  const starts: number[] = []
  for (let offset = 0; offset < total; offset += limit) starts.push(offset)
  const mixed = [...starts.filter((_, i) => i % 2 === 1), ...starts.filter((_, i) => i % 2 === 0).reverse()]
  const keys: string[] = []
  for (const offset of mixed) {
    const page = listPage(db, view, { sort, descending, offset, limit }, 'UTC')
    expect(page.total).toBe(total)
    page.rows.forEach((row, i) => (keys[offset + i] = row.key))
  }
  expect(listPage(db, view, { sort, descending, offset: total, limit }, 'UTC').rows).toEqual([])
  return keys
}

function views(): CatalogView[] {
  const rnd = random(9)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(rnd() * from.length)]!
  const all: CatalogView[] = []
  for (const at of [null, ...tiny.times]) {
    for (const deleted of ['hide', 'show', 'only'] as const) {
      const account = pick(tiny.accounts).uuid
      const range = rnd() < 0.3 ? { after: pick(tiny.times), before: pick(tiny.times) } : {}
      const scopes: CatalogView['scope'][] = [
        { kind: 'all' },
        { kind: 'account', account },
        { kind: 'folder', account, folder: pick([2, 3, 300, 900, -1]) },
        { kind: 'unclaimed' },
        { kind: 'unclaimed', owner: pick([null, 'user1@example.com', 'nobody@example.com']) },
        { kind: 'search', query: '' },
        { kind: 'search', query: '', account },
        { kind: 'account', account: 'no-such-account' },
      ]
      for (const scope of scopes) all.push({ scope, at, deleted, ...range })
    }
  }
  return all
}

/** What of a row the model tells. */
function shown({
  key,
  deleted,
  flags,
  tags,
  type,
  date,
  account,
  subject,
  hasAttachment,
  blob,
}: ItemRow): unknown {
  return { key, deleted, flags, tags, type, date, account, subject, hasAttachment, blob }
}

function wanted({ key, ref, state, date, account, content }: ModelRow): unknown {
  const { deleted, flags, tags, type } = state
  const words = content ?? tiny.contents.get(tiny.items[ref - 1]!.now.content!)!
  const blob =
    content?.digest == null ? 'none' : content.missing ? 'missing' : content.damaged ? 'damaged' : 'ok'
  const uuid = tiny.accounts.find(({ pk }) => pk === account)?.uuid ?? null
  const { subject, attachment: hasAttachment } = words
  return { key, deleted, flags, tags, type, date, account: uuid, subject, hasAttachment, blob }
}

const naive = (view: CatalogView): ModelRow[] =>
  'account' in view.scope && view.scope.account === 'no-such-account' ? [] : model(view)

describe('lists are what a naive reading of the states gives', () => {
  test('every scope, time, deleted mode and range', () => {
    for (const view of views()) {
      const page = listPage(db, view, { sort: 'date', descending: true, offset: 0, limit: 1000 }, 'UTC')
      const expected = naive(view)
      expect({ view, keys: keysOf(page.rows) }).toEqual({ view, keys: keysOf(expected) })
      expect(page.total).toBe(expected.length)
      expect(countRows(db, view, 'UTC')).toBe(expected.length)
      const byKey = new Map(expected.map((row) => [row.key, row]))
      // One comparison a view: thousands of small ones would take most of the time.
      expect(page.rows.map((row) => shown(row))).toEqual(page.rows.map((row) => wanted(byKey.get(row.key)!)))
    }
  })

  test('the columns loaded ahead answer the same', async () => {
    const wide = views().filter(({ scope }) => scope.kind !== 'folder')
    await warmUp(db)
    for (const view of wide) {
      await prepareView(db, view, 'UTC')
      expect(
        keysOf(listPage(db, view, { sort: 'date', descending: false, offset: 0, limit: 1000 }, 'UTC').rows),
      ).toEqual(keysOf(naive(view)))
    }
  })

  test('pages in any order make up one list, sorted as asked', () => {
    const sorts: Record<Sort, (row: ModelRow) => number | string> = {
      date: (row) => row.date ?? 0,
      size: (row) => row.size ?? -1,
      subject: (row) =>
        sortKey(
          (row.ref > 0 ? tiny.contents.get(tiny.items[row.ref - 1]!.now.content!) : row.content)!.subject,
        ),
      from: (row) =>
        sortKey(
          (row.ref > 0 ? tiny.contents.get(tiny.items[row.ref - 1]!.now.content!) : row.content)!.sender,
        ),
    }
    const account = tiny.accounts[0]!.uuid
    for (const at of [null, tiny.times[2]!]) {
      for (const scope of [
        { kind: 'all' },
        { kind: 'account', account },
        { kind: 'search', query: 'alpha' },
      ] as const) {
        for (const deleted of ['show', 'hide'] as const) {
          const view: CatalogView = { scope, at, deleted }
          for (const sort of ['date', 'size', 'subject', 'from'] as const) {
            for (const descending of [true, false]) {
              const one = pages(view, sort, descending, 1000)
              expect(pages(view, sort, descending, 37)).toEqual(one)
              expect(new Set(one).size).toBe(one.length)
              const by = new Map(everything(at).map((row) => [row.key, sorts[sort](row)]))
              const keys = one.map((key) => by.get(key)!)
              const sorted = [...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1))
              expect({ sort, descending, keys }).toEqual({ sort, descending, keys: sorted })
            }
          }
        }
      }
    }
  })

  test('folder counts and months add up', () => {
    for (const at of [null, ...tiny.times.slice(2, 5)]) {
      for (const deleted of ['hide', 'show', 'only'] as const) {
        for (const { uuid, pk } of tiny.accounts) {
          const rows = model({ scope: { kind: 'account', account: uuid }, at, deleted })
          const nodes = listFolders(db, uuid, at, deleted)
          const counted = new Map(nodes.map(({ id, items, unread }) => [id, { items, unread }]))
          for (const folder of new Set(rows.map((row) => row.state.folder ?? -1))) {
            const inside = rows.filter((row) => (row.state.folder ?? -1) === folder)
            expect({ pk, folder, ...counted.get(folder) }).toEqual({
              ...{ pk, folder, items: inside.length },
              unread: inside.filter((row) => row.state.flags.includes('u')).length,
            })
          }
          expect(nodes.reduce((sum, node) => sum + node.items, 0)).toBe(rows.length)
          for (const { parent } of nodes)
            if (parent !== null) expect(nodes.some(({ id }) => id === parent)).toBe(true)
          for (const scope of [
            { kind: 'account', account: uuid },
            { kind: 'folder', account: uuid, folder: 2 },
          ] as const) {
            const months = new Map<string, number>()
            for (const row of model({ scope, at, deleted })) {
              if (row.state.type !== 'message' || row.date === null) continue
              const month = new Date(row.date).toISOString().slice(0, 7)
              months.set(month, (months.get(month) ?? 0) + 1)
            }
            expect(
              new Map(listMonths(db, { scope, at, deleted }, 'UTC').map((m) => [m.month, m.messages])),
            ).toEqual(months)
          }
        }
      }
    }
  })

  test('the walk for exports gives the rows of the view with all their blobs', () => {
    for (const view of views()) {
      const expected = naive(view)
      const walked = [...walkContents(db, view)]
      const unlisted = walked.filter((item) => !expected.some(({ key }) => key === item.key))
      // Only what claims to be structure and yet has a blob comes on top, so that nothing is lost.
      for (const item of unlisted)
        expect(STRUCTURE_TYPES.includes(item.type) && item.blobs.length > 0).toBe(true)
      expect(keysOf(walked.filter((item) => !unlisted.includes(item)))).toEqual(keysOf(expected))
      expect(countView(db, view).items).toBe(expected.length)
      for (const item of walked) {
        if (item.key.startsWith('u')) continue
        const source = tiny.items[Number(item.key.slice(1)) - 1]!
        const state = stateInView(source.states, source.now, view.at)!
        const shown = state.content === null ? null : tiny.contents.get(state.content)!.digest
        const others =
          view.at === null
            ? [...new Set(source.states.map((s) => s.content))]
                .filter((content) => content !== null && content !== state.content)
                .map((content) => tiny.contents.get(content!)!.digest)
            : []
        expect(item.blobs.map(({ digest, version }) => [digest, version])).toEqual([
          ...(shown === null ? [] : [[shown, null]]),
          ...others.filter((digest) => digest !== null).map((digest, n) => [digest, n + 1]),
        ])
      }
    }
  })

  test('the walk takes keys in their order and passes over what is not there', () => {
    const view: CatalogView = { scope: { kind: 'all' }, at: null, deleted: 'show' }
    expect(
      [...walkContents(db, view, ['i5', 'u999999', 'i3', 'i5', 'x', 'i0'])].map(({ key }) => key),
    ).toEqual(['i5', 'i3'])
    expect(countView(db, view, ['i5', 'i3', 'i5']).items).toBe(2)
  })
})

describe('searches are what reading every message would give', () => {
  /** A piece of a query and what it asks of a row. */
  type Piece = [text: string, asks: Asks]
  const has = (row: ModelRow, word: string): boolean =>
    [...(row.content?.words ?? []), ...(row.content?.subject ?? '').split(' ')].includes(word)
  const bit =
    (flag: string): Asks =>
    (row) =>
      row.state.flags.includes(flag)
  const within = (row: ModelRow, ...folders: number[]): boolean =>
    row.ref > 0 && folders.includes(row.state.folder ?? -1)
  const pieces = (): Piece[] => [
    ...WORDS.map((word): Piece => [word, (row) => has(row, word)]),
    ['京大', (row) => has(row, '東京大学')],
    ['alp*', (row) => has(row, 'alpha')],
    ['subject:beta', (row) => (row.content?.subject ?? '').split(' ').includes('beta')],
    ['from:anna', (row) => /anna/i.test(row.content?.sender ?? '')],
    ['from:"bob@test.org"', (row) => (row.content?.sender ?? '').includes('bob@test.org')],
    ['has:attachment', (row) => row.content?.attachment === true],
    ['filename:plan.pdf', (row) => row.content?.attachment === true],
    ['is:deleted', (row) => row.state.deleted],
    ['is:unread', bit('u')],
    ['is:flagged', bit('f')],
    ['is:answered', bit('r')],
    ['is:draft', bit('d')],
    ['is:unclaimed', (row) => row.ref < 0],
    ['is:missing', (row) => row.content?.missing === true],
    ['is:damaged', (row) => row.content?.damaged === true && !row.content.missing],
    ['type:contact', (row) => row.state.type === 'contact'],
    ['account:user2', (row) => row.account === 2],
    ['tag:urgent', (row) => row.state.tags.includes('Urgent')],
    ['in:projects', (row) => within(row, 300, 301)],
    ['in:"projects/citta"', (row) => within(row, 301)],
    ['in:Trash', (row) => within(row, 3, 302)],
    ['in:"Folder 900"', (row) => within(row, 900)],
    ['larger:2500', (row) => (row.size ?? Number.NaN) > 2500],
    ['smaller:1k', (row) => (row.size ?? Number.NaN) < 1024],
    ['after:2021-01-01', (row) => row.date !== null && row.date >= Date.UTC(2021, 0, 1)],
    ['before:2021-06', (row) => row.date !== null && row.date < Date.UTC(2021, 5, 1)],
    ['id:1005', (row) => row.ref === 5],
  ]

  function check(connection: Database, rounds: number, seed: number): void {
    const rnd = random(seed)
    const all = pieces()
    for (let round = 0; round < rounds; round++) {
      const chosen = Array.from({ length: 1 + Math.floor(rnd() * 3) }, () => ({
        piece: all[Math.floor(rnd() * all.length)]!,
        negated: rnd() < 0.3,
      }))
      const query = chosen.map(({ piece, negated }) => `${negated ? '-' : ''}${piece[0]}`).join(' ')
      const at = rnd() < 0.5 ? null : tiny.times[Math.floor(rnd() * tiny.times.length)]!
      const deleted = (['hide', 'show', 'only'] as const)[Math.floor(rnd() * 3)]!
      const account = rnd() < 0.2 ? { account: tiny.accounts[0]!.uuid } : {}
      const view: CatalogView = { scope: { kind: 'search', query, ...account }, at, deleted }
      const expected = model(view, (row) => chosen.every(({ piece, negated }) => piece[1](row) !== negated))
      const page = listPage(
        connection,
        view,
        { sort: 'date', descending: true, offset: 0, limit: 1000 },
        'UTC',
      )
      expect({ view, keys: keysOf(page.rows) }).toEqual({ view, keys: keysOf(expected) })
      expect(page.total).toBe(expected.length)
    }
  }

  test('with nothing loaded: hits are looked up one by one', () => {
    for (let n = 0; n < 25; n++) {
      const fresh = openCatalog(file, { readonly: true })
      check(fresh, 12, n)
      fresh.close()
    }
  })

  test('with the columns loaded', async () => {
    await warmUp(db)
    check(db, 400, 1234)
  })

  test('signs alone find nothing, an empty query everything', () => {
    const count = (query: string): number =>
      countRows(db, { scope: { kind: 'search', query }, at: null, deleted: 'show' }, 'UTC')
    expect(count('***')).toBe(0)
    expect(count('😀')).toBe(0)
    expect(count('')).toBe(everything(null).length)
    expect(count('alpha & -')).toBe(count('alpha'))
    expect(count('account:nobody-at-all')).toBe(0)
  })
})

test('folders have names, paths and places', () => {
  const nodes = listFolders(db, tiny.accounts[0]!.uuid, null, 'show')
  const byId = new Map(nodes.map((node) => [node.id, node]))
  expect(byId.get(301)).toMatchObject({ name: 'Città', path: 'Projects/Città', parent: 300 })
  expect(byId.get(302)).toMatchObject({ path: 'Trash/Old', parent: 3 })
  expect(byId.get(2)).toMatchObject({ name: 'Inbox', path: 'Inbox', parent: null, holds: 'mail' })
  expect(byId.get(900)).toMatchObject({ name: 'Folder 900', parent: null })
  expect(FOLDERS).toHaveLength(3)
})
