import { words } from '../../cases/words.ts'
import type { Procedure } from '../../types.ts'
import { bringBackStep } from './bring-back.ts'
import { handOver } from './hand-over.ts'
import { pathBack, pathToCopy, queueEmpty, schedulesBack, schedulesOff } from './path.ts'
import { scannerOff, scannerOn } from './scanner.ts'
import { theCopy } from './the-copy.ts'

/** Data from an offsite copy back onto the server that it is of, in the order of the manual. */
export const sameServer: Procedure = {
  id: 'same-server',
  title: words('Data back onto the same server', 'Dati di nuovo sullo stesso server'),
  when: words(
    'The server lives, but mail or accounts are gone from it and from its own backup, and an offsite copy still has them.',
    'Il server funziona, ma posta o account mancano anche dal suo backup, e una copia esterna li ha ancora.',
  ),
  steps: [
    theCopy,
    queueEmpty,
    scannerOff,
    schedulesOff,
    pathToCopy,
    bringBackStep,
    pathBack,
    schedulesBack,
    scannerOn,
    handOver,
  ],
}
