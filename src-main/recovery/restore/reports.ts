import type { RestoreReport } from '../../remote/carbonio/parse-restore-report.ts'
import type { StepContext } from '../types.ts'
import { FACTS } from './facts.ts'

/** The report of one run as the case keeps it. */
interface KeptReport {
  report: RestoreReport
  /** Name of the attached text. */
  file: string
  operation: string | null
}

/** Keeps what a notification says of a run. */
export function keepReport(
  context: Pick<StepContext, 'fact' | 'setFact'>,
  run: string,
  kept: KeptReport,
): void {
  context.setFact(FACTS.report(run), kept)
  const runs = reportedRuns(context)
  if (!runs.includes(run)) context.setFact(FACTS.runs, [...runs, run])
}

export function keptReport(context: Pick<StepContext, 'fact'>, run: string): KeptReport | null {
  const known = context.fact(FACTS.report(run))
  return typeof known === 'object' && known !== null ? (known as KeptReport) : null
}

/** All runs whose report is known: the first accounts, everything, further rounds, cures. */
export function reportedRuns(context: Pick<StepContext, 'fact'>): string[] {
  const known = context.fact(FACTS.runs)
  return Array.isArray(known) ? known.filter((name): name is string => typeof name === 'string') : []
}

/** What all reports of the case list as not restored, by account in small letters. */
export function unrestoredByAccount(context: Pick<StepContext, 'fact'>): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>()
  for (const run of reportedRuns(context)) {
    for (const { account, items } of keptReport(context, run)?.report.accounts ?? []) {
      const set = found.get(account.toLowerCase()) ?? new Set<number>()
      for (const item of items) set.add(item)
      found.set(account.toLowerCase(), set)
    }
  }
  return found
}
