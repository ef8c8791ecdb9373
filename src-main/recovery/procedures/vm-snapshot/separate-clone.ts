import { words } from '../../cases/words.ts'
import { sshGreets } from '../../isolation/ports.ts'
import { check, ok } from '../../restore/look.ts'
import type { Step } from '../../types.ts'

export const separateClone: Step = {
  id: 'separate-clone',
  title: words('A separate clone in an isolated network', 'Un clone separato in una rete isolata'),
  why: words(
    'The last valid backup of the VM is restored beside the old one, never over it: what is there may still be needed. The clone starts in a network that nobody but you reaches, for it believes to be the mail server and would take and send mail.',
    'L’ultimo backup valido della VM viene ripristinato accanto alla vecchia, mai sopra: ciò che c’è può ancora servire. Il clone parte in una rete raggiungibile solo da qui, perché crede di essere il server di posta e riceverebbe e invierebbe.',
  ),
  risk: words(
    'A clone in the network of the users takes new mail that is lost with it, and sends its old queue a second time.',
    'Un clone nella rete degli utenti riceve posta nuova che si perde con lui, e invia la sua vecchia coda una seconda volta.',
  ),
  repeatable: false,
  page: 'servers',
  primary: words('Look at the clone', 'Controlla il clone'),
  fields: [],
  checks: [
    check(
      'clone-in-case',
      words('The clone is in the case and answers', 'Il clone è nel caso e risponde'),
      true,
      async (context) => {
        if (!context.hasServer('new')) {
          return {
            verdict: 'red',
            evidence: words('The case has no new server.', 'Il caso non ha un nuovo server.'),
            next: words(
              'Add the clone under Servers and choose it as the new one.',
              'Aggiungere il clone tra i server e sceglierlo come nuovo.',
            ),
          }
        }
        const { code, stdout } = await context.command('new', ['hostname'], { effect: 'reads' })
        const { host, port } = context.address('new')
        const way = (await sshGreets(host, port)) ? 'directly' : 'through a jump host'
        if (code === 0)
          return ok(
            `${stdout.trim()} answers at ${host}:${String(port)} (${way})`,
            `${stdout.trim()} risponde a ${host}:${String(port)}`,
          )
        return {
          verdict: 'red',
          evidence: words('It does not answer.', 'Non risponde.'),
          next: words('Start the VM and look again.', 'Avviare la VM e riprovare.'),
        }
      },
    ),
    check(
      'not-the-old',
      words('It is not the old server itself', 'Non è il vecchio server stesso'),
      true,
      (context) => {
        const same =
          context.hasServer('old') &&
          context.hasServer('new') &&
          context.address('old').serverId === context.address('new').serverId
        return Promise.resolve(
          same
            ? {
                verdict: 'red' as const,
                evidence: words(
                  'Old and new server of the case are the same.',
                  'Vecchio e nuovo server del caso sono lo stesso.',
                ),
                next: words('Choose the clone as the new one.', 'Scegliere il clone come nuovo.'),
              }
            : ok('They are two machines.', 'Sono due macchine.'),
        )
      },
    ),
  ],
  confirmations: [
    {
      id: 'beside',
      label: words(
        'The last valid backup of the VM was restored as a new machine; the old one was not overwritten',
        'L’ultimo backup valido della VM è stato ripristinato come nuova macchina; la vecchia non è stata sovrascritta',
      ),
    },
    {
      id: 'network',
      label: words(
        'Its network card is in an isolated network that only this laptop reaches',
        'La sua scheda di rete è in una rete isolata che solo questo computer raggiunge',
      ),
    },
  ],
}
