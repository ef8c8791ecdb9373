import { saidAll } from './said-all.ts'
import { makeTranslator } from './translator.ts'

let translate: ((text: string) => string) | null = null

/**
 * What the engine says in English (errors, titles of tasks, remedies), in Italian; what the list does not have stays as it
 * is. Used by the page for its screens and by the engine for what it writes: reports, and texts that hold an error.
 */
export function inItalian(text: string): string {
  // made when first asked: most starts need no Italian
  translate ??= makeTranslator(saidAll)
  return translate(text)
}
