/** Longest line drawn as one: a whole message in one line would freeze the page. */
const MAX_LINE = 2000

/** Lines of a text for drawing one by one; overlong ones are broken. */
export function splitLines(text: string, max = MAX_LINE): string[] {
  const lines: string[] = []
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.length <= max) lines.push(line)
    else for (let at = 0; at < line.length; at += max) lines.push(line.slice(at, at + max))
  }
  return lines
}
