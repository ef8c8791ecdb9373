import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountRow, FolderNode } from '../../../../src-main/contract/mail.ts'
import { filledMonths, sparkBars } from '../../../../src-renderer/components/charts/spark.ts'
import { sortAccounts } from '../../../../src-renderer/pages/accounts/sort.ts'
import { folderLines, treeLines } from '../../../../src-renderer/pages/mail/tree.ts'
import { readReason } from '../../../../src-renderer/pages/tasks/reason.ts'

function folder(
  id: number,
  name: string,
  parent: number | null = 1,
  holds: FolderNode['holds'] = 'mail',
): FolderNode {
  return { id, parent, name, path: name, deleted: false, holds, items: 0, unread: 0 }
}
function account(id: string, over: Partial<AccountRow> = {}): AccountRow {
  return {
    id,
    name: `${id}@example.com`,
    guessed: false,
    displayName: null,
    aliases: [],
    cos: null,
    status: null,
    items: 0,
    messages: 0,
    deleted: 0,
    bytes: 0,
    first: null,
    last: null,
    lastChange: null,
    ...over,
  }
}
const open = (): boolean => true

describe('the tree of folders', () => {
  it('begins with Inbox, Drafts, Sent, Junk, Trash, then mail by name, then contacts and calendars', () => {
    const nodes = [
      folder(7, 'Contacts', 1, 'contacts'),
      folder(3, 'Trash'),
      folder(300, 'Zeta'),
      folder(2, 'Inbox'),
      folder(301, 'Alfa'),
      folder(10, 'Calendar', 1, 'calendar'),
      folder(5, 'Sent'),
    ]
    const names = folderLines('a', nodes, open).map((line) => line.kind === 'folder' && line.folder.name)
    expect(names).toEqual(['Inbox', 'Sent', 'Trash', 'Alfa', 'Zeta', 'Contacts', 'Calendar'])
  })

  it('shows folders inside only where open, with their depth', () => {
    const nodes = [
      folder(2, 'Inbox'),
      folder(300, 'Projects'),
      folder(301, '2026', 300),
      folder(302, 'Old', 301),
    ]
    const levels = (isOpen: (id: string) => boolean) =>
      folderLines('a', nodes, isOpen).map((line) => [line.id, line.level])
    expect(levels(() => false)).toEqual([
      ['a/2', 2],
      ['a/300', 2],
    ])
    expect(levels((id) => id === 'a/300')).toEqual([
      ['a/2', 2],
      ['a/300', 2],
      ['a/301', 3],
    ])
    expect(levels(open)).toContainEqual(['a/302', 4])
  })

  it('loses no folder, whatever parents the data name, also in circles', () => {
    const node = fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      parent: fc.option(fc.integer({ min: 1, max: 12 })),
    })
    fc.assert(
      fc.property(fc.uniqueArray(node, { selector: ({ id }) => id }), (raw) => {
        const nodes = raw.map(({ id, parent }) => folder(id, `f${String(id)}`, parent))
        const shown = folderLines('a', nodes, open).map((line) => line.id)
        expect(new Set(shown).size).toBe(shown.length)
        expect(shown.length).toBe(nodes.length)
      }),
    )
  })

  it('says when folders are on their way or could not be read, and puts unclaimed mail last', () => {
    const accounts = [account('a'), account('b'), account('c')]
    const error = { what: 'x', why: null, next: null, code: null, details: '', at: 0 }
    const folders = new Map([
      ['a', { nodes: null, error: null }],
      ['b', { nodes: null, error }],
      ['c', { nodes: [folder(2, 'Inbox')], error: null }],
    ])
    const kinds = treeLines(accounts, folders, open, 17).map((line) => line.kind)
    expect(kinds).toEqual([
      'all',
      'account',
      'loading',
      'account',
      'failed',
      'account',
      'folder',
      'unclaimed',
    ])
    expect(treeLines(accounts, folders, () => false, 0).map((line) => line.kind)).toEqual([
      'all',
      'account',
      'account',
      'account',
    ])
  })
})

describe('the table of accounts', () => {
  it('puts what is unknown last in either direction', () => {
    const rows = [account('x', { last: null }), account('b', { last: 5 }), account('a', { last: 9 })]
    expect(sortAccounts(rows, 'last', false).map(({ id }) => id)).toEqual(['b', 'a', 'x'])
    expect(sortAccounts(rows, 'last', true).map(({ id }) => id)).toEqual(['a', 'b', 'x'])
    expect(sortAccounts(rows, 'account', false).map(({ id }) => id)).toEqual(['a', 'b', 'x'])
  })
})

describe('months', () => {
  it('leave no gap on the axis, and broken dates do not stretch it for ever', () => {
    const filled = filledMonths([
      { month: '2025-11', messages: 3 },
      { month: '2026-02', messages: 1 },
    ])
    expect(filled.map(({ month, messages }) => `${month} ${String(messages)}`)).toEqual([
      '2025-11 3',
      '2025-12 0',
      '2026-01 0',
      '2026-02 1',
    ])
    expect(
      filledMonths(
        [
          { month: '1970-01', messages: 1 },
          { month: '2026-02', messages: 1 },
        ],
        24,
      ),
    ).toHaveLength(24)
    expect(filledMonths([])).toEqual([])
  })

  it('are bars inside of the picture, the smallest still visible', () => {
    const bars = sparkBars(
      [
        { month: '2020-01', messages: 1 },
        { month: '2026-12', messages: 100_000 },
      ],
      '2020-01',
      '2026-12',
      168,
      28,
    )
    expect(bars).toHaveLength(2)
    for (const bar of bars) {
      expect(bar.height).toBeGreaterThanOrEqual(2)
      expect(bar.y).toBeGreaterThanOrEqual(0)
      expect(bar.x + bar.width).toBeLessThanOrEqual(168.01)
    }
  })
})

describe('reasons of a failed export', () => {
  it('are told by the kind where there are words for it', () => {
    expect(readReason('blob-missing: it is not there')).toEqual({
      title: 'kind.blob-missing.title',
      detail: 'it is not there',
    })
    expect(readReason('the disk is full')).toEqual({ title: null, detail: 'the disk is full' })
    expect(readReason('odd-kind: text')).toEqual({ title: null, detail: 'odd-kind: text' })
  })
})
