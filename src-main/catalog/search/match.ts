/**
 * From a parsed query to one FTS5 expression. Every text a person typed stands inside quotes with quotes doubled, so nothing
 * of it can be syntax; column names, AND, NOT and the tokens of schema.ts are the only bare words.
 */
import { accountToken } from '../schema.ts'
import type { ParsedQuery, Term, TextPlace } from './parse.ts'
import { foldForQuery } from './tokens.ts'

export interface MatchExpression {
  /** What must be there; null when only structured filters (or only exclusions) ask. */
  include: string | null
  /** What must not be there; null when nothing. To be subtracted when `include` is null, else already part of it. */
  exclude: string | null
}

const COLUMNS: Record<Exclude<TextPlace, 'any'>, string> = {
  from: '{sender}',
  to: '{recipients}',
  subject: '{subject}',
  attachment: '{attachments}',
}
const TEXT_COLUMNS = '{subject sender recipients body attachments}'
/** Words that could be mistaken for the index's own tokens; only for those the search is limited to the text columns (it costs time). */
const LIKE_TOKENS = /(?:^|[^a-z])(?:acc\d|hasattach|type[a-z]|unclaimed)/i
const LIKE_TOKENS_PREFIX =
  /(?:^|[^a-z])(?:a|ac|acc\d*|h|ha|has|hasa[a-z]*|t|ty|typ|type[a-z]*|u|un|unc[a-z]*)$/i

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

function phrase(term: Term & { kind: 'text' }): string {
  const folded = foldForQuery(term.text, term.prefix)
  const text = quoted(folded.text) + (folded.prefix ? ' *' : '')
  if (term.place !== 'any') return `${COLUMNS[term.place]} : ${text}`
  const mistakable = LIKE_TOKENS.test(folded.text) || (folded.prefix && LIKE_TOKENS_PREFIX.test(folded.text))
  return mistakable ? `${TEXT_COLUMNS} : ${text}` : text
}

/**
 * The FTS part of a query. `accounts`: primary keys of the accounts the hits must belong to (any of them), null = all;
 * as tokens they let FTS5 skip the mail of everybody else. More than 20 are left to the caller's own filter.
 */
export function matchExpression(query: ParsedQuery, accounts: readonly number[] | null): MatchExpression {
  const include: string[] = []
  const exclude: string[] = []
  for (const term of query.terms) {
    if (term.kind === 'text') (term.negated ? exclude : include).push(phrase(term))
  }
  if (include.length > 0 && accounts !== null && accounts.length > 0 && accounts.length <= 20) {
    include.push(`(${accounts.map((pk) => `{tokens} : "${accountToken(pk)}"`).join(' OR ')})`)
  }
  const wanted = include.length === 0 ? null : include.join(' AND ')
  const unwanted = exclude.length === 0 ? null : exclude.join(' OR ')
  if (wanted === null || unwanted === null) return { include: wanted, exclude: unwanted }
  return { include: `(${wanted}) NOT (${unwanted})`, exclude: unwanted }
}
