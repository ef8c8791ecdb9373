import type { ProcedureId } from '../../../contract/recovery.ts'
import { words } from '../../cases/words.ts'
import type { Step, StepContext } from '../../types.ts'
import { attention, okay, red } from '../probed.ts'

type Way = Exclude<ProcedureId, 'intake' | 'aftermath'>

const WAYS: Readonly<Record<Way, { label: ReturnType<typeof words>; note: ReturnType<typeof words> }>> = {
  'data-recovery': {
    label: words('Data recovery on a new server', 'Ripristino dei dati su un nuovo server'),
    note: words(
      'The server is gone, its backup is there: a new server is installed and filled.',
      'Il server è perso, il backup c’è: si installa e si riempie un nuovo server.',
    ),
  },
  'vm-snapshot': {
    label: words('From a VM snapshot', 'Da uno snapshot della VM'),
    note: words(
      'There is a VM snapshot that does not contain the Backup Path: a clone of it is brought up to date.',
      'C’è uno snapshot della VM che non contiene il Backup Path: un suo clone viene aggiornato.',
    ),
  },
  'same-server': {
    label: words('Data back onto the same server', 'Dati di nuovo sullo stesso server'),
    note: words(
      'The server works and keeps its identity; its data comes back from an offsite copy.',
      'Il server funziona e mantiene la sua identità; i dati tornano da una copia esterna.',
    ),
  },
}

export const chooseProcedure: Step = {
  id: 'choose-procedure',
  title: words('Choose the procedure', 'Scegliere la procedura'),
  why: words(
    'Each way has an order of its own, and some of them exclude others: an External Restore cannot bring data back onto the server it came from.',
    'Ogni strada ha il suo ordine e alcune escludono le altre: un External Restore non può riportare i dati sul server da cui vengono.',
  ),
  risk: words('None: another one can be chosen later.', 'Nessuno: se ne può scegliere un’altra in seguito.'),
  repeatable: false,
  page: null,
  primary: words('Begin the procedure', 'Iniziare la procedura'),
  checks: [
    {
      id: 'source',
      label: words('There is something to recover from', 'C’è da dove ripristinare'),
      guard: true,
      run: async ({ source }) =>
        source !== null && source.error === null
          ? okay('A source can be read', 'Una sorgente è leggibile')
          : red(
              'No source can be read',
              'Nessuna sorgente è leggibile',
              words('Go back to what is left.', 'Tornare a cosa resta.'),
            ),
    },
    {
      id: 'target',
      label: words('There is a server to recover onto', 'C’è un server su cui ripristinare'),
      guard: false,
      run: async ({ hasServer }) =>
        hasServer('new')
          ? okay('The case has one', 'Il caso ne ha uno')
          : attention(
              'The case has no new server yet',
              'Il caso non ha ancora un nuovo server',
              words(
                'Add it to the case before the first step on it.',
                'Aggiungerlo al caso prima del primo passo.',
              ),
            ),
    },
  ],
  confirmations: [],
  fields: [
    {
      id: 'procedure',
      label: words('Procedure', 'Procedura'),
      help: words(
        'Proposed is what fits to what happened; take another one when you know better.',
        'È proposta quella adatta a ciò che è successo; sceglierne un’altra se si sa di meglio.',
      ),
      kind: 'choice',
      required: true,
      advanced: false,
      options: () => Object.entries(WAYS).map(([value, { label, note }]) => ({ value, label, note })),
      standard: (context) => proposed(context),
    },
  ],
  run: async ({ fields, chooseProcedure: choose }) => {
    const way = fields['procedure'] as Way
    choose(way)
    return { summary: WAYS[way].label, figures: [], tables: [] }
  },
}

function proposed({ fieldsOf }: StepContext): Way {
  return fieldsOf('what-happened')['cause'] === 'none' ? 'same-server' : 'data-recovery'
}
