import type { IsWord, ParsedQuery, Term } from './parse.ts'

/** One piece of a query and what it asks, for the search field's help. */
export interface Explained {
  text: string
  meaning: string
}

const PLACES = {
  any: 'subject, addresses, text or attachment names contain',
  from: 'the sender contains',
  to: 'a recipient contains',
  subject: 'the subject contains',
  attachment: 'the name of an attachment contains',
} as const

const IS: Record<IsWord, string> = {
  deleted: 'it is deleted',
  unread: 'it is unread',
  read: 'it is read',
  flagged: 'it is flagged',
  answered: 'it was answered',
  forwarded: 'it was forwarded',
  draft: 'it is a draft',
  sent: 'it was sent by the account itself',
  unclaimed: 'no readable metadata claims it',
  damaged: 'its blob is damaged',
  missing: 'its blob is missing',
}

function size(bytes: number): string {
  for (const [unit, factor] of [
    ['GB', 1024 ** 3],
    ['MB', 1024 ** 2],
    ['KB', 1024],
  ] as const) {
    if (bytes >= factor) return `${String(Math.round((bytes / factor) * 100) / 100)} ${unit}`
  }
  return `${String(bytes)} bytes`
}

/** `2024-01-31 09:15`: as dates are typed in a query, and the same in every language. */
function time(ms: number, zone: string): string {
  try {
    return new Intl.DateTimeFormat('sv-SE', {
      dateStyle: 'short',
      timeStyle: 'short',
      timeZone: zone,
    }).format(ms)
  } catch {
    return new Date(ms).toISOString()
  }
}

function meaningOf(term: Term, zone: string): string {
  switch (term.kind) {
    case 'text':
      return term.prefix
        ? `${PLACES[term.place]} a word that begins with “${term.text}”`
        : `${PLACES[term.place]} “${term.text}”`
    case 'folder':
      return `it lies in the folder “${term.name}” or below it`
    case 'account':
      return `the account's address, alias or name contains “${term.name}”`
    case 'attachment':
      return 'it has an attachment'
    case 'tag':
      return `it carries the tag “${term.name}”`
    case 'is':
      return IS[term.what]
    case 'type':
      return `it is of type ${term.type.replaceAll('_', ' ')}`
    case 'id':
      return `its item id is ${String(term.id)}`
    case 'size':
      return `it is ${term.more ? 'larger' : 'smaller'} than ${size(term.bytes)}`
    case 'date': {
      const parts: string[] = []
      if (term.from !== null) parts.push(`from ${time(term.from, zone)} on`)
      if (term.until !== null) parts.push(`before ${time(term.until, zone)}`)
      return `its date is ${parts.join(' and ')}`
    }
    case 'nothing':
      return term.why === 'empty'
        ? 'nothing is asked yet'
        : 'signs without letters or digits cannot be searched'
  }
}

/** What each piece of a query asks; all of them must hold. */
export function explainQuery(query: ParsedQuery, zone: string): Explained[] {
  return query.terms.map((term) => {
    const meaning = meaningOf(term, zone)
    return {
      text: term.source,
      meaning: term.negated && term.kind !== 'nothing' ? `not: ${meaning}` : meaning,
    }
  })
}
