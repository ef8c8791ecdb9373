import type { ProcedureId } from '../../../contract/recovery.ts'
import { ExpectedError } from '../../../engine/errors.ts'
import { inItalian } from '../../../contract/said/in-italian.ts'
import { withoutStop, words } from '../../cases/words.ts'
import type { CheckResult, Step, StepContext } from '../../types.ts'
import { attention, okay, red } from '../probed.ts'
import { causeWords } from './what-happened.ts'
import { placeOf } from './what-is-left.ts'

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
    'Ogni procedura ha il suo ordine e alcune escludono le altre: un External Restore non può riportare i dati sul server da cui vengono.',
  ),
  risk: words('None: another one can be chosen later.', 'Nessuno: se ne può scegliere un’altra in seguito.'),
  repeatable: false,
  page: null,
  primary: words('Begin the procedure', 'Inizia la procedura'),
  checks: [
    {
      id: 'source',
      label: words('There is something to recover from', 'C’è una sorgente da cui ripristinare'),
      guard: true,
      run: async (context) => lookAtSource(context),
    },
    {
      id: 'target',
      label: words('There is a server to recover onto', 'C’è un server su cui ripristinare'),
      guard: false,
      run: async (context) => lookAtTarget(context),
    },
    {
      id: 'fits',
      label: words('It fits to what happened', 'È adatta a ciò che è successo'),
      guard: false,
      run: async (context) => lookWhetherItFits(context),
    },
  ],
  confirmations: [],
  fields: [
    {
      id: 'procedure',
      label: words('Procedure', 'Procedura'),
      help: words(
        'Proposed is what fits to what happened; take another one when you know better.',
        'È proposta quella adatta a ciò che è successo; se ne può scegliere un’altra.',
      ),
      kind: 'choice',
      required: true,
      advanced: false,
      options: () => Object.entries(WAYS).map(([value, { label, note }]) => ({ value, label, note })),
      standard: (context) => proposed(context),
    },
  ],
  run: async ({ fields, chooseProcedure: choose }) => {
    const way = String(fields['procedure'])
    if (!isWay(way)) {
      throw new ExpectedError('REFUSED', `There is no procedure “${way.slice(0, 100)}”`, {
        why: `A case goes one of these ways: ${Object.keys(WAYS).join(', ')}.`,
        next: 'Choose one of them, then begin.',
      })
    }
    choose(way)
    return { summary: WAYS[way].label, figures: [], tables: [] }
  },
}

function proposed({ fieldsOf }: StepContext): Way {
  return fieldsOf('what-happened')['cause'] === 'none' ? 'same-server' : 'data-recovery'
}

const isWay = (way: unknown): way is Way => typeof way === 'string' && Object.hasOwn(WAYS, way)

const BACK = words(
  'Open “What is left” again: add or choose a source that can be read.',
  'Riaprire «Che cosa resta»: aggiungere o scegliere una sorgente leggibile.',
)

function lookAtSource({ source, sources }: StepContext): CheckResult {
  if (source === null)
    return red('The case has no source that can be read', 'Il caso non ha una sorgente leggibile', BACK)
  if (source.error !== null) {
    const other = sources.find(({ error, lookedAt }) => error === null && lookedAt !== null)
    const [why, place] = [withoutStop(source.error), placeOf(source)]
    return red(
      `The chosen source ${place} cannot be read: ${why}${other ? `. ${placeOf(other)} can` : ''}`,
      `La sorgente scelta ${place} non è leggibile: ${inItalian(why)}${other ? `. ${placeOf(other)} sì` : ''}`,
      BACK,
    )
  }
  return okay(`${placeOf(source)} can be read`, `${placeOf(source)} è leggibile`)
}

function lookAtTarget({ hasServer, fields }: StepContext): CheckResult {
  if (hasServer('new')) return okay('The case has one', 'Il caso ne ha uno')
  return attention(
    'The case has no new server yet',
    'Il caso non ha ancora un nuovo server',
    fields['procedure'] === 'same-server'
      ? words(
          'Add the server that works to the case as its new server: the data comes back onto it.',
          'Aggiungere al caso il server che funziona come nuovo server: i dati tornano su di esso.',
        )
      : words(
          'Add it to the case before the first step on it.',
          'Aggiungerlo al caso prima del primo passo.',
        ),
  )
}

/** A person may know better, so that nothing here stops; but a choice against what was said is named. */
function lookWhetherItFits({ fields, fieldsOf, hasServer, address }: StepContext): CheckResult {
  const way = fields['procedure']
  const cause = fieldsOf('what-happened')['cause']
  const said = causeWords(cause) ?? words('not said', 'non indicato')
  const [en, it] = [`What happened: ${said.en}`, `Che cosa è successo: ${said.it}`]
  if (!isWay(way)) return { verdict: 'unknown', evidence: words('None is chosen', 'Nessuna è scelta') }
  if (way === 'same-server') {
    if (cause === 'none') return okay(en, it)
    return attention(
      `${en}. This way needs a server that still works`,
      `${it}. Questa procedura richiede un server che funzioni ancora`,
      words(
        'When the server is gone, choose data recovery, or the VM snapshot where there is one.',
        'Se il server è perso, scegliere il ripristino dei dati, o lo snapshot della VM se esiste.',
      ),
    )
  }
  if (cause === 'none') {
    return attention(
      `${en}. This way fills another server with an External Restore; it cannot bring data back onto the one that works`,
      `${it}. Questa procedura riempie un altro server con un External Restore; non può riportare dati su quello che funziona`,
      words(
        'For single accounts or mails choose “Data back onto the same server”.',
        'Per singoli account o messaggi scegliere «Dati di nuovo sullo stesso server».',
      ),
    )
  }
  if (hasServer('old') && hasServer('new') && address('old').serverId === address('new').serverId) {
    return attention(
      'Old and new server of the case are the same one: the pre-flight will refuse an External Restore onto it',
      'Server vecchio e nuovo del caso sono lo stesso: la verifica preliminare rifiuterà un External Restore su di esso',
      words('Give the case another new server.', 'Dare al caso un altro nuovo server.'),
    )
  }
  if (way === 'vm-snapshot')
    return okay(
      `${en}. Also possible: data recovery on a new server, when no snapshot without the Backup Path is found`,
      `${it}. Possibile anche: ripristino dei dati su un nuovo server, se non si trova uno snapshot senza il Backup Path`,
    )
  return okay(
    `${en}. Also possible: from a VM snapshot, when there is one without the Backup Path; it brings the settings as well`,
    `${it}. Possibile anche: da uno snapshot della VM, se ce n’è uno senza il Backup Path, che riporta anche le impostazioni`,
  )
}
