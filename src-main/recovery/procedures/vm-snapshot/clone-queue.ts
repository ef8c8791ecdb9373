import { words } from '../../cases/words.ts'
import { HERE, queueHeld } from '../../isolation/checks.ts'
import { holdQueue, readQueue } from '../../isolation/mail-queue.ts'
import { count, countIt } from '../../restore/look.ts'
import type { Step } from '../../types.ts'

const STATES = {
  waiting: words('waiting', 'in coda'),
  held: words('on hold', 'in attesa'),
  active: words('being sent', 'in invio'),
}

export const cloneQueue: Step = {
  id: 'clone-queue',
  title: words('The mail queue of the clone', 'La coda di posta del clone'),
  why: words(
    'What the old server had not sent at the time of the snapshot lies in the queue of the clone, and was sent long ago by the old one. It is put on hold and shown, so that it is not sent a second time when the MTA starts.',
    'Ciò che il vecchio server non aveva inviato allo snapshot è nella coda del clone, ma il vecchio l’ha inviato da tempo. Viene messo in attesa e mostrato, così non parte una seconda volta con l’avvio dell’MTA.',
  ),
  risk: words(
    'None: mail on hold is kept. Deleting it is left to you.',
    'Nessuno: la posta in attesa resta. Se eliminarla lo decide una persona.',
  ),
  repeatable: true,
  page: null,
  primary: words('Hold and show the queue', 'Trattieni e mostra la coda'),
  checks: [],
  confirmations: [
    {
      id: 'looked-through',
      label: words(
        'It was decided what happens to the queued mail: it stays on hold, is released one by one (postsuper -H ID) or deleted (postsuper -d ID)',
        'È deciso che fare della posta in coda: resta in attesa, si rilascia una a una (postsuper -H ID) o si elimina (postsuper -d ID)',
      ),
    },
  ],
  fields: [],
  commands: (context) => [
    { host: context.shell('new').host, command: 'postqueue -p', effect: 'reads', note: null },
    { host: context.shell('new').host, command: 'postsuper -h ALL', effect: 'changes', note: null },
  ],
  async run(context) {
    const before = await readQueue(context, 'new')
    if (before.some(({ state }) => state !== 'held')) await holdQueue(context, 'new')
    const mails = await readQueue(context, 'new')
    context.attach('mail-queue-of-the-clone.json', JSON.stringify(mails, null, 1))
    return {
      summary: words(`${count(mails.length)} mails on hold.`, `${countIt(mails.length)} messaggi in attesa.`),
      figures: [],
      tables: [
        {
          title: words('Mail queue', 'Coda di posta'),
          columns: [
            words('Id', 'Id'),
            words('Arrived', 'Arrivo'),
            words('From', 'Da'),
            words('To', 'A'),
            words('Bytes', 'Byte'),
            words('State', 'Stato'),
          ],
          rows: mails
            .slice(0, 2000)
            .map(({ id, arrived, sender, recipients, bytes, state }) => [
              id,
              arrived,
              sender,
              recipients.join(', '),
              String(bytes),
              STATES[state],
            ]),
          total: mails.length,
        },
      ],
    }
  },
  proofs: [queueHeld('new', HERE)],
}
