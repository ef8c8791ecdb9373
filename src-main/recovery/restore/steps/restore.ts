import { words } from '../../cases/words.ts'
import type { Step, StepContext } from '../../types.ts'
import { accountsOn } from '../directory.ts'
import { expectedTime, type Expected } from '../expected.ts'
import { FACTS, MAIN_RUN } from '../facts.ts'
import { formOf, restoreInput, wantedAccounts } from '../form.ts'
import { count, countIt } from '../look.ts'
import { restoreRun, underWay } from '../operation.ts'
import { watchRun } from '../watch.ts'
import { meansAgain, planned, taken } from './planned.ts'
import { runResult } from './run-result.ts'

/** Live items by the catalog; null without one. */
async function itemsOf(context: StepContext): Promise<number | null> {
  const rows = await wantedAccounts(context, await formOf(context))
  return rows === null ? null : rows.reduce((sum, { items }) => sum + items, 0)
}

const expected = async (context: StepContext): Promise<Expected> =>
  expectedTime(await itemsOf(context), context.fact(FACTS.rate))

/** Accounts of the form that the new server does not have yet; null when nobody knows which there should be. */
async function lackingAccounts(context: StepContext): Promise<string[] | null> {
  const wanted = await wantedAccounts(context, await formOf(context))
  if (wanted === null) return null
  const there = await accountsOn(context)
  return wanted.map(({ name }) => name).filter((name) => !there.has(name.toLowerCase()))
}

/** Starts the restore of everything and waits until the accounts are there. */
export const restoreStart: Step = {
  id: 'restore',
  title: words('Start the External Restore', 'Avviare l’External Restore'),
  why: words(
    'Carbonio reads the Backup Path, creates domains, COS, lists and accounts, and then fills the mailboxes. This step waits until the accounts are there: from then on people can log in, send and receive.',
    'Carbonio legge il Backup Path, crea domini, COS, liste e account e poi riempie le caselle. Questo passo attende che gli account ci siano: da allora si può accedere, inviare e ricevere.',
  ),
  risk: words(
    'Changes the new server and cannot be undone by Lifeboat; nothing is deleted. “Stop” here ends the watching only: the restore goes on, and this step attaches to it again.',
    'Il nuovo server viene modificato e Lifeboat non può annullarlo; nulla viene eliminato. «Ferma» qui termina solo l’osservazione: il ripristino continua, e questo passo vi si riaggancia.',
  ),
  repeatable: true,
  restores: true,
  page: null,
  primary: words('Start the restore', 'Avvia il ripristino'),
  checks: [],
  confirmations: [],
  fields: [],
  expected,
  commands: async (context) => planned(context, restoreInput(await formOf(context))),
  async run(context) {
    const input = restoreInput(await formOf(context))
    const known = await underWay(context, MAIN_RUN, input, meansAgain(restoreRun(context, MAIN_RUN)))
    let looked = 0
    const { run, over } = await watchRun(context, MAIN_RUN, known, {
      expected: await itemsOf(context),
      // the phase is what the server says of itself; the accounts are the proof where it says nothing
      until: async ({ phase }) => {
        if (phase !== null && Number(phase) >= 2) return true
        if (phase !== null || Date.now() - looked < 10_000) return false
        looked = Date.now()
        return (await lackingAccounts(context))?.length === 0
      },
    })
    if (over && run.ending !== 'ended' && run.ending !== 'unknown') taken(context, MAIN_RUN, run)
    const lacking = await lackingAccounts(context)
    return {
      summary:
        lacking === null
          ? words('The restore is under way', 'Il ripristino è in corso')
          : words(
              `${count(lacking.length)} accounts are lacking; the restore ${over ? 'has ended' : 'goes on'}`,
              `Mancano ${countIt(lacking.length)} account; il ripristino ${over ? 'è finito' : 'continua'}`,
            ),
      figures: [],
      tables: [],
    }
  },
}

/** Watches the restore to its end; brings it up again when it died. */
export const itemsFollow: Step = {
  id: 'items-follow',
  title: words('Items follow', 'Seguono gli elementi'),
  why: words(
    'The mailboxes are being filled while people work. This step watches the restore to its end, attaches to it again after a crash of this computer, and starts it again when it died; what is there is skipped.',
    'Le caselle si riempiono mentre le persone lavorano. Questo passo osserva il ripristino fino alla fine, vi si riaggancia dopo un blocco di questo computer e lo riavvia se si è interrotto; ciò che c’è viene saltato.',
  ),
  risk: restoreStart.risk,
  repeatable: true,
  restores: true,
  page: null,
  primary: words('Watch the restore to its end', 'Osserva il ripristino fino alla fine'),
  checks: [],
  confirmations: [],
  fields: [],
  expected,
  async run(context) {
    const before = restoreRun(context, MAIN_RUN)
    const input = before?.input ?? restoreInput(await formOf(context))
    const died = before?.state === 'ended' && (before.ending === 'failed' || before.ending === 'stopped')
    const known = await underWay(context, MAIN_RUN, input, died)
    const { run } = await watchRun(context, MAIN_RUN, known, { expected: await itemsOf(context) })
    taken(context, MAIN_RUN, run)
    return runResult(context, MAIN_RUN, run)
  },
}
