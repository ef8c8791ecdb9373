import { words } from '../../cases/words.ts'
import { check, count, ok } from '../../restore/look.ts'
import type { Step, StepContext } from '../../types.ts'

const text = (context: StepContext, field: string): string => {
  const value = context.fields[field]
  return typeof value === 'string' ? value.trim() : ''
}

export const oldPath: Step = {
  id: 'old-path',
  title: words('The old Backup Path stored away', 'Il vecchio Backup Path archiviato'),
  why: words(
    'The old backup holds every state of the past; the new one begins today. Whoever asks for a mail of last year needs the old one: it is checked, indexed and put where it will be found.',
    'Il vecchio backup contiene ogni stato del passato; il nuovo comincia oggi. Chi cerca una mail dell’anno scorso ha bisogno del vecchio: viene verificato, indicizzato e messo dove si ritrova.',
  ),
  risk: words('None: it is only read here.', 'Nessuno: qui viene solo letto.'),
  repeatable: true,
  page: 'check',
  primary: words('Check and index it', 'Verificarlo e indicizzarlo'),
  fields: [
    {
      id: 'where',
      label: words('Where it is kept', 'Dove viene conservato'),
      help: words(
        'Disk, shelf, NAS and folder, as somebody else would find it.',
        'Disco, scaffale, NAS e cartella, come lo troverebbe un altro.',
      ),
      kind: 'text',
      required: true,
      advanced: false,
      standard: ({ source }) => source?.place.path ?? null,
    },
    {
      id: 'until',
      label: words('Kept until', 'Conservato fino a'),
      help: words('The law of your country and the customer decide.', 'Decidono la legge e il cliente.'),
      kind: 'text',
      required: false,
      advanced: false,
    },
    {
      id: 'check',
      label: words('Check every blob now', 'Verificare ora ogni blob'),
      help: words(
        'Reads it once as a whole. Without it only the index is made.',
        'Lo legge una volta per intero. Senza, si crea solo l’indice.',
      ),
      kind: 'yes-no',
      required: false,
      advanced: false,
      standard: () => true,
    },
  ],
  checks: [
    check(
      'is-here',
      words(
        'A copy of it is on this laptop or in reach',
        'Una sua copia è su questo portatile o raggiungibile',
      ),
      false,
      (context) => {
        const path = context.localPath()
        if (path !== null) return Promise.resolve(ok(path, path))
        return Promise.resolve({
          verdict: 'attention' as const,
          evidence: words(
            'It lies on a server only; it is neither checked nor indexed here.',
            'Si trova solo su un server; qui non viene verificato né indicizzato.',
          ),
          next: words(
            'Copy it to a disk of its own, then do this step again.',
            'Copiarlo su un disco proprio, poi ripetere questo passo.',
          ),
        })
      },
    ),
  ],
  confirmations: [
    {
      id: 'read-only',
      label: words(
        'It is kept so that nobody writes to it any more',
        'È conservato in modo che nessuno vi scriva più',
      ),
    },
  ],
  async run(context) {
    const path = context.localPath()
    const [where, until] = [text(context, 'where'), text(context, 'until')]
    context.record(
      words(
        `The old Backup Path is kept: ${where}${until === '' ? '' : ` until ${until}`}`,
        `Il vecchio Backup Path si conserva: ${where}${until === '' ? '' : ` fino al ${until}`}`,
      ),
      { where, until },
    )
    if (path === null) {
      return {
        summary: words(`Kept: ${where}. Not checked here.`, `Conservato: ${where}. Non verificato qui.`),
        figures: [],
        tables: [],
      }
    }
    await context.task({ kind: 'index', path })
    if (context.fields['check'] === true) await context.task({ kind: 'check', path })
    const totals = (await context.catalog())?.totals() ?? null
    return {
      summary: words(`Kept: ${where}.`, `Conservato: ${where}.`),
      figures:
        totals === null
          ? []
          : [
              { label: words('Accounts', 'Account'), value: count(totals.accounts), tone: 'plain' },
              { label: words('Items', 'Elementi'), value: count(totals.items), tone: 'plain' },
              {
                label: words('Problems', 'Problemi'),
                value: count(totals.problems),
                tone: totals.problems > 0 ? 'attention' : 'ok',
              },
            ],
      tables: [],
    }
  },
}
