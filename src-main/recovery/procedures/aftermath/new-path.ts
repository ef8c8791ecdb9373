import { doSmartScan } from '../../../remote/carbonio/do-smart-scan.ts'
import { getBackupInfo } from '../../../remote/carbonio/get-backup-info.ts'
import { words } from '../../cases/words.ts'
import { FACTS } from '../../restore/facts.ts'
import { check, count, ok, understood } from '../../restore/look.ts'
import { inQueue, readQueue, wait } from '../../restore/operation.ts'
import type { Check, Step, StepContext } from '../../types.ts'
import { scannerIs } from '../same-server/scanner.ts'
import { DEST_PATH, readServerSetting } from '../same-server/switches.ts'

const ownPath: Check = check(
  'own-path',
  words('The server backs up into a path of its own', 'Il server salva in un percorso proprio'),
  true,
  async (context) => {
    const { value } = await readServerSetting(context, 'new', DEST_PATH)
    const old = context.fact(FACTS.path)
    const path = value.replace(/(.)\/+$/, '$1')
    if (path !== '' && path !== old) return ok(`${DEST_PATH} ${path}`, `${DEST_PATH} ${path}`)
    return {
      verdict: 'red',
      evidence: words(
        `${DEST_PATH} is ${path === '' ? 'not set' : `${path}, the old backup itself`}.`,
        `${DEST_PATH} ${path === '' ? 'non è impostato' : `è ${path}, il vecchio backup stesso`}.`,
      ),
      next: words(
        'Set it to an empty folder on a disk of its own, owned by zextras: never go on writing into the old backup.',
        'Impostarlo su una cartella vuota su un disco proprio, di zextras: mai continuare a scrivere nel vecchio backup.',
      ),
    }
  },
)

/** End of the last SmartScan, ms UTC; null when there was none. */
async function lastScan(context: StepContext): Promise<number | null> {
  const answer = await context.carbonio('new', getBackupInfo, {}, { zone: 'UTC' })
  return understood(answer).lastScan?.at ?? null
}

const ASKED = 'aftermath.scan'

interface Asked {
  at: number
  id: string | null
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
    'Ciò che è stato ripristinato non è in alcun backup finché uno SmartScan non ha letto tutto. Finché non è finito, un secondo guasto farebbe perdere di nuovo tutto.',
  ),
  risk: words(
    'The scan loads disks and queue; restores wait behind it.',
    'La scansione carica dischi e coda; i ripristini attendono.',
  ),
  repeatable: true,
  page: null,
  primary: words('Start the SmartScan and wait', 'Avviare lo SmartScan e attendere'),
  checks: [ownPath, scannerIs('on', false)],
  confirmations: [],
  fields: [],
  commands: (context) => [
    {
      host: context.shell('new').host,
      command: doSmartScan.commandLine({}, { format: 'text' }),
      effect: 'changes',
      note: null,
    },
  ],
  async run(context) {
    const known = context.fact(ASKED) as Asked | undefined
    const asked = known ?? { at: Date.now(), id: null }
    const scanOf = (operations: Awaited<ReturnType<typeof readQueue>>) =>
      operations.find(
        ({ name, title, standing }) => standing !== 'ended' && /smart ?scan/i.test(`${name} ${title ?? ''}`),
      )
    const running = scanOf(await readQueue(context))
    if (running !== undefined) asked.id = running.id
    else if (known === undefined) {
      context.setFact(ASKED, asked)
      const answer = await context.carbonio('new', doSmartScan, {})
      asked.id = answer.understood ? answer.value.operationId : null
    }
    context.setFact(ASKED, asked)
    for (let pause = 500; ; pause = Math.min(pause * 1.5, 15_000)) {
      const operations = await readQueue(context)
      const entry = asked.id === null ? (scanOf(operations) ?? null) : inQueue(operations, asked.id)
      if (entry === null) break
      context.progress({
        phase: words('SmartScan', 'SmartScan'),
        done: Math.round((Date.now() - asked.at) / 1000),
        total: null,
        unit: 's',
        rate: null,
        secondsLeft: null,
        detail: null,
      })
      await wait(pause, context.signal)
    }
    context.setFact(ASKED, null)
    const seconds = Math.round((Date.now() - asked.at) / 1000)
    context.setFact('aftermath.scanned', asked.at)
    return {
      summary: words(`The SmartScan took ${count(seconds)} s.`, `Lo SmartScan è durato ${count(seconds)} s.`),
      figures: [],
      tables: [],
    }
  },
  proofs: [
    check(
      'scanned',
      words('The SmartScan ended after the restore', 'Lo SmartScan è finito dopo il ripristino'),
      true,
      async (context) => {
        const [at, since] = [await lastScan(context), context.fact('aftermath.scanned')]
        if (at === null) {
          return {
            verdict: 'red',
            evidence: words(
              'The server names no end of a SmartScan (getBackupInfo).',
              'Il server non indica la fine di uno SmartScan (getBackupInfo).',
            ),
            next: words(
              'Look at its notifications, then do the step again.',
              'Guardare le notifiche, poi ripetere il passo.',
            ),
          }
        }
        const said = `${new Date(at).toISOString()} (getBackupInfo)`
        // Clocks of laptop and server differ; an hour is no doubt about a scan of today.
        if (typeof since !== 'number' || at > since - 3_600_000) return ok(said, said)
        return {
          verdict: 'red',
          evidence: words(
            `The last one ended ${said}, before this one was asked for.`,
            `L’ultimo è finito ${said}, prima di questo.`,
          ),
          next: words(
            'Look at its notifications, then do the step again.',
            'Guardare le notifiche, poi ripetere il passo.',
          ),
        }
      },
    ),
  ],
}
