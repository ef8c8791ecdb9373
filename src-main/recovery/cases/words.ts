import type { Words } from '../../contract/recovery.ts'
import { inItalian } from '../../contract/said/in-italian.ts'

/** The same text in both languages of the screens. */
export function words(en: string, it: string): Words {
  return { en, it }
}

/** What is the same in every language: a name, what a server said. */
export function same(text: string): Words {
  return { en: text, it: text }
}

/** What another room said in English: an error, a reason. Its Italian is in the list of sentences. */
export function translated(text: string): Words {
  return { en: text, it: inItalian(text) }
}

/** A whole number, grouped as each language does it. */
export function figure(value: number): Words {
  return { en: value.toLocaleString('en-US'), it: value.toLocaleString('it-IT', { useGrouping: 'always' }) }
}

/** Several things in one line. */
export function joined(parts: readonly Words[], by: string): Words {
  return { en: parts.map(({ en }) => en).join(by), it: parts.map(({ it }) => it).join(by) }
}

/** A sentence as a part of another one: without its full stop. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/[.\s]+$/, '')
}
