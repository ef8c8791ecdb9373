import type { JournalEntry, Words } from '../../contract/recovery.ts'
import type { EntryData } from '../cases/state.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { words } from '../cases/words.ts'
import { PROCEDURES } from '../procedures/index.ts'
import type { Step } from '../types.ts'
import { factWords } from './fact-words.ts'

/** Says an entry in Italian; null: its text is as it is. */
type InItalian<K extends keyof EntryData> = (
  data: EntryData[K],
  entry: JournalEntry,
  step: Step | undefined,
) => string | null

const VERDICTS = { ok: 'in ordine', attention: 'attenzione', red: 'non in ordine', unknown: 'non si sa' }
const ROLES = { old: 'vecchio', new: 'nuovo', storage: 'di archiviazione' }

const ITALIAN: { [K in keyof EntryData]: InItalian<K> } = {
  created: ({ name }) => `Il caso «${name}» è stato aperto`,
  renamed: ({ name }) => `Il caso ora si chiama «${name}»`,
  closed: ({ closed }) => (closed ? 'Il caso è stato chiuso' : 'Il caso è stato riaperto'),
  server: ({ role, serverId, name }, { text }) =>
    serverId === null
      ? `Nessun server ${ROLES[role]}`
      : `Server ${ROLES[role]}: ${text.slice(text.indexOf(`: ${name}`) + 2)}`,
  'source-added': (_, { text }) =>
    text.replace(/^Source:/, 'Sorgente:').replace(/\(only copy\)$/, '(unica copia)'),
  'source-removed': ({ id }) => `La sorgente ${id} è stata tolta`,
  'sources-looked': ({ sources }) =>
    `Sorgenti esaminate: ${sources
      .map(
        ({ id, items, error }) => `${id}: ${error === null ? `${String(items)} elementi` : inItalian(error)}`,
      )
      .join('; ')}`,
  'source-chosen': ({ id, reason }) => `Scelta la sorgente ${id}${reason === '' ? '' : `: ${reason}`}`,
  procedure: ({ procedure }, { text }) => {
    const found = PROCEDURES.find(({ id }) => id === procedure)
    return found && text.startsWith('Procedure:') ? `Procedura: ${found.title.it}` : null
  },
  note: () => null,
  attached: (_, { files }) => `Il file ${files[0]?.name ?? ''} è stato conservato`,
  // some facts have a text of their own
  fact: ({ name, value }, { text }) => {
    const said = factWords(name, value)
    return said.en === text ? said.it : null
  },
  pending: ({ pending }) => `Modificato temporaneamente su ${pending.host}: ${pending.what.it}`,
  'put-back': ({ what }) => (what ? `Ripristinato: ${what.it}` : null),
  field: ({ field, value, chosen }, _, step) => {
    const label = step?.fields.find(({ id }) => id === field)?.label.it
    if (label === undefined) return null
    const typed =
      value === null ? 'valore abituale' : value === true ? 'sì' : value === false ? 'no' : String(value)
    const shown = chosen?.it ?? (Array.isArray(value) ? value.join(', ') : typed)
    return `${label}: ${shown.slice(0, 500)}`
  },
  looked: ({ checks }, _, step) => {
    const labels = new Map(
      [...(step?.checks ?? []), ...(step?.proofs ?? [])].map(({ id, label }) => [id, label.it]),
    )
    const said = checks.map(
      ({ id, verdict, evidence }) =>
        `${labels.get(id) ?? id}: ${VERDICTS[verdict]} (${inItalian(evidence.it)})`,
    )
    return `Esaminato «${step?.title.it ?? ''}»: ${said.join('; ')}`
  },
  confirmed: ({ id, note }, _, step) => {
    const label = step?.confirmations.find((one) => one.id === id)?.label.it
    return label === undefined ? null : `Confermato: ${label}${note === '' ? '' : ` (${note})`}`
  },
  overridden: ({ check, reason, evidence }, _, step) => {
    const label = step?.checks.find(({ id }) => id === check)?.label.it
    if (label === undefined) return null
    return `Forzato: ${label}${evidence ? ` (${inItalian(evidence.it)})` : ''}. Motivo: ${reason}`
  },
  started: (_, { text }, step) => titled(text.startsWith('Gone on') ? 'Proseguito' : 'Iniziato', step),
  done: ({ result }, _, step) => titled('Fatto', step, result ? inItalian(result.summary.it) : ''),
  failed: ({ reason, italian = reason }, { text }, step) =>
    titled(text.startsWith('Not proved') ? 'Non dimostrato' : 'Non riuscito', step, inItalian(italian)),
  stopped: (_, __, step) => titled('Fermato', step),
  skipped: ({ reason }, _, step) => titled('Saltato', step, reason),
  reopened: ({ reason }, { text }, step) =>
    text.startsWith('Once more') ? titled('Ancora una volta', step) : titled('Riaperto', step, reason),
}

/** Kinds that change nothing in a case, by the beginning of their text. */
const TOLD: readonly (readonly [string, RegExp, string])[] = [
  ['command', /^(\S+) on (\S+): exit code (\d+)$/s, '$1 su $2: codice di uscita $3'],
  ['command', /^(\S+) on (\S+): ended by (\S+)$/s, '$1 su $2: terminato da $3'],
  ['command', /^(\w+) on (\S+)$/, '$1 su $2'],
  ['command', /^Started on (.*)$/s, 'Avviato su $1'],
  ['command', /^(.*): its answer is not understood$/s, '$1: la risposta non è stata compresa'],
  ['repeated', /^The same answer came (\d+) more times$/, 'La stessa risposta è arrivata altre $1 volte'],
  ['fact', /^Dealt with: (.*)$/s, 'Sistemato: $1'],
  ['fact', /^Open again: (.*)$/s, 'Di nuovo da fare: $1'],
  ['exported', /^The case is exported to (.*)$/s, 'Il caso viene esportato in $1'],
  ['imported', /^The case was imported from (.*)$/s, 'Il caso è stato importato da $1'],
  ['report', /^A report is written to (.*)$/s, 'Si scrive un rapporto in $1'],
]

/**
 * An entry in both languages of the screens. English is its text, which its hash covers; Italian comes from its kind and
 * what it changes. What a person typed, a server or a program said stays as it was said.
 */
export function entryWords(entry: JournalEntry): Words {
  return words(entry.text, italian(entry) ?? entry.text)
}

function italian(entry: JournalEntry): string | null {
  const { kind, text, data } = entry
  for (const [of, pattern, replacement] of TOLD)
    if (of === kind && pattern.test(text)) return text.replace(pattern, replacement)
  const broken = kind === 'command' ? /^(\S+) on (\S+): (.*)$/s.exec(text) : null
  if (broken) return `${broken[1] ?? ''} su ${broken[2] ?? ''}: ${inItalian(broken[3] ?? '')}`
  if (kind === 'record') {
    const said = (data as { said?: unknown } | null)?.said
    // journals of earlier versions have some of them in English alone
    return typeof said === 'string' ? said : inItalian(text)
  }
  if (!Object.hasOwn(ITALIAN, kind)) return null
  const say = ITALIAN[kind as keyof EntryData] as InItalian<keyof EntryData>
  try {
    return say(data as never, entry, stepOf(entry))
  } catch {
    // A journal of another version: its data have another form.
    return null
  }
}

function stepOf({ step, data }: JournalEntry): Step | undefined {
  const procedure = (data as { procedure?: unknown } | null)?.procedure
  return PROCEDURES.find(({ id }) => id === procedure)?.steps.find(({ id }) => id === step)
}

function titled(what: string, step: Step | undefined, more = ''): string | null {
  return step === undefined ? null : `${what}: ${step.title.it}${more === '' ? '' : `: ${more}`}`
}
