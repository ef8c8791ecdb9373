/** A search taken apart into chips, each of which can be removed; what it means is the engine's to say (mail.explainQuery). */
export interface QueryChip {
  /** As written, e.g. `from:"Anna Rossi"` or `-draft`. */
  text: string
  /** Lower-case operator without colon, or null for words and phrases. */
  operator: QueryOperator | null
  value: string
  negated: boolean
}

export const QUERY_OPERATORS = [
  'from',
  'to',
  'subject',
  'in',
  'account',
  'has',
  'before',
  'after',
  'is',
] as const
export type QueryOperator = (typeof QUERY_OPERATORS)[number]

const TERM = /-?(?:([a-zA-Z]+):)?(?:"([^"]*)"?|[^\s"]+)/g

function operatorOf(text: string): QueryOperator | null {
  const word = text.toLowerCase()
  return QUERY_OPERATORS.find((operator) => operator === word) ?? null
}

/** Splits a query at blanks outside of quotes. An unfinished quote runs to the end. Never throws. */
export function queryChips(query: string): QueryChip[] {
  const chips: QueryChip[] = []
  for (const match of query.matchAll(TERM)) {
    const text = match[0]
    const negated = text.startsWith('-') && text.length > 1
    const bare = negated ? text.slice(1) : text
    const colon = bare.indexOf(':')
    const operator = bare.startsWith('"') || colon < 0 ? null : operatorOf(bare.slice(0, colon))
    const rest = operator ? bare.slice(colon + 1) : bare
    const value = rest.replace(/^"/, '').replace(/"$/, '')
    if (value === '' && operator === null) continue
    chips.push({ text, operator, value, negated })
  }
  return chips
}

/** The query without the chip at `index`. */
export function withoutChip(query: string, index: number): string {
  return queryChips(query)
    .filter((_, at) => at !== index)
    .map((chip) => chip.text)
    .join(' ')
}

/** Adds a term at the end unless the very same one is there already. */
export function withTerm(query: string, term: string): string {
  const chips = queryChips(query)
  if (chips.some((chip) => chip.text.toLowerCase() === term.toLowerCase())) return query.trim()
  return [...chips.map((chip) => chip.text), term].join(' ')
}
