import { parseHelp, type Block } from './parse.ts'

const files = import.meta.glob<string>('../../resources/help/*/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** A text of resources/help in a language, else in English, else nothing. */
export function helpTopic(language: string, topic: string): Block[] {
  const find = (folder: string): string | undefined => files[`../../resources/help/${folder}/${topic}.md`]
  return parseHelp(find(language) ?? find('en') ?? '')
}
