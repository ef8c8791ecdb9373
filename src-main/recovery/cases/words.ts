import type { Words } from '../../contract/recovery.ts'

/** The same text in both languages of the screens. */
export function words(en: string, it: string): Words {
  return { en, it }
}

/** What is the same in every language: a name, a figure, what a server said. */
export function same(text: string): Words {
  return { en: text, it: text }
}
