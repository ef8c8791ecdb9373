import type { PlannedCommand, StepResult, Words } from '../../../contract/recovery.ts'
import { ExpectedError } from '../../../engine/errors.ts'
import { doRestoreOnNewAccount } from '../../../remote/carbonio/do-restore-on-new-account.ts'
import { doUndelete } from '../../../remote/carbonio/do-undelete.ts'
import { inItalian } from '../../../contract/said/in-italian.ts'
import { figure, same, words } from '../../cases/words.ts'
import { accountsOn } from '../../restore/directory.ts'
import { endingWords } from '../../restore/ending-words.ts'
import { check, count, countIt, ok, some } from '../../restore/look.ts'
import type { Step, StepContext } from '../../types.ts'
import { bringBack, type Bringing, type Way } from './bring-back-work.ts'
import { queueIsEmpty } from './path.ts'
import { DEST_PATH, readServerSetting } from './switches.ts'
import { accountsIn, copyPath } from './the-copy.ts'

const WAYS: readonly (readonly [Way, ReturnType<typeof words>])[] = [
  [
    'new-account',
    words('Into a new account beside the present one', 'In un nuovo account accanto a quello attuale'),
  ],
  [
    'deleted-account',
    words('A deleted account, under its own address', 'Un account eliminato, con il suo indirizzo'),
  ],
  [
    'undelete',
    words('Only deleted items, into the present account', 'Solo elementi eliminati, nell’account attuale'),
  ],
]

const textOf = (context: StepContext, field: string, otherwise: string): string => {
  const value = context.fields[field]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : otherwise
}

/** What the fields ask for. */
async function wanted(context: StepContext): Promise<Bringing[]> {
  const chosen = context.fields['accounts']
  const names = (Array.isArray(chosen) ? chosen : []).map((one) => one.toLowerCase())
  const way = textOf(context, 'way', 'new-account') as Way
  const suffix = textOf(context, 'suffix', '_restored')
  const found = await accountsIn(context, copyPath(context))
  const all = [...found].filter(([id, name]) => names.includes(name.toLowerCase()) || names.includes(id))
  return all.map(([id, name]) => {
    const [local = '', domain = ''] = name.split('@')
    return {
      id,
      name,
      way,
      destination: way === 'new-account' ? `${local}${suffix}@${domain}` : name,
      date: textOf(context, 'date', way === 'undelete' ? 'first' : 'last'),
      until: textOf(context, 'until', 'last'),
      state: 'to-do',
      operation: null,
      ending: null,
      restored: null,
      skipped: null,
      unrestored: null,
      why: '',
    }
  })
}

async function commands(context: StepContext): Promise<PlannedCommand[]> {
  const host = `zextras@${context.shell('new').host.replace(/^.*@/, '')}`
  return (await wanted(context)).map(({ id, way, destination, date, until }) => ({
    host,
    command:
      way === 'undelete'
        ? doUndelete.commandLine({ account: destination, start: date, end: until }, { format: 'text' })
        : doRestoreOnNewAccount.commandLine({ source: id, destination, date }, { format: 'text' }),
    effect: 'changes',
    note: null,
  }))
}

export const bringBackStep: Step = {
  id: 'bring-back',
  title: words('Accounts brought back', 'Account riportati'),
  why: words(
    'Each chosen account is restored from the copy: into a new account beside the present one, or, when it was deleted, under its own address. The id of the copy is used, since an address may belong to somebody else by now.',
    'Ogni account scelto viene ripristinato dalla copia: in un nuovo account accanto a quello attuale o, se eliminato, con il suo indirizzo. Si usa l’id della copia, perché un indirizzo può ora essere di un altro account.',
  ),
  risk: words(
    '“last” of a damaged mailbox restores the damage: choose a moment before it. Shares do not come back by themselves.',
    '«last» di una casella danneggiata ripristina il danno: scegliere un momento precedente. Le condivisioni non tornano da sole.',
  ),
  repeatable: true,
  page: null,
  primary: words('Restore these accounts', 'Ripristina questi account'),
  fields: [
    {
      id: 'accounts',
      label: words('Accounts', 'Account'),
      help: words('Those of the copy.', 'Quelli della copia.'),
      kind: 'accounts',
      required: true,
      advanced: false,
      options: async (context) =>
        [...(await accountsIn(context, copyPath(context)))].map(([, name]) => ({
          value: name,
          label: same(name),
        })),
    },
    {
      id: 'way',
      label: words('Where to', 'Dove'),
      help: words(
        'A new account is the safe way: nothing of the present one is touched, and users take from it what they miss.',
        'Un nuovo account è la via sicura: nulla di quello attuale viene toccato, e gli utenti ne prendono ciò che manca.',
      ),
      kind: 'choice',
      required: true,
      advanced: false,
      options: () => WAYS.map(([value, label]) => ({ value, label })),
      standard: () => 'new-account',
    },
    {
      id: 'date',
      label: words('As it was at', 'Com’era il'),
      help: words(
        'last, or dd/MM/yyyy HH:mm:ss in the time of the server. For deleted items: from when.',
        'last, oppure dd/MM/yyyy HH:mm:ss nell’ora del server. Per elementi eliminati: da quando.',
      ),
      kind: 'text',
      required: false,
      advanced: false,
    },
    {
      id: 'until',
      label: words('Deleted items until', 'Elementi eliminati fino al'),
      help: words(
        'last, or a date. Only for deleted items.',
        'last, oppure una data. Solo per elementi eliminati.',
      ),
      kind: 'text',
      required: false,
      advanced: true,
    },
    {
      id: 'suffix',
      label: words('Behind the name of a new account', 'Dopo il nome di un nuovo account'),
      help: words('anna_restored@…', 'anna_restored@…'),
      kind: 'text',
      required: false,
      advanced: true,
      standard: () => '_restored',
    },
  ],
  checks: [
    queueIsEmpty,
    check(
      'path-is-copy',
      words('The Backup Path is the copy', 'Il Backup Path è la copia'),
      true,
      async (context) => {
        const { value } = await readServerSetting(context, 'new', DEST_PATH)
        if (value === copyPath(context)) return ok(`${DEST_PATH} ${value}`, `${DEST_PATH} ${value}`)
        return {
          verdict: 'red',
          evidence: words(
            `${DEST_PATH} is ${value}: it would be restored from there.`,
            `${DEST_PATH} è ${value}: si ripristinerebbe da lì.`,
          ),
          next: words('Open the step before again.', 'Riaprire il passo precedente.'),
        }
      },
    ),
    check(
      'addresses-free',
      words('Addresses fit the way', 'Gli indirizzi sono adatti'),
      true,
      async (context) => {
        const [list, there] = [await wanted(context), await accountsOn(context)]
        const taken = list.filter(
          ({ way, destination }) => (way === 'undelete') !== there.has(destination.toLowerCase()),
        )
        const names = some(taken.map(({ destination }) => destination))
        if (list.length === 0) {
          return {
            verdict: 'red',
            evidence: words(
              'None of the chosen accounts is in the copy.',
              'Nessuno degli account scelti è nella copia.',
            ),
            next: words('Choose others.', 'Sceglierne altri.'),
          }
        }
        if (taken.length === 0)
          return ok(
            `${count(list.length)} addresses (zmprov gaa)`,
            `${countIt(list.length)} indirizzi (zmprov gaa)`,
          )
        const undelete = list[0]?.way === 'undelete'
        return {
          verdict: 'red',
          evidence: undelete
            ? words(`Not on this server: ${names}`, `Non su questo server: ${names}`)
            : words(`There already: ${names}`, `Esistono già: ${names}`),
          next: words('Choose another way or another suffix.', 'Scegliere un’altra via o un altro suffisso.'),
        }
      },
    ),
  ],
  confirmations: [],
  commands,
  run: async (context) => resultOf(await bringBack(context, await wanted(context))),
}

function ended(ending: string | null, why: string): Words {
  const how = endingWords(ending ?? 'unknown')
  if (why === '') return how
  return words(`${how.en}: ${why}`, `${how.it}: ${inItalian(why)}`)
}

function resultOf(all: readonly Bringing[]): StepResult {
  const good = all.filter(({ ending }) => ending === 'ended' || ending === 'completed')
  if (good.length === 0) {
    throw new ExpectedError('REFUSED', 'No account was brought back', {
      why: all
        .map(({ name, ending, why }) => `${name}: ${ending ?? '?'} ${why}`)
        .join('; ')
        .slice(0, 800),
      next: 'Open the step again, choose others or another way.',
    })
  }
  const sum = (of: (one: Bringing) => number | null): number =>
    all.reduce((total, one) => total + (of(one) ?? 0), 0)
  const failed = all.length - good.length
  return {
    summary: words(
      `${count(good.length)} of ${count(all.length)} accounts brought back.`,
      `${countIt(good.length)} account su ${countIt(all.length)} riportati.`,
    ),
    figures: [
      {
        label: words('Items restored', 'Elementi ripristinati'),
        value: count(sum(({ restored }) => restored)),
        tone: 'ok',
      },
      {
        label: words('Items not restored', 'Elementi non ripristinati'),
        value: count(sum(({ unrestored }) => unrestored)),
        tone: sum(({ unrestored }) => unrestored) > 0 ? 'attention' : 'plain',
      },
      {
        label: words('Accounts that failed', 'Account falliti'),
        value: count(failed),
        tone: failed > 0 ? 'failed' : 'plain',
      },
    ],
    tables: [
      {
        title: words('Accounts', 'Account'),
        columns: [
          words('Account', 'Account'),
          words('Restored to', 'Ripristinato in'),
          words('Ended', 'Esito'),
          words('Restored', 'Ripristinati'),
          words('Not restored', 'Non ripristinati'),
        ],
        rows: all
          .slice(0, 2000)
          .map(({ name, destination, ending, why, restored, unrestored }) => [
            name,
            destination,
            ended(ending, why),
            restored === null ? '' : figure(restored),
            unrestored === null ? '' : figure(unrestored),
          ]),
        total: all.length,
      },
    ],
  }
}
