import { ExpectedError } from '../../../engine/errors.ts'
import { getBackupInfo } from '../../../remote/carbonio/get-backup-info.ts'
import { words } from '../../cases/words.ts'
import { doIt } from '../../isolation/asked.ts'
import { outerServices, readServices } from '../../isolation/services.ts'
import { wait } from '../../restore/operation.ts'
import type { Step, StepContext } from '../../types.ts'

/** A mailbox service with a large store takes minutes to start, ms. */
const PATIENCE_MS = 20 * 60_000
const INNER = ['carbonio-directory-server.target', 'carbonio-appserver.target']

export const startCarbonio: Step = {
  id: 'start-carbonio',
  title: words('Start, and wait for Carbonio', 'Avviare, e attendere Carbonio'),
  why: words(
    'Directory and mailbox service must run, and the backup module must answer, before anything is restored. MTA and proxy stay stopped.',
    'Directory e servizio mailbox devono essere attivi, e il modulo di backup deve rispondere, prima di ripristinare. MTA e proxy restano fermi.',
  ),
  risk: words(
    'Services of the clone are started; nobody reaches them.',
    'Si avviano servizi del clone; nessuno li raggiunge.',
  ),
  repeatable: true,
  page: null,
  primary: words('Start and wait', 'Avvia e attendi'),
  checks: [],
  confirmations: [],
  fields: [],
  async run(context) {
    const began = Date.now()
    const { manager, components } = await readServices(context, 'new')
    const stopped = components
      .filter(({ name, running }) => running === false && INNER.includes(name))
      .map(({ name }) => name)
    if (manager === 'systemd' && stopped.length > 0)
      await doIt(context, 'new', ['systemctl', 'start', ...stopped])
    for (let pause = 1000; ; pause = Math.min(pause * 1.5, 15_000)) {
      const answer = await answers(context)
      if (answer === null) break
      if (Date.now() - began > PATIENCE_MS) {
        throw new ExpectedError('REFUSED', 'Carbonio did not start on the clone', {
          why: answer,
          next:
            manager === 'systemd'
              ? `Look at: systemctl status ${INNER.join(' ')}; then do this step again.`
              : 'Start directory and mailbox by hand (ldap start, zmmailboxdctl start), never zmcontrol start: that starts the MTA too.',
        })
      }
      context.progress({
        phase: words('Waiting for Carbonio', 'In attesa di Carbonio'),
        done: Math.round((Date.now() - began) / 1000),
        total: null,
        unit: 's',
        rate: null,
        secondsLeft: null,
        detail: words(answer.slice(0, 200), answer.slice(0, 200)),
      })
      await wait(pause, context.signal)
    }
    const after = await readServices(context, 'new')
    const outer = outerServices(after.components).filter(({ running }) => running === true)
    if (outer.length > 0) {
      throw new ExpectedError(
        'REFUSED',
        `${outer.map(({ name }) => name).join(', ')} came up with the others`,
        {
          why: 'The start of the clone started them; the clone is no longer isolated.',
          next: 'Open the step “Isolate the clone” again.',
        },
      )
    }
    return {
      summary: words(
        'Directory, mailbox service and backup answer.',
        'Directory, servizio mailbox e backup rispondono.',
      ),
      figures: [],
      tables: [],
    }
  },
}

/** Null when the backup module answers, else what it says. */
async function answers(context: StepContext): Promise<string | null> {
  try {
    await context.carbonio('new', getBackupInfo, {})
    return null
  } catch (error) {
    context.signal.throwIfAborted()
    return error instanceof Error ? error.message : String(error)
  }
}
