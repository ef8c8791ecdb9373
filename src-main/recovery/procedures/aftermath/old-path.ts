import type { CheckSummary } from '../../../contract/verify.ts'
import { words } from '../../cases/words.ts'
import { check, count, countIt, ok } from '../../restore/look.ts'
import type { Step, StepContext } from '../../types.ts'

const text = (context: StepContext, field: string): string => {
  const value = context.fields[field]
  return typeof value === 'string' ? value.trim() : ''
}

/** As somebody else would find it: a path alone does not say on which machine. */
function placeOfOld(context: StepContext): string | null {
  const place = context.source?.place
  if (place === undefined) return null
  if (place.kind === 'local') return place.path
  const roles = ['old', 'new'] as const
  const role = roles.find((one) => context.hasServer(one) && context.address(one).serverId === place.serverId)
  return role === undefined ? place.path : `${context.address(role).host}:${place.path}`
}

export const oldPath: Step = {
  id: 'old-path',
  title: words('The old Backup Path stored away', 'Il vecchio Backup Path archiviato'),
  why: words(
    'The old backup holds every state of the past; the new one begins today. Whoever asks for a mail of last year needs the old one: it is checked, indexed and put where it will be found.',
    'Il vecchio backup contiene ogni stato del passato; il nuovo comincia oggi. Chi cerca un messaggio dell’anno scorso ha bisogno del vecchio: viene verificato, indicizzato e conservato dove si ritrova.',
  ),
  risk: words('None: it is only read here.', 'Nessuno: qui viene solo letto.'),
  repeatable: true,
  page: 'check',
  primary: words('Check and index it', 'Verifica e indicizza'),
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
      standard: placeOfOld,
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
        'Una sua copia è su questo computer o raggiungibile',
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
    const check =
      context.fields['check'] === true
        ? ((await context.task({ kind: 'check', path })) as CheckSummary | null)
        : null
    const totals = (await context.catalog())?.totals() ?? null
    const errors = check?.errors ?? 0
    const found =
      check === null
        ? words('Its blobs were not checked.', 'I suoi blob non sono stati verificati.')
        : errors === 0
          ? words(
              'Every blob of it was checked and is whole.',
              'Ogni suo blob è stato verificato ed è integro.',
            )
          : words(
              `The check found ${count(errors)} damages: keep the other copies as well.`,
              `La verifica ha trovato ${countIt(errors)} danni: conservare anche le altre copie.`,
            )
    return {
      summary: words(`Kept: ${where}. ${found.en}`, `Conservato: ${where}. ${found.it}`),
      figures:
        totals === null
          ? []
          : [
              { label: words('Accounts', 'Account'), value: count(totals.accounts), tone: 'plain' },
              { label: words('Items', 'Elementi'), value: count(totals.items), tone: 'plain' },
              ...(check === null
                ? []
                : [
                    {
                      label: words('Damaged', 'Danneggiati'),
                      value: count(errors),
                      tone: errors > 0 ? ('attention' as const) : ('ok' as const),
                    },
                  ]),
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
