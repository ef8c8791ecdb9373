import type { Words } from '../../contract/recovery.ts'
import { same, words } from '../cases/words.ts'

const ENDINGS: Readonly<Record<string, Words>> = {
  starting: words('about to be sent', 'sta per partire'),
  started: words('in the queue', 'in coda'),
  ended: words('ended', 'terminato'),
  completed: words('completed', 'completato'),
  failed: words('failed', 'non riuscito'),
  stopped: words('stopped', 'fermato'),
  removed: words('taken out of the queue', 'tolto dalla coda'),
  refused: words('refused', 'rifiutato'),
  unknown: words('not known', 'non noto'),
}

/** How an operation of the server ended, as a table tells it; what is not known stands as the server said it. */
export function endingWords(ending: string): Words {
  return ENDINGS[ending] ?? same(ending)
}
