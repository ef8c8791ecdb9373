import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { htmlToWords } from '../../../../src-main/mail/html-words.ts'
import { extractForIndex } from '../../../../src-main/mail/index-walker.ts'
import { mailFrame } from '../../../../src-main/mail/frame.ts'
import { previewMessage } from '../../../../src-main/mail/preview.ts'
import { takeUuencoded } from '../../../../src-main/mail/uuencoded.ts'
import { corpusFolder, loadCorpus } from '../../../support/corpus.ts'
import { mutateMessage } from '../../../support/mutate.ts'

function words(text: string): Set<string> {
  const plain = text
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .toLowerCase()
    .normalize('NFC')
  return new Set(plain.match(/[\p{L}\p{N}]+/gu))
}

describe.skipIf(corpusFolder() === null)('on real messages', () => {
  it('finds the words that the library finds', async () => {
    let wanted = 0
    let found = 0
    let compared = 0
    const worst: { name: string; missing: string[] }[] = []
    for (const { name, bytes } of loadCorpus()) {
      const email = await PostalMime.parse(bytes).catch(() => null)
      if (email === null) continue
      const text = email.text ?? (email.html === undefined ? '' : htmlToWords(email.html, 1e9))
      // Left out, because the library reads them wrongly: raw 8-bit text without a charset, UTF-7, yEnc; it also writes a summary of its own above
      // forwarded messages, whose words are not in the message.
      if (text.includes('�') || /charset="?utf-7|=ybegin/i.test(bytes.toString('latin1'))) continue
      const body = takeUuencoded(text).text.replace(
        /^(?:Date:.*|(?:From|To|Cc|Bcc|Subject|Reply-To|Sender):)/gim,
        ' ',
      )
      const mail = extractForIndex(bytes)
      const ours = words(`${mail.text} ${mail.subject}`)
      const missing = [...words(`${body.slice(0, 60_000)} ${email.subject ?? ''}`)].filter(
        (word) => !ours.has(word),
      )
      wanted += words(`${body.slice(0, 60_000)} ${email.subject ?? ''}`).size
      found += words(`${body.slice(0, 60_000)} ${email.subject ?? ''}`).size - missing.length
      compared++
      if (missing.length > 0) worst.push({ name, missing: missing.slice(0, 10) })
    }
    worst.sort((a, b) => b.missing.length - a.missing.length)
    expect(compared).toBeGreaterThan(650)
    expect(found / wanted, JSON.stringify(worst.slice(0, 5), null, 1)).toBeGreaterThan(0.99)
  }, 120_000)

  it('throws on none of them nor on what became of them', () => {
    for (const [n, { bytes }] of loadCorpus().entries()) {
      const mail = extractForIndex(bytes)
      expect(Buffer.byteLength(mail.text)).toBeLessThanOrEqual(65_536)
      extractForIndex(mutateMessage(bytes, n))
      extractForIndex(bytes.subarray(0, Math.floor(bytes.length / 3)))
      extractForIndex(bytes.subarray(Math.floor(bytes.length / 3)))
    }
  }, 120_000)

  it('shows every one, and no frame names anything on the network', async () => {
    for (const { name, bytes } of loadCorpus()) {
      const preview = await previewMessage(bytes)
      if (preview.html === null) continue
      const { html } = await mailFrame(preview, bytes)
      const tags = html.replace(/ title="[^"]*"/g, '').match(/<[a-z][^>]*>/gi) ?? []
      for (const tag of tags) {
        expect(
          /(?:href|src|srcset|action|background|data)\s*=\s*["']?(?!data:image)[^"'>]/i.test(tag) &&
            !/data-(?:link|blocked)/.test(tag),
          `${name}: ${tag}`,
        ).toBe(false)
      }
      expect(
        /<(?:script|iframe|object|embed|form|input|base|link|svg)\b/i.exec(html)?.[0] ?? null,
        name,
      ).toBeNull()
      expect(/url\((?!["']?data:image)/i.exec(html)?.[0] ?? null, name).toBeNull()
    }
  }, 120_000)
})
