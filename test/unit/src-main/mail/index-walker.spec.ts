import { describe, expect, it } from 'vitest'
import { extractForIndex } from '../../../../src-main/mail/index-walker.ts'

const crlf = (...lines: string[]) => Buffer.from(lines.join('\r\n'))
const mail = (headers: string[], ...body: string[]) => crlf(...headers, '', ...body)

describe('the envelope', () => {
  it('reads subject, people, date and id', () => {
    const m = extractForIndex(
      mail(
        [
          'Received: from a by b; Fri, 20 Nov 2026 04:00:00 +0100',
          'From: =?utf-8?q?Anna_R=C3=B6ssi?= <Anna@Example.com>',
          'To: "Doe, John" <john@example.com>,',
          '\tmary@example.com',
          'Cc: cc@example.org',
          'Subject: =?UTF-8?B?R3LDtsOf?= =?UTF-8?B?ZSBkZXM=?= Angebots',
          'Date: Fri, 20 Nov 2026 03:01:00 +0000',
          'Message-ID: <1@example.com>',
        ],
        'Hello',
      ),
    )
    expect(m).toMatchObject({
      subject: 'Größe des Angebots',
      from: 'Anna Rössi <Anna@Example.com>',
      to: '"Doe, John" <john@example.com>, mary@example.com, cc@example.org',
      date: Date.UTC(2026, 10, 20, 3, 1),
      messageId: '1@example.com',
      fromAddress: 'anna@example.com',
      delivered: true,
      looksLikeMail: true,
      text: 'Hello',
      attachments: [],
      hasAttachment: false,
      longestLine: 0,
    })
  })

  it('lists possible owners in order of trust, each once, not those of display names', () => {
    const m = extractForIndex(
      mail([
        'To: "boss@example.com" <b@example.com>, C@example.com',
        'Cc: d@example.com, b@example.com',
        'Envelope-To: e@example.com',
        'X-Original-To: x@example.com',
        'Delivered-To: D1@example.com',
        'Delivered-To: d2@example.com',
        'Received: from x by y for <list-member@example.com>; Fri, 20 Nov 2026 04:00:00 +0100',
      ]),
    )
    expect(m.owners).toEqual(
      ['d1', 'd2', 'x', 'e', 'b', 'c', 'd', 'list-member'].map((name) => `${name}@example.com`),
    )
  })

  it.each([
    ['Fri, 20 Nov 2026 03:01:00 +0000', Date.UTC(2026, 10, 20, 3, 1)],
    ['20 Nov 26 03:01 EST', Date.UTC(2026, 10, 20, 8, 1)],
    ['Fri, 20 Nov 1998 03:01:00 -0330 (NST)', Date.UTC(1998, 10, 20, 6, 31)],
    ['Fri, 20 Nov 98 03:01:00 GMT', Date.UTC(1998, 10, 20, 3, 1)],
    ['Fri, 20 Nov 103 03:01:00 GMT', Date.UTC(2003, 10, 20, 3, 1)],
    ['Fri Nov 20 03:01:00 2026', Date.UTC(2026, 10, 20, 3, 1)],
    ['Fri Nov 20 03:01:00 CET 2026', Date.UTC(2026, 10, 20, 2, 1)],
    ['2026-11-20T03:01:00Z', Date.UTC(2026, 10, 20, 3, 1)],
    ['2026-11-20 03:01:00 +0200', Date.UTC(2026, 10, 20, 1, 1)],
    ['Friday, November 20, 2026 3:01 PM', Date.UTC(2026, 10, 20, 15, 1)],
    ['20-Nov-2026 03:01:00 +0000', Date.UTC(2026, 10, 20, 3, 1)],
    ['Fri, 20 (the (nested) day) Nov 2026 03:01:00 +0000', Date.UTC(2026, 10, 20, 3, 1)],
    ['Fri, 20 Nov 2026 03:01:00 +9900', Date.UTC(2026, 10, 20, 3, 1)],
    ['yesterday', null],
    ['', null],
    ['Fri, 20 Nov 1899 03:01:00 +0000', null],
    ['Fri, 20 Nov 9999 03:01:00 +0000', null],
    ['Fri, 99 Nov 2026 03:01:00 +0000', null],
  ])('reads the date %j', (header, expected) => {
    expect(extractForIndex(mail([`Subject: x`, `Date: ${header}`])).date).toBe(expected)
  })

  it('takes the newest Received when there is no usable Date', () => {
    const m = mail([
      'Date: garbage',
      'Received: by c; Fri, 20 Nov 2026 05:00:00 +0000',
      'Received: by b; Fri, 20 Nov 2026 04:00:00 +0000',
    ])
    expect(extractForIndex(m).date).toBe(Date.UTC(2026, 10, 20, 5))
  })
})

describe('the text', () => {
  const of = (headers: string[], ...body: string[]) =>
    extractForIndex(mail(['Subject: x', ...headers], ...body)).text

  it('decodes quoted-printable, base64 and charsets', () => {
    expect(
      of(
        ['Content-Type: text/plain; charset=iso-8859-15', 'Content-Transfer-Encoding: quoted-printable'],
        'caf=E9 =A4=',
        '5',
      ),
    ).toBe('café €5')
    expect(
      of(
        ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64'],
        '55m66YCB',
        '44GX44G+44GZ',
      ),
    ).toBe('発送します')
    expect(of(['Content-Type: text/plain; charset=iso-2022-jp'], '\x1b$BH/Aw\x1b(B')).toBe('発送')
    expect(of(['Content-Type: text/plain; charset=utf-7'], 'Die Fr+APY-sche')).toBe('Die Frösche')
    expect(of(['Content-Type: text/plain; charset=no-such-thing'], 'plain')).toBe('plain')
  })

  it('reads 8-bit text without a charset as UTF-8 where it is, else as Windows-1252', () => {
    expect(of([], 'Größe')).toBe('Größe')
    const latin = Buffer.concat([crlf('Subject: x', '', ''), Buffer.from('Gr\xf6\xdfe \x80', 'latin1')])
    expect(extractForIndex(latin).text).toBe('Größe €')
  })

  const alternative = (plain: string, html: string) =>
    of(
      ['Content-Type: multipart/alternative; boundary="b"'],
      '--b', 'Content-Type: text/plain', '', plain, '--b', 'Content-Type: text/html', '', html, '--b--',
    ) // prettier-ignore

  it('prefers plain text, but not when it says nothing', () => {
    const words = 'The quarterly report is attached and the figures are final. '.repeat(10)
    expect(alternative(words, `<p>${words} unsubscribe`)).not.toContain('unsubscribe')
    expect(alternative('Please use an HTML viewer.', `<p>${words}`)).toContain('quarterly')
    expect(alternative('', '<p>only here')).toContain('only here')
  })

  it('sees HTML as a reader does', () => {
    const html = (text: string) => of(['Content-Type: text/html'], text)
    expect(html('<style>p{color:red}</style><p>He<b>ll</b>o</p><div>W&ouml;rld&nbsp;!</div>')).toBe(
      'Hello\nWörld\u00a0!',
    )
    expect(html('<p title="a > b">one<br>two<script>three()</script>')).toBe('one\ntwo')
    expect(html('pass\u200bword p&shy;al <!-- hidden --> 5 < 6')).toContain('password pal')
    expect(html('<td>a</td><td>b</td>')).toMatch(/^a +b$/)
    expect(html('<head><title>no</title></head><body>yes')).toBe('yes')
    expect(html('<title>never closed <p>shown')).toContain('shown')
  })

  it('joins lines that DelSp allows to', () => {
    expect(of(['Content-Type: text/plain; format=flowed; delsp=yes'], 'inter ', 'national')).toBe(
      'international',
    )
  })

  it('is at most 64 KiB of UTF-8, cut at a character', () => {
    const text = of(['Content-Type: text/plain; charset=utf-8'], '発'.repeat(100_000))
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
    expect(Buffer.byteLength(text)).toBeGreaterThan(65_000)
    expect(text).not.toContain('\ufffd')
  })
})

describe('parts', () => {
  const mixed = (...parts: string[][]) =>
    extractForIndex(
      mail(
        ['Subject: x', 'Content-Type: multipart/mixed; boundary=b'],
        ...parts.flatMap((part) => ['--b', ...part]),
        '--b--',
      ),
    )

  it('names attachments in every spelling and does not index what is in them', () => {
    const m = mixed(
      ['Content-Type: text/plain', '', 'body'],
      ['Content-Type: application/pdf; name="plain.pdf"', '', 'secret1'],
      ['Content-Type: text/plain', 'Content-Disposition: attachment; filename="log.txt"', '', 'secret2'],
      ['Content-Disposition: attachment; filename*0*=utf-8\'\'Gr%C3%B6; filename*1="sse.txt"', '', 'secret3'],
      ['Content-Disposition: attachment; filename="=?utf-8?q?=E7=99=BA?="', '', 'secret4'],
      ["Content-Disposition: attachment; filename*=iso-8859-1''f%FCr.doc", '', 'secret5'],
    )
    expect(m.attachments).toEqual(['plain.pdf', 'log.txt', 'Grösse.txt', '発', 'für.doc'])
    expect(m.hasAttachment).toBe(true)
    expect(m.text).toBe('body')
  })

  it('does not call inline images and signatures attachments', () => {
    const m = extractForIndex(
      mail(
        ['Subject: x', 'Content-Type: multipart/related; boundary=b'],
        '--b', 'Content-Type: text/html', '', '<img src="cid:1">hi',
        '--b', 'Content-Type: image/png; name=logo.png', 'Content-ID: <1>', '', 'x',
        '--b', 'Content-Type: application/pkcs7-signature; name=smime.p7s', '', 'x', '--b--',
      ), // prettier-ignore
    )
    expect(m.hasAttachment).toBe(false)
    expect(m.attachments).toEqual(['logo.png', 'smime.p7s'])
  })

  it('reads forwarded messages, also encoded ones, without taking their people for owners', () => {
    const inner = 'To: other@example.com\r\nSubject: inner subject\r\n\r\ninner text'
    const m = mixed(
      ['Content-Type: text/plain', '', 'outer'],
      ['Content-Type: message/rfc822', '', inner],
      [
        'Content-Type: message/rfc822',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from(inner.replaceAll('inner', 'coded')).toString('base64'),
      ],
    )
    for (const words of ['outer', 'inner text', 'inner subject', 'coded text', 'coded subject'])
      expect(m.text).toContain(words)
    expect(m.owners).toEqual([])
  })

  it('finds appointments and contacts', () => {
    const calendar = [
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'SUMMARY:Board',
      ' room meeting',
      'DESCRIPTION:Bring\\, please',
      'ATTENDEE;CN="Anna Rossi":mailto:anna@example.com',
      'END:VEVENT',
      'END:VCALENDAR',
    ]
    const digest = extractForIndex(
      mail(
        ['Content-Type: multipart/digest; boundary=b'],
        '--b',
        'invId: 257-0',
        'Content-Type: text/calendar; charset=utf-8',
        '',
        ...calendar,
        '--b--',
      ),
    )
    expect(digest.text).toContain('Boardroom meeting')
    expect(digest.text).toContain('Bring, please')
    expect(digest.text).toContain('Anna Rossi')
    expect(digest.subject).toBe('Boardroom meeting')
    const card = extractForIndex(crlf('BEGIN:VCARD', 'FN:Anna Rossi', 'EMAIL:anna@example.com', 'END:VCARD'))
    expect(card).toMatchObject({ subject: 'Anna Rossi', looksLikeMail: false })
    expect(card.text).toContain('anna@example.com')
  })

  it('follows boundaries of which one begins like the other, unclosed ones and absent ones', () => {
    const nested = mail(
      ['Subject: x', 'Content-Type: multipart/mixed; boundary=b'],
      '--b', 'Content-Type: multipart/alternative; boundary=bb', '', '--bb', 'Content-Type: text/plain', '', 'first', '--bbb not one',
      '--b', 'Content-Type: text/plain', '', 'second', '--b--', 'epilogue',
    ) // prettier-ignore
    const text = extractForIndex(nested).text
    expect(text).toContain('first')
    expect(text).toContain('second')
    expect(text).not.toContain('epilogue')
    expect(
      extractForIndex(mail(['Subject: x', 'Content-Type: multipart/mixed; boundary=zzz'], 'no such line'))
        .text,
    ).toContain('no such line')
    const wrong = mail(
      ['Subject: x', 'Content-Type: multipart/mixed; boundary=zzz'],
      '--other',
      'Content-Type: text/plain',
      '',
      'guessed',
      '--other--',
    )
    expect(extractForIndex(wrong).text).toBe('guessed')
  })

  it('keeps uuencoded files out of the words and names them', () => {
    const m = extractForIndex(
      mail(['Subject: x'], 'before', 'begin 644 cat.gif', 'M1TE&.#EA', '`', 'end', 'after'),
    )
    expect(m.attachments).toEqual(['cat.gif'])
    expect(m.text).not.toContain('M1TE')
    expect(m.text).toContain('after')
  })
})
