import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toIcalendar } from '../../../../src-main/mail/icalendar.ts'
import { itemFields, parseBencoded } from '../../../../src-main/mail/item-fields.ts'
import { toVcard } from '../../../../src-main/mail/vcard.ts'

const crlf = (...lines: string[]) => Buffer.from(lines.join('\r\n'))
const card = (raw: unknown, blob: Buffer | null = null) => toVcard({ raw, blob })?.toString() ?? null
const calendar = (raw: unknown, blob: Buffer | null = null) => toIcalendar({ raw, blob })?.toString() ?? null
/** Folded lines joined. */
const lines = (text: string | null) => (text ?? '').replace(/\r\n[ \t]/g, '').split('\r\n')

function bencode(value: unknown): string {
  if (typeof value === 'number') return `i${value}e`
  if (typeof value === 'string') return `${value.length}:${value}`
  const entries = Object.entries(value as Record<string, unknown>)
  return `d${entries.map(([key, inner]) => bencode(key) + bencode(inner)).join('')}e`
}

describe('toVcard', () => {
  it.each<[string, unknown]>([
    [
      'camel case',
      {
        type: 'contact',
        firstName: 'Anna',
        lastName: 'Rössi',
        email: 'a@example.com',
        email2: 'b@example.com',
        mobilePhone: '+39 1',
        company: 'Acme; Co',
        homeCity: 'Roma',
        homeStreet: 'Via 1',
      },
    ],
    [
      'snake case inside',
      {
        tp: 6,
        fields: {
          first_name: 'Anna',
          last_name: 'Rössi',
          EMAIL: 'a@example.com',
          email2: 'b@example.com',
          mobile_phone: '+39 1',
          Company: 'Acme; Co',
          home_city: 'Roma',
          home_street: 'Via 1',
        },
      },
    ],
    [
      'name and value pairs',
      {
        attributes: [
          ['firstName', 'Anna'],
          ['lastName', 'Rössi'],
          ['email', 'a@example.com'],
          ['email2', 'b@example.com'],
          ['mobilePhone', '+39 1'],
          ['company', 'Acme; Co'],
          ['homeCity', 'Roma'],
          ['homeStreet', 'Via 1'],
        ].map(([n, _content]) => ({ n, _content })),
      },
    ],
    [
      'states, the last one counts',
      [
        { firstName: 'Old' },
        {
          firstName: 'Anna',
          lastName: 'Rössi',
          email: 'a@example.com',
          email2: 'b@example.com',
          mobilePhone: '+39 1',
          company: 'Acme; Co',
          homeCity: 'Roma',
          homeStreet: 'Via 1',
        },
      ],
    ],
    [
      'bencoded metadata',
      {
        metadata: bencode({
          fld: {
            company: 'Acme; Co',
            email: 'a@example.com',
            email2: 'b@example.com',
            firstName: 'Anna',
            homeCity: 'Roma',
            homeStreet: 'Via 1',
            lastName: 'Rössi',
            mobilePhone: '+39 1',
          },
          v: 10,
        }),
      },
    ],
  ])('%s', (_, raw) => {
    const vcard = lines(card(raw))
    expect(vcard.slice(0, 2)).toEqual(['BEGIN:VCARD', 'VERSION:3.0'])
    for (const line of [
      'FN:Anna Rössi',
      'N:Rössi;Anna;;;',
      'EMAIL;TYPE=INTERNET:a@example.com',
      'EMAIL;TYPE=INTERNET:b@example.com',
      'TEL;TYPE=CELL:+39 1',
      'ORG:Acme\\; Co',
      'ADR;TYPE=HOME:;;Via 1;Roma;;;',
    ]) {
      expect(vcard).toContain(line)
    }
    expect(vcard.at(-2)).toBe('END:VCARD')
  })

  it('prefers a vCard inside the blob', () => {
    const blob = crlf(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/vcard; charset=utf-8',
      'Content-Disposition: attachment; filename=a.vcf',
      '',
      'BEGIN:VCARD',
      'VERSION:4.0',
      'FN:From Blob',
      'END:VCARD',
      '--b--',
    )
    expect(card({ firstName: 'Metadata' }, blob)).toBe(
      'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:From Blob\r\nEND:VCARD\r\n',
    )
    expect(card(null, crlf('BEGIN:VCARD', 'FN:Bare', 'END:VCARD'))).toContain('FN:Bare')
  })

  it('is null where there is nothing of a contact', () => {
    for (const raw of [
      null,
      undefined,
      5,
      'x',
      [],
      {},
      { type: 'contact', id: 257 },
      { subject: 'a mail' },
      { name: 'folder' },
    ])
      expect(card(raw)).toBeNull()
  })

  it('lets no value break out of its line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const vcard =
          card({ firstName: `x${text}`, company: text, notes: `${text}\r\nEND:VCARD`, homeCity: text }) ?? ''
        expect(vcard.match(/^(?:BEGIN|END):VCARD\r$/gm)?.length).toBe(2)
        expect(vcard).not.toMatch(/[^\r]\n|\r[^\n]/)
        for (const line of vcard.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
      }),
    )
  })

  it('survives hostile JSON', () => {
    let deep: unknown = 'x'
    for (let n = 0; n < 50_000; n++) deep = [deep]
    expect(card(deep)).toBeNull()
    expect(
      card({ __proto__: null, constructor: 'x', firstName: { firstName: 5 }, email: ['a@b', 7] }),
    ).toContain('FN:5')
    fc.assert(fc.property(fc.json(), (json) => void card(JSON.parse(json))))
  })
})

describe('toIcalendar', () => {
  const event = (uid: string, ...more: string[]) => [
    'BEGIN:VCALENDAR',
    'METHOD:REQUEST',
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Rome',
    'BEGIN:STANDARD',
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    ...more,
    'END:VEVENT',
    'END:VCALENDAR',
  ]

  it('merges the invitations of a digest into one calendar', () => {
    const blob = crlf(
      'Content-Type: multipart/digest; boundary=b', '',
      '--b', 'invId: 257-0', 'Content-Type: text/calendar; charset=utf-8', '', ...event('1', 'SUMMARY:One'),
      '--b', 'invId: 257-1', 'Content-Type: message/rfc822', '', 'Content-Type: multipart/alternative; boundary=c', '', '--c', 'Content-Type: text/calendar; charset=utf-8', 'Content-Transfer-Encoding: base64', '', Buffer.from(event('1', 'RECURRENCE-ID:20261120T100000Z', 'SUMMARY:Zwei Größe').join('\n')).toString('base64'), '--c--',
      '--b--',
    ) // prettier-ignore
    const ics = lines(calendar({}, blob))
    expect(ics.filter((line) => line === 'BEGIN:VCALENDAR').length).toBe(1)
    expect(ics.filter((line) => line === 'BEGIN:VEVENT').length).toBe(2)
    expect(ics.filter((line) => line === 'BEGIN:VTIMEZONE').length).toBe(1)
    expect(ics).toContain('SUMMARY:Zwei Größe')
    expect(ics).not.toContain('METHOD:REQUEST')
    expect(ics.indexOf('BEGIN:VTIMEZONE')).toBeLessThan(ics.indexOf('BEGIN:VEVENT'))
  })

  it.each<[unknown, string]>([
    [
      { subject: 'Meet', startTime: 1795143660000, endTime: 1795147260000, location: 'Rome' },
      'DTEND:20261120T040100Z',
    ],
    [{ name: 'Meet', start: 1795143660, end: 1795147260 }, 'SUMMARY:Meet'],
    [{ inv: [{ comp: [{ name: 'Meet', dtStart: '20261120T030100Z', loc: 'Rome' }] }] }, 'LOCATION:Rome'],
    [
      { type: 'task', subject: 'Do', startTime: 1795143660000, endTime: 1795147260000 },
      'DUE:20261120T040100Z',
    ],
  ])('makes an event from fields: %j', (raw, line) => {
    expect(lines(calendar(raw))).toContain(line)
    expect(lines(calendar(raw))).toContain('DTSTART:20261120T030100Z')
  })

  it('does not take the time from which a state holds for the time of the event', () => {
    const [from, until] = [Date.UTC(2026, 2, 1, 10), Date.UTC(2026, 3, 1)]
    const state = { start: from, end: until, type: 11, name: 'Board' }
    const holds = [from, until]
    expect(toIcalendar({ raw: state, blob: null, holds })).toBeNull()
    const told = { ...state, startDate: '01/03/2026 10:00:00', data: { s: 1795143660, e: 1795147260 } }
    const ics = lines(toIcalendar({ raw: told, blob: null, holds })?.toString() ?? null)
    expect(ics).toContain('DTSTART:20261120T030100Z')
    expect(ics).toContain('DTEND:20261120T040100Z')
  })

  it('is null without an invitation, or without a start', () => {
    expect(calendar({ subject: 'x' })).toBeNull()
    expect(calendar({ startTime: 1795143660000 })).toBeNull()
    expect(calendar(null, crlf('Subject: x', '', 'text'))).toBeNull()
    expect(calendar({ subject: 'x', startTime: 'soon' })).toBeNull()
    fc.assert(fc.property(fc.json(), (json) => void calendar(JSON.parse(json))))
  })
})

describe('bencoded metadata', () => {
  it('reads it with lengths in characters or bytes, and nothing else', () => {
    expect(parseBencoded('d1:f0:1:s18:user01@example.com1:vi10ee')).toEqual({
      f: '',
      s: 'user01@example.com',
      v: 10,
    })
    expect(parseBencoded('d1:n4:Größe'.replace('4', '5').concat('e'))).toEqual({ n: 'Größe' })
    expect(parseBencoded('d1:n7:Größee')).toEqual({ n: 'Größe' })
    for (const bad of ['', 'd', 'd1:a', 'd1:a99:xe', 'li1', 'dear anna', 'l'.repeat(100_000)])
      expect(parseBencoded(bad)).toBeUndefined()
  })

  it('finds numbered fields in order', () => {
    expect(itemFields({ email3: 'c', email: 'a', email2: 'b', emailer: 'no' }).all('email')).toEqual([
      'a',
      'b',
      'c',
    ])
  })
})
