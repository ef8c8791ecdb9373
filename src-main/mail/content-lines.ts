/** Content lines of vCard (RFC 2426) and iCalendar (RFC 5545). */

/** A text value: backslash, comma, semicolon and line ends escaped, control characters gone. */
export function escapeText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/[\\,;]/g, '\\$&')
    .replace(/\n/g, '\\n')
}

/** `NAME:value`, folded after 75 bytes of UTF-8, never inside a character. */
export function contentLine(name: string, value: string): string {
  const line = `${name}:${value}`
  if (Buffer.byteLength(line) <= 75) return line
  const bytes = Buffer.from(line)
  const parts: string[] = []
  let at = 0
  while (at < bytes.length) {
    let end = Math.min(bytes.length, at + (at === 0 ? 75 : 74))
    while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--
    parts.push(bytes.toString('utf8', at, end))
    at = end
  }
  return parts.join('\r\n ')
}
