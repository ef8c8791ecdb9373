import type { RunName, RunSpec } from './driver.ts'

/** What `lifeboat drill run` can perform; each is loaded when it is wanted. */
export const RUNS: Partial<Record<RunName, () => Promise<RunSpec>>> = {
  'data-recovery': async () => (await import('./data-recovery.ts')).dataRecoveryRun,
  'vm-snapshot': async () => (await import('./vm-snapshot.ts')).vmSnapshotRun,
  unrestored: async () => (await import('./unrestored.ts')).unrestoredRun,
  'same-server': async () => (await import('./same-server.ts')).sameServerRun,
}
