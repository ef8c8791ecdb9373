import type { PlannedCommand } from '../../../contract/recovery.ts'
import { ExpectedError } from '../../../engine/errors.ts'
import { configSet } from '../../../remote/carbonio/config-set.ts'
import { doSmartScan } from '../../../remote/carbonio/do-smart-scan.ts'
import { CarbonioError } from '../../../remote/carbonio/errors.ts'
import type { QueuedOperation } from '../../../remote/carbonio/get-all-operations.ts'
import { getBackupInfo } from '../../../remote/carbonio/get-backup-info.ts'
import { same, words } from '../../cases/words.ts'
import { fetchEnding } from '../../restore/ending.ts'
import { check, count, countIt, isNoAnswer, ok, understood } from '../../restore/look.ts'
import { inQueue, readQueue, wait } from '../../restore/operation.ts'
import type { CheckResult, Step, StepContext } from '../../types.ts'
import { scannerIs } from '../same-server/scanner.ts'
import { DEST_PATH } from '../same-server/switches.ts'
import { ownPath, ownVolume, pathReady, pathsOf } from './path-checks.ts'

/** End of the last SmartScan, ms UTC; null when there was none. */
async function lastScan(context: StepContext): Promise<number | null> {
  const answer = await context.carbonio('new', getBackupInfo, {}, { zone: 'UTC' })
  return understood(answer).lastScan?.at ?? null
}

const ASKED = 'aftermath.scan'
const SCANNED = 'aftermath.scanned'

interface Asked {
  at: number
  id: string | null
  /** The end of the scan before, by the server's own clock: what this one is told from. */
  before: number | null
}

/** How long a scan that was asked for may take to appear in the queue, ms. */
const APPEARS_MS = 8000
/** What takes longer is said to, ms. */
const LONG_MS = 6 * 3_600_000

const scanIn = (operations: readonly QueuedOperation[]): QueuedOperation | null =>
  operations.find(
    ({ name, title, standing }) => standing !== 'ended' && /smart ?scan/i.test(`${name} ${title ?? ''}`),
  ) ?? null

/** Sets the Backup Path that was filled in. @throws CarbonioError with the server's words, ExpectedError REFUSED */
async function setPath(context: StepContext): Promise<void> {
  const { set, wanted, name, syntax } = await pathsOf(context)
  if (wanted === set || wanted === '') return
  const target = { scope: 'server' as const, name }
  await context.carbonio('new', configSet, { target, attribute: DEST_PATH, value: wanted, syntax })
  const now = await pathsOf(context)
  if (now.set === wanted) return
  throw new ExpectedError('REFUSED', `The Backup Path is not ${wanted}`, {
    why: `The server took the command, but ${DEST_PATH} is still “${now.set}”.`,
    next: 'Set it in the Admin Panel (Backup, Server config), empty the field, then do the step again.',
  })
}

/** Sees to it that a scan is under way, once: what the queue holds is waited for, also after a crash. */
async function askForScan(context: StepContext): Promise<Asked> {
  const known = context.fact(ASKED) as Asked | undefined
  const running = scanIn(await readQueue(context))
  const asked: Asked = known
    ? { ...known, before: known.before ?? null }
    : { at: Date.now(), id: null, before: await lastScan(context).catch(unknown) }
  if (running !== null) asked.id = running.id
  context.setFact(ASKED, asked)
  if (asked.id !== null || (known && (await hasScanned(context, asked)))) return asked
  try {
    const answer = await context.carbonio('new', doSmartScan, {})
    asked.id = answer.understood ? answer.value.operationId : null
  } catch (error) {
    // The server said no: nothing is under way, and the next try asks again.
    if (error instanceof CarbonioError && error.kind !== 'unknown-outcome') context.setFact(ASKED, null)
    throw error
  }
  context.setFact(ASKED, asked)
  return asked
}

/** A server that was never scanned tells nothing. */
function unknown(error: unknown): null {
  if (isNoAnswer(error)) return null
  throw error
}

async function hasScanned(context: StepContext, { before }: Asked): Promise<boolean> {
  const at = await lastScan(context).catch(unknown)
  return at !== null && (before === null || at > before)
}

/** Waits until the scan has left the queue. @throws ExpectedError REFUSED when it never came into it */
async function watchScan(context: StepContext, asked: Asked): Promise<void> {
  const began = Date.now()
  for (let pause = 500; ; pause = Math.min(pause * 1.5, 15_000)) {
    const operations = await readQueue(context)
    const entry = asked.id === null ? scanIn(operations) : inQueue(operations, asked.id)
    if (entry === null) {
      if (asked.id !== null || (await hasScanned(context, asked))) return
      if (Date.now() - began > APPEARS_MS) {
        context.setFact(ASKED, null)
        throw new ExpectedError('REFUSED', 'The SmartScan was not started', {
          why: 'The server took the command, but neither its queue nor its last scan shows anything of it.',
          next: 'Look at its notifications and its log, then do the step again.',
        })
      }
    } else {
      asked.id = entry.id
      showScan(context, entry, operations, asked)
    }
    await wait(pause, context.signal)
  }
}

function showScan(
  context: StepContext,
  entry: QueuedOperation,
  operations: readonly QueuedOperation[],
  { at }: Asked,
): void {
  const passed = Date.now() - at
  const open = operations.filter(({ standing }) => standing !== 'ended')
  const ahead = open.slice(0, Math.max(0, open.indexOf(entry)))
  const behind = ahead.map(({ title, name }) => title ?? name).join(', ')
  context.progress({
    phase:
      entry.standing === 'queued'
        ? words(
            `SmartScan waits in the queue, place ${String(ahead.length + 1)}${behind && `, behind ${behind}`}`,
            `SmartScan in coda, posto ${String(ahead.length + 1)}${behind && `, dopo ${behind}`}`,
          )
        : words('SmartScan', 'SmartScan'),
    done: Math.round(passed / 1000),
    total: null,
    unit: 's',
    rate: null,
    secondsLeft: null,
    detail:
      passed > LONG_MS
        ? words(
            'For more than six hours: look at the load and the log of the server. The queue is under Settings; “Stop” here ends the watching only.',
            'Da più di sei ore: controllare il carico e il log del server. La coda è in Impostazioni; «Ferma» qui termina solo l’osservazione.',
          )
        : entry.state === null
          ? null
          : same(entry.state),
  })
}

/** How it ended by the words of the server. @throws ExpectedError REFUSED when it failed or was stopped */
async function outcomeOf(context: StepContext, { id }: Asked): Promise<'ended' | 'unknown'> {
  const { report, ending, why } = await fetchEnding(context, id)
  if (ending === 'ended' || ending === 'unknown') return ending
  // The next try begins another one.
  context.setFact(ASKED, null)
  throw new ExpectedError('REFUSED', `The SmartScan did not come to its end: ${report?.state ?? ending}`, {
    why: why === '' ? 'The server gives no reason.' : `The server says: ${why.slice(0, 500)}`,
    next: 'Until one ends, what was restored is in no backup. Mend the reason, then do the step again.',
  })
}

const SWITCH_IT_ON = words(
  'This step does not set it. Switch it on in the Admin Panel (Backup, Service status): until then changes are seen by the SmartScan only.',
  'Questo passo non lo imposta. Accenderlo nell’Admin Panel (Backup, Stato dei servizi): fino ad allora le modifiche sono viste solo dallo SmartScan.',
)

async function planned(context: StepContext): Promise<PlannedCommand[]> {
  const { host } = context.shell('new')
  const scan: PlannedCommand = {
    host,
    command: doSmartScan.commandLine({}, { format: 'text' }),
    effect: 'changes',
    note: null,
  }
  const { set, wanted, name, syntax } = await pathsOf(context)
  if (wanted === set) return [scan]
  const input = { target: { scope: 'server' as const, name }, attribute: DEST_PATH, value: wanted, syntax }
  return [{ ...scan, command: configSet.commandLine(input, { format: 'text' }) }, scan]
}

const AGAIN = words(
  'Look at its notifications, then do the step again.',
  'Controllare le notifiche, poi ripetere il passo.',
)

async function lookWhetherScanned(context: StepContext): Promise<CheckResult> {
  const at = await lastScan(context)
  const {
    at: since = 0,
    before = null,
    how = null,
  } = (context.fact(SCANNED) as { at?: number; before?: number | null; how?: string } | undefined) ?? {}
  if (at === null) {
    return {
      verdict: 'red',
      evidence: words(
        'The server names no end of a SmartScan (getBackupInfo).',
        'Il server non indica la fine di uno SmartScan (getBackupInfo).',
      ),
      next: AGAIN,
    }
  }
  const said = `${new Date(at).toISOString()} (getBackupInfo)`
  // By the server's own clock; only where no earlier scan is known by the laptop's, with room for its being wrong.
  if (how === 'ended' || at > (before ?? since - 3_600_000)) return ok(said, said)
  return {
    verdict: 'red',
    evidence: words(
      `The last one ended ${said}, before this one was asked for.`,
      `L’ultimo è finito ${said}, prima di questo.`,
    ),
    next: AGAIN,
  }
}

/** A scan of a large server takes hours; it is watched as long as this laptop is open. */
export const newPath: Step = {
  id: 'new-path',
  title: words(
    'A new Backup Path, and its first SmartScan',
    'Un nuovo Backup Path, e il suo primo SmartScan',
  ),
  why: words(
    'What was restored is in no backup until a SmartScan has been through everything. Until that has ended, a second failure would lose it all again.',
    'Ciò che è stato ripristinato non è in alcun backup finché uno SmartScan non ha letto tutto. Fino ad allora, un secondo guasto farebbe perdere di nuovo tutto.',
  ),
  risk: words(
    'The scan loads disks and queue; restores wait behind it.',
    'La scansione carica dischi e coda; i ripristini attendono.',
  ),
  repeatable: true,
  page: null,
  primary: words('Start the SmartScan and wait', 'Avvia lo SmartScan e attendi'),
  checks: [ownPath, pathReady, ownVolume, scannerIs('on', false, SWITCH_IT_ON)],
  confirmations: [],
  fields: [
    {
      id: 'path',
      label: words('New Backup Path', 'Nuovo Backup Path'),
      help: words(
        'An empty folder on a disk of its own, owned by zextras. Left empty, the path that the server has stays.',
        'Una cartella vuota su un disco proprio, di zextras. Se vuoto, resta il percorso che il server ha già.',
      ),
      kind: 'path',
      required: false,
      advanced: false,
    },
  ],
  commands: planned,
  async run(context) {
    await setPath(context)
    const asked = await askForScan(context)
    await watchScan(context, asked)
    const how = await outcomeOf(context, asked)
    const seconds = Math.round((Date.now() - asked.at) / 1000)
    context.setFact(SCANNED, { at: asked.at, before: asked.before, how })
    context.setFact(ASKED, null)
    return {
      summary: words(
        `The SmartScan took ${count(seconds)} s.`,
        `Lo SmartScan è durato ${countIt(seconds)} s.`,
      ),
      figures: [],
      tables: [],
    }
  },
  proofs: [
    check(
      'scanned',
      words('The SmartScan ended after the restore', 'Lo SmartScan è finito dopo il ripristino'),
      true,
      lookWhetherScanned,
    ),
  ],
}
