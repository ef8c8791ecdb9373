import type { Words } from '../../contract/recovery.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { words } from '../cases/words.ts'
import { INVALID_RUN, MAIN_RUN, READ_RUN, VIP_RUN } from '../restore/facts.ts'

type Say = (value: unknown, rest: string) => Words

const kept = (en: string, it: string): Say => {
  return (value) =>
    value === null ? words(`${en}: no longer needed`, `${it}: non serve più`) : words(en, it)
}
const shown = (en: string, it: string): Say => {
  return (value) => words(`${en}: ${brief(value)}`, `${it}: ${brief(value)}`)
}

/** Settings that are changed for a while, as Carbonio names them. */
const SETTINGS: Readonly<Record<string, string>> = {
  scanner: 'RealTime Scanner',
  'backup-path': 'Backup Path',
}

/** What a fact of a case means, by the beginning of its name; the first that fits counts. */
const FACTS: readonly [string, Say][] = [
  ['restore.path', shown('The backup lies on the new server in', 'Sul nuovo server il backup si trova in')],
  ['source.local', shown('The backup lies on this computer in', 'Su questo computer il backup si trova in')],
  ['restore.operation.', run],
  [
    'restore.report.',
    (_, name) =>
      words(
        `What the notification of External Restore${runWords(name).en} says is kept`,
        `Il contenuto della notifica di External Restore${runWords(name).it} è conservato`,
      ),
  ],
  [
    'restore.runs',
    (runs) => {
      const names = Array.isArray(runs) ? runs.map((name) => runWords(String(name))) : []
      const list = (of: 'en' | 'it'): string => names.map((name) => `External Restore${name[of]}`).join('; ')
      return words(`Notifications that are known: ${list('en')}`, `Notifiche note: ${list('it')}`)
    },
  ],
  ['restore.rate', shown('Measured, items a second', 'Misurati, elementi al secondo')],
  [
    'restore.balance',
    kept('The comparison of the accounts is kept', 'Il confronto degli account è conservato'),
  ],
  ['bring.rate', shown('Measured, bytes a second', 'Misurati, byte al secondo')],
  ['bring.result', kept('What the copy brought is kept', 'Ciò che la copia ha portato è conservato')],
  ['task.', task],
  [
    'unrestored.rows',
    (rows) => {
      const n = String(Array.isArray(rows) ? rows.length : 0)
      return words(
        `Worklist of items that were not restored: ${n}`,
        `Elenco degli elementi non ripristinati: ${n}`,
      )
    },
  ],
  ['unrestored.health', kept('What the disks say of themselves is kept', 'Lo stato dei dischi è conservato')],
  ['unrestored.outcome.', outcome],
  ['validator.before', before('LMTP validator', 'Validatore LMTP')],
  ['before.', (value, name) => before(SETTINGS[name] ?? name, SETTINGS[name] ?? name)(value, '')],
  [
    'name.',
    (value, role) =>
      words(
        `Carbonio calls the ${role} server ${brief(value)}`,
        `Per Carbonio il server ${role === 'old' ? 'vecchio' : 'nuovo'} si chiama ${brief(value)}`,
      ),
  ],
  ['same-server.copy', shown('The copy that is restored from', 'La copia da cui si ripristina')],
  ['same-server.bringing', bringing],
  [
    'isolation.proved',
    (value) =>
      value === true
        ? words('The clone is isolated: it was proved', 'Il clone è isolato: è stato dimostrato')
        : words('The clone does not count as isolated', 'Il clone non è considerato isolato'),
  ],
  ['isolation.plan', kept('Plan of the isolation is kept', 'Il piano dell’isolamento è conservato')],
  [
    'fence.plan',
    kept('Plan that closes the old server is kept', 'Il piano che chiude il vecchio server è conservato'),
  ],
  ['snapshot.rounds', shown('Rounds of External Restore', 'Giri di External Restore')],
  ['scan.asked', shown('The SmartScan is awaited since', 'Si attende lo SmartScan dal')],
  [
    'aftermath.scanned',
    kept('The SmartScan of the new path is over', 'Lo SmartScan del nuovo percorso è finito'),
  ],
  [
    'aftermath.scan',
    kept('The SmartScan of the new path is awaited', 'Si attende lo SmartScan del nuovo percorso'),
  ],
]

/** A fact that a step keeps for later, in words for the journal. Names that are not known are shown as they are. */
export function factWords(name: string, value: unknown): Words {
  for (const [beginning, say] of FACTS)
    if (name === beginning || (beginning.endsWith('.') && name.startsWith(beginning)))
      return say(value, name.slice(beginning.length, 200))
  return value === null
    ? words(`No longer needed: ${name.slice(0, 200)}`, `Non serve più: ${name.slice(0, 200)}`)
    : words(`Kept for later: ${name.slice(0, 200)}`, `Conservato per dopo: ${name.slice(0, 200)}`)
}

const RUN_STATES: Readonly<Record<string, Words>> = {
  starting: words('its command is about to be sent', 'il comando sta per partire'),
  started: words('it is in the queue of the server', 'è nella coda del server'),
  ended: words('it ended', 'è terminato'),
}

const RUNS: Readonly<Record<string, Words>> = {
  [MAIN_RUN]: words('', ''),
  [VIP_RUN]: words(' of the first accounts', ' dei primi account'),
  [READ_RUN]: words(' of items that could not be read', ' degli elementi non leggibili'),
  [INVALID_RUN]: words(' of invalid items', ' degli elementi non validi'),
}

/** Which restore is meant, to be put behind its name; nothing for the one of everything. */
function runWords(name: string): Words {
  const round = /^round-(\d+)$/.exec(name)?.[1]
  if (round !== undefined) return words(`, round ${round}`, `, giro ${round}`)
  return RUNS[name] ?? words(` “${name}”`, ` «${name}»`)
}

function run(value: unknown, name: string): Words {
  const { state, id } = fieldsOf(value)
  const of = runWords(name)
  const said = typeof state === 'string' ? RUN_STATES[state] : undefined
  if (!said) return words(`External Restore${of.en}: given up`, `External Restore${of.it}: abbandonato`)
  const operation = typeof id === 'string' ? ` (${id})` : ''
  return words(
    `External Restore${of.en}: ${said.en}${operation}`,
    `External Restore${of.it}: ${said.it}${operation}`,
  )
}

/** `task.<step>.<request as JSON>`: the task of the engine that does a part of a step. */
function task(value: unknown, name: string): Words {
  const kind = /"kind":"(\w+)"/.exec(name)?.[1] ?? ''
  const what =
    { copy: words('The copy', 'La copia'), check: words('The check', 'La verifica') }[kind] ??
    words('The task', 'L’attività')
  return value === null
    ? words(`${what.en} is over`, `${what.it} è finita`)
    : words(`${what.en} runs as task ${brief(value)}`, `${what.it} è in corso come attività ${brief(value)}`)
}

const OUTCOMES: Readonly<Record<string, Words>> = {
  restored: words('restored', 'ripristinato'),
  exported: words('exported', 'esportato'),
  'given-up': words('given up', 'abbandonato'),
}

function outcome(value: unknown, item: string): Words {
  const { how, note } = fieldsOf(value)
  const said = typeof how === 'string' ? OUTCOMES[how] : undefined
  if (!said) return words(`Item ${item}: on the list again`, `Elemento ${item}: di nuovo in elenco`)
  const reason = typeof note === 'string' && note !== '' ? note.slice(0, 500) : null
  // only what a person gave up has the words of a person
  const italian = reason === null || how === 'given-up' ? reason : inItalian(reason)
  const within = (text: string | null): string => (text === null ? '' : ` (${text})`)
  return words(`Item ${item}: ${said.en}${within(reason)}`, `Elemento ${item}: ${said.it}${within(italian)}`)
}

function before(en: string, it: string): Say {
  return (value) =>
    value === null
      ? words(`${en}: nothing is left to put back`, `${it}: nulla da rimettere`)
      : words(`${en}, before it was changed: ${brief(value)}`, `${it}, prima della modifica: ${brief(value)}`)
}

function bringing(value: unknown): Words {
  const all = Array.isArray(value) ? value.map(fieldsOf) : []
  const ended = all.filter(({ state }) => state === 'ended').length
  return words(
    `Accounts brought back: ${ended} of ${all.length}`,
    `Account riportati: ${ended} su ${all.length}`,
  )
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** A value in a line: times as UTC, lists by commas. */
function brief(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(1)
  if (typeof value === 'number' && value > 1e12)
    return `${new Date(value).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  if (Array.isArray(value)) return value.map(brief).join(', ').slice(0, 300)
  if (typeof value === 'object' && value !== null) return JSON.stringify(value).slice(0, 300)
  return String(value).slice(0, 300)
}
