/** 1 for what cannot stand in a bare address, by character code below 256. */
const DELIMITER = Uint8Array.from({ length: 256 }, (_, code) =>
  /[\s<>"(),:;@\\[\]]/.test(String.fromCharCode(code)) ? 1 : 0,
)

function isDelimiter(code: number): boolean {
  return code < 256 ? DELIMITER[code] === 1 : /\s/.test(String.fromCharCode(code))
}

/**
 * Bare addresses of an address header (or several joined by commas), lower case, in order, each once. Quoted display
 * names are left out: they may hold other people's addresses. Tolerant of everything, at most `limit`.
 */
export function bareAddresses(header: string, limit = 64): string[] {
  const found: string[] = []
  if (!header.includes('@')) return found
  const text = header.includes('"') ? header.replace(/"(?:[^"\\]|\\[^])*"(?!@)/g, ' ') : header
  // From each `@` to both sides: a regular expression would begin anew at every letter of every word.
  let after = 0
  for (
    let at = text.indexOf('@');
    at >= 0 && found.length < limit;
    at = text.indexOf('@', Math.max(at + 1, after))
  ) {
    let start = at
    while (start > after && !isDelimiter(text.charCodeAt(start - 1))) start--
    let end = at + 1
    while (end < text.length && !isDelimiter(text.charCodeAt(end))) end++
    if (start === at || end === at + 1) continue
    after = end
    const address = text
      .slice(start, end)
      .toLowerCase()
      .replace(/^['=]+|['.>]+$/g, '')
    if (!found.includes(address)) found.push(address)
  }
  return found
}
