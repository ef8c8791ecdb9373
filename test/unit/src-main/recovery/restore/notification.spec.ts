import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNotification } from '../../../../../src-main/recovery/restore/notification.ts'

/** A report as the server writes it: blanks after some commas, several lines per account. */
function reportOf(accounts: readonly { account: string; items: readonly number[] }[]): string {
  const count = accounts.reduce((sum, { items }) => sum + items.length, 0)
  const lists = accounts.flatMap(({ account, items }) => [
    '',
    `account: ${account}`,
    `unrestored items: ${items.map((id, at) => (at === 0 ? '' : at % 2 === 0 ? ', ' : ',') + String(id)).join('')}`,
  ])
  return [
    'Operation External Restore ended.',
    '',
    'Operation Id: 30ed9eb9-eb28-4ca6-b65e-9940654b8601',
    '',
    '- stats -',
    'Restored Items: 4',
    'Skipped Items: 0',
    `Unrestored Items: ${String(count)}`,
    '',
    '- unrestored items -',
    ...lists,
    '',
  ].join('\n')
}

const mail = (body: string, encoding: string): string =>
  [
    'From: zextras@mail.example.com',
    'To: admin@example.com',
    'Subject: Operation Ended',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    body,
  ].join('\r\n')

const two = [
  { account: 'anna@example.com', items: [856, 13339, 45200, 45655] },
  { account: 'bob@example.com', items: [257] },
]

const idsOf = async (given: string | Buffer): Promise<number[]> => {
  const { report } = await readNotification(given)
  return (report?.accounts ?? []).flatMap(({ items }) => items)
}

describe('a notification', () => {
  const text = reportOf(two)

  it('is read when it is pasted, with blanks after commas', async () => {
    const { report } = await readNotification(text)
    expect(report?.accounts).toEqual(two.map((one) => ({ ...one, unreadable: [] })))
    expect(report?.complete).toBe(true)
  })

  it('is read out of a mail: plain, quoted-printable with soft breaks, base64', async () => {
    const quoted = text
      .replaceAll('=', '=3D')
      .split('\n')
      .map((line) => line.replace(/(.{30})(?=.)/g, '$1=\r\n'))
      .join('\r\n')
    const base64 = Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n')
    for (const given of [mail(text, '8bit'), mail(quoted, 'quoted-printable'), mail(base64, 'base64')])
      expect(await idsOf(Buffer.from(given))).toEqual([856, 13339, 45200, 45655, 257])
  })

  it('takes several lists of one account as one', async () => {
    const again = reportOf([two[0]!, two[1]!, { account: 'ANNA@example.com', items: [900] }])
    const { report } = await readNotification(again)
    expect(report?.accounts.map(({ items }) => items)).toEqual([[856, 13339, 45200, 45655, 900], [257]])
  })

  it('that is none says so', async () => {
    for (const given of ['', 'Hello', mail('Hello', '8bit'), '856,13339', Buffer.from([0, 255, 10, 0])])
      expect((await readNotification(given)).report).toBeNull()
  })

  it('that is longer than any report is not read', async () => {
    expect((await readNotification(Buffer.alloc(33 * 1024 * 1024, 'a'))).report).toBeNull()
  })
})

describe('hostile notifications', () => {
  const fragment = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '- stats -',
      '- unrestored items -',
      'account: ',
      'account: anna@example.com',
      'unrestored items: 1,2, 3',
      'unrestored items: 9'.repeat(50),
      'unrestored items: -1,1e9,0x10,1.5,٣,99999999999999',
      'Unrestored Items: 999999999999999999',
      'Content-Type: multipart/mixed; boundary="b"',
      '--b',
      '--b--',
      'Content-Transfer-Encoding: base64',
      '\u001b[31m',
      '__proto__: 5',
      'account: __proto__',
    ),
  )

  it('never throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fragment, { maxLength: 40 }), fc.boolean(), async (parts, bytes) => {
        const text = parts.join('\n')
        const { report, why } = await readNotification(bytes ? Buffer.from(text, 'latin1') : text)
        expect(report === null).toBe(why !== null)
      }),
      { numRuns: 400 },
    )
  })

  it('never give an id that does not stand in them as a whole number', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fragment, { maxLength: 40 }), async (parts) => {
        const text = parts.join('\n')
        const numbers = new Set((text.match(/\d+/g) ?? []).map(Number))
        for (const id of await idsOf(text)) {
          expect(Number.isSafeInteger(id) && id >= 0).toBe(true)
          expect(numbers.has(id)).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('give back exactly the ids of a report, whatever stands before and behind it', async () => {
    const account = fc.constantFrom('anna@example.com', 'bob@example.org', 'c.d-e+f@sub.example.net')
    const items = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(account, { minLength: 1 }),
        items,
        fc.lorem(),
        async (names, ids, noise) => {
          const text = reportOf(names.map((name) => ({ account: name, items: ids })))
          const { report } = await readNotification(`${noise}\n\n${text}\n(${noise})\n`)
          expect(report?.accounts.map(({ items: found }) => found)).toEqual(names.map(() => ids))
        },
      ),
      { numRuns: 200 },
    )
  })
})
