import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseAccountInfo } from '../../../../src-main/backup/account-info.ts'

const HASH = '{SSHA512}c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0'

function parse(content: unknown) {
  const bytes = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  return parseAccountInfo(bytes, 'some-uuid')
}

const WANTED = {
  id: 'some-uuid',
  name: 'anna@example.com',
  displayName: 'Anna Rossi',
  aliases: ['info@example.com'],
  cos: 'default',
  status: 'active',
}
const LDIF = `dn: uid=anna,ou=people,dc=example,dc=com
objectClass: zimbraAccount
mail: anna@example.com
zimbraMailAlias: info@example.com
displayName:: QW5uYSBSb3NzaQ==
cosName: default
zimbraAccountStatus: active
userPassword:: ${Buffer.from(HASH).toString('base64')}
zimbraPrefMailForwardingAddress: private@elsewhere.example
`

const FORMS: Record<string, unknown> = {
  'LDAP attributes': {
    zimbraMailDeliveryAddress: 'anna@example.com',
    mail: ['anna@example.com', 'info@example.com'],
    zimbraMailAlias: 'info@example.com',
    displayName: 'Anna Rossi',
    cos: 'default',
    zimbraAccountStatus: 'active',
    userPassword: HASH,
  },
  'attributes below attrs': {
    name: 'anna@example.com',
    id: 'x',
    attrs: {
      zimbraMailAlias: ['info@example.com'],
      displayName: ['Anna Rossi'],
      zimbraAccountStatus: ['active'],
      userPassword: [HASH],
    },
    cos: { id: 'c1', name: 'default' },
  },
  'a list of names and values': [
    { n: 'mail', _content: 'anna@example.com' },
    { n: 'zimbraMailAlias', _content: 'info@example.com' },
    { n: 'displayName', _content: 'Anna Rossi' },
    { n: 'cosName', _content: 'default' },
    { n: 'zimbraAccountStatus', _content: 'active' },
    { n: 'userPassword', _content: HASH },
  ],
  'a list of pairs': [
    ['email', 'anna@example.com'],
    ['alias', 'info@example.com'],
    ['fullName', 'Anna Rossi'],
    ['cos', 'default'],
    ['status', 'ACTIVE'],
    ['password', HASH],
  ],
  'camel case': {
    accountName: 'Anna@Example.com',
    aliases: ['info@example.com'],
    displayName: 'Anna Rossi',
    cosName: 'default',
    accountStatus: 'active',
    passwordHash: HASH,
  },
  'snake case, nested': {
    account: {
      email_address: 'anna@example.com',
      alias_list: [{ address: 'info@example.com' }],
      display_name: 'Anna Rossi',
      class_of_service: 'default',
      account_status: 'active',
    },
    credentials: { value: HASH },
  },
  'Italian words': {
    indirizzo: 'anna@example.com',
    alias: ['info@example.com'],
    nomeCompleto: 'Anna Rossi',
    cos: 'default',
    stato: 'active',
  },
  'JSON in a string': JSON.stringify(
    JSON.stringify({
      mail: 'anna@example.com',
      alias: 'info@example.com',
      cn: 'Anna Rossi',
      cos: 'default',
      status: 'active',
    }),
  ),
  LDIF,
  gzip: gzipSync(LDIF),
  'UTF-16': Buffer.from(`\ufeff${LDIF}`, 'utf16le'),
  properties:
    'email=anna@example.com\naliases=info@example.com\nfullname=Anna Rossi\ncos=default\nstatus=active\n',
}

describe('account_info in spellings that nobody documented', () => {
  for (const [title, content] of Object.entries(FORMS)) {
    it(`reads ${title}`, () => {
      const { info, condition } = parse(content)
      expect({ info, condition }).toEqual({ info: WANTED, condition: 'ok' })
    })
  }
  it('takes the only address where no name tells', () => {
    expect(parse({ k1: 'anna@example.com', k2: HASH, k3: 7 }).info.name).toBe('anna@example.com')
  })
  it('does not take addresses of other people for the account', () => {
    const { info } = parse({
      id: 'x',
      forwardingAddress: 'other@elsewhere.example',
      identities: [{ fromAddress: 'nick@elsewhere.example' }],
      signature: 'write to boss@elsewhere.example',
      emailAddress: 'anna@example.com',
    })
    expect(info).toMatchObject({ name: 'anna@example.com', aliases: [] })
  })
})

describe('account_info that is damaged', () => {
  it('gives what stands before a tear', () => {
    const whole = JSON.stringify(FORMS['camel case'])
    const { info, condition, detail } = parse(whole.slice(0, whole.indexOf('"cosName"')))
    expect(condition).toBe('broken')
    expect(detail).not.toBe('')
    expect(info).toMatchObject({
      name: 'anna@example.com',
      aliases: ['info@example.com'],
      displayName: 'Anna Rossi',
    })
  })
  it('names hostile content and ends', () => {
    for (const [content, condition] of [
      ['', 'empty'],
      [' \n', 'empty'],
      [Buffer.alloc(1000), 'broken'],
      ['['.repeat(100_000), 'broken'],
      [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'broken'],
      [Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]), 'broken'],
      ['\u0001\u0002garbage', 'broken'],
    ] as const) {
      expect(parse(content).condition).toBe(condition)
    }
  })
  it('never lets password material through, whatever it is called', () => {
    const secret = fc.constantFrom(
      HASH,
      '{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=',
      '$6$salt$abcdefghijkl',
      '{CRYPT}x',
    )
    const key = fc.constantFrom(
      'userPassword',
      'password',
      'pwd',
      'hash',
      'displayName',
      'cos',
      'status',
      'k1',
      'mail',
      'name',
    )
    fc.assert(
      fc.property(key, secret, fc.boolean(), (name, value, nested) => {
        const { info } = parse(nested ? { attrs: { [name]: [value] } } : { [name]: value, mail: 'a@b.c' })
        expect(JSON.stringify(info)).not.toContain(value)
      }),
    )
    for (const name of ['password', 'passwordHash', 'user_password', 'authToken']) {
      expect(JSON.stringify(parse({ [name]: { displayName: 'hunter2' }, mail: 'a@b.c' }).info)).not.toContain(
        'hunter2',
      )
    }
  })
  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (content) => {
          expect(['ok', 'empty', 'broken']).toContain(parse(content).condition)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
