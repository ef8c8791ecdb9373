import { describe, expect, it } from 'vitest'
import type { UnrestoredItem } from '../../../../src-main/contract/unrestored.ts'
import { folded, type DiffLine } from '../../../../src-renderer/pages/configurations/fold.ts'
import {
  CAUSE_MARKS,
  CAUSES,
  filtered,
  openByCause,
  STANDING_MARKS,
  standingOf,
  type Filter,
} from '../../../../src-renderer/pages/unrestored/worklist.ts'

const row = (over: Partial<UnrestoredItem>): UnrestoredItem => ({
  account: 'anna@example.com',
  id: 1,
  type: 'message',
  folder: 'Inbox',
  subject: 'Invoice',
  from: 'Bob <bob@example.org>',
  date: null,
  bytes: 0,
  cause: 'broken',
  evidence: { en: '', it: '' },
  sure: true,
  exportable: false,
  fromServer: false,
  outcome: null,
  ...over,
})
const left = (how: 'restored' | 'exported' | 'given-up') => ({
  how,
  at: 1,
  note: '',
  file: null,
  sha256: null,
})
const rows = [
  row({ id: 856 }),
  row({ id: 13339, cause: 'invalid', subject: 'Ärger im Büro', from: '' }),
  row({
    id: 3,
    cause: 'read-error',
    account: 'bob@example.com',
    folder: 'Inbox/Projects',
    outcome: left('exported'),
  }),
]
const all: Filter = { cause: null, show: 'all', text: '' }
const ids = (filter: Partial<Filter>) => filtered(rows, { ...all, ...filter }).map(({ id }) => id)

describe('the filter of the worklist', () => {
  it('finds nothing where one of the words is nowhere', () => {
    expect(ids({ text: 'invoice nobody' })).toEqual([])
    expect(ids({ text: 'evidence' })).toEqual([])
    expect(filtered([], all)).toEqual([])
  })

  it('takes every word, in any field, in any case, and blanks for nothing', () => {
    expect(ids({ text: '  BOB   inbox/pro ' })).toEqual([3])
    expect(ids({ text: 'ärger 13339' })).toEqual([13339])
    expect(ids({ text: ' \t ' })).toEqual([856, 13339, 3])
  })

  it('does not take a pattern for one', () => {
    expect(ids({ text: '.*' })).toEqual([])
    expect(ids({ text: '(' })).toEqual([])
  })

  it('hides what has left the list unless it is asked for, and keeps the order', () => {
    expect(ids({ show: 'open' })).toEqual([856, 13339])
    expect(ids({ cause: 'read-error', show: 'open' })).toEqual([])
    expect(ids({ cause: 'read-error' })).toEqual([3])
  })
})

describe('how rows stand', () => {
  it('counts only what is still on the list, and every cause', () => {
    expect(openByCause(rows)).toEqual({ 'read-error': 0, broken: 1, invalid: 1, unknown: 0 })
    expect(openByCause([])).toEqual({ 'read-error': 0, broken: 0, invalid: 0, unknown: 0 })
  })

  it('is told by its outcome, each with a mark of its own; given up looks not like restored', () => {
    expect(standingOf(row({}))).toBe('open')
    for (const how of ['restored', 'exported', 'given-up'] as const)
      expect(standingOf(row({ outcome: left(how) }))).toBe(how)
    expect(STANDING_MARKS['given-up']).not.toBe(STANDING_MARKS.restored)
    expect(STANDING_MARKS.open).not.toBe(STANDING_MARKS.restored)
    expect(new Set(CAUSES.map((cause) => CAUSE_MARKS[cause])).size).toBe(CAUSES.length)
  })
})

describe('folding equal lines', () => {
  /** `s` equal, `o` only old, `n` only new. */
  const lines = (kinds: string): DiffLine[] =>
    Array.from(kinds).map((kind, at) => ({
      kind: kind === 's' ? 'same' : kind === 'o' ? 'old' : 'new',
      old: kind === 'n' ? null : at + 1,
      new: kind === 'o' ? null : at + 1,
      text: `line ${String(at)}`,
    }))
  const shape = (kinds: string, around: number): string =>
    folded(lines(kinds), around)
      .map((line) => (line.kind === 'fold' ? `[${String(line.n)}]` : line.kind[0]))
      .join('')

  it('never hides a line that differs, at either end', () => {
    expect(shape('ossssssn', 1)).toBe('os[4]sn')
    expect(shape('oonn', 0)).toBe('oonn')
  })

  it('loses no line: what is shown and what is folded is all there was', () => {
    for (const kinds of ['', 's', 'sssss', 'ssosssssnss', 'osososo', 'sssssssson']) {
      for (const around of [0, 1, 3, 100]) {
        const shown = folded(lines(kinds), around)
        const sum = shown.reduce((total, line) => total + (line.kind === 'fold' ? line.n : 1), 0)
        expect([kinds, around, sum]).toEqual([kinds, around, kinds.length])
      }
    }
  })

  it('of equal files is one line, of an empty one none', () => {
    expect(shape('sssss', 3)).toBe('[5]')
    expect(shape('', 3)).toBe('')
  })

  it('keeps its distance and joins neighbours', () => {
    expect(shape('ssssossssossss', 2)).toBe('[2]ssossssoss[2]')
    expect(shape('ssosssssnss', 1)).toBe('[1]sos[3]sns[1]')
  })

  it('unfolds all of it without a detour, also where every line differs', () => {
    const many = lines('on'.repeat(20_000))
    const began = process.cpuUsage()
    expect(folded(many, Infinity)).toHaveLength(40_000)
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(1000)
    expect(shape('sssosss', Infinity)).toBe('sssosss')
  })
})
