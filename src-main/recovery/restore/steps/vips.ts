import { words } from '../../cases/words.ts'
import type { Step, StepContext } from '../../types.ts'
import { expectedTime } from '../expected.ts'
import { FACTS, VIP_RUN } from '../facts.ts'
import { formOf, restoreInput, vipsOf, wantedAccounts, type RestoreInput } from '../form.ts'
import { restoreRun, underWay } from '../operation.ts'
import { vipsArrived } from '../vip-arrived.ts'
import { watchRun } from '../watch.ts'
import { meansAgain, planned, taken } from './planned.ts'
import { runResult } from './run-result.ts'

async function vipInput(context: StepContext): Promise<RestoreInput | null> {
  const form = await formOf(context)
  const accounts = vipsOf(form)
  return accounts.length === 0 ? null : restoreInput(form, { accounts })
}

async function itemsOf(context: StepContext): Promise<number | null> {
  const form = await formOf(context)
  const rows = await wantedAccounts(context, { ...form, accounts: vipsOf(form), domains: [] })
  return rows === null ? null : rows.reduce((sum, { items }) => sum + items, 0)
}

/** Restores the accounts that cannot wait, in a run of their own. */
export const restoreVips: Step = {
  id: 'restore-vips',
  title: words('Restore the first accounts', 'Ripristinare i primi account'),
  why: words(
    'The accounts chosen as first are brought in a run of their own, so that these people work again while the rest is on its way. Without any this step does nothing.',
    'Gli account scelti come primi vengono riportati in un’esecuzione propria, così queste persone lavorano mentre il resto arriva. Senza alcuno questo passo non fa nulla.',
  ),
  risk: words(
    'Creates domains, COS and these accounts on the new server and fills them; nothing is deleted.',
    'Domini, COS e questi account vengono creati sul nuovo server e riempiti; nulla viene eliminato.',
  ),
  repeatable: true,
  restores: true,
  page: null,
  primary: words('Restore the first accounts', 'Ripristina i primi account'),
  checks: [vipsArrived],
  confirmations: [],
  fields: [],
  async expected(context) {
    // Without first accounts the step does nothing, in no time worth telling.
    if (vipsOf(await formOf(context)).length === 0) return null
    return expectedTime(await itemsOf(context), context.fact(FACTS.rate))
  },
  async commands(context) {
    const input = await vipInput(context)
    return input === null ? [] : planned(context, input)
  },
  async run(context) {
    const input = await vipInput(context)
    if (input === null) {
      return {
        summary: words('Nobody was chosen as first', 'Nessuno è stato scelto come primo'),
        figures: [],
        tables: [],
      }
    }
    const known = await underWay(context, VIP_RUN, input, meansAgain(restoreRun(context, VIP_RUN)))
    const { run } = await watchRun(context, VIP_RUN, known, { expected: await itemsOf(context) })
    taken(context, VIP_RUN, run)
    return runResult(context, VIP_RUN, run)
  },
}
