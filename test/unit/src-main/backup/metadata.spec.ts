import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { EMPTY_DIALECT } from '../../../../src-main/backup/dialect.ts'
import { parseItemFile } from '../../../../src-main/backup/metadata.ts'
import type { ParsedItem } from '../../../../src-main/backup/metadata.ts'
import { digestFor } from './spellings.ts'

const A = digestFor(1)
const B = digestFor(2)
const C = digestFor(3)

function parse(content: string | Buffer, blobs?: readonly string[]): ParsedItem {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const known = blobs === undefined ? {} : { blobExists: (name: string) => blobs.includes(name) }
  return parseItemFile(bytes, { dialect: EMPTY_DIALECT, zone: 'UTC', ...known })
}

const STATES = [
  {
    start: 1_700_000_000_000,
    end: 1_700_000_100_000,
    type: 'message',
    deleted: false,
    folder: 2,
    digest: A,
    subject: 'First',
  },
  {
    start: 1_700_000_100_000,
    end: 1_700_000_200_000,
    type: 'message',
    deleted: false,
    folder: 260,
    digest: B,
    subject: 'Second',
  },
  {
    start: 1_700_000_200_000,
    end: null,
    type: 'message',
    deleted: true,
    folder: 3,
    digest: C,
    subject: 'Third',
  },
]
const WHOLE = JSON.stringify(STATES)

describe('item files that are damaged', () => {
  it('gives every complete state and every digest before a tear, wherever it is', () => {
    for (let end = 1; end < WHOLE.length; end++) {
      const text = WHOLE.slice(0, end)
      const item = parse(text)
      const complete = STATES.filter((state) => text.includes(JSON.stringify(state)))
      const digests = [A, B, C].filter((digest) => text.includes(digest))
      expect({ end, digests: item.states.map(({ digest }) => digest) }).toEqual({
        end,
        digests: complete.map(({ digest }) => digest),
      })
      expect(item.digests.toSorted()).toEqual(digests.toSorted())
      expect(item.condition).toBe('broken')
    }
  })
  it('gives the same for states in a wrapper', () => {
    const whole = JSON.stringify({ id: 257, version: 2, states: STATES, tail: { a: [1, { b: 2 }] } })
    for (let end = 30; end < whole.length - 32; end++) {
      const text = whole.slice(0, end)
      const complete = STATES.filter((state) => text.includes(JSON.stringify(state)))
      expect(parse(text).states.map(({ subject }) => subject)).toEqual(complete.map(({ subject }) => subject))
    }
  })
  it('reads the fields before the tear of a state apart from the complete ones', () => {
    const item = parse(WHOLE.slice(0, WHOLE.indexOf('"subject":"Second"')))
    expect(item.states).toHaveLength(1)
    expect(item.partial).toMatchObject({ digest: B, folder: 260, type: 'message' })
  })
  it('finds the states behind a damage in the middle', () => {
    const middle = WHOLE.indexOf('"Second"')
    for (const [at, length, byte] of [
      [middle + 2, 4, 0],
      [middle, 1, 0x41],
      [middle + 7, 1, 0x41],
      [middle - 1, 1, 0x20],
      [middle + 8, 1, 0x5d],
      [middle + 3, 1, 0x22],
      [middle + 3, 1, 0x5c],
    ] as const) {
      const bytes = Buffer.from(WHOLE)
      bytes.fill(byte, at, at + length)
      const item = parse(bytes)
      const digests = item.states.map(({ digest }) => digest)
      expect({ at, length, byte, condition: item.condition }).toEqual({
        at,
        length,
        byte,
        condition: 'broken',
      })
      expect(digests, `damage ${String(byte)} at ${String(at - middle)}`).toEqual(
        expect.arrayContaining([A, C]),
      )
      expect(item.digests).toEqual(expect.arrayContaining([A, B, C]))
    }
  })
  it('names each hostile content once and ends quickly', () => {
    const deep = 100_000
    const cases: [string, Buffer | string, ParsedItem['condition']][] = [
      ['nothing', '', 'empty'],
      ['blanks', ' \n\t ', 'empty'],
      ['an empty list', '[]', 'empty'],
      ['an empty object', '{}', 'empty'],
      ['zero bytes', Buffer.alloc(4096), 'broken'],
      ['deep lists', '['.repeat(deep) + ']'.repeat(deep), 'broken'],
      ['deep lists, torn', '['.repeat(deep), 'broken'],
      ['deep objects', '{"a":'.repeat(deep) + '1' + '}'.repeat(deep), 'broken'],
      ['deep objects, torn', '{"a":'.repeat(deep), 'broken'],
      ['only opening quotes', '"'.repeat(200_001), 'broken'],
      ['a bare number', '12', 'broken'],
      ['a bare word', 'hello', 'broken'],
      ['gzip cut off', gzipSync(WHOLE).subarray(0, 90), 'broken'],
      ['a bomb', gzipSync(Buffer.alloc(200 << 20, '[{},')), 'broken'],
    ]
    for (const [title, content, condition] of cases) {
      const before = performance.now()
      const item = parse(content)
      expect({ title, condition: item.condition }).toEqual({ title, condition })
      if (condition === 'broken') expect(item.detail).not.toBe('')
      expect(performance.now() - before).toBeLessThan(3000)
    }
  })
  it('keeps the digest of a state that is nested too deep to be read', () => {
    const item = parse(`[{"start":1700000000,"x":${'{"a":'.repeat(500)}"${A}"${'}'.repeat(500)}}]`)
    expect(item.condition).toBe('broken')
    expect(item.digests).toEqual([A])
    expect(item.states[0]?.start).toBe(1_700_000_000_000)
  })
  it('bounds states of a giant file and says so', () => {
    const item = parse(`[${'{"type":5},'.repeat(120_000)}{"type":5,"digest":"${A}"}]`)
    expect(item.condition).toBe('broken')
    expect(item.states.length).toBeLessThanOrEqual(50_000)
    expect(item.digests).toEqual([A])
    expect(item.states.at(-1)?.digest).toBe(A)
  }, 20_000)
  it('reads a file of 40 MiB object by object', () => {
    const filler = `{"start":1700000000000,"type":5,"pad":"${'x'.repeat(4000)}"},`
    const item = parse(`[${filler.repeat(10_000)}{"start":1700000000001,"type":5,"digest":"${A}"}]`)
    expect(item.states).toHaveLength(10_001)
    expect(item.states.at(-1)?.digest).toBe(A)
  }, 20_000)
})

describe('forms of item files', () => {
  const subjects = (item: ParsedItem): (string | null)[] => item.states.map(({ subject }) => subject)
  const wanted = ['First', 'Second', 'Third']
  const forms: [string, Buffer | string][] = [
    ['a list', WHOLE],
    ['a list with a byte order mark', `\ufeff${WHOLE}`],
    ['UTF-16 with mark', Buffer.from(`\ufeff${WHOLE}`, 'utf16le')],
    ['UTF-16 without mark', Buffer.from(WHOLE, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\ufeff${WHOLE}`, 'utf16le').swap16()],
    ['gzip', gzipSync(WHOLE)],
    ['one state a line', STATES.map((state) => JSON.stringify(state)).join('\n')],
    ['states behind each other', STATES.map((state) => JSON.stringify(state)).join('')],
    ['a list with a trailing comma', WHOLE.replace(/\]$/, ',]')],
    ['a list in a string', JSON.stringify(WHOLE)],
    ['a wrapper', JSON.stringify({ states: STATES })],
    ['a wrapper in a list', JSON.stringify([{ id: 1, itemStates: STATES }])],
    ['a wrapper two deep', JSON.stringify({ item: { id: 3, history: STATES } })],
    ['a list in a list', JSON.stringify([STATES])],
    ['newest first', JSON.stringify(STATES.toReversed())],
    ['a map by number', JSON.stringify({ 0: STATES[0], 1: STATES[1], 2: STATES[2] })],
    ['the current state apart', JSON.stringify({ current: STATES[2], history: STATES.slice(0, 2) })],
    ['pretty printed', JSON.stringify(STATES, null, 2)],
  ]
  for (const [title, content] of forms) {
    it(`reads ${title}`, () => {
      const item = parse(content)
      expect(subjects(item)).toEqual(wanted)
      expect(item.condition).toBe('ok')
      expect(item.states.map(({ digest }) => digest)).toEqual([A, B, C])
      expect(item.states.map(({ deleted }) => deleted)).toEqual([false, false, true])
    })
  }
  it('reads a single state', () => {
    expect(subjects(parse(JSON.stringify(STATES[0])))).toEqual(['First'])
  })
  it('does not take lists inside a single state for its states', () => {
    const item = parse(
      JSON.stringify({
        ...STATES[0],
        attachments: [{ name: 'a.pdf', date: 1_700_000_000 }, { name: 'b.pdf' }],
        tags: [{ name: 'red' }],
      }),
    )
    expect(item.states).toHaveLength(1)
    expect(item.states[0]?.folder).toBe(2)
  })
  it('keeps what a state does not repeat, but never its blob', () => {
    const item = parse(JSON.stringify([STATES[0], { start: 1_700_000_100_000, deleted: true }]))
    expect(item.states[1]).toMatchObject({
      type: 'message',
      folder: 2,
      subject: 'First',
      deleted: true,
      digest: null,
    })
    expect(item.states[0]?.end).toBe(1_700_000_100_000)
  })
})

describe('digests wherever they stand', () => {
  const places: [string, unknown][] = [
    ['a key of its own', [{ digest: A }]],
    ['an unknown key', [{ zzz: A }]],
    ['a path', [{ blob: `items/${A.slice(0, 2)}/${A}` }]],
    ['a short path', [{ q: `${A.slice(0, 2)}/${A}` }]],
    ['a locator', [{ locator: `1@@${A}`.replace('@@', ':') }]],
    ['an object', [{ blob: { info: { value: A } } }]],
    ['a list', [{ blobs: [A] }]],
    ['a list of objects', [{ blobs: [{ ref: A }] }]],
    ['JSON in a string', [{ data: JSON.stringify({ d: A }) }]],
    ['a bencoded string', [{ metadata: `d1:f0:6:digest44:${A}e` }]],
    ['around the states', { digest: A, states: [{ start: 1_700_000_000, type: 5 }] }],
    ['plain base64', [{ hash: A.replaceAll(',', '/') }]],
    ['without padding', [{ hash: A.slice(0, -1) }]],
  ]
  for (const [title, content] of places) {
    it(`takes it from ${title}`, () => {
      const item = parse(JSON.stringify(content))
      expect(item.states[0]?.digest).toBe(A)
      expect(item.digests).toEqual([A])
    })
  }
  it('understands the escaped equals sign of Java libraries, also in a torn file', () => {
    const text = `[{"blobDigest":"${A.replace('=', '\\u003d')}"}]`
    expect(parse(text).states[0]?.digest).toBe(A)
    expect(parse(text.slice(0, -3)).digests).toEqual([A])
  })
  it('does not take password hashes and message ids for blobs', () => {
    const sha1 = Buffer.alloc(20, 7).toString('base64')
    const item = parse(
      JSON.stringify([{ type: 6, a: `{SHA}${sha1}`, userPassword: B, messageId: `<${A}@example.com>` }]),
    )
    expect(item.digests).toEqual([])
    expect(parse(`[{"a":"{SHA}${sha1}",`).digests).toEqual([])
  })
  it('prefers the digest that has a blob', () => {
    const text = JSON.stringify([{ digest: A, previousDigest: B, other: C }])
    expect(parse(text).states[0]?.digest).toBe(A)
    expect(parse(text, [C]).states[0]?.digest).toBe(C)
    expect(parse(text, [C]).digests.toSorted()).toEqual([A, B, C].toSorted())
  })
  it('reads a hexadecimal digest when its blob is there', () => {
    const hex = Buffer.from(A.replaceAll(',', '/'), 'base64').toString('hex')
    expect(parse(JSON.stringify([{ sha256: hex }]), [A]).states[0]?.digest).toBe(A)
    expect(parse(JSON.stringify([{ sha256: hex }]), []).states[0]?.digest).toBeNull()
  })
})

describe('any bytes at all', () => {
  it('never throws and ends quickly', () => {
    const json = fc.json({ maxDepth: 8 }).map((text) => Buffer.from(text))
    const bytes = fc.uint8Array({ maxLength: 600 }).map((list) => Buffer.from(list))
    const mutated = fc
      .tuple(
        fc.array(fc.tuple(fc.nat(WHOLE.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(WHOLE.length),
      )
      .map(([changes, end]) => {
        const copy = Buffer.from(WHOLE)
        for (const [at, byte] of changes) copy[at] = byte
        return copy.subarray(0, end)
      })
    fc.assert(
      fc.property(fc.oneof(json, bytes, mutated), (content) => {
        const before = performance.now()
        const item = parse(content)
        expect(['ok', 'empty', 'broken']).toContain(item.condition)
        expect(item.condition === 'ok' ? item.states.length : 1).toBeGreaterThan(0)
        expect(item.folderPaths).toHaveLength(item.states.length)
        expect(performance.now() - before).toBeLessThan(2000)
      }),
      { numRuns: 3000 },
    )
  })
  it('finds a digest planted anywhere in any JSON', () => {
    // Names that mean something to the reader are where it may look past a value.
    const named = fc.constantFrom(
      ...'states state history log items data content values current s v h digest blob blobs hash tags flags to from'.split(
        ' ',
      ),
      ...'validity type id name value date start deleted folder subject size members attrs 0 1 7 s1 tx2 1700000000000'.split(
        ' ',
      ),
    )
    const key = fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), named, fc.constant(0))
    const beside = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom({}, [], [{}], { type: 5, start: 1_700_000_000, folder: 2 }, [
        { type: 5, start: 1 },
        'x',
      ]),
    )
    fc.assert(
      fc.property(fc.array(key, { maxLength: 12 }), beside, (way, beside) => {
        fc.pre(
          !way.some((key) =>
            /pass|pwd|secret|token|auth|salt|totp|cred|ssha|cookie|kennwort|apikey|privatekey/i.test(
              String(key)
                .normalize('NFD')
                .replace(/[^a-z0-9]/gi, ''),
            ),
          ),
        )
        let value: unknown = A
        for (const key of way) value = key === 0 ? [beside, value] : { ['x']: beside, [key]: value }
        const item = parse(JSON.stringify([{ type: 5, start: 1_700_000_000, value }]))
        expect(item.digests).toContain(A)
        expect(item.states.some(({ digest }) => digest !== null)).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
  it('keeps a digest that stands in the list of states itself', () => {
    for (const value of [
      [{ type: 5, start: 1_700_000_000 }, A],
      { log: [{ type: 5, start: 1_700_000_000 }, A] },
      [{ type: 5, value: { x: {}, log: [{}, A] } }],
      [[5, 1_700_000_000, 2, 3], A],
    ]) {
      const item = parse(JSON.stringify(value))
      expect(item.digests, JSON.stringify(value)).toEqual([A])
      expect(item.states.map(({ digest }) => digest)).toEqual([A])
    }
    // Where a state names its own, the other one is kept but nobody's.
    const both = parse(JSON.stringify([{ type: 5, start: 1_700_000_000, digest: B }, { type: 5 }, A]))
    expect(both.digests.toSorted()).toEqual([A, B].toSorted())
    expect(both.states.map(({ digest }) => digest)).not.toContain(A)
  })
  it('knows the blobs of states that are too many to be read', () => {
    const states = Array.from({ length: 50_003 }, (_, at) => (at === 25_001 ? { digest: A } : {}))
    const item = parse(JSON.stringify(states))
    expect(item.condition).toBe('broken')
    expect(item.detail).toContain('50003 states')
    expect(item.digests).toEqual([A])
  })
})
