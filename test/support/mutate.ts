import { Random } from '../../src-main/backup/writer/random.ts'

const WORDS = [
  'Angebot',
  'riunione',
  '発送',
  'invoice',
  'später',
  'ça va',
  'оплата',
  '🎉',
  'backup',
  'ζήτηση',
]

/**
 * Another message made from a real one: always different from it and from every other `n`, broken in ways
 * that mail is broken in life. Only the bytes matter: whoever gives them back unchanged is right.
 */
export function mutateMessage(original: Buffer, n: number): Buffer {
  const random = new Random(n * 7919 + 13)
  const mark = `X-Mutation: ${n}-${random.hex(12)}`
  let bytes = original
  switch (random.int(9)) {
    case 0: {
      const at = random.int(Math.max(1, bytes.length))
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(` ${random.pick(WORDS)} `),
        bytes.subarray(at),
      ])
      break
    }
    case 1:
      bytes = Buffer.from(bytes.toString('latin1').replace(/\r\n/g, '\n'), 'latin1')
      break
    case 2:
      bytes = Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
      break
    case 3:
      bytes = bytes.subarray(0, random.int(bytes.length + 1))
      break
    case 4: {
      bytes = Buffer.from(bytes)
      for (let i = 0; i < 5 && bytes.length > 0; i++) bytes[random.int(bytes.length)] = random.int(256)
      break
    }
    case 5:
      bytes = Buffer.concat([bytes, Buffer.from(`\r\n${random.pick(WORDS)} ${n}\r\n`)])
      break
    case 6:
      return Buffer.concat([bytes, Buffer.from(`\r\n${mark}\r\n`)])
    default:
      break
  }
  const lineEnd = bytes.includes('\r\n') ? '\r\n' : '\n'
  return Buffer.concat([Buffer.from(mark + lineEnd), bytes])
}
