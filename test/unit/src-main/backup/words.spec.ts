import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestInValue, digestOf, findDigests, parseDigest } from '../../../../src-main/backup/digest.ts'
import { systemFolderId, systemFolderName } from '../../../../src-main/backup/folders.ts'
import { guessOwner } from '../../../../src-main/backup/owners.ts'
import { parseTimestamp } from '../../../../src-main/backup/timestamps.ts'
import { decodeBencode } from '../../../../src-main/backup/bencode.ts'
import { deletedOf, flagsOf, typeOf } from '../../../../src-main/backup/values.ts'

describe('digests', () => {
  it('knows the published examples', () => {
    for (const name of [
      'c0,gUlvzQfE21z6YRXJnNkKL85PrRHw0KMQUqo,pMmQ=',
      'w5JqLTjHOR6pKyxxYySrNIslzaPj8kMG5PIYXWt9M7E=',
    ]) {
      expect(parseDigest(name)).toMatchObject({ algorithm: 'sha256' })
      expect(parseDigest(name)?.bytes).toHaveLength(32)
      expect(digestInValue(`items/${name.slice(0, 2)}/${name}`)).toBe(name)
    }
  })
  it('refuses what is none', () => {
    for (const name of [
      '',
      'hello',
      'a'.repeat(43),
      `${'a'.repeat(43)}=`,
      'x'.repeat(64).replace('x', '-'),
      '../../../etc/passwd',
      `${'A'.repeat(43)}/`,
    ]) {
      expect({ name, found: parseDigest(name) }).toEqual({ name, found: null })
    }
  })
  it('reads back every digest it writes, alone and in any surroundings', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.constantFrom('sha1' as const, 'sha256' as const, 'sha384' as const),
        fc.constantFrom('"', ' ', '\n', '\0', ':', '\\n', '[', "'", 'items/c0/'),
        fc.constantFrom('"', ' ', '\n', '\0', '}', ')', '\\'),
        (bytes, algorithm, before, after) => {
          const name = digestOf(bytes, algorithm)
          expect(parseDigest(name)?.algorithm).toBe(algorithm)
          expect(findDigests(`${before}${name}${after}`)).toEqual([name])
          expect(findDigests(Buffer.from(`{"x":1}${before}${name.replace('=', '\\u003d')}${after}`))).toEqual(
            [name],
          )
        },
      ),
    )
  })
  it('finds digests in lists and leaves password hashes alone', () => {
    const [a, b] = [digestOf(Buffer.from('a'), 'sha256'), digestOf(Buffer.from('b'), 'sha256')]
    expect(findDigests(`${a},${b}`)).toEqual([a, b])
    expect(findDigests(`{SHA256}${a} <${b}@host>`)).toEqual([])
    expect(digestInValue(`{SHA256}${a}`)).toBeNull()
  })
  it('goes over long runs once', () => {
    const before = performance.now()
    expect(findDigests('x'.repeat(4_000_000))).toEqual([])
    expect(findDigests('/x'.repeat(1_000_000))).toEqual([])
    expect(performance.now() - before).toBeLessThan(5000)
  })
})

describe('timestamps', () => {
  const at = Date.UTC(2026, 10, 20, 3, 1, 9)
  const forms: [unknown, string][] = [
    [at, 'UTC'],
    [at / 1000, 'UTC'],
    [at * 1000, 'UTC'],
    [String(at), 'UTC'],
    [String(at / 1000), 'UTC'],
    ['2026-11-20T03:01:09Z', 'Europe/Rome'],
    ['2026-11-20T04:01:09+01:00', 'UTC'],
    ['2026-11-20T04:01:09.000+0100', 'UTC'],
    ['2026-11-20 04:01:09', 'Europe/Rome'],
    ['20/11/2026 04:01:09', 'Europe/Rome'],
    ['20.11.2026 04:01:09', 'Europe/Rome'],
    ['11/20/2026 03:01:09', 'UTC'],
    ['20261120030109Z', 'Europe/Rome'],
    ['20261120030109', 'UTC'],
    ['Nov 20, 2026 3:01:09 AM', 'UTC'],
    ['Fri, 20 Nov 2026 03:01:09 +0000', 'Europe/Rome'],
    ['Fri Nov 20 03:01:09 UTC 2026', 'Europe/Rome'],
    [[2026, 11, 20, 3, 1, 9], 'UTC'],
    [{ $date: '2026-11-20T03:01:09Z' }, 'UTC'],
    [{ $date: { $numberLong: String(at) } }, 'UTC'],
    [{ seconds: at / 1000, nanos: 0 }, 'UTC'],
  ]
  for (const [form, zone] of forms) {
    it(`reads ${JSON.stringify(form)} in ${zone}`, () => {
      expect(parseTimestamp(form, zone)).toBe(at)
    })
  }
  it('takes no time from what is none', () => {
    for (const value of [
      0,
      -1,
      5,
      512,
      20_000,
      '',
      'never',
      2 ** 63,
      '9223372036854775807',
      NaN,
      Infinity,
      null,
      true,
      [],
      {},
      '31/12/9999 00:00:00',
      '2026-13-45',
      'Subject 2026',
      [1, 2, 3],
    ]) {
      expect({ value, found: parseTimestamp(value, 'UTC') }).toEqual({ value, found: null })
    }
  })
  it('turns wall-clock time around in every zone, also where clocks change', () => {
    for (const zone of [
      'Europe/Rome',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'UTC',
      'Pacific/Chatham',
    ]) {
      const formatter = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'medium',
      })
      for (let time = Date.UTC(2026, 0, 1); time < Date.UTC(2027, 0, 1); time += 7 * 3_600_000 + 1_860_000) {
        const text = formatter.format(time)
        const found = parseTimestamp(text, zone) ?? 0
        // The hour that occurs twice cannot be told apart: then the text is the same.
        expect(formatter.format(found)).toBe(text)
      }
    }
  })
  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, zone) => {
        const found = parseTimestamp(value, zone)
        expect(found === null || (Number.isFinite(found) && found >= 0 && found < Date.UTC(2100, 0, 3))).toBe(
          true,
        )
      }),
    )
  })
})

describe('single values', () => {
  it('knows types by code and by name in any spelling', () => {
    for (const form of [
      5,
      '5',
      'message',
      'MESSAGE',
      'Message',
      'TYPE_MESSAGE',
      'item_message',
      'com.zimbra.cs.mailbox.Message',
      'mail',
    ])
      expect(typeOf(form)).toBe('message')
    expect(typeOf('virtualConversation')).toBe('virtual_conversation')
    expect(typeOf('VIRTUAL_CONVERSATION')).toBe('virtual_conversation')
    expect(typeOf(11)).toBe('appointment')
    for (const form of [0, 99, '', 'CREATE', 'deleted', null, {}]) expect(typeOf(form)).toBeUndefined()
  })
  it('knows deleted marks', () => {
    for (const form of [
      true,
      1,
      'true',
      'YES',
      'Y',
      'deleted',
      'DELETED',
      'removed',
      'gelöscht',
      'cancellato',
      1_700_000_000,
      '20/11/2026 03:01:00',
    ])
      expect({ form, found: deletedOf(form) }).toEqual({ form, found: true })
    for (const form of [
      false,
      0,
      -1,
      'false',
      'no',
      '',
      'none',
      'ACTIVE',
      '0',
      '9223372036854775807',
      2 ** 63,
    ])
      expect({ form, found: deletedOf(form) }).toEqual({ form, found: false })
    for (const form of ['Deleted items of last year', 'x y', {}]) expect(deletedOf(form)).toBeUndefined()
  })
  it('knows flags as bits, letters and words', () => {
    expect(flagsOf(512 + 32)).toBe('fu')
    expect(flagsOf('uf')).toBe('uf')
    expect(flagsOf('UNREAD')).toBe('u')
    expect(flagsOf('nothing known')).toBeUndefined()
  })
  it('knows the built-in folders both ways', () => {
    expect(systemFolderName(2)).toBe('Inbox')
    expect(systemFolderName(257)).toBeNull()
    expect(systemFolderId('/Inbox')).toBe(2)
    expect(systemFolderId('Projects')).toBeNull()
  })
  it('reads bencoded strings, counted in characters or bytes', () => {
    expect(decodeBencode('d1:f0:1:s18:user01@example.com1:vi10ee')).toEqual({
      f: '',
      s: 'user01@example.com',
      v: 10,
    })
    expect(decodeBencode('d1:s5:zu\u00f1igae')).toBeNull()
    expect(decodeBencode('d1:s6:zu\u00f1igae')).toEqual({ s: 'zu\u00f1iga' })
    expect(decodeBencode('d1:s7:zu\u00f1igae')).toEqual({ s: 'zu\u00f1iga' })
    expect(decodeBencode('d1:s99:shorte')).toBeNull()
  })
  it('never throws on a bencoded string', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^d[0-9:delia-z-]{0,60}$/), (text) => {
        decodeBencode(text)
      }),
    )
  })
})

describe('the owner of unclaimed mail', () => {
  const known = {
    accounts: new Map([
      ['anna@example.com', 'A'],
      ['info@example.com', 'B'],
    ]),
    domains: new Set(['example.com']),
  }
  it('goes by known addresses first, then domains, then the first person', () => {
    expect(guessOwner(['x@other.example', 'Info@Example.com'], known)).toEqual({
      account: 'B',
      owner: 'info@example.com',
    })
    expect(guessOwner(['<anna+shop@example.com>'], known).account).toBe('A')
    expect(guessOwner(['x@other.example', 'new@example.com'], known)).toEqual({
      account: null,
      owner: 'new@example.com',
    })
    expect(guessOwner(['no-reply@shop.example', 'x@other.example'], known)).toEqual({
      account: null,
      owner: 'x@other.example',
    })
    expect(guessOwner([], known)).toEqual({ account: null, owner: null })
    expect(guessOwner(['not an address', '@', 'a@b@c'], known).account).toBeNull()
  })
})
