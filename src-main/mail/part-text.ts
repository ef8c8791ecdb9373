import { decodeBytes } from './charset.ts'
import { htmlToWords } from './html-words.ts'
import { decodeTransfer } from './transfer.ts'
import type { TextPart } from './part-walker.ts'

/** What the index keeps of one message, in bytes of UTF-8. */
export const TEXT_LIMIT = 65536
/** Head and styles of a newsletter are larger than its words. */
const HTML_LIMIT = 1024 * 1024

type Range = Pick<TextPart, 'start' | 'end' | 'encoding' | 'charset'> &
  Partial<Pick<TextPart, 'kind' | 'delSp' | 'source'>>

/** The words of one text part, decoded; about 64 KiB at most. */
export function partText(message: Buffer, part: Range): string {
  const html = part.kind === 'html'
  const bytes = decodeTransfer(
    part.source ?? message,
    part.start,
    part.end,
    part.encoding,
    html ? HTML_LIMIT : TEXT_LIMIT,
  )
  const whole = bytes.length < (html ? HTML_LIMIT : TEXT_LIMIT)
  let text = decodeBytes(whole ? bytes : atCharacter(bytes), part.charset)
  if (part.delSp === true) text = text.replace(/ \r?\n/g, '')
  if (html) return htmlToWords(text, TEXT_LIMIT)
  return part.kind === 'plain' && text.includes('begin ') ? withoutUuencoded(text) : text
}

/** Cuts an incomplete UTF-8 sequence at the end, so that a limit does not make valid UTF-8 invalid. */
function atCharacter(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && bytes.length - end < 3 && ((bytes[end - 1] as number) & 0xc0) === 0x80) end--
  if (end > 0 && (bytes[end - 1] as number) >= 0xc0) return bytes.subarray(0, end - 1)
  return bytes
}

/** Removes uuencoded files: their lines would fill the index with noise. */
function withoutUuencoded(text: string): string {
  return text.replace(/(^|\n)begin [0-7]{3,4} [^\n]*\n(?:[!-`][^\n]{0,90}\n)*(?:`?\r?\n)?(?:end\b)?/g, '$1')
}
