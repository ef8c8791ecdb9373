import type { RunSpec } from './driver.ts'

/** The server is gone; its disk hangs on the laptop. */
export const dataRecoveryRun: RunSpec = {
  name: 'data-recovery',
  faults: ['unrestored=12'],
  items: 600,
  speed: 60,
  async perform(run) {
    const { recovery } = run.laptop
    const caseId = run.openCase('Data recovery drill')
    recovery.addSource(caseId, {
      kind: 'backup-path',
      place: { kind: 'local', path: run.drill.old.backup },
      onlyCopy: false,
    })
    await run.perform()
    return { recovered: {}, lost: [] }
  },
}
