import { describe, expect, test } from 'vitest'
import { isSecretKey, redact, redactText } from '../../../../src-main/engine/redact.ts'

const SECRET = 'hunter2-correct-horse'

describe('texts', () => {
  test.each([
    `password=${SECRET}`,
    `{"password":"${SECRET}"}`,
    `{"ldap_password": "${SECRET} with \\" quote ${SECRET}"}`,
    `zimbra_ldap_password = '${SECRET}'`,
    `ssh://root:${SECRET}@mail.example.com/opt`,
    `GET /?token=${SECRET}&x=1`,
    `Authorization: Bearer ${SECRET}`,
    `cookie: session=${SECRET}; other=1`,
    `userPassword: {SSHA512}${SECRET}`,
    `userPassword={SSHA}${SECRET}==`,
    `tool --password ${SECRET} --host a`,
    `$6$${SECRET.replaceAll('-', '')}$${SECRET.replaceAll('-', '')}`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n-----END OPENSSH PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${SECRET} cut off`,
  ])('%s loses its secret', (text) => {
    expect(redactText(text)).not.toContain(SECRET)
    expect(redactText(text)).not.toContain(SECRET.replaceAll('-', ''))
    expect(redactText(text)).toContain('***')
  })

  test('what a log is for stays', () => {
    const text =
      'export /mnt/usb/out c0,gUlvzQfE21z6YRXJnNkKL85PrRHw0KMQUqo,pMmQ= anna@example.com https://host:8443/x passed 3 of 4; tokens: 12'
    expect(redactText(text)).toBe(text)
  })
})

describe('values', () => {
  test('keys that tell, at any depth, in errors and causes', () => {
    const error = Object.assign(new Error(`login failed: password=${SECRET}`, { cause: { token: SECRET } }), {
      privateKey: SECRET,
    })
    const value = {
      user: 'root',
      passphrase: SECRET,
      nested: [{ apiKey: SECRET, userPassword: SECRET, deep: { access_key: SECRET } }],
      map: new Map([['secret', SECRET]]),
      error,
    }
    const text = JSON.stringify(redact(value))
    expect(text).not.toContain(SECRET)
    expect(text).toContain('root')
    expect(text).toContain('login failed')
  })

  test('cycles, depth, long lists and binary data end', () => {
    const value: Record<string, unknown> = {
      list: Array.from({ length: 1000 }, (_, index) => index),
      bytes: Buffer.alloc(50),
    }
    value['self'] = value
    let deep: unknown = 'bottom'
    for (let level = 0; level < 50_000; level++) deep = { deep }
    value['deep'] = deep
    const text = JSON.stringify(redact(value))
    expect(text.length).toBeLessThan(2000)
    expect(text).toContain('[circular]')
    expect(text).toContain('[50 bytes]')
  })

  test('words that only contain a telling part are no secrets', () => {
    for (const key of [
      'passed',
      'bypass',
      'tokens',
      'author',
      'secretary',
      'keyboard',
      'compass',
      'digest',
    ]) {
      expect(isSecretKey(key), key).toBe(false)
    }
  })
})

describe('long hostile texts', () => {
  test.each(['a.', '{PBKDF2', 'https://a', 'cookie '])('%j repeated takes no time to speak of', (part) => {
    const begin = Date.now()
    redactText(part.repeat(Math.ceil(262_144 / part.length)))
    // it was minutes
    expect(Date.now() - begin).toBeLessThan(5000)
  })

  test('a password in a URL is found behind a long text', () => {
    expect(redactText(`${'a.'.repeat(5000)}ssh://anna:${SECRET}@old.example.org`)).not.toContain(SECRET)
  })
})
