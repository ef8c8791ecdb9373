import type { PlannedCommand } from '../../../contract/recovery.ts'
import { configSet } from '../../../remote/carbonio/config-set.ts'
import { words } from '../../cases/words.ts'
import { check, count, countIt, ok } from '../../restore/look.ts'
import { inQueue, readQueue, wait } from '../../restore/operation.ts'
import type { Check, Step, StepContext } from '../../types.ts'
import {
  changeSetting,
  putBackSetting,
  readServerSetting,
  SCANNER,
  SCANNER_OFF,
  SCANNER_WORDS,
} from './switches.ts'

async function setCommand(context: StepContext, value: 'TRUE' | 'FALSE'): Promise<PlannedCommand[]> {
  const { name, syntax } = await readServerSetting(context, 'new', SCANNER)
  const input = { target: { scope: 'server' as const, name }, attribute: SCANNER, value, syntax }
  return [
    {
      host: `zextras@${context.shell('new').host.replace(/^.*@/, '')}`,
      command: configSet.commandLine(input, { format: 'text' }),
      effect: 'changes',
      note: null,
    },
  ]
}

const HERE = words('Do this step: it sets it.', 'Eseguire questo passo: lo imposta.')

/** Whether the RealTime Scanner is off. @param next where the step itself does not set it: what does */
export function scannerIs(wanted: 'off' | 'on', guard: boolean, next = HERE): Check {
  return check(
    `scanner-${wanted}`,
    wanted === 'off'
      ? words('The RealTime Scanner is off', 'Il RealTime Scanner è spento')
      : words('The RealTime Scanner is on', 'Il RealTime Scanner è acceso'),
    guard,
    async (context) => {
      const { value } = await readServerSetting(context, 'new', SCANNER)
      const on = value.toLowerCase() === 'true'
      const said = `${SCANNER} ${value} (config get)`
      if (on === (wanted === 'on')) return ok(said, said)
      return {
        verdict: 'red',
        evidence: words(said, said),
        next,
      }
    },
  )
}

export const scannerOff: Step = {
  id: 'scanner-off',
  title: words('RealTime Scanner off', 'RealTime Scanner spento'),
  why: words(
    'Every restored item would be backed up again at once: the restore takes twice as long, and the new backup fills with changes that nobody made. It is switched off until the end and switched on again in a step of its own.',
    'Ogni elemento ripristinato verrebbe subito salvato di nuovo: il ripristino dura il doppio e il nuovo backup si riempie di modifiche che nessuno ha fatto. Viene spento fino alla fine e riacceso in un passo apposito.',
  ),
  risk: words(
    'Until it is on again, changes of users are seen by the SmartScan only.',
    'Finché non è di nuovo acceso, le modifiche degli utenti sono viste solo dallo SmartScan.',
  ),
  repeatable: false,
  page: null,
  primary: words('Switch the RealTime Scanner off', 'Spegni il RealTime Scanner'),
  checks: [{ ...scannerIs('off', false), id: 'scanner-now' }],
  confirmations: [],
  fields: [],
  commands: (context) => setCommand(context, 'FALSE'),
  async run(context) {
    const before = await changeSetting(context, 'new', {
      id: SCANNER_OFF,
      attribute: SCANNER,
      value: 'FALSE',
      what: SCANNER_WORDS,
    })
    return {
      summary: words(
        `The RealTime Scanner is off; before it was ${before}.`,
        `Il RealTime Scanner è spento; prima era ${before}.`,
      ),
      figures: [],
      tables: [],
    }
  },
  proofs: [scannerIs('off', true)],
}

/** How long the SmartScan may take to appear in the queue after the scanner was switched on, ms. */
const APPEARS_MS = 8000

const isScan = (name: string): boolean => /smart ?scan/i.test(name)

export const scannerOn: Step = {
  id: 'scanner-on',
  title: words(
    'RealTime Scanner on, and its SmartScan awaited',
    'RealTime Scanner acceso, e attesa del suo SmartScan',
  ),
  why: words(
    'From here on every change is backed up again. Switching it on starts a SmartScan that finds what it did not see; only when that has ended is the backup complete.',
    'Da qui ogni modifica viene di nuovo salvata. L’accensione avvia uno SmartScan che trova ciò che non ha visto; solo quando è finito il backup è completo.',
  ),
  risk: words('The SmartScan loads the disks for a while.', 'Lo SmartScan carica i dischi per un po’.'),
  repeatable: false,
  page: null,
  primary: words('Switch the RealTime Scanner on', 'Accendi il RealTime Scanner'),
  checks: [],
  confirmations: [],
  fields: [],
  commands: (context) => setCommand(context, 'TRUE'),
  async run(context) {
    // From the first try on: after a crash the same scan is waited for.
    if (typeof context.fact('scan.asked') !== 'number') context.setFact('scan.asked', Date.now())
    await putBackSetting(context, 'new', { id: SCANNER_OFF, attribute: SCANNER, otherwise: 'TRUE' })
    const { value } = await readServerSetting(context, 'new', SCANNER)
    const on = value.toLowerCase() === 'true'
    const seconds = on ? await awaitScan(context) : null
    const scanned =
      seconds === null
        ? words('no SmartScan came into the queue.', 'nessuno SmartScan è entrato in coda.')
        : words(`its SmartScan took ${count(seconds)} s.`, `il suo SmartScan è durato ${countIt(seconds)} s.`)
    const state = on
      ? words('It is on; ', 'È acceso; ')
      : words('It was off before and stays off; ', 'Era spento prima e resta spento; ')
    return {
      summary: words(state.en + scanned.en, state.it + scanned.it),
      figures: [],
      tables: [],
    }
  },
}

/** Waits for the SmartScan in the queue. @returns seconds it was watched; null when none came */
async function awaitScan(context: StepContext): Promise<number | null> {
  const began = Date.now()
  let id: string | null = null
  for (;;) {
    const operations = await readQueue(context)
    const scan = operations.find(
      ({ name, title, standing }) => standing !== 'ended' && isScan(`${name} ${title ?? ''}`),
    )
    id ??= scan?.id ?? null
    if (id === null && Date.now() - began > APPEARS_MS) return null
    if (id !== null && inQueue(operations, id) === null) return Math.round((Date.now() - began) / 1000)
    context.progress({
      phase: words('SmartScan', 'SmartScan'),
      done: Math.round((Date.now() - began) / 1000),
      total: null,
      unit: 's',
      rate: null,
      secondsLeft: null,
      detail: scan?.state == null ? null : words(scan.state, scan.state),
    })
    await wait(id === null ? 500 : 1500, context.signal)
  }
}
