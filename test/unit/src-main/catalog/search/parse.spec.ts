import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainQuery } from '../../../../../src-main/catalog/search/explain.ts'
import { parseQuery, type Term } from '../../../../../src-main/catalog/search/parse.ts'

const context = { zone: 'Europe/Rome', now: Date.UTC(2026, 9, 20, 12) }
const parse = (query: string): Term[] => parseQuery(query, context).terms
const bare = (query: string) =>
  parse(query).map(({ source: _source, negated: _negated, ...condition }) => condition)

describe('the search language', () => {
  test('words, phrases, prefixes and their negation', () => {
    expect(parse('hello "two words" inv* -spam -"not this"')).toEqual([
      { kind: 'text', place: 'any', text: 'hello', prefix: false, source: 'hello', negated: false },
      { kind: 'text', place: 'any', text: 'two words', prefix: false, source: '"two words"', negated: false },
      { kind: 'text', place: 'any', text: 'inv', prefix: true, source: 'inv*', negated: false },
      { kind: 'text', place: 'any', text: 'spam', prefix: false, source: '-spam', negated: true },
      { kind: 'text', place: 'any', text: 'not this', prefix: false, source: '-"not this"', negated: true },
    ])
  })

  test('fields of text, with and without quotes', () => {
    expect(bare('from:anna to:"Bob Smith" SUBJECT:offer filename:a.pdf -from:x')).toEqual([
      { kind: 'text', place: 'from', text: 'anna', prefix: false },
      { kind: 'text', place: 'to', text: 'Bob Smith', prefix: false },
      { kind: 'text', place: 'subject', text: 'offer', prefix: false },
      { kind: 'text', place: 'attachment', text: 'a.pdf', prefix: false },
      { kind: 'text', place: 'from', text: 'x', prefix: false },
    ])
    expect(parse('-from:x')[0]?.negated).toBe(true)
  })

  test('structured fields', () => {
    expect(
      bare('in:"Projects/New" account:anna has:attachment is:Unread is:starred type:event id:257 tag:urgent'),
    ).toEqual([
      { kind: 'folder', name: 'Projects/New' },
      { kind: 'account', name: 'anna' },
      { kind: 'attachment' },
      { kind: 'is', what: 'unread' },
      { kind: 'is', what: 'flagged' },
      { kind: 'type', type: 'appointment' },
      { kind: 'id', id: 257 },
      { kind: 'tag', name: 'urgent' },
    ])
    expect(bare('larger:1.5M smaller:10kb larger:500')).toEqual([
      { kind: 'size', more: true, bytes: 1_572_864 },
      { kind: 'size', more: false, bytes: 10_240 },
      { kind: 'size', more: true, bytes: 500 },
    ])
  })

  test('after counts from the beginning of a day or month, before up to it', () => {
    // Rome is two hours ahead of UTC until 25 October 2026, one hour after it.
    const day = Date.UTC(2026, 9, 11, 22)
    const month = Date.UTC(2026, 8, 30, 22)
    expect(
      bare('after:2026-10-12 before:2026-10-12 after:2026-10 after:12/10/2026 before:12.10.2026'),
    ).toEqual([
      { kind: 'date', from: day, until: null },
      { kind: 'date', from: null, until: day },
      { kind: 'date', from: month, until: null },
      { kind: 'date', from: day, until: null },
      { kind: 'date', from: null, until: day },
    ])
    expect(bare('on:2026-10')).toEqual([{ kind: 'date', from: month, until: Date.UTC(2026, 9, 31, 23) }])
    expect(bare('after:7d')).toEqual([{ kind: 'date', from: context.now - 7 * 86_400_000, until: null }])
  })

  test('what makes no sense is a plain word, never an error', () => {
    expect(bare('after:soon')).toEqual([{ kind: 'text', place: 'any', text: 'after:soon', prefix: false }])
    expect(bare('is:blue')).toEqual([{ kind: 'text', place: 'any', text: 'is:blue', prefix: false }])
    expect(bare('colour:red')).toEqual([{ kind: 'text', place: 'any', text: 'colour:red', prefix: false }])
    expect(bare('http://example.com/x')).toEqual([
      { kind: 'text', place: 'any', text: 'http://example.com/x', prefix: false },
    ])
    expect(bare('constructor:x __proto__:y is:constructor type:toString')).toHaveLength(4)
    expect(bare('after:2026-02-30')[0]?.kind).toBe('text')
    expect(bare('AND OR NOT NEAR')).toHaveLength(4)
  })

  test('quotes that nobody closes, and curly ones', () => {
    expect(bare('"open end')).toEqual([{ kind: 'text', place: 'any', text: 'open end', prefix: false }])
    expect(bare('from:"open end')).toEqual([{ kind: 'text', place: 'from', text: 'open end', prefix: false }])
    expect(bare('“two words”')).toEqual([{ kind: 'text', place: 'any', text: 'two words', prefix: false }])
  })

  test('signs that are no words do not stand in the way, but alone they find nothing', () => {
    expect(parseQuery('Rossi & Sons', context).impossible).toBe(false)
    expect(parseQuery('***', context).impossible).toBe(true)
    expect(parseQuery('😀', context).impossible).toBe(true)
    expect(parseQuery('', context)).toEqual({ terms: [], impossible: false })
    expect(parseQuery('from:', context).impossible).toBe(false)
  })

  test('any text is understood somehow, quickly, and can be explained', () => {
    const pieces = fc.constantFrom(
      'from:',
      'is:',
      '-',
      '"',
      '*',
      'after:',
      ' ',
      '\0',
      '(',
      ')',
      'NEAR(',
      '{a} :',
      "'",
      '東京',
      'é',
      ':',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' }), fc.string())), (parts) => {
        const query = parseQuery(parts.join(''), context)
        for (const term of query.terms) expect(term.source.trim()).not.toBe('')
        expect(explainQuery(query, 'Europe/Rome')).toHaveLength(query.terms.length)
      }),
      { numRuns: 500 },
    )
    // Processor time: the clock also counts what else the machine is doing.
    const began = process.cpuUsage()
    parseQuery('a"'.repeat(200_000), context)
    parseQuery('from:"'.repeat(100_000), context)
    parseQuery(' -'.repeat(200_000), context)
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(3000)
  })

  test('a query is explained piece by piece', () => {
    const terms = explainQuery(parseQuery('from:anna -in:Trash larger:2M inv*', context), 'Europe/Rome')
    expect(terms).toEqual([
      { text: 'from:anna', meaning: 'the sender contains “anna”' },
      { text: '-in:Trash', meaning: 'not: it lies in the folder “Trash” or below it' },
      { text: 'larger:2M', meaning: 'it is larger than 2 MB' },
      {
        text: 'inv*',
        meaning: 'subject, addresses, text or attachment names contain a word that begins with “inv”',
      },
    ])
  })
})
