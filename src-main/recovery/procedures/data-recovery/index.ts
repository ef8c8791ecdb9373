import { words } from '../../cases/words.ts'
import { restoreSteps } from '../../restore/index.ts'
import { settingsStep } from '../../settings/step.ts'
import { unrestoredSteps } from '../../unrestored/index.ts'
import type { Procedure } from '../../types.ts'
import { thenAftermath } from '../aftermath/index.ts'
import { baseSystem } from './base-system.ts'
import { bring } from './bring.ts'
import { carbonioInstalled } from './carbonio-installed.ts'
import { verification } from './verification.ts'

/** The server is gone, its backup is there: a new server is filled. */
export const dataRecovery: Procedure = {
  id: 'data-recovery',
  title: words('Data recovery on a new server', 'Ripristino dei dati su un nuovo server'),
  when: words(
    'The server is gone and its backup is there: a new server is installed and filled by an External Restore.',
    'Il server è perso e il suo backup c’è: si installa un nuovo server e lo si riempie con un External Restore.',
  ),
  steps: [
    baseSystem,
    carbonioInstalled,
    bring,
    ...restoreSteps,
    ...unrestoredSteps,
    settingsStep,
    thenAftermath(verification),
  ],
}
