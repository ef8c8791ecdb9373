import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryChips, withoutChip, withTerm } from '../../../../src-renderer/format/query-chips.ts'

const told = (query: string): string[] =>
  queryChips(query).map((chip) => `${chip.negated ? '-' : ''}${chip.operator ?? 'words'}=${chip.value}`)

describe('queryChips', () => {
  it('takes a query apart at blanks outside of quotes', () => {
    expect(told('from:"Anna Rossi" invoice "purchase order" -draft has:attachment')).toEqual([
      'from=Anna Rossi',
      'words=invoice',
      'words=purchase order',
      '-words=draft',
      'has=attachment',
    ])
  })

  it('knows operators whatever their case, and leaves other colons alone', () => {
    expect(told('FROM:anna Re:offer 12:30')).toEqual(['from=anna', 'words=Re:offer', 'words=12:30'])
  })

  it('reads an operator without a value and an unfinished quote', () => {
    expect(told('from: "open end')).toEqual(['from=', 'words=open end'])
  })

  it('negates operators too', () => {
    expect(told('-in:junk -"two words"')).toEqual(['-in=junk', '-words=two words'])
  })

  it('never throws and never loses a word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/)), (words) => {
        expect(queryChips(words.join(' ')).map((chip) => chip.value)).toEqual(words)
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => void queryChips(text)))
  })
})

describe('changing a query', () => {
  it('takes one part away', () => {
    expect(withoutChip('from:"Anna Rossi" invoice -draft', 1)).toBe('from:"Anna Rossi" -draft')
    expect(withoutChip('invoice', 0)).toBe('')
  })

  it('adds a part once', () => {
    expect(withTerm('invoice', 'has:attachment')).toBe('invoice has:attachment')
    expect(withTerm('invoice HAS:attachment', 'has:attachment')).toBe('invoice HAS:attachment')
    expect(withTerm('', 'is:deleted')).toBe('is:deleted')
  })
})
