import type { Words } from '../../../contract/recovery.ts'
import { same, words } from '../../cases/words.ts'
import type { Step } from '../../types.ts'

/** What no restore of a Backup Path brings back, and how to see whether it is there. */
const BY_HAND: readonly (readonly [string, Words])[] = [
  [
    'dns',
    words(
      'DNS: names, MX and autodiscover point to the new server',
      'DNS: nomi, MX e autodiscover puntano al nuovo server',
    ),
  ],
  [
    'ptr',
    words(
      'PTR and SPF of the address that mail leaves from',
      'PTR e SPF dell’indirizzo da cui parte la posta',
    ),
  ],
  [
    'tls',
    words(
      'TLS certificates with their chain, for every name',
      'Certificati TLS con la catena, per ogni nome',
    ),
  ],
  ['dkim', words('DKIM keys, and the same selector in DNS', 'Chiavi DKIM, e lo stesso selettore nel DNS')],
  ['relay', words('Relay and smarthost, with their passwords', 'Relay e smarthost, con le loro password')],
  [
    'firewall',
    words(
      'Firewall and port forwarding to the new address',
      'Firewall e inoltro delle porte al nuovo indirizzo',
    ),
  ],
  [
    'licence',
    words('Licence of the backup and of the other modules', 'Licenza del backup e degli altri moduli'),
  ],
  ['cron', words('Cron jobs and scripts that were not Carbonio’s', 'Cron e script non di Carbonio')],
  [
    'queue',
    words(
      'Mail queue of the old server: what was in it is looked through',
      'Coda di posta del vecchio server: il contenuto è stato esaminato',
    ),
  ],
  [
    'monitoring',
    words('Monitoring and alarms watch the new server', 'Monitoraggio e allarmi sul nuovo server'),
  ],
]

export const byHand: Step = {
  id: 'by-hand',
  title: words('What no restore brings back', 'Ciò che nessun ripristino riporta'),
  why: words(
    'Names, certificates, keys, licences and rules are in no Backup Path. Mail that is refused elsewhere because of a missing PTR or DKIM looks to users like a failed recovery.',
    'Nomi, certificati, chiavi, licenze e regole non sono in alcun Backup Path. La posta rifiutata altrove per PTR o DKIM mancanti appare agli utenti come un ripristino fallito.',
  ),
  risk: words('None: a list to tick.', 'Nessuno: una lista da spuntare.'),
  repeatable: true,
  page: null,
  primary: words('All of it is seen to', 'È tutto sistemato'),
  checks: [],
  confirmations: BY_HAND.map(([id, label]) => ({ id, label })),
  fields: [],
}

export const offsiteCopies: Step = {
  id: 'offsite-copies',
  title: words('Offsite copies run again', 'Le copie esterne ripartono'),
  why: words(
    'This time there was something to restore from. The jobs that carried it away still point to the old server, or not yet to the new Backup Path.',
    'Questa volta il backup c’era. I job che lo portavano via puntano ancora al vecchio server, o non ancora al nuovo Backup Path.',
  ),
  risk: words(
    'A copy job that still runs on the old path may overwrite the good copy with nothing.',
    'Un job ancora attivo sul vecchio percorso può sovrascrivere la copia buona con una vuota.',
  ),
  repeatable: true,
  page: 'copy',
  primary: words('Copies run', 'Le copie sono attive'),
  checks: [],
  confirmations: [
    {
      id: 'stopped',
      label: words('Jobs on the old path are stopped', 'I job sul vecchio percorso sono fermi'),
    },
    {
      id: 'new-job',
      label: words(
        'A copy of the new Backup Path ended once, onto a case-sensitive file system',
        'Una copia del nuovo Backup Path è finita una volta, su un file system case-sensitive',
      ),
    },
    {
      id: 'opened',
      label: words(
        'It was opened with Lifeboat, and a mail in it was read',
        'È stata aperta con Lifeboat, e un messaggio al suo interno è stato letto',
      ),
    },
  ],
  fields: [],
}

export const lessons: Step = {
  id: 'lessons',
  title: words('Lessons', 'Lezioni'),
  why: words(
    'What cost time today costs it again next time, unless somebody writes it down while it is fresh. It goes into the report.',
    'Ciò che oggi è costato tempo lo costerà di nuovo, se nessuno lo scrive finché è fresco. Va nel rapporto.',
  ),
  risk: words('None.', 'Nessuno.'),
  repeatable: true,
  page: 'report',
  primary: words('Keep the lessons', 'Salva le lezioni'),
  checks: [],
  confirmations: [],
  fields: [
    {
      id: 'well',
      label: words('What went well', 'Che cosa è andato bene'),
      help: words('So that it is done again.', 'Perché si ripeta.'),
      kind: 'long-text',
      required: false,
      advanced: false,
    },
    {
      id: 'badly',
      label: words('What cost time or mail', 'Che cosa è costato tempo o posta'),
      help: words(
        'Missing passwords, slow links, a backup that was older than believed …',
        'Password mancanti, connessioni lente, un backup più vecchio del previsto …',
      ),
      kind: 'long-text',
      required: false,
      advanced: false,
    },
    {
      id: 'change',
      label: words('What is changed now, and by whom', 'Che cosa si cambia ora, e chi lo fa'),
      help: words(
        'A rehearsal (drill) every quarter, an Independent Persistent disk …',
        'Un’esercitazione (drill) ogni trimestre, un disco Independent Persistent …',
      ),
      kind: 'long-text',
      required: false,
      advanced: false,
    },
  ],
  run: ({ fields, record }) => {
    const said = Object.entries(fields).flatMap(([id, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[id, value]] : [],
    )
    for (const [id = '', value = ''] of said) {
      const label = lessons.fields.find((field) => field.id === id)?.label ?? same(id)
      const text = value.slice(0, 400)
      record(words(`Lesson, ${label.en}: ${text}`, `Lezione, ${label.it}: ${text}`), { id, value })
    }
    return Promise.resolve({
      summary:
        said.length === 0
          ? words('None written down.', 'Nessuna annotata.')
          : words(`${String(said.length)} written down.`, `${String(said.length)} annotate.`),
      figures: [],
      tables: [],
    })
  },
}
