import type { CheckResult, CheckSummary } from './check-types.ts'

/** What is kept of a result for the list of results. */
export function summaryOf(
  id: string,
  catalogId: string,
  startedAt: number,
  sample: number | null,
  result: CheckResult,
): CheckSummary {
  return {
    id,
    catalogId,
    backupPath: result.backupPath,
    startedAt,
    seconds: result.seconds,
    sample,
    complete: result.complete,
    blobs: result.blobs,
    metadata: result.metadata,
    kinds: result.kinds,
    errors: result.errors,
    notices: result.notices,
  }
}
