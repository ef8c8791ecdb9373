import { words } from '../../cases/words.ts'
import type { Procedure } from '../../types.ts'

/** What happened, what is left, which procedure. */
export const dataRecovery: Procedure = {
  id: 'data-recovery',
  title: words('Data recovery on a new server', 'Ripristino dei dati su un nuovo server'),
  when: words('First, in every case.', 'Per prima, in ogni caso.'),
  steps: [
    {
      id: 'what-happened',
      title: words('What happened', 'Cosa è successo'),
      why: words(
        'Not every outage is a disaster. What was lost decides how it is recovered.',
        'Non ogni guasto è un disastro. Ciò che è andato perso decide come si ripristina.',
      ),
      risk: words('None: nothing is changed.', 'Nessuno: non si modifica nulla.'),
      repeatable: false,
      page: null,
      primary: words('Keep the answers', 'Salvare le risposte'),
      checks: [],
      confirmations: [],
      fields: [],
    },
  ],
}
