import { configSet } from '../../../remote/carbonio/config-set.ts'
import { doStopService } from '../../../remote/carbonio/do-stop-service.ts'
import type { Words } from '../../../contract/recovery.ts'
import { words } from '../../cases/words.ts'
import { check, ok, some } from '../../restore/look.ts'
import { readQueue } from '../../restore/operation.ts'
import type { Check, Step, StepContext } from '../../types.ts'
import { copyPath } from './the-copy.ts'
import {
  changeSetting,
  DEST_PATH,
  putBackSetting,
  readSchedules,
  readServerSetting,
  startSchedules,
  stopSchedules,
} from './switches.ts'

/** What is pending while the Backup Path is the copy. */
const PATH = 'backup-path'

/** Nothing runs or waits: what is in the queue would go on with another Backup Path. */
export const queueIsEmpty: Check = check(
  'queue-empty',
  words('The queue of the backup is empty', 'La coda del backup è vuota'),
  true,
  async (context) => {
    const open = (await readQueue(context)).filter(({ standing }) => standing !== 'ended')
    if (open.length === 0) return ok('getAllOperations: empty', 'getAllOperations: vuota')
    const names = some(open.map(({ title, name, state }) => `${title ?? name} (${state ?? '?'})`))
    return {
      verdict: 'red',
      evidence: words(`In the queue: ${names}`, `In coda: ${names}`),
      next: words(
        'Wait for its end, or stop it on the page of the settings and the queue.',
        'Attenderne la fine, o fermarla nella pagina delle impostazioni e della coda.',
      ),
    }
  },
)

export const queueEmpty: Step = {
  id: 'queue-empty',
  title: words('Queue empty', 'Coda vuota'),
  why: words(
    'Restores and scans work on the Backup Path that is set when they run. What is still in the queue would be done with the copy instead of the server’s own backup.',
    'Ripristini e scansioni lavorano sul Backup Path impostato quando vengono eseguiti. Ciò che è ancora in coda verrebbe fatto con la copia invece che con il backup del server.',
  ),
  risk: words('None: the queue is only read.', 'Nessuno: la coda viene solo letta.'),
  repeatable: false,
  page: 'settings',
  primary: words('Look at the queue', 'Controlla la coda'),
  checks: [queueIsEmpty],
  confirmations: [],
  fields: [],
}

const host = (context: StepContext): string => `zextras@${context.shell('new').host.replace(/^.*@/, '')}`

export const schedulesOff: Step = {
  id: 'schedules-off',
  title: words('Schedules of SmartScan and purge off', 'Pianificazioni di SmartScan e purge spente'),
  why: words(
    'A purge deletes from the Backup Path what is older than the retention time: run on the copy, it would delete what you want back. The SmartScan would fill the copy with the state of today.',
    'Il purge elimina dal Backup Path ciò che supera la conservazione: eseguito sulla copia, eliminerebbe proprio ciò che si vuole riavere. Lo SmartScan riempirebbe la copia con lo stato di oggi.',
  ),
  risk: words(
    'Until they run again the server’s own backup is neither scanned nor purged.',
    'Finché non ripartono, il backup del server non viene né scansionato né ripulito.',
  ),
  repeatable: false,
  page: null,
  primary: words('Stop the schedules', 'Ferma le pianificazioni'),
  checks: [],
  confirmations: [],
  fields: [],
  commands: async (context) =>
    (await readSchedules(context, 'new')).map(({ name }) => ({
      host: host(context),
      command: doStopService.commandLine({ service: name }, { format: 'text' }),
      effect: 'changes',
      note: null,
    })),
  run: async (context) => {
    const names = await stopSchedules(context, 'new', copyPath(context))
    return {
      summary: words(`Off: ${names.join(', ')}.`, `Spente: ${names.join(', ')}.`),
      figures: [],
      tables: [],
    }
  },
  proofs: [schedulesAre('off')],
}

function schedulesAre(wanted: 'off' | 'on'): Check {
  return check(
    `schedules-${wanted}`,
    wanted === 'off'
      ? words('Neither SmartScan nor purge runs by the clock', 'Né SmartScan né purge partono da soli')
      : words('SmartScan and purge run by the clock again', 'SmartScan e purge ripartono da soli'),
    true,
    async (context) => {
      const found = await readSchedules(context, 'new')
      const list = (on: string, off: string): string =>
        `${found.map(({ name, running }) => `${name} ${running ? on : off}`).join(', ')} (getServices)`
      const said = words(list('running', 'stopped'), list('attivo', 'fermo'))
      const wrong = found.filter(({ running }) => running !== (wanted === 'on'))
      if (wrong.length === 0) return { verdict: 'ok', evidence: said }
      return {
        verdict: wanted === 'off' ? 'red' : 'attention',
        evidence: said,
        next: words('Do this step: it sets them.', 'Eseguire questo passo: le imposta.'),
      }
    },
  )
}

export const pathToCopy: Step = {
  id: 'path-to-copy',
  title: words('Backup Path set to the copy', 'Backup Path impostato sulla copia'),
  why: words(
    'Restore on New Account reads the Backup Path of the server and no other. So it is set to the copy, for as long as the restores take and not a minute longer.',
    'Restore on New Account legge il Backup Path del server e nessun altro. Viene quindi impostato sulla copia, per il tempo dei ripristini e non un minuto di più.',
  ),
  risk: words(
    'Until it is set back the server backs up nothing of its own. It stays in red at the top until then, also after a crash of this laptop.',
    'Finché non viene riportato, il server non salva nulla di suo. Resta in rosso in alto fino ad allora, anche dopo un blocco di questo computer.',
  ),
  repeatable: false,
  page: null,
  primary: words('Set the Backup Path to the copy', 'Imposta il Backup Path sulla copia'),
  // Each of them again at the last moment: this is the change that a scan or a purge would make a loss of.
  checks: [queueIsEmpty, schedulesAre('off')],
  confirmations: [],
  fields: [],
  commands: async (context) => {
    const { name, syntax } = await readServerSetting(context, 'new', DEST_PATH)
    const input = {
      target: { scope: 'server' as const, name },
      attribute: DEST_PATH,
      value: copyPath(context),
      syntax,
    }
    return [
      {
        host: host(context),
        command: configSet.commandLine(input, { format: 'text' }),
        effect: 'changes',
        note: null,
      },
    ]
  },
  run: async (context) => {
    const copy = copyPath(context)
    const before = await changeSetting(context, 'new', {
      id: PATH,
      attribute: DEST_PATH,
      value: copy,
      what: words(
        `The Backup Path is set to the copy ${copy}`,
        `Il Backup Path è impostato sulla copia ${copy}`,
      ),
    })
    return {
      summary: words(`${DEST_PATH} was ${before}, is ${copy}.`, `${DEST_PATH} era ${before}, ora è ${copy}.`),
      figures: [],
      tables: [],
    }
  },
}

/** @param next what to do when it still is the copy */
const pathIsOwn = (next: Words): Check =>
  check(
    'path-own',
    words('The Backup Path is not the copy', 'Il Backup Path non è la copia'),
    true,
    async (context) => {
      const { value } = await readServerSetting(context, 'new', DEST_PATH)
      const said = `${DEST_PATH} ${value} (config get)`
      if (value !== copyPath(context)) return ok(said, said)
      return { verdict: 'red', evidence: words(said, said), next }
    },
  )

export const pathBack: Step = {
  id: 'path-back',
  title: words('Backup Path set back', 'Backup Path riportato com’era'),
  why: words(
    'The server backs up into its own path again. First this, then the schedules: a purge must never meet the copy.',
    'Il server salva di nuovo nel proprio percorso. Prima questo, poi le pianificazioni: un purge non deve mai trovare la copia.',
  ),
  risk: words('None: it becomes what it was.', 'Nessuno: torna com’era.'),
  repeatable: false,
  page: null,
  primary: words('Set the Backup Path back', 'Riporta il Backup Path'),
  checks: [queueIsEmpty],
  confirmations: [],
  fields: [],
  run: async (context) => {
    const before = await putBackSetting(context, 'new', { id: PATH, attribute: DEST_PATH })
    return {
      summary: words(`${DEST_PATH} is ${before} again.`, `${DEST_PATH} è di nuovo ${before}.`),
      figures: [],
      tables: [],
    }
  },
  proofs: [pathIsOwn(words('Do this step again.', 'Ripetere questo passo.'))],
}

export const schedulesBack: Step = {
  id: 'schedules-back',
  title: words('Schedules on again', 'Pianificazioni di nuovo accese'),
  why: words(
    'SmartScan and purge run by the clock again, now on the server’s own path. Those that were off before stay off.',
    'SmartScan e purge ripartono da soli, ora sul percorso del server. Quelle che erano spente prima restano spente.',
  ),
  risk: words('None: they become what they were.', 'Nessuno: tornano com’erano.'),
  repeatable: false,
  page: null,
  primary: words('Start the schedules again', 'Riavvia le pianificazioni'),
  checks: [
    pathIsOwn(
      words('Open the step before again and set it back.', 'Riaprire il passo precedente e riportarlo.'),
    ),
  ],
  confirmations: [],
  fields: [],
  run: async (context) => {
    const names = await startSchedules(context, 'new')
    const list = names.length === 0 ? '—' : names.join(', ')
    return { summary: words(`Running again: ${list}.`, `Di nuovo attive: ${list}.`), figures: [], tables: [] }
  },
  proofs: [schedulesAre('on')],
}
