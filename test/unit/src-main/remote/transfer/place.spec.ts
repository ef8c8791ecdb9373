import { describe, expect, test } from 'vitest'
import { accountList, parseRate } from '../../../../../src-main/cli/copy-options.ts'
import { isSafePath, localPath, shown, toBytes } from '../../../../../src-main/remote/transfer/byte-path.ts'
import { Curve } from '../../../../../src-main/remote/transfer/curve.ts'
import { parsePlace } from '../../../../../src-main/remote/transfer/place.ts'

describe('where a copy comes from and goes to', () => {
  test('ssh addresses are percent-decoded', () => {
    expect(parsePlace("ssh://ro%40ot@host.example.com:2222/a%20b/it's%25/%C3%BC%0Ax/")).toEqual({
      kind: 'ssh',
      user: 'ro@ot',
      host: 'host.example.com',
      port: 2222,
      path: "/a b/it's%/ü\nx",
    })
    expect(parsePlace('ssh://root@[2001:db8::1]/x')).toMatchObject({
      host: '2001:db8::1',
      port: 22,
      path: '/x',
    })
  })

  test.each(['/mnt/usb', 'relative', './odd:name', 'C:\\backup', 'sshd'])('%s is a local path', (path) => {
    expect(parsePlace(path)).toEqual({ kind: 'local', path })
  })

  test.each([
    'ssh://host/x',
    'ssh://root@host',
    'ssh://root@host/',
    'ssh://root@host:0/x',
    'ssh://root@host:99999/x',
    'ssh://root@host/%zz',
    'ssh://root@host/a%00b',
    'ssh://',
    'root@host:/path',
  ])('%s is refused', (text) => {
    expect(() => parsePlace(text)).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }) as Error)
  })

  test('a password in an address is refused and not repeated', () => {
    try {
      parsePlace('ssh://root:geheim@host/x')
      expect.unreachable()
    } catch (error) {
      expect(String(error)).not.toContain('geheim')
      expect((error as Error).message).toContain('root:…@host')
    }
  })
})

test('names that lead out of the target are not safe', () => {
  for (const path of [
    '',
    '/',
    '/a',
    '..',
    '../a',
    'a/..',
    'a/../b',
    'a//b',
    './a',
    'a/.',
    'a\0b',
    'x'.repeat(256),
  ])
    expect(isSafePath(path, 'linux'), path).toBe(false)
  for (const path of ['a', 'a/b', '-rf', '..a', 'a\\b', 'a:b', 'con'])
    expect(isSafePath(path, 'linux'), path).toBe(true)
  for (const path of ['a\\..\\b', 'c:x', 'con', 'a/nul.txt', 'a./b', 'a ', 'x?'])
    expect(isSafePath(path, 'win32'), path).toBe(false)
})

test('names are bytes', () => {
  const bytes = toBytes('ü')
  expect(bytes).toHaveLength(2)
  expect(shown(bytes)).toBe('ü')
  expect(localPath('/r', 'a/b')).toBe('/r/a/b')
  expect(localPath('/r', '\xe4')).toEqual(Buffer.from([0x2f, 0x72, 0x2f, 0xe4]))
})

test('rates and lists of accounts', () => {
  expect(['10M', '500k', '1.5M', '1000', '2G', '10MB/s'].map(parseRate)).toEqual([
    1e7, 5e5, 1.5e6, 1000, 2e9, 1e7,
  ])
  for (const text of ['', '0', '-1', 'fast', '10X', '1e9']) expect(() => parseRate(text), text).toThrow()
  expect(accountList('a@x, b@x', ['c@x'])).toEqual(['c@x', 'a@x', 'b@x'])
  expect(() => accountList(' , ', undefined)).toThrow()
})

test('the curve stays small over hours and keeps the total', () => {
  const curve = new Curve()
  for (let second = 1; second <= 20_000; second++) curve.add(second, second * 1000)
  const points = curve.points()
  expect(points.length).toBeGreaterThan(50)
  expect(points.length).toBeLessThanOrEqual(241)
  for (const { rate } of points) expect(rate).toBe(1000)
})
