import { words } from '../../cases/words.ts'
import type { Step } from '../../types.ts'
import { PATH_CHECKS } from '../checks-path.ts'
import { SERVER_CHECKS } from '../checks-server.ts'
import { FORM_STEP, formOf, RESTORE_FIELDS, restoreInput } from '../form.ts'
import { planned } from './planned.ts'

/** The form of the External Restore, and everything that must be right before it. */
export const preflight: Step = {
  id: FORM_STEP,
  title: words('Prepare the External Restore', 'Preparare l’External Restore'),
  why: words(
    'What is restored is chosen here, and path and server are looked at. A restore that begins with an unreadable path or a busy queue costs hours and says nothing.',
    'Qui si sceglie che cosa ripristinare, e si esaminano percorso e server. Un ripristino avviato con un percorso illeggibile o una coda occupata fa perdere ore senza alcun avviso.',
  ),
  risk: words(
    'None: only reading. An External Restore itself never deletes: repeated into a server in use it brings back what users deleted. Export Backup is no way round it: it is not incremental, cannot be resumed and blocks the queue.',
    'Nessuno: solo lettura. Un External Restore non elimina mai: ripetuto su un server in uso riporta ciò che gli utenti hanno eliminato. Export Backup non è un’alternativa: non è incrementale, non si può riprendere e blocca la coda.',
  ),
  repeatable: true,
  page: null,
  primary: words('Check path and server', 'Verifica percorso e server'),
  checks: [...PATH_CHECKS, ...SERVER_CHECKS],
  confirmations: [],
  fields: RESTORE_FIELDS,
  commands: async (context) => planned(context, restoreInput(await formOf(context))),
}
