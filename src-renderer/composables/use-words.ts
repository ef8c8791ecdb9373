import type { Words } from '../../src-main/contract/recovery.ts'
import { useApp } from '../stores/app.ts'
import { useSaid } from './use-said.ts'

/**
 * Words of the engine in the language of the screens; the result follows the setting when used in a template. Where the
 * engine only took over what an error said in English, that is translated as well.
 */
export function useWords(): (words: Words) => string {
  const app = useApp()
  const said = useSaid()
  return (words) => (app.language === 'it' ? said(words.it) : words.en)
}
