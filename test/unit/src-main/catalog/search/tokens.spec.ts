import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { matchExpression } from '../../../../../src-main/catalog/search/match.ts'
import { parseQuery } from '../../../../../src-main/catalog/search/parse.ts'
import { foldForIndex, foldForQuery, foldName } from '../../../../../src-main/catalog/search/tokens.ts'
import { openDatabase, type Database } from '../../../../../src-main/engine/sqlite.ts'

let db: Database
beforeAll(() => {
  db = openDatabase(':memory:')
  db.exec(`CREATE VIRTUAL TABLE fts USING fts5(subject, sender, recipients, body, attachments, tokens,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2')`)
})
afterAll(() => db.close())

/** Whether a query finds a message of this body (and these tokens of the index). */
function finds(query: string, body: string, tokens = 'acc12 typemessage hasattachment'): boolean {
  db.exec('DELETE FROM fts')
  db.prepare(
    'INSERT INTO fts(rowid, subject, sender, recipients, body, attachments, tokens) VALUES (1, ?, ?, ?, ?, ?, ?)',
  ).run(
    foldForIndex('Offer 4711'),
    'Anna Rossi <anna@example.com>',
    'bob@example.org',
    foldForIndex(body),
    'plan-b.pdf',
    tokens,
  )
  const { include, exclude } = matchExpression(parseQuery(query, { zone: 'UTC' }), null)
  const hit = (expression: string) =>
    db.prepare('SELECT 1 FROM fts WHERE fts MATCH ?').get(expression) !== undefined
  return include === null ? exclude === null || !hit(exclude) : hit(include)
}

describe('words across scripts', () => {
  test('plain text is left as it is', () => {
    const text = 'Grüße aus Zürich, naïve façade, Ελληνικά, Русский'
    expect(foldForIndex(text)).toBe(text)
  })

  test('Chinese, Japanese, Korean and Thai are found inside runs', () => {
    expect(finds('東京', '東京大学の学生')).toBe(true)
    expect(finds('京大学', '東京大学の学生')).toBe(true)
    expect(finds('京', '東京大学')).toBe(true)
    expect(finds('学', '東京大学')).toBe(true)
    expect(finds('大阪', '東京大学')).toBe(false)
    expect(finds('東学', '東京大学')).toBe(false)
    expect(finds('学校', '학교 학교에서')).toBe(false)
    expect(finds('학교', '우리학교에서 만나요')).toBe(true)
    expect(finds('ข้าว', 'ฉันกินข้าวแล้ว')).toBe(true)
    expect(finds('𠮷野', '𠮷野家に行く')).toBe(true)
    expect(finds('Windows版', 'Windows版ソフト')).toBe(true)
    expect(finds('windows', 'Windows版ソフト')).toBe(true)
    expect(finds('ｶﾀｶﾅ', 'カタカナ')).toBe(true)
    expect(finds('ABC', 'ＡＢＣ株式会社')).toBe(true)
    expect(finds('"東京 大学"', '東京 大学')).toBe(true)
  })

  test('accents and case do not count; invisible characters split no word', () => {
    expect(finds('zurich', 'Grüße aus Zürich')).toBe(true)
    expect(finds('GRÜSSE', 'grüsse')).toBe(true)
    expect(finds('paypal', 'pay\u200bpal')).toBe(true)
    expect(finds('pass\u00adword', 'password')).toBe(true)
  })

  test('any piece of a text in such a script is found in it', () => {
    const letters = fc.constantFrom(
      ...Array.from('東京大学の学生カタカナー한국어กินข้าวဗမာ'),
      '𠮷',
      'a',
      'B',
      '7',
      ' ',
      '。',
      'é',
    )
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 25 }), fc.nat(), fc.nat(), (text, a, b) => {
        const from = a % text.length
        const piece = text.slice(from, from + 1 + (b % (text.length - from)))
        // A piece that ends inside a word of letters is no word: the promise is for scripts without blanks.
        const cutsWord = (i: number) => /[aB7é]/.test(text[i - 1] ?? '') && /[aB7é]/.test(text[i] ?? '')
        fc.pre(!cutsWord(from) && !cutsWord(from + piece.length))
        const words = piece.join('')
        fc.pre(foldForQuery(words, false).searchable)
        expect(finds(`"${words}"`, text.join(''))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('folding is quick for usual mail and bearable for the rest', () => {
    const plain = 'The quick brown fox jumps over the lazy dog. '.repeat(1500)
    const began = process.cpuUsage()
    for (let i = 0; i < 200; i++) foldForIndex(plain)
    expect(process.cpuUsage(began).user / 1000 / 200).toBeLessThan(2)
    const chinese = '东京大学的学生在图书馆里看书'.repeat(1500)
    const then = process.cpuUsage()
    for (let i = 0; i < 10; i++) foldForIndex(chinese)
    expect(process.cpuUsage(then).user / 1000 / 10).toBeLessThan(100)
  })
})

describe('the FTS expression', () => {
  test('all words must be there, exclusions must not', () => {
    expect(finds('alpha beta', 'alpha gamma beta')).toBe(true)
    expect(finds('alpha delta', 'alpha gamma beta')).toBe(false)
    expect(finds('alpha -beta', 'alpha gamma beta')).toBe(false)
    expect(finds('-delta', 'alpha')).toBe(true)
    expect(finds('-alpha', 'alpha')).toBe(false)
    expect(finds('"alpha beta"', 'alpha gamma beta')).toBe(false)
    expect(finds('alp*', 'alpha')).toBe(true)
    expect(finds('alp', 'alpha')).toBe(false)
  })

  test('fields look into their own column', () => {
    expect(finds('from:anna', 'x')).toBe(true)
    expect(finds('to:anna', 'x')).toBe(false)
    expect(finds('to:bob@example.org', 'x')).toBe(true)
    expect(finds('subject:4711', 'x')).toBe(true)
    expect(finds('subject:x', 'x')).toBe(false)
    expect(finds('filename:plan-b.pdf', 'x')).toBe(true)
  })

  test("the index's own tokens cannot be found as words", () => {
    for (const query of [
      'acc12',
      'ac*',
      'a*',
      'hasattachment',
      'has*',
      'typemessage',
      'typem*',
      'tokens:acc12',
      '"acc12 typemessage"',
    ]) {
      // `a*` finds Anna, who is there.
      if (query !== 'a*') expect(finds(query, 'x', 'acc12 typemessage hasattachment')).toBe(false)
    }
    expect(finds('unclaimed', 'x', 'unclaimed')).toBe(false)
    expect(finds('unclaimed', 'unclaimed luggage')).toBe(true)
  })

  test("nothing a person types is FTS5's syntax", () => {
    const pieces = fc.constantFrom(
      'AND',
      'OR',
      'NOT',
      'NEAR(a b)',
      '"',
      '""',
      '*',
      '^',
      '+',
      '-',
      '(',
      ')',
      '{',
      '}',
      'subject :',
      ':',
      "'",
      '\0',
      'a',
      '東',
      '\ud800',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' }))),
        fc.boolean(),
        (parts, spaced) => {
          const { include, exclude } = matchExpression(
            parseQuery(parts.join(spaced ? ' ' : ''), { zone: 'UTC' }),
            [1, 2],
          )
          for (const expression of [include, exclude]) {
            if (expression !== null) db.prepare('SELECT rowid FROM fts WHERE fts MATCH ?').all(expression)
          }
        },
      ),
      { numRuns: 700 },
    )
  })

  test('a thousand words are no problem', () => {
    const words = Array.from({ length: 1000 }, (_, i) => `word${String(i)}`)
    expect(finds(words.join(' '), words.join(' '))).toBe(true)
    expect(finds(words.map((word) => `-${word}`).join(' '), 'word999')).toBe(false)
    expect(
      finds(
        `word1 ${words
          .slice(2)
          .map((word) => `-${word}`)
          .join(' ')}`,
        'word1',
      ),
    ).toBe(true)
  })
})

test('names are compared without case, accents and blanks at their ends', () => {
  expect(foldName('  Città ')).toBe(foldName('CITTA'))
  expect(foldName('Ünïcode')).toBe('unicode')
})
