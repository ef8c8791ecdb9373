const ADDRESS = /[^\s<>"(),:;@\\[\]]+@[^\s<>"(),:;@\\[\]]+/g

/**
 * Bare addresses of an address header (or several joined by commas), lower case, in order, each once. Quoted display
 * names are left out: they may hold other people's addresses. Tolerant of everything, at most `limit`.
 */
export function bareAddresses(header: string, limit = 64): string[] {
  const found: string[] = []
  if (!header.includes('@')) return found
  const text = header.includes('"') ? header.replace(/"(?:[^"\\]|\\[^])*"(?!@)/g, ' ') : header
  ADDRESS.lastIndex = 0
  for (let m = ADDRESS.exec(text); m !== null && found.length < limit; m = ADDRESS.exec(text)) {
    const address = m[0].toLowerCase().replace(/^['=]+|['.>]+$/g, '')
    if (!found.includes(address)) found.push(address)
  }
  return found
}
