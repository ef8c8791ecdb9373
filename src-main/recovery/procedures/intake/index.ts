import { words } from '../../cases/words.ts'
import type { Procedure } from '../../types.ts'

/** What happened, what is left, which procedure. */
export const intake: Procedure = {
  id: 'intake',
  title: words('Intake', 'Accettazione'),
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
