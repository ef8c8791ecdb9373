import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  fromLine,
  FromQuoter,
  quoteFrom,
  readMbox,
  trailer,
} from '../../../../../src-main/mail/formats/mbox-quoting.ts'

const line = fc.constantFrom(
  'From ',
  'From anna@example.com Mon Jan  1 00:00:00 2024',
  '>From x',
  '>>>From y',
  '> From z',
  'from small',
  'a From in the middle',
  '',
  '.',
  '>',
)
const message = fc
  .tuple(
    fc.array(line, { maxLength: 12 }),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\n', '\r\n', '\n\n'),
  )
  .map(([lines, eol, end]) => Buffer.from(lines.join(eol) + end))

function asMbox(messages: Buffer[]): Buffer {
  return Buffer.concat(
    messages.flatMap((bytes) => {
      const ends = bytes.at(-1) === 10
      return [Buffer.from(fromLine(0, ends)), ...quoteFrom(bytes), trailer(ends)]
    }),
  )
}

describe('mboxrd', () => {
  it('gives every message back byte for byte', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), (messages) => {
        expect(readMbox(asMbox(messages)).map(String)).toEqual(messages.map(String))
      }),
      { numRuns: 1000 },
    )
  })

  it('leaves no line of a message that a reader could take for a separator', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        expect(Buffer.concat(quoteFrom(bytes)).toString()).not.toMatch(/(^|\n)From /)
      }),
    )
  })

  it('quotes the same way when the message comes in chunks of any size', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 9 }), (bytes, size) => {
        const quoter = new FromQuoter()
        const out: Buffer[] = []
        for (let at = 0; at < bytes.length; at += size) {
          // the caller may use its buffer again
          const chunk = Buffer.from(bytes.subarray(at, at + size))
          out.push(...quoter.push(chunk).map((piece) => Buffer.from(piece)))
          chunk.fill(0)
        }
        const end = quoter.end()
        const whole = Buffer.concat([...out, ...end.pieces])
        expect(whole.toString()).toBe(Buffer.concat(quoteFrom(bytes)).toString())
        if (bytes.length > 0) expect(end.endsWithNewline).toBe(bytes.at(-1) === 10)
      }),
      { numRuns: 500 },
    )
  })

  it('bounds what it keeps back of a line without an end', () => {
    const quoter = new FromQuoter()
    const out: Buffer[] = []
    for (let n = 0; n < 40; n++) out.push(...quoter.push(Buffer.alloc(10_000, 97)))
    out.push(...quoter.push(Buffer.from('\nFrom x')), ...quoter.end().pieces)
    expect(Buffer.concat(out).toString()).toBe(`${'a'.repeat(400_000)}\n>From x`)
  })

  it('writes the separator as mail programs read it', () => {
    expect(fromLine(Date.UTC(2026, 10, 2, 3, 4, 5), true)).toBe(
      'From MAILER-DAEMON Mon Nov  2 03:04:05 2026\n',
    )
    expect(fromLine(null, true)).toBe('From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n')
    expect(fromLine(Number.MAX_VALUE, true)).toContain('1970')
  })
})
