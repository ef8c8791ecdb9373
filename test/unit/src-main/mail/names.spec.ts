import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  messageFileName,
  numberedName,
  plainFileName,
  safeDir,
  safeSegment,
} from '../../../../src-main/mail/names.ts'

/** Any code units, also lone surrogates, controls, separators, reserved names, very long ones. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        'CON',
        'nul',
        '.txt',
        '.',
        ' ',
        '..',
        '/',
        '\\',
        ':',
        '\u202e',
        '\u0000',
        'COM¹',
        'e\u0301',
        '[1]',
        '~',
        '\ud800',
        '👩‍👩‍👧',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
)

const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i

function expectSafe(name: string): void {
  expect(name).not.toBe('')
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240)
  expect(name).toBe(name.normalize('NFC'))
  expect(Buffer.from(name).toString()).toBe(name)
  expect(name).not.toMatch(/[<>:"/\\|?*]/)
  expect(name).not.toMatch(/\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u)
  expect(name).not.toMatch(/[. ]$/)
  expect(name).not.toMatch(/^[. ]/)
  expect(RESERVED.test(name)).toBe(false)
}

describe('safeSegment', () => {
  it('gives a safe name for anything', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expectSafe(safeSegment(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('changes nothing when applied again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = safeSegment(text)
        expect(safeSegment(once)).toBe(once)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['..', '_'],
    ['.', '_'],
    ['', '_'],
    ['../../etc/passwd', '_.._.._etc_passwd'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['NUL .eml', '_NUL .eml'],
    ['COM¹', '_COM¹'],
    ['lpt9.', '_lpt9'],
    ['.bashrc', '_.bashrc'],
    ['Re: a/b', 'Re_ a_b'],
    ['name. . ', 'name'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['cafe\u0301', 'café'],
    ['Größe 発送 🎉', 'Größe 発送 🎉'],
    ['a\tb\nc', 'a b c'],
    ['COMET', 'COMET'],
    ['／', '_'],
  ])('%j becomes %j', (from, to) => {
    expect(safeSegment(from)).toBe(to)
  })

  it('keeps long names distinct', () => {
    const long = 'x'.repeat(300)
    expect(safeSegment(`${long}1`)).not.toBe(safeSegment(`${long}2`))
  })
})

describe('safeDir', () => {
  it('bounds depth and length, and keeps deep folders apart', () => {
    const deep = Array.from({ length: 500 }, (_, i) => `folder ${i} ${'ä'.repeat(200)}`)
    const one = safeDir([...deep, 'one'])
    const two = safeDir([...deep, 'two'])
    expect(Buffer.byteLength(one.join('/'))).toBeLessThan(2600)
    expect(one).not.toEqual(two)
    for (const name of one) expectSafe(name)
  })

  it('leaves ordinary paths as they are', () => {
    expect(safeDir(['anna@example.com', 'Inbox', 'Projekte 2026'])).toEqual([
      'anna@example.com',
      'Inbox',
      'Projekte 2026',
    ])
  })
})

describe('messageFileName', () => {
  const name = fc.record({
    date: fc.oneof(fc.constant(null), fc.double(), fc.integer()),
    subject: fc.oneof(fc.constant(null), anyText),
    id: fc.oneof(fc.nat(), anyText, fc.base64String()),
    version: fc.option(fc.nat({ max: 50 })),
    ext: fc.constantFrom('eml', 'vcf', 'partial.eml', 'json'),
  })

  it('is safe, whatever the subject and id are', () => {
    fc.assert(
      fc.property(name, (parts) => {
        const file = messageFileName(parts)
        expectSafe(file)
        expect(safeSegment(file)).toBe(file)
        expect(file.endsWith(`.${parts.ext}`)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('gives distinct names for distinct ids and versions, whatever the subjects', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(String(a.id) !== String(b.id) || (a.version ?? null) !== (b.version ?? null))
        expect(messageFileName(a)).not.toBe(messageFileName(b))
        const same = { ...b, date: a.date, subject: a.subject, ext: a.ext }
        expect(messageFileName(a)).not.toBe(messageFileName(same))
      }),
      { numRuns: 2000 },
    )
  })

  it('has the promised form, in UTC', () => {
    const date = Date.UTC(2026, 10, 20, 3, 1, 59)
    expect(messageFileName({ date, subject: 'Angebot: Größe', id: 2057, ext: 'eml' })).toBe(
      '2026-11-20 0301 Angebot_ Größe [2057].eml',
    )
    expect(messageFileName({ date, subject: '', id: 2057, version: 1, ext: 'eml' })).toBe(
      '2026-11-20 0301 (no subject) [2057] v1.eml',
    )
    expect(
      messageFileName({
        date: null,
        subject: 'x',
        id: 'c0,gUlvzQfE21z6YRXJnNkKL85PrRHw0KMQUqo,pMmQ=',
        ext: 'eml',
      }),
    ).toBe('undated x [c0,gUlvzQfE21z6YRXJnNkKL85PrRHw0KMQUqo,pMmQ=].eml')
    expect(messageFileName({ date: 8.65e15, subject: 'x', id: 1, ext: 'eml' })).toBe('undated x [1].eml')
  })
})

describe('numberedName', () => {
  it('puts the number before the ending', () => {
    expect(numberedName('a [1].eml', 1)).toBe('a [1].eml')
    expect(numberedName('a [1].eml', 2)).toBe('a [1] (2).eml')
    expect(numberedName('a [1].partial.eml', 3)).toBe('a [1] (3).partial.eml')
    expect(numberedName('README', 2)).toBe('README (2)')
  })
})

describe('plainFileName', () => {
  it('is short ASCII and keeps what tells messages apart', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), (subject, id) => {
        const file = plainFileName(messageFileName({ date: 0, subject, id, ext: 'eml' }))
        expect(file).toMatch(/^[\x20-\x7e]+$/)
        expect(file.length).toBeLessThanOrEqual(140)
        expect(file.endsWith(` [${id}].eml`)).toBe(true)
      }),
    )
  })
})
