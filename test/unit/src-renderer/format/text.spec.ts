import { describe, expect, it } from 'vitest'
import { splitLines } from '../../../../src-renderer/format/lines.ts'
import { baseName, personName, searchValue, shortenMiddle } from '../../../../src-renderer/format/text.ts'

describe('shortenMiddle', () => {
  it('keeps both ends and the length', () => {
    const short = shortenMiddle('/opt/zextras/backup/zextras/accounts/0123', 17)
    expect(short).toBe('/opt/zex…nts/0123')
    expect(short).toHaveLength(17)
  })
  it('leaves short texts and whole letters alone', () => {
    expect(shortenMiddle('abc', 3)).toBe('abc')
    expect(shortenMiddle('😀😀😀😀😀', 3)).toBe('😀…😀')
  })
})

describe('personName', () => {
  it.each([
    ['Anna Rossi <anna@example.com>', 'Anna Rossi'],
    ['"Rossi, Anna" <anna@example.com>', 'Rossi, Anna'],
    ['<anna@example.com>', 'anna@example.com'],
    ['anna@example.com', 'anna@example.com'],
    ['', null],
    [null, null],
  ])('%j', (text, name) => {
    expect(personName(text)).toBe(name)
  })
})

describe('searchValue', () => {
  it.each([
    ['offer', 'offer'],
    ['Re: offer', '"Re: offer"'],
    ['the "big" one', '"the big one"'],
    ['', '""'],
  ])('%j', (text, value) => {
    expect(searchValue(text)).toBe(value)
  })
})

describe('baseName', () => {
  it('takes the last part of either kind of path', () => {
    expect(baseName('/mnt/usb/zextras/')).toBe('zextras')
    expect(baseName('D:\\backup\\zextras')).toBe('zextras')
    expect(baseName('/')).toBe('/')
  })
})

describe('splitLines', () => {
  it('knows every kind of line end', () => {
    expect(splitLines('a\r\nb\nc\rd')).toEqual(['a', 'b', 'c', 'd'])
  })
  it('breaks a line that would freeze the page', () => {
    expect(splitLines('x'.repeat(25), 10).map((line) => line.length)).toEqual([10, 10, 5])
  })
})
