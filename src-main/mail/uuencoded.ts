import { decodeUu } from './transfer.ts'

const BLOCK =
  /(^|\n)begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n((?:[!-`][ -`]{0,90}\r?\n)*)(?:`?\r?\n)?end\b\r?\n?/g

/** Files that stand uuencoded in a text, as before MIME; the text is given back without them. */
export function takeUuencoded(text: string): { text: string; files: { name: string; bytes: Buffer }[] } {
  const files: { name: string; bytes: Buffer }[] = []
  if (!text.includes('begin ')) return { text, files }
  const rest = text.replace(BLOCK, (_, before: string, name: string, body: string) => {
    const raw = Buffer.from(body, 'latin1')
    files.push({ name, bytes: decodeUu(raw, 0, raw.length, raw.length) })
    return before
  })
  return { text: rest, files }
}
