/** Small letters without accents: `Attività` is found by `attivita`. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/**
 * How well a typed text fits a label: null = not at all, else smaller is better. Every typed word must be in the label;
 * beginnings of words count more than their middles, early ones more than late ones.
 */
export function matchScore(typed: string, label: string): number | null {
  const words = plain(typed).split(/\s+/).filter(Boolean)
  const text = plain(label)
  let score = 0
  for (const word of words) {
    const start = startOfWord(text, word)
    const at = start >= 0 ? start : text.indexOf(word)
    if (at < 0) return null
    score += (start >= 0 ? 0 : 100) + Math.min(at, 99)
  }
  return score
}

function startOfWord(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) return at
  }
  return -1
}
