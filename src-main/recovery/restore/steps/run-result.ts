import type { StepResult } from '../../../contract/recovery.ts'
import { words } from '../../cases/words.ts'
import type { StepContext } from '../../types.ts'
import { count, countIt } from '../look.ts'
import type { RestoreRun } from '../operation.ts'
import { keptReport } from '../reports.ts'
import { NO_NOTIFICATION } from './planned.ts'
import { accountsTable } from './report-tables.ts'

/** What a run brought, by its notification. */
export function runResult(context: StepContext, run: string, known: RestoreRun): StepResult {
  const report = keptReport(context, run)?.report ?? null
  if (report === null) return { summary: NO_NOTIFICATION, figures: [], tables: [] }
  const { restored, skipped, unrestored } = report
  const minutes = Math.max(1, Math.round(((known.endedAt ?? known.at) - known.at) / 60_000))
  return {
    summary: words(
      `${count(restored ?? 0)} items restored, ${count(skipped ?? 0)} were there already, ${count(unrestored ?? 0)} were not restored`,
      `${countIt(restored ?? 0)} elementi ripristinati, ${countIt(skipped ?? 0)} erano già presenti, ${countIt(unrestored ?? 0)} non ripristinati`,
    ),
    figures: [
      { label: words('Restored', 'Ripristinati'), value: count(restored ?? 0), tone: 'ok' },
      { label: words('There already', 'Già presenti'), value: count(skipped ?? 0), tone: 'plain' },
      {
        label: words('Not restored', 'Non ripristinati'),
        value: count(unrestored ?? 0),
        tone: (unrestored ?? 0) > 0 ? 'attention' : 'ok',
      },
      { label: words('Minutes', 'Minuti'), value: String(minutes), tone: 'plain' },
    ],
    tables: accountsTable(report),
  }
}
