import type { Procedure } from '../types.ts'
import { words } from '../cases/words.ts'

const empty = (id: Procedure['id'], en: string, it: string): Procedure => ({
  id,
  title: words(en, it),
  when: words('', ''),
  steps: [],
})

export const aftermath = empty('aftermath', 'Aftermath', 'Dopo il ripristino')
