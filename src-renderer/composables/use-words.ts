import type { Words } from '../../src-main/contract/recovery.ts'
import { useApp } from '../stores/app.ts'

/** Words of the engine in the language of the screens; the result follows the setting when used in a template. */
export function useWords(): (words: Words) => string {
  const app = useApp()
  return (words) => words[app.language]
}
