import type { Cell } from '../../../contract/recovery.ts'
import { ExpectedError } from '../../../engine/errors.ts'
import { figure, words } from '../../cases/words.ts'
import { count, countIt } from '../../restore/look.ts'
import { itemsIn } from '../../restore/mailbox.ts'
import type { Step } from '../../types.ts'
import { bringings } from './bring-back-work.ts'

export const handOver: Step = {
  id: 'hand-over',
  title: words('Looked at and handed over', 'Verificato e consegnato'),
  why: words(
    'Each account that was brought back is opened and counted, for a restore that reports success may still have left something behind. Then its user is told where the mail is.',
    'Ogni account riportato viene aperto e contato, perché un ripristino che indica successo può aver lasciato indietro qualcosa. Poi si dice all’utente dove si trova la posta.',
  ),
  risk: words('None: mailboxes are only read.', 'Nessuno: le caselle vengono solo lette.'),
  repeatable: true,
  page: null,
  primary: words('Count the mailboxes', 'Conta le caselle'),
  checks: [],
  confirmations: [
    {
      id: 'told',
      label: words(
        'The users know where their mail is (new account, tag or folder), and who may open it',
        'Gli utenti sanno dove si trova la posta (nuovo account, etichetta o cartella) e chi può aprirla',
      ),
    },
  ],
  fields: [],
  async run(context) {
    const all = bringings(context)
    const rows: Cell[][] = []
    const empty: string[] = []
    for (const { name, destination, restored, unrestored } of all) {
      const items = await itemsIn(context, destination)
      if (items === 0 && (restored ?? 0) > 0) empty.push(destination)
      rows.push([name, destination, figure(items), figure(restored ?? 0), figure(unrestored ?? 0)])
    }
    if (empty.length > 0) {
      throw new ExpectedError('REFUSED', `Nothing is in ${empty.join(', ')}`, {
        why: 'The restore reported items, but the mailbox holds none.',
        next: 'Look at the log of the mailbox service, then restore these accounts again.',
      })
    }
    return {
      summary: words(
        `${count(all.length)} accounts opened and counted.`,
        `${countIt(all.length)} account aperti e contati.`,
      ),
      figures: [],
      tables: [
        {
          title: words('Mailboxes', 'Caselle'),
          columns: [
            words('Account', 'Account'),
            words('Restored to', 'Ripristinato in'),
            words('Items in it', 'Elementi presenti'),
            words('Reported restored', 'Riportati come ripristinati'),
            words('Reported not restored', 'Riportati come non ripristinati'),
          ],
          rows: rows.slice(0, 2000),
          total: rows.length,
        },
      ],
    }
  },
}
