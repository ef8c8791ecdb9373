import { words } from '../../cases/words.ts'
import { outboundBlocked, portsClosed } from '../../isolation/checks.ts'
import { restoreSteps } from '../../restore/index.ts'
import { reconcileStep } from '../../restore/steps/reconcile.ts'
import type { Procedure } from '../../types.ts'
import { settingsStep } from '../../settings/step.ts'
import { unrestoredSteps } from '../../unrestored/index.ts'
import { thenAftermath } from '../aftermath/index.ts'
import { scannerOff, scannerOn } from '../same-server/scanner.ts'
import { cloneQueue } from './clone-queue.ts'
import { compareDump } from './compare-dump.ts'
import { fenceOld } from './fence-old.ts'
import { isolate, isolationProved } from './isolate.ts'
import { letUsersIn } from './let-users-in.ts'
import { mountPath } from './mount-path.ts'
import { anotherRound } from './rounds.ts'
import { separateClone } from './separate-clone.ts'
import { backupNotInSnapshot } from './snapshot-date.ts'
import { startCarbonio } from './start-carbonio.ts'
import { switchedOff } from './switched-off.ts'

/** Steps that begin to fill the clone: not once it is no longer isolated, after a restart for example. */
const FILLS = new Set(['restore', 'restore-vips'])
const STILL_ISOLATED = [portsClosed('new', { guard: true }), outboundBlocked('new')]

/** A clone of the lost server from a snapshot, filled up with what came after it, in the order of the manual. */
export const vmSnapshot: Procedure = {
  id: 'vm-snapshot',
  title: words('From a VM snapshot', 'Da uno snapshot della VM'),
  when: words(
    'There is a snapshot or backup of the whole virtual machine, and a Backup Path that was not part of it and is newer.',
    'C’è uno snapshot o backup dell’intera macchina virtuale, e un Backup Path che non ne faceva parte ed è più recente.',
  ),
  steps: [
    backupNotInSnapshot,
    switchedOff,
    separateClone,
    isolate,
    isolationProved,
    startCarbonio,
    scannerOff,
    mountPath,
    ...restoreSteps
      .filter((step) => step !== reconcileStep)
      .map((step) => (FILLS.has(step.id) ? { ...step, checks: [...step.checks, ...STILL_ISOLATED] } : step)),
    anotherRound,
    // What the last round brought is counted with the rest.
    reconcileStep,
    ...unrestoredSteps,
    settingsStep,
    compareDump,
    fenceOld,
    cloneQueue,
    letUsersIn,
    thenAftermath(scannerOn),
  ],
}
