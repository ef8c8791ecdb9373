/** Properties of iCalendar and vCard whose values a person would search for. */
const WANTED = new Set(
  'SUMMARY DESCRIPTION LOCATION COMMENT CONTACT CATEGORIES ORGANIZER ATTENDEE FN N NICKNAME ORG TITLE ROLE EMAIL TEL ADR NOTE URL'.split(
    ' ',
  ),
)

export interface CardWords {
  /** First SUMMARY or FN. */
  title: string
  text: string
}

/** Searchable text of an iCalendar or vCard text (RFC 5545, RFC 6350): unfolded, unescaped, names of people included. */
export function cardWords(card: string): CardWords {
  const words: string[] = []
  let title = ''
  for (const line of card.replace(/\r?\n[ \t]/g, '').split(/\r?\n/, 5000)) {
    const property = /^(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^":;]*(?:"[^"]*"[^":;]*)*)*):(.*)$/.exec(
      line.slice(0, 8192),
    )
    if (property === null) continue
    const name = (property[1] as string).toUpperCase()
    if (!WANTED.has(name)) continue
    const value = (property[3] as string)
      .replace(/\\n/gi, '\n')
      .replace(/\\([^])/g, '$1')
      .replace(/^mailto:/i, '')
    const shown = name === 'N' || name === 'ADR' || name === 'ORG' ? value.replaceAll(';', ' ') : value
    const person = /;CN="?([^";:]+)/i.exec(property[2] ?? '')
    if (person !== null) words.push(person[1] as string)
    words.push(shown)
    if (title === '' && (name === 'SUMMARY' || name === 'FN')) title = shown.trim()
  }
  return { title, text: words.join('\n') }
}
