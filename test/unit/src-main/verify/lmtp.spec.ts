import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasLineTooLong, LMTP_MAX_LINE } from '../../../../src-main/verify/lmtp.ts'

/** The plain way: split at LF, take a CR before it away. */
function naive(message: Buffer, limit: number): boolean {
  return message
    .toString('latin1')
    .split('\n')
    .some((line) => line.replace(/\r$/, '').length > limit)
}

describe('lines that the LMTP validator refuses', () => {
  it.each([
    [LMTP_MAX_LINE, '\r\n', false],
    [LMTP_MAX_LINE, '\n', false],
    [LMTP_MAX_LINE, '', false],
    [LMTP_MAX_LINE, '\r', false],
    [LMTP_MAX_LINE + 1, '\r\n', true],
    [LMTP_MAX_LINE + 1, '\n', true],
    [LMTP_MAX_LINE + 1, '', true],
  ])('a line of %i bytes ended by %j: %s', (length, ending, expected) => {
    const line = `${'x'.repeat(length)}${ending}`
    expect(hasLineTooLong(Buffer.from(line))).toBe(expected)
    expect(hasLineTooLong(Buffer.from(`Subject: a\r\n\r\n${line}`))).toBe(expected)
  })

  it('agrees with splitting the message into lines', () => {
    const piece = fc.oneof(
      fc.constantFrom('\n', '\r\n', '\r', 'x'),
      fc.integer({ min: 0, max: 14 }).map((n) => 'y'.repeat(n)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (pieces, limit) => {
        const message = Buffer.from(pieces.join(''))
        expect(hasLineTooLong(message, limit)).toBe(naive(message, limit))
      }),
      { numRuns: 3000 },
    )
  })
})
