import type { StepResult } from '../../../contract/recovery.ts'
import type { RestoreReport } from '../../../remote/carbonio/parse-restore-report.ts'
import { figure, words } from '../../cases/words.ts'
import { outboundBlocked, portsClosed } from '../../isolation/checks.ts'
import { FACTS, MAIN_RUN, roundName, ROUNDS } from '../../restore/facts.ts'
import { formOf, restoreInput } from '../../restore/form.ts'
import { endingWords } from '../../restore/ending-words.ts'
import { count, countIt } from '../../restore/look.ts'
import { restoreRun, underWay } from '../../restore/operation.ts'
import { planned } from '../../restore/steps/planned.ts'
import { watchRun } from '../../restore/watch.ts'
import type { Step, StepContext } from '../../types.ts'

/** Rounds that were begun. */
const roundsOf = (context: Pick<StepContext, 'fact'>): number => {
  const known = context.fact(ROUNDS)
  return typeof known === 'number' ? known : 0
}

interface Round {
  title: string
  ending: string
  restored: number | null
  skipped: number | null
  unrestored: number | null
}

/** What each restore of this case brought, the first one included. */
function allRounds(context: StepContext): Round[] {
  const names = [MAIN_RUN, ...Array.from({ length: roundsOf(context) }, (_, n) => roundName(n + 1))]
  return names.flatMap((name, index) => {
    const run = restoreRun(context, name)
    if (run === null) return []
    const known = context.fact(FACTS.report(name)) as { report: RestoreReport } | undefined
    const { restored = null, skipped = null, unrestored = null } = known?.report ?? {}
    return [{ title: String(index + 1), ending: run.ending ?? run.state, restored, skipped, unrestored }]
  })
}

export const anotherRound: Step = {
  id: 'another-round',
  title: words('Restore again while isolated', 'Ripristinare ancora durante l’isolamento'),
  why: words(
    'As long as nobody works on the clone, an External Restore may be repeated as often as needed: what is there is skipped, and each round says what it added. A round that adds nothing is the sign that everything is here.',
    'Finché nessuno lavora sul clone, l’External Restore può essere ripetuto quanto serve: ciò che c’è viene saltato, e ogni giro dice che cosa ha aggiunto. Un giro che non aggiunge nulla è il segno che c’è tutto.',
  ),
  risk: words(
    'It deletes nothing: mail that users deleted after the snapshot comes back.',
    'Non elimina nulla: la posta che gli utenti hanno eliminato dopo lo snapshot ritorna.',
  ),
  repeatable: true,
  restores: true,
  page: null,
  primary: words('Restore once more', 'Ripristina ancora'),
  // A clone that came into the network of the users since then must not be filled any further.
  checks: [portsClosed('new', { guard: true }), outboundBlocked('new')],
  confirmations: [],
  fields: [],
  commands: async (context) => planned(context, restoreInput(await formOf(context))),
  async run(context) {
    const last = restoreRun(context, roundName(roundsOf(context)))
    const goesOn = last !== null && last.state !== 'ended'
    const n = goesOn ? roundsOf(context) : roundsOf(context) + 1
    if (!goesOn) context.setFact(ROUNDS, n)
    const name = roundName(n)
    const input = restoreInput(await formOf(context))
    const known = await underWay(context, name, input, false)
    await watchRun(context, name, known, { expected: null })
    return resultOf(allRounds(context))
  },
}

function resultOf(rounds: readonly Round[]): StepResult {
  const last = rounds.at(-1)
  const added = last?.restored ?? null
  return {
    summary:
      added === null
        ? words(
            'The round ended; its report could not be read.',
            'Il giro è finito; il suo rapporto non è leggibile.',
          )
        : words(
            `This round added ${count(added)} items.`,
            `Questo giro ha aggiunto ${countIt(added)} elementi.`,
          ),
    figures: [
      {
        label: words('Added by this round', 'Aggiunti da questo giro'),
        value: added === null ? '?' : count(added),
        tone: added === 0 ? 'ok' : 'plain',
      },
    ],
    tables: [
      {
        title: words('Rounds', 'Giri'),
        columns: [
          words('Round', 'Giro'),
          words('Ended', 'Esito'),
          words('Added', 'Aggiunti'),
          words('There already', 'Già presenti'),
          words('Not restored', 'Non ripristinati'),
        ],
        rows: rounds
          .slice(-2000)
          .map(({ title, ending, restored, skipped, unrestored }) => [
            title,
            endingWords(ending),
            restored === null ? '?' : figure(restored),
            skipped === null ? '?' : figure(skipped),
            unrestored === null ? '?' : figure(unrestored),
          ]),
        total: rounds.length,
      },
    ],
  }
}
