import type { Random } from '../../src-main/backup/writer/random.ts'

/** Bytes that have broken parsers before: ends of things, encodings, numbers at their limits, other formats' beginnings. */
const NASTY: readonly Buffer[] = [
  '\0',
  '\ufeff',
  '\\',
  '"',
  "'",
  '\r\n',
  '\n\n',
  '\r\n\r\n',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '=',
  '--',
  '{"',
  '"}',
  '[[[[[[[[',
  '{"a":{"a":{"a":',
  '\\u0000',
  '\\ud800',
  '\\u003d',
  '-0',
  '1e999',
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551616',
  '00000000000000000000',
  'NaN',
  'null',
  'true',
  '"__proto__":',
  '"constructor":{"prototype":1},',
  '"toString":1,',
  '<script>',
  '<!--',
  '-->',
  '<![CDATA[',
  '<svg/onload=alert(1)>',
  '<img src=http://x.example/a>',
  'url(http://x.example/)',
  'javascript:alert(1)',
  '=?utf-8?B?',
  '?=',
  '=?iso-2022-jp?B?GyRC?=',
  '%00',
  '%ff',
  '../../',
  'CON',
  '\u202e',
  '\u0301'.repeat(40),
  '\ud83d\ude00',
  'Content-Type: multipart/mixed; boundary=""\r\n',
  'Content-Type: message/rfc822\r\n\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'Content-Type: text/html; charset=utf-7\r\n',
  'begin 644 a.txt\r\n',
  'd4:name',
  '999999999:',
  'i-0e',
]
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.from([0x1f, 0x8b, 8, 0]),
    Buffer.from([0xff, 0xfe]),
    Buffer.from([0xfe, 0xff]),
    Buffer.from([0xc0, 0xaf]),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from([0xf4, 0x90, 0x80, 0x80]),
    Buffer.from([0x80]),
  ])

/** No mutated case grows beyond this, bytes. */
const LIMIT = 1 << 20

function splice(bytes: Buffer, at: number, removed: number, added: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(Math.min(bytes.length, at + removed))])
}

/** One change of the kinds that disks, transfers, other programs and enemies make. */
function mutateOnce(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const at = random.int(bytes.length + 1)
  switch (random.int(14)) {
    case 0: {
      const copy = Buffer.from(bytes)
      if (copy.length > 0) copy[random.int(copy.length)] = random.int(256)
      return copy
    }
    case 1: {
      const copy = Buffer.from(bytes)
      if (copy.length > 0) {
        const index = random.int(copy.length)
        copy[index] = (copy[index] ?? 0) ^ (1 << random.int(8))
      }
      return copy
    }
    case 2:
      return bytes.subarray(0, at)
    case 3:
      return bytes.subarray(at)
    case 4:
      return splice(bytes, at, random.int(24), Buffer.alloc(0))
    case 5:
    case 6:
      return splice(bytes, at, 0, random.pick(NASTY))
    case 7:
      return splice(bytes, at, random.int(16), random.pick(NASTY))
    case 8: {
      const piece = bytes.subarray(at, at + random.int(200))
      return splice(bytes, random.int(bytes.length + 1), 0, piece)
    }
    case 9: {
      const other = random.pick(others)
      const from = random.int(other.length + 1)
      return splice(bytes, at, random.chance(0.5) ? bytes.length : 0, other.subarray(from, from + 4000))
    }
    case 10: {
      // A block of the disk gone: zeros, or another file's bytes.
      const copy = Buffer.from(bytes)
      copy.fill(random.chance(0.5) ? 0 : random.int(256), at, Math.min(copy.length, at + random.int(600)))
      return copy
    }
    case 11: {
      const times = random.chance(0.02) ? 20_000 : random.int(60)
      const piece = random.chance(0.5) ? random.pick(NASTY) : bytes.subarray(at, at + 1 + random.int(12))
      return splice(bytes, at, 0, Buffer.concat(Array.from({ length: times }, () => piece)))
    }
    case 12:
      return splice(bytes, at, 0, random.bytes(random.int(64)))
    default: {
      // Two parts change places.
      const middle = random.int(bytes.length + 1)
      return Buffer.concat([bytes.subarray(middle), bytes.subarray(0, middle)])
    }
  }
}

/** A copy of `bytes` with one to eight changes (rarely none); at most 1 MiB. `others`: what pieces are taken from. */
export function mutateBytes(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  if (random.chance(0.02)) return Buffer.from(bytes)
  let mutated = bytes
  const changes = 1 + random.int(random.chance(0.3) ? 8 : 2)
  for (let i = 0; i < changes; i++) mutated = mutateOnce(mutated, random, others).subarray(0, LIMIT)
  return Buffer.from(mutated)
}

/** The same for text, including lone surrogates. */
export function mutateText(text: string, random: Random, others: readonly string[]): string {
  const pieces = others.map((other) => Buffer.from(other))
  const bytes = mutateBytes(Buffer.from(text), random, pieces)
  let mutated = random.chance(0.1) ? bytes.toString('latin1') : bytes.toString('utf8')
  if (random.chance(0.1)) {
    const at = random.int(mutated.length + 1)
    mutated = mutated.slice(0, at) + String.fromCharCode(0xd800 + random.int(0x800)) + mutated.slice(at)
  }
  return mutated
}
