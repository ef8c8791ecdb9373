import { decodeBytes } from './charset.ts'
import { contentStart, readHeaders } from './mail-headers.ts'
import { walkParts } from './part-walker.ts'
import { decodeTransfer } from './transfer.ts'

const LARGEST = 8 * 1024 * 1024

/**
 * All vCards or iCalendar objects in a blob: the blob itself, or its parts of a card type (an appointment's blob is a multipart/digest with one
 * invitation each). Whole objects only, line ends made CRLF.
 */
export function embeddedCards(blob: Buffer, kind: 'VCARD' | 'VCALENDAR'): string[] {
  const start = contentStart(blob)
  const texts: string[] = []
  if (/^BEGIN:/i.test(blob.toString('latin1', start, start + 6))) {
    texts.push(decodeBytes(blob.subarray(start, start + LARGEST), 'utf-8'))
  } else {
    for (const part of walkParts(blob, readHeaders(blob, start, blob.length), true).texts) {
      if (part.kind !== 'card') continue
      const bytes = decodeTransfer(part.source ?? blob, part.start, part.end, part.encoding, LARGEST)
      texts.push(decodeBytes(bytes, part.charset === '' ? 'utf-8' : part.charset))
    }
  }
  const found: string[] = []
  for (const text of texts) found.push(...wholeObjects(text, kind))
  return found
}

function wholeObjects(text: string, kind: string): string[] {
  const found: string[] = []
  const begin = new RegExp(`^BEGIN:${kind}[ \\t]*$`, 'gim')
  const end = new RegExp(`^END:${kind}[ \\t]*$`, 'gim')
  const lines = text.replace(/\r\n?/g, '\n')
  for (let match = begin.exec(lines); match !== null && found.length < 1000; match = begin.exec(lines)) {
    end.lastIndex = match.index
    const close = end.exec(lines)
    if (close === null) break
    found.push(lines.slice(match.index, close.index + close[0].length).replaceAll('\n', '\r\n'))
    begin.lastIndex = end.lastIndex
  }
  return found
}
