import type { Texts } from './text.ts'
import { arabic, chinese, greek, hebrew, japanese, russian } from './eastern.ts'
import { english, french, german, italian, polish, spanish } from './western.ts'

export type { Texts } from './text.ts'

const ALL: readonly Texts[] = [
  italian,
  english,
  german,
  french,
  spanish,
  polish,
  greek,
  russian,
  arabic,
  hebrew,
  chinese,
  japanese,
]

/** The texts of a language by its two-letter code; English when there are none. */
export function textsOf(code: string): Texts {
  return ALL.find((texts) => texts.code === code) ?? english
}

export const LANGUAGES: readonly string[] = ALL.map((texts) => texts.code)

/** Puts the values into `{…}`; what has no value is left as it is. */
export function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole)
}
