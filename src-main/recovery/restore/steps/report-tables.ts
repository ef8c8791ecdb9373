import type { Cell, StepResult } from '../../../contract/recovery.ts'
import type { RestoreReport } from '../../../remote/carbonio/parse-restore-report.ts'
import { figure, words } from '../../cases/words.ts'
import type { Check, StepContext } from '../../types.ts'
import { check, count, countIt, ok } from '../look.ts'
import { restoreRun } from '../operation.ts'
import { keptReport, reportedRuns } from '../reports.ts'

type Tables = StepResult['tables']

/** Ids of an account that are shown in its row; all of them are in the worklist. */
const SHOWN = 50
const MOST_ROWS = 2000

const told = (value: number | null): Cell => (value === null ? '–' : figure(value))

/** Accounts of a report with the ids it lists, as they were read. */
export function accountsTable({ accounts }: RestoreReport): Tables {
  if (accounts.length === 0) return []
  return [
    {
      title: words('Not restored, by account', 'Non ripristinati, per account'),
      columns: [
        words('Account', 'Account'),
        words('Count', 'Numero'),
        words('Item ids', 'Id degli elementi'),
      ],
      rows: accounts
        .slice(0, MOST_ROWS)
        .map(({ account, items }) => [
          account,
          figure(items.length),
          items.slice(0, SHOWN).join(', ') + (items.length > SHOWN ? ' …' : ''),
        ]),
      total: accounts.length,
    },
  ]
}

const keptReports = (context: Pick<StepContext, 'fact'>) =>
  reportedRuns(context).flatMap((run) => {
    const found = keptReport(context, run)
    return found === null ? [] : [{ run, ...found }]
  })

/** What the reports of the case say, as they were read: a person sees at once whether the right mail was taken. */
export function reportTables(context: Pick<StepContext, 'fact'>): Tables {
  const kept = keptReports(context)
  if (kept.length === 0) return []
  return [
    {
      title: words('The reports of the restore, as they were read', 'I rapporti del ripristino, come letti'),
      columns: [
        words('Operation', 'Operazione'),
        words('Restored', 'Ripristinati'),
        words('There already', 'Già presenti'),
        words('Not restored', 'Non ripristinati'),
        words('Of these listed', 'Di questi elencati'),
      ],
      rows: kept.map(({ operation, report }) => [
        operation ?? '–',
        told(report.restored),
        told(report.skipped),
        told(report.unrestored),
        `${count(report.listed)}${report.complete ? '' : ' ▲'}`,
      ]),
      total: kept.length,
    },
    ...kept.flatMap(({ report }) => accountsTable(report)),
  ]
}

/** A report that was cut on its way, or belongs to another restore, makes a list that is not whole. */
export const reportWhole: Check = check(
  'report-whole',
  words('The report is whole and of this restore', 'Il rapporto è completo e di questo ripristino'),
  false,
  (context) => {
    const kept = keptReports(context)
    for (const { run, operation, report } of kept) {
      const id = restoreRun(context, run)?.id ?? null
      if (operation !== null && id !== null && operation.toLowerCase() !== id.toLowerCase())
        return Promise.resolve({
          verdict: 'attention',
          evidence: words(
            `The report is of operation ${operation}; the restore of this case was ${id}`,
            `Il rapporto è dell’operazione ${operation}; il ripristino di questo caso era ${id}`,
          ),
          next: words(
            'Paste the mail “Operation Ended” of this restore, and compare again.',
            'Incollare la mail «Operation Ended» di questo ripristino e confrontare di nuovo.',
          ),
        })
      if (!report.complete)
        return Promise.resolve({
          verdict: 'attention',
          evidence:
            report.unrestored === null
              ? words(
                  `It does not say how many items were not restored, and names ${count(report.listed)}`,
                  `Non dice quanti elementi non sono stati ripristinati, e ne elenca ${countIt(report.listed)}`,
                )
              : words(
                  `It says that ${count(report.unrestored)} items were not restored and names ${count(report.listed)}`,
                  `Dice che ${countIt(report.unrestored)} elementi non sono stati ripristinati e ne elenca ${countIt(report.listed)}`,
                ),
          next: words(
            'The mail was cut on its way: drop it as .eml. Until then the comparison by name below is the list.',
            'La mail è stata troncata: trascinarla come .eml. Fino ad allora vale il confronto per nome qui sotto.',
          ),
        })
    }
    if (kept.length > 0)
      return Promise.resolve(
        ok(
          'It names as many items as it says were not restored',
          'Elenca tanti elementi quanti ne dichiara non ripristinati',
        ),
      )
    return Promise.resolve({
      verdict: 'attention',
      evidence: words(
        'No report was found on the server, and none was pasted',
        'Nessun rapporto trovato sul server, e nessuno incollato',
      ),
      next: words(
        'Open this step again and paste the mail “Operation Ended”: without it only what is missing by name is known.',
        'Riaprire questo passo e incollare la mail «Operation Ended»: senza, si sa solo ciò che manca per nome.',
      ),
    })
  },
)
