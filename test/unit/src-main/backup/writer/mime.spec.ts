import { crc32 } from 'node:zlib'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import { docx, pdf, png, zipArchive } from '../../../../../src-main/backup/writer/attachments.ts'
import { encodeText } from '../../../../../src-main/backup/writer/charsets.ts'
import { composeLetter, type LetterKind } from '../../../../../src-main/backup/writer/letters.ts'
import {
  base64Lines,
  dateHeader,
  encodedWords,
  quotedPrintable,
} from '../../../../../src-main/backup/writer/mime.ts'
import { EVERYBODY_OUTSIDE, makeStaff } from '../../../../../src-main/backup/writer/people.ts'
import { Random } from '../../../../../src-main/backup/writer/random.ts'
import { LANGUAGES, textsOf } from '../../../../../src-main/backup/writer/texts/index.ts'

describe('charsets', () => {
  test('what is encoded decodes to the same', () => {
    for (const [charset, text] of [
      ['koi8-r', 'Здравствуйте'],
      ['shift_jis', '昨日ご相談した資料 ｶﾅ'],
      ['gb18030', '附件是我们昨天讨论的文件'],
      ['iso-8859-15', 'perché 5 €'],
      ['windows-1255', 'שלום'],
      ['windows-1256', 'مرحبا'],
      ['iso-8859-2', 'Zażółć gęślą jaźń'],
      ['iso-8859-7', 'Καλημέρα'],
    ] as const) {
      const bytes = encodeText(text, charset)
      expect(bytes, charset).not.toBeNull()
      expect(new TextDecoder(charset).decode(bytes ?? new Uint8Array())).toBe(text)
    }
  })

  test('a character the charset lacks gives null, and so does an unknown charset', () => {
    expect(encodeText('漢', 'iso-8859-1')).toBeNull()
    expect(encodeText('a', 'no-such-charset')).toBeNull()
    expect(encodeText('è', 'us-ascii')).toBeNull()
  })
})

describe('letters', () => {
  const kinds: readonly LetterKind[] = [
    'note',
    'flowed',
    'alternative',
    'picture',
    'newsletter',
    'attachments',
    'invitation',
    'forward',
  ]

  test('every kind in every language is read back by a mail library', async () => {
    const [member] = makeStaff(1, 1)
    if (!member) throw new Error('no staff')
    for (const language of LANGUAGES) {
      const from = EVERYBODY_OUTSIDE.find((person) => person.language === language) ?? member
      for (const kind of kinds) {
        const random = new Random(language.charCodeAt(0) * 100 + kinds.indexOf(kind))
        const letter = composeLetter(random, {
          kind,
          from,
          to: [member],
          cc: [],
          subject: null,
          time: Date.UTC(2024, 1, 3, 10),
          language,
          thread: ['<a@b.example>'],
          quoted: 'quoted',
          deliveredTo: member.address,
        })
        const mail = await PostalMime.parse(letter.bytes)
        expect(mail.subject, `${language} ${kind}`).toBe(letter.subject)
        expect(mail.from).toMatchObject({ name: from.name, address: from.address })
        expect(mail.messageId).toBe(letter.messageId)
        expect(Date.parse(mail.date ?? '')).toBe(Date.UTC(2024, 1, 3, 10))
        const body = `${mail.text ?? ''}${mail.html ?? ''}`
        expect(body).not.toContain('\ufffd')
        if (kind !== 'newsletter') {
          const closing = textsOf(language).closings.map((c) => c.split('\n')[0]?.replace(/ ?\{.*/, '') ?? '')
          expect(
            closing.some((line) => body.includes(line)),
            `${language} ${kind}`,
          ).toBe(true)
        }
        const longest = Math.max(
          ...letter.bytes
            .toString('latin1')
            .split('\r\n')
            .map((line) => line.length),
        )
        expect(longest).toBeLessThan(998)
        if (kind === 'attachments' || kind === 'forward') expect(mail.attachments.length).toBeGreaterThan(0)
      }
    }
  })

  test('quoted-printable keeps to 76 characters and gives back the bytes', () => {
    const text = `${'àè='.repeat(60)} \r\n trailing \r\n\ttab\t\r\nend`
    const coded = quotedPrintable(Buffer.from(text)).toString('latin1')
    expect(Math.max(...coded.split('\r\n').map((l) => l.length))).toBeLessThanOrEqual(76)
    const decoded = Buffer.from(
      coded
        .replace(/=\r\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      'latin1',
    )
    expect(decoded.toString('utf8')).toBe(text)
  })

  test('encoded words are at most 75 characters each and never split a character', () => {
    const words = encodedWords('日本語のとても長い件名'.repeat(9), 'utf-8', 'Q').split(' ')
    for (const word of words) {
      expect(word.length).toBeLessThanOrEqual(75)
      const bytes = Buffer.from(
        word
          .slice(10, -2)
          .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
      )
      expect(bytes.toString('utf8')).not.toContain('\ufffd')
    }
  })

  test('base64 lines and dates are as the RFCs say', () => {
    expect(base64Lines(Buffer.alloc(100)).toString().split('\r\n')[0]?.length).toBe(76)
    expect(dateHeader(Date.UTC(2026, 10, 20, 3, 1, 5), 120)).toBe('Fri, 20 Nov 2026 05:01:05 +0200')
    expect(dateHeader(Date.UTC(2026, 10, 20, 3, 1, 5), -210)).toBe('Thu, 19 Nov 2026 23:31:05 -0330')
  })
})

describe('attachments', () => {
  test('a PNG has right checksums, a PDF its xref at the stated place, a zip its directory', () => {
    const picture = png(16, new Random(1))
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    expect(picture.readUInt32BE(29)).toBe(crc32(picture.subarray(12, 29)))
    const paper = pdf('Über (alles)').toString('latin1')
    const at = Number(/startxref\n(\d+)/.exec(paper)?.[1])
    expect(paper.slice(at, at + 4)).toBe('xref')
    const archive = zipArchive([{ name: 'a/ü.txt', bytes: Buffer.from('hello') }])
    const end = archive.subarray(-22)
    expect(end.readUInt32LE(0)).toBe(0x06054b50)
    expect(archive.readUInt32LE(end.readUInt32LE(16))).toBe(0x02014b50)
    expect(docx(['<one> & two']).includes('word/document.xml')).toBe(true)
  })
})
