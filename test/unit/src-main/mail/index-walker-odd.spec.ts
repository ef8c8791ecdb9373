import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extractForIndex } from '../../../../src-main/mail/index-walker.ts'

describe('odd bytes', () => {
  it('reads over mbox lines, blank lines and a byte order mark, and any line end', () => {
    const expected = { subject: 'here', text: 'body' }
    for (const lead of ['\r\n\r\n', 'From anna Mon Jan  1\r\n', '>From anna Mon Jan  1\n', '\ufeff']) {
      expect(extractForIndex(Buffer.from(`${lead}Subject: here\r\n\r\nbody`))).toMatchObject(expected)
    }
    expect(extractForIndex(Buffer.from('Subject: here\n\nbody'))).toMatchObject(expected)
    expect(extractForIndex(Buffer.from('Subject: here\r\rbody'))).toMatchObject(expected)
    expect(
      extractForIndex(Buffer.from('Subject: here\r\nno colon here\r\nTo: a@example.com\r\n\r\nbody')),
    ).toMatchObject({ to: 'a@example.com' })
  })

  it('tells mail from other files', () => {
    for (const other of [
      '',
      'hello world',
      '{"a": 1}',
      'key: value\nother: value\n',
      '%PDF-1.4\n',
      '\x00\x01\x02',
      '<html><body>',
    ]) {
      expect(extractForIndex(Buffer.from(other)).looksLikeMail).toBe(false)
    }
    expect(extractForIndex(Buffer.from('Subject: x\n')).looksLikeMail).toBe(true)
  })

  it.each([
    [998, 0],
    [999, 999],
    [10_240, 10_240],
    [10_241, 10_241],
    [200_000, 200_000],
  ])('measures the longest line: %i bytes', (length, told) => {
    const line = 'x'.repeat(length)
    for (const eol of ['\r\n', '\n']) {
      for (const body of [
        [line, 'short'],
        ['short', line],
        ['a', 'x'.repeat(700), line, 'x'.repeat(990)],
      ]) {
        expect(extractForIndex(Buffer.from(['Subject: x', '', ...body].join(eol))).longestLine).toBe(told)
        expect(extractForIndex(Buffer.from(['Subject: x', '', ...body, ''].join(eol))).longestLine).toBe(told)
      }
    }
  })

  it('agrees with a plain search for the longest line on any input', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 3000 }), fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 20 }),
        (lines) => {
          const bytes = Buffer.from(`Subject: x\n\n${lines.map(([n, eol]) => 'y'.repeat(n) + eol).join('')}`)
          const longest = Math.max(
            ...bytes
              .toString()
              .split('\n')
              .map((line) => line.replace(/\r$/, '').length),
          )
          expect(extractForIndex(bytes).longestLine).toBe(longest > 998 ? longest : 0)
        },
      ),
    )
  })

  it('never throws and stays within its limits on any bytes', () => {
    const pieces = fc.constantFrom(
      'Content-Type: multipart/mixed; boundary=b\r\n', 'Content-Type: text/html\r\n', 'Content-Type: message/rfc822\r\n', 'Subject: =?utf-8?b?',
      '=?x?q?=zz?=', '\r\n', '\n', '\r', '--b\r\n', '--b--', '\r\n\r\n', ' ', '<p', '<!--', '&#x110000;', 'Content-Transfer-Encoding: base64\r\n', 'filename*0*=', '"', '\\', 'begin 644 x\n', '+AGE', '\x0e\x0f~{', '@', '<', ';', '=',
    ) // prettier-ignore
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 60 }),
        (parts) => {
          const m = extractForIndex(Buffer.from(parts.join(''), 'latin1'))
          expect(Buffer.byteLength(m.text)).toBeLessThanOrEqual(65_536)
        },
      ),
      { numRuns: 1500 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        extractForIndex(Buffer.from(bytes))
      }),
    )
  })

  /** Each of these takes minutes where some step is not linear. */
  const many = 200_000
  it.each<[string, () => string]>([
    [
      'nested multiparts',
      () =>
        `Content-Type: multipart/mixed; boundary=b0\n\n${Array.from({ length: 5000 }, (_, i) => `--b${i}\nContent-Type: multipart/mixed; boundary=b${i + 1}\n\n`).join('')}`,
    ],
    ['nested messages', () => 'Content-Type: message/rfc822\n\n'.repeat(many)],
    ['many parts', () => `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\n'.repeat(many)}`],
    ['many headers', () => 'To: a@example.com\n'.repeat(many)],
    ['many received', () => 'Received: x\n'.repeat(many)],
    ['one long folded header', () => `Subject: ${'x\n '.repeat(many)}`],
    ['encoded words', () => `Subject: ${'=?utf-8?q?a?= '.repeat(many)}`],
    ['parameters', () => `Content-Type: text/plain; ${'a*0*=b; '.repeat(many)}`],
    ['open quotes', () => `Content-Type: text/plain; ${'a="'.repeat(many)}`],
    ['unclosed titles', () => `Content-Type: text/html\n\n${'<title>'.repeat(many)}`],
    ['unclosed comments', () => `Content-Type: text/html\n\n${'<!-- '.repeat(many)}`],
    ['unclosed attributes', () => `Content-Type: text/html\n\n${'<a b="'.repeat(many)}`],
    ['lone <', () => `Content-Type: text/html\n\n${'<'.repeat(many)}`],
    ['ampersands', () => `Content-Type: text/html\n\n${'&a'.repeat(many)}`],
    ['blank lines', () => `Content-Type: text/html\n\n${'\n \n'.repeat(many)}x`],
    ['nested quotes in addresses', () => `To: ${'"a\\" '.repeat(many)}@x`],
    ['commas and ats', () => `To: ${'@,'.repeat(many)}`],
    ['calendar quotes', () => `Content-Type: text/calendar\n\n${'ATTENDEE;CN="'.repeat(many)}`],
    ['begin lines', () => `Subject: x\n\n${'begin 644 x\n'.repeat(many)}`],
    ['uu without an end', () => `Subject: x\n\nbegin 644 x\n${'M'.repeat(60).concat('\n').repeat(20_000)}`],
    ['guesses', () => `Content-Type: multipart/mixed; boundary=zzz\n\n${'--'.repeat(many)}`],
  ])('is quick on %s', (_, make) => {
    const bytes = Buffer.from(make())
    const before = process.cpuUsage()
    extractForIndex(bytes)
    const used = process.cpuUsage(before)
    expect((used.user + used.system) / 1000).toBeLessThan(1000)
  })
})
