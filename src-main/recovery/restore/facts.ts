/** Names under which the case knows what External Restore needs to go on; kept in its journal. */
export const FACTS = {
  /** Path on the new server where the backup of the old one lies (brought or mounted). */
  path: 'restore.path',
  /** `true` when it was proved that a clone with the same identity cannot be reached and cannot send. */
  isolated: 'isolation.proved',
  /** The operation of a run, see operation.ts. */
  operation: (run: string): string => `restore.operation.${run}`,
  /** What a notification mail said, see notification.ts. */
  report: (run: string): string => `restore.report.${run}`,
  /** Names of all runs whose report is known. */
  runs: 'restore.runs',
  /** Items a second of the last run, measured. */
  rate: 'restore.rate',
} as const

/** The run that brings the most important accounts, and the one that brings everything. */
export const VIP_RUN = 'vip'
export const MAIN_RUN = 'main'
/** Runs that bring again what was not restored: one for what could not be read, one without the validator. */
export const READ_RUN = 'cure-read'
export const INVALID_RUN = 'cure-invalid'
/** How many further rounds an isolated clone was given, and what they are called. */
export const ROUNDS = 'snapshot.rounds'
export const roundName = (n: number): string => `round-${String(n)}`
