import type { StepResult } from '../../../contract/recovery.ts'
import { ExpectedError } from '../../../engine/errors.ts'
import { figure, joined, same, translated, words } from '../../cases/words.ts'
import type { Check, Step, StepContext } from '../../types.ts'
import { fetchEnding } from '../ending.ts'
import { MAIN_RUN } from '../facts.ts'
import { check, count, countIt, ok, some } from '../look.ts'
import { notificationFile, readNotification } from '../notification.ts'
import { restoreRun } from '../operation.ts'
import { reconcile, type AccountBalance } from '../reconcile.ts'
import { keepReport, keptReport, unrestoredByAccount } from '../reports.ts'
import { outcomeOf } from '../../unrestored/rows.ts'
import { reportTables, reportWhole } from './report-tables.ts'

/** The last comparison, in short, for the report. */
export interface Balance {
  at: number
  accounts: number
  backup: number
  server: number
  unrestored: number
  /** Neither there nor in any list, by name. */
  missing: { account: string; id: number; subject: string }[]
  unnamed: number
  /** Accounts that could not be compared. */
  unknown: string[]
  cosOff: string[]
  ends: { account: string; newest: number | null }[]
}

export const BALANCE = 'restore.balance'

/** What the reports list, without what was restored since. */
function stillUnrestored(context: StepContext): Map<string, Set<number>> {
  const all = unrestoredByAccount(context)
  for (const [account, ids] of all)
    for (const id of ids) if (outcomeOf(context, { account, id })?.how === 'restored') ids.delete(id)
  return all
}

/** Missing messages that are kept by name. */
const MOST_NAMED = 5000

/** Takes a notification that was pasted or dropped; else one that the server still has. */
async function takeNotification(context: StepContext): Promise<void> {
  const pasted = context.fields['notification']
  const dropped = context.fields['notificationFile']
  const given =
    typeof pasted === 'string' && pasted.trim() !== ''
      ? pasted
      : typeof dropped === 'string' && dropped !== ''
        ? notificationFile(dropped)
        : null
  if (given !== null) {
    const { report, why } = await readNotification(given)
    if (report === null) {
      throw new ExpectedError('BAD_QUERY', 'This is not the report of the end of a restore', {
        why,
        next: 'Paste the whole text of the mail “Operation Ended”, or drop it as .eml.',
      })
    }
    const file = context.attach('notification-pasted.eml', given)
    keepReport(context, MAIN_RUN, { report, file, operation: report.operationId })
    return
  }
  if (keptReport(context, MAIN_RUN) !== null) return
  const { text, report } = await fetchEnding(context, restoreRun(context, MAIN_RUN)?.id ?? null)
  if (text === null || report === null) {
    context.record(
      words(
        'No notification of the end was found on the server, and none was pasted.',
        'Sul server non c’è alcuna notifica della fine, e nessuna è stata incollata.',
      ),
    )
    return
  }
  const file = context.attach('notification-fetched.txt', text)
  keepReport(context, MAIN_RUN, { report, file, operation: report.operationId })
}

const day = (at: number | null): string =>
  at === null ? '–' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** The comparison in short; what is not kept by name still counts. */
export function balanceOf(rows: readonly AccountBalance[]): Balance {
  const missing = rows.flatMap(({ account, missing: list }) =>
    list.map(({ id, subject }) => ({ account, id, subject })),
  )
  const sum = (of: (row: AccountBalance) => number): number => rows.reduce((total, row) => total + of(row), 0)
  return {
    at: Date.now(),
    accounts: rows.length,
    backup: sum(({ backup }) => backup),
    server: sum(({ server }) => server ?? 0),
    unrestored: sum(({ unrestored }) => unrestored),
    missing: missing.slice(0, MOST_NAMED),
    unnamed: sum(({ unnamed }) => unnamed) + Math.max(0, missing.length - MOST_NAMED),
    unknown: rows.filter(({ server }) => server === null).map(({ account }) => account),
    cosOff: rows
      .filter(({ cosOff }) => cosOff !== null)
      .map(({ account, cosOff }) => `${account} (${cosOff ?? ''})`),
    ends: rows.map(({ account, newest }) => ({ account, newest })),
  }
}

function tablesOf(rows: readonly AccountBalance[]): StepResult['tables'] {
  const missing = rows.flatMap(({ account, missing: list }) =>
    list.map(({ id, date, subject }) => [account, String(id), day(date), subject]),
  )
  return [
    {
      title: words(
        'What the backup had, and what the server has now; mail after the end of the backup is not here',
        'Che cosa aveva il backup e che cosa ha ora il server; la posta dopo la fine del backup qui non c’è',
      ),
      columns: [
        words('Account', 'Account'),
        words('Backup', 'Backup'),
        words('Server', 'Server'),
        words('Not restored', 'Non ripristinati'),
        words('Missing', 'Mancanti'),
        words('The backup ends at', 'Il backup finisce il'),
        words('Remark', 'Nota'),
      ],
      rows: rows
        .slice(0, 2000)
        .map(
          ({ account, backup, server, unrestored, missing: list, unnamed, newest, cosOff, there, why }) => [
            account,
            figure(backup),
            server === null ? '?' : figure(server),
            figure(unrestored),
            figure(list.length + unnamed),
            day(newest),
            joined(
              [
                ...(there ? [] : [words('no such account', 'l’account non esiste')]),
                ...(cosOff === null
                  ? []
                  : [words(`backup of COS ${cosOff} is off`, `il backup della COS ${cosOff} è spento`)]),
                ...(why === null ? [] : [translated(why)]),
              ],
              '; ',
            ),
          ],
        ),
      total: rows.length,
    },
    ...(missing.length === 0
      ? []
      : [
          {
            title: words('Missing by name', 'Mancanti per nome'),
            columns: [
              words('Account', 'Account'),
              words('Item', 'Elemento'),
              words('Date', 'Data'),
              words('Subject', 'Oggetto'),
            ],
            rows: missing.slice(0, 2000),
            total: missing.length,
          },
        ]),
  ]
}

function resultOf(rows: readonly AccountBalance[], balance: Balance): StepResult {
  const lost = balance.missing.length + balance.unnamed
  return {
    summary: words(
      `${count(balance.server)} items on the server of ${count(balance.backup)} in the backup; ${count(balance.unrestored)} listed as not restored, ${count(lost)} missing without a word`,
      `${countIt(balance.server)} elementi sul server su ${countIt(balance.backup)} nel backup; ${countIt(balance.unrestored)} elencati come non ripristinati, ${countIt(lost)} mancanti senza spiegazione`,
    ),
    figures: [
      { label: words('In the backup', 'Nel backup'), value: count(balance.backup), tone: 'plain' },
      { label: words('On the server', 'Sul server'), value: count(balance.server), tone: 'ok' },
      {
        label: words('Not restored', 'Non ripristinati'),
        value: count(balance.unrestored),
        tone: balance.unrestored > 0 ? 'attention' : 'ok',
      },
      {
        label: words('Missing without a word', 'Mancanti senza spiegazione'),
        value: count(lost),
        tone: lost > 0 ? 'failed' : 'ok',
      },
    ],
    tables: tablesOf(rows),
  }
}

const nothingSilent: Check = check(
  'nothing-silent',
  words('Nothing is missing without a word', 'Nulla manca senza spiegazione'),
  true,
  (context) => {
    const balance = context.fact(BALANCE) as Balance | undefined
    if (balance === undefined) return Promise.resolve({ verdict: 'unknown', evidence: same('–') })
    const lost = balance.missing.length + balance.unnamed
    if (lost > 0) {
      const named = balance.missing.map(({ account, id }) => `${account} ${String(id)}`)
      return Promise.resolve({
        verdict: 'red',
        evidence: words(
          `${count(lost)} items of the backup are neither on the server nor in a report: ${some(named, 4)}`,
          `${countIt(lost)} elementi del backup non sono né sul server né in un rapporto: ${some(named, 4)}`,
        ),
        next: words(
          'Do “Items follow” again; what is still missing then is exported from the Backup Path.',
          'Ripetere «Seguono gli elementi»; ciò che manca ancora si esporta dal Backup Path.',
        ),
      })
    }
    if (balance.unknown.length > 0)
      return Promise.resolve({
        verdict: 'attention',
        evidence: words(
          `Could not be compared: ${some(balance.unknown, 5)}`,
          `Non è stato possibile confrontare: ${some(balance.unknown, 5)}`,
        ),
      })
    return Promise.resolve(
      ok(`${count(balance.accounts)} accounts compared`, `${countIt(balance.accounts)} account confrontati`),
    )
  },
)

/** What came, what did not, by account and by name. */
export const reconcileStep: Step = {
  id: 'reconcile',
  title: words('Reconcile', 'Confrontare'),
  why: words(
    'A restore that ended well can still have left mail behind. Account by account what the backup had is compared with what the server has now, and the difference is named.',
    'Un ripristino riuscito può aver lasciato indietro posta. Account per account si confronta ciò che aveva il backup con ciò che ha ora il server, e si indica la differenza.',
  ),
  risk: words('None: only reading.', 'Nessuno: solo lettura.'),
  repeatable: true,
  page: null,
  primary: words('Compare backup and server', 'Confronta backup e server'),
  checks: [],
  confirmations: [],
  fields: [
    {
      id: 'notification',
      label: words('Text of the notification', 'Testo della notifica'),
      help: words(
        'The mail “Operation Ended” of the restore, pasted as it is, or its .eml dropped here. Leave it empty where Lifeboat found it on the server.',
        'La mail «Operation Ended» del ripristino, incollata così com’è, o il suo .eml trascinato qui. Da lasciare vuoto se Lifeboat l’ha trovata sul server.',
      ),
      kind: 'long-text',
      required: false,
      advanced: false,
    },
    {
      id: 'notificationFile',
      label: words('Or the notification as a file', 'O la notifica come file'),
      help: words('The same mail saved as .eml.', 'La stessa mail salvata come .eml.'),
      kind: 'file',
      required: false,
      advanced: false,
    },
  ],
  async run(context) {
    await takeNotification(context)
    const rows = await reconcile(context, stillUnrestored(context))
    const balance = balanceOf(rows)
    context.setFact(BALANCE, balance)
    const result = resultOf(rows, balance)
    return { ...result, tables: [...result.tables, ...reportTables(context)] }
  },
  proofs: [nothingSilent, reportWhole],
}
