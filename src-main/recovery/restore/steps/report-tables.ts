import type { StepResult } from '../../../contract/recovery.ts'
import type { RestoreReport } from '../../../remote/carbonio/parse-restore-report.ts'
import { words } from '../../cases/words.ts'
import type { Check, StepContext } from '../../types.ts'
import { check, count, ok } from '../look.ts'
import { restoreRun } from '../operation.ts'
import { keptReport, reportedRuns } from '../reports.ts'

type Tables = StepResult['tables']

/** Ids of an account that are shown in its row; all of them are in the worklist. */
const SHOWN = 50
const MOST_ROWS = 2000

const figure = (value: number | null): string => (value === null ? '–' : count(value))

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
          count(items.length),
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
        figure(report.restored),
        figure(report.skipped),
        figure(report.unrestored),
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
            'Incolla la mail “Operation Ended” di questo ripristino e confronta di nuovo.',
          ),
        })
      if (!report.complete && report.unrestored !== 0)
        return Promise.resolve({
          verdict: 'attention',
          evidence: words(
            `It says that ${figure(report.unrestored)} items were not restored and names ${count(report.listed)}`,
            `Dice che ${figure(report.unrestored)} elementi non furono ripristinati e ne nomina ${count(report.listed)}`,
          ),
          next: words(
            'The mail was cut on its way: drop it as .eml. Until then the comparison by name below is the list.',
            'La mail è stata troncata: trascinala come .eml. Fino ad allora vale il confronto per nome qui sotto.',
          ),
        })
    }
    if (kept.length > 0)
      return Promise.resolve(
        ok(
          'It names as many items as it says were not restored',
          'Nomina tanti elementi quanti dice non ripristinati',
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
        'Riapri questo passo e incolla la mail “Operation Ended”: senza, si sa solo ciò che manca per nome.',
      ),
    })
  },
)
