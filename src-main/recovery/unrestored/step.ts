import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Cell, StepResult, Verdict, Words } from '../../contract/recovery.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { translated, words } from '../cases/words.ts'
import { INVALID_RUN, MAIN_RUN, READ_RUN } from '../restore/facts.ts'
import { formOf } from '../restore/form.ts'
import { check, count, countIt, ok, some } from '../restore/look.ts'
import { validator } from '../restore/checks-server.ts'
import { inQueue, readQueue, restoreRun } from '../restore/operation.ts'
import { reportedRuns, unrestoredByAccount } from '../restore/reports.ts'
import { BALANCE, type Balance } from '../restore/steps/reconcile.ts'
import { watchRun } from '../restore/watch.ts'
import type { CatalogAccess, Check, Step, StepContext } from '../types.ts'
import { withCauses, type Listed } from './causes.ts'
import { exportAll, giveToZextras, restoreAgain, settleRestored } from './cures.ts'
import { withoutCatalog } from './from-server.ts'
import { healthUnder, type Health } from './health.ts'
import {
  HEALTH,
  openItems,
  outcomeOf,
  ROWS,
  workItems,
  type Cause,
  type Outcome,
  type WorkItem,
} from './rows.ts'
import { isLeftOff, putBack, withValidatorOff } from './validator.ts'

/** Everything that a report lists, and what the comparison found missing without a word. */
function listed(context: StepContext): Listed[] {
  const all = unrestoredByAccount(context)
  const missing = (context.fact(BALANCE) as Balance | undefined)?.missing ?? []
  for (const { account, id } of missing) {
    const set = all.get(account.toLowerCase()) ?? new Set<number>()
    all.set(account.toLowerCase(), set.add(id))
  }
  return [...all].flatMap(([account, ids]) => [...ids].map((id) => ({ account, id })))
}

/** Finishes what a crash left: the validator goes back to what it was, after the run that needed it off. */
async function settleValidator(context: StepContext): Promise<void> {
  if (!isLeftOff(context)) return
  const known = restoreRun(context, INVALID_RUN)
  if (known !== null && known.state !== 'ended' && inQueue(await readQueue(context), known.id) !== null) {
    context.record(
      words(
        'The run without the validator is still under way on the server; it is watched to its end.',
        'L’esecuzione senza validatore è ancora in corso sul server; viene seguita fino alla fine.',
      ),
    )
    await watchRun(context, INVALID_RUN, known, { expected: null })
  }
  await putBack(context)
  context.record(
    words(
      'The LMTP validator was left off by an interruption; it was put back.',
      'Un’interruzione aveva lasciato spento il validatore LMTP; è stato rimesso.',
    ),
  )
}

/** Makes the worklist, keeping what is on it already with what was found then. */
async function listWork(
  context: StepContext,
  catalog: CatalogAccess | null,
  path: string,
): Promise<WorkItem[]> {
  const now = listed(context)
  context.progress({
    phase: words('Looking for the causes', 'Ricerca delle cause'),
    done: 0,
    total: now.length,
    unit: 'items',
    rate: null,
    secondsLeft: null,
    detail: null,
  })
  const before = workItems(context)
  const settled = before.filter((row) => outcomeOf(context, row) !== null)
  const known = new Set(settled.map(({ account, id }) => `${account.toLowerCase()}/${String(id)}`))
  const fresh = now.filter(({ account, id }) => !known.has(`${account.toLowerCase()}/${String(id)}`))
  // nothing leaves the list by not being listed any more: only by its outcome
  const still = before.filter(
    (row) => outcomeOf(context, row) === null && !fresh.some((one) => isSame(one, row)),
  )
  const wanted = [...fresh, ...still]
  const made =
    catalog === null
      ? await withoutCatalog(context, wanted, path)
      : await withCauses(context, catalog, wanted, path)
  const rows = [...settled, ...made].sort((a, b) => a.account.localeCompare(b.account) || a.id - b.id)
  context.setFact(ROWS, rows)
  return rows
}

const isSame = (a: Listed, b: Listed): boolean =>
  a.id === b.id && a.account.toLowerCase() === b.account.toLowerCase()

const accountsOf = (rows: readonly WorkItem[]): string[] => [...new Set(rows.map(({ account }) => account))]
const ofCause = (context: StepContext, cause: Cause): WorkItem[] =>
  openItems(context).filter((row) => row.cause === cause)

/**
 * @returns why what lacks an owner could not be given to zextras; null when it could, or had not to. Everything else is
 * cured all the same.
 */
async function cureReadErrors(
  context: StepContext,
  catalog: CatalogAccess | null,
  path: string,
): Promise<ExpectedError | null> {
  const rows = ofCause(context, 'read-error')
  if (rows.length === 0) return null
  const other = rows.filter(({ evidence }) => !evidence.en.startsWith('zextras cannot read'))
  // disks are looked at when something other than an owner is in the way
  if (other.length > 0) context.setFact(HEALTH, await healthUnder(context, path))
  let refused: ExpectedError | null = null
  if (rows.length > other.length) {
    const files = rows.flatMap((row) => row.files)
    refused = await giveToZextras(context, path, files).then(
      () => null,
      (error: unknown) => {
        if (error instanceof ExpectedError) return error
        throw error
      },
    )
  }
  const again = refused === null ? rows : other
  const accounts = accountsOf(again)
  if (accounts.length > 0)
    settleRestored(context, again, accounts, await restoreAgain(context, READ_RUN, accounts))
  // what could be read now may be invalid as well
  if (ofCause(context, 'read-error').length > 0) await listWork(context, catalog, path)
  return refused
}

async function cureInvalid(context: StepContext): Promise<void> {
  const rows = ofCause(context, 'invalid')
  if (rows.length === 0) return
  const accounts = accountsOf(rows)
  const minutes = Math.max(10, Number(context.fields['timer'] ?? 240))
  const again = (): ReturnType<typeof restoreAgain> => restoreAgain(context, INVALID_RUN, accounts)
  // a run that came to its end while this computer was gone needs no second one
  const known = restoreRun(context, INVALID_RUN)
  const over = known?.id != null && !known.taken
  const ended = await (over ? again() : withValidatorOff(context, minutes, again))
  settleRestored(context, rows, accounts, ended)
}

const listEmpty: Check = check(
  'list-empty',
  words(
    'Every item is restored, exported, or given up with a reason',
    'Ogni elemento è ripristinato, esportato o abbandonato con un motivo',
  ),
  true,
  (context) => {
    const open = openItems(context)
    if (open.length === 0)
      return Promise.resolve(
        ok(
          `${count(workItems(context).length)} items settled`,
          `${countIt(workItems(context).length)} elementi sistemati`,
        ),
      )
    return Promise.resolve({
      verdict: 'red',
      evidence: words(
        `Still on the list: ${count(open.length)} (${some(
          open.map(({ account, id }) => `${account} ${String(id)}`),
          4,
        )})`,
        `Ancora nell’elenco: ${countIt(open.length)} (${some(
          open.map(({ account, id }) => `${account} ${String(id)}`),
          4,
        )})`,
      ),
      next: words(
        'Look for them on the old server with the search text, in another copy of the Backup Path, or give each up with a reason.',
        'Cercarli sul vecchio server con il testo di ricerca, in un’altra copia del Backup Path, o abbandonare ciascuno con un motivo.',
      ),
    })
  },
)

const validatorBack: Check = check(
  'validator-back',
  words('The LMTP validator is as it was found', 'Il validatore LMTP è com’era all’inizio'),
  true,
  (context) =>
    Promise.resolve(
      isLeftOff(context)
        ? {
            verdict: 'red' as const,
            evidence: words('It is still off', 'È ancora spento'),
            next: words('Put it back (in red above).', 'Rimetterlo a posto (in rosso sopra).'),
          }
        : ok('Nothing is pending', 'Nulla in sospeso'),
    ),
)

const CAUSES: Record<Cause, Words> = {
  'read-error': words('read error', 'errore di lettura'),
  broken: words('broken', 'danneggiato'),
  invalid: words('invalid', 'non valido'),
  unknown: words('unknown', 'sconosciuta'),
}
const OUTCOMES: Record<Outcome['how'], Words> = {
  restored: words('restored', 'ripristinato'),
  exported: words('exported', 'esportato'),
  'given-up': words('given up', 'abbandonato'),
}
const VERDICTS: Record<Verdict, Words> = {
  ok: words('ok', 'in ordine'),
  attention: words('attention', 'attenzione'),
  red: words('bad', 'non in ordine'),
  unknown: words('could not be told', 'non si sa'),
}

function outcomeCell(
  context: StepContext,
  row: WorkItem,
  failed: readonly { row: WorkItem; why: string }[],
): Cell {
  const outcome = outcomeOf(context, row)
  if (outcome !== null) return OUTCOMES[outcome.how]
  return translated(failed.find((one) => isSame(one.row, row))?.why ?? '')
}

function resultOf(context: StepContext, failed: readonly { row: WorkItem; why: string }[]): StepResult {
  const rows = workItems(context)
  const how = (wanted: string | null): number =>
    rows.filter((row) => (outcomeOf(context, row)?.how ?? null) === wanted).length
  const health = context.fact(HEALTH)
  const open = how(null)
  return {
    summary: words(
      `Of ${count(rows.length)} items ${count(how('restored'))} were restored, ${count(how('exported'))} exported, ${count(how('given-up'))} given up; still on the list: ${count(open)}`,
      `Di ${countIt(rows.length)} elementi ${countIt(how('restored'))} ripristinati, ${countIt(how('exported'))} esportati, ${countIt(how('given-up'))} abbandonati; ancora nell’elenco: ${countIt(open)}`,
    ),
    figures: [
      { label: words('Restored', 'Ripristinati'), value: count(how('restored')), tone: 'ok' },
      { label: words('Exported', 'Esportati'), value: count(how('exported')), tone: 'ok' },
      {
        label: words('Given up', 'Abbandonati'),
        value: count(how('given-up')),
        tone: how('given-up') > 0 ? 'attention' : 'plain',
      },
      { label: words('Left', 'Rimasti'), value: count(open), tone: open > 0 ? 'failed' : 'ok' },
    ],
    tables: [
      {
        title: words('Unrestored items', 'Elementi non ripristinati'),
        columns: [
          words('Account', 'Account'),
          words('Item', 'Elemento'),
          words('Folder', 'Cartella'),
          words('Subject', 'Oggetto'),
          words('Cause', 'Causa'),
          words('Outcome', 'Esito'),
        ],
        rows: rows
          .slice(0, 2000)
          .map((row) => [
            row.account,
            String(row.id),
            row.folder,
            row.subject,
            words(
              `${CAUSES[row.cause].en}: ${row.evidence.en}`,
              `${CAUSES[row.cause].it}: ${row.evidence.it}`,
            ),
            outcomeCell(context, row, failed),
          ]),
        total: rows.length,
      },
      ...(Array.isArray(health)
        ? [
            {
              title: words('Disks under the path', 'Dischi sotto il percorso'),
              columns: [
                words('What', 'Cosa'),
                words('Verdict', 'Giudizio'),
                words('Seen', 'Visto'),
                words('What next', 'Che cosa fare'),
              ],
              rows: (health as Health[]).map(({ what, verdict, evidence, next }) => [
                what,
                VERDICTS[verdict],
                evidence,
                next ?? '',
              ]),
              total: health.length,
            },
          ]
        : []),
    ],
  }
}

/** From the report to an empty list. */
export const unrestored: Step = {
  id: 'unrestored',
  title: words('Unrestored items', 'Elementi non ripristinati'),
  why: words(
    'The report names what was not restored by bare numbers. Each is found in the catalog with its subject and the cause, cured by its cause and brought again, or exported as a file; nothing leaves the list in silence.',
    'Il rapporto indica ciò che non è stato ripristinato con semplici numeri. Ciascuno viene trovato nel catalogo con oggetto e causa, curato e riportato, o esportato come file; nulla esce dall’elenco senza motivo.',
  ),
  risk: words(
    'Owners in the restored path are changed (never on an only copy). For invalid items the LMTP validator is off for a while: mail that clients cannot show gets in. It is put back in every case, by Lifeboat and by a timer on the server.',
    'I proprietari nel percorso ripristinato vengono cambiati (mai su un’unica copia). Per gli elementi non validi il validatore LMTP resta spento per un po’: entra posta che i client non sanno mostrare. Viene rimesso in ogni caso, da Lifeboat e da un timer sul server.',
  ),
  repeatable: true,
  restores: true,
  page: 'unrestored',
  primary: words('Find the causes and cure them', 'Trova e cura le cause'),
  checks: [validator],
  confirmations: [
    {
      id: 'validator-warning',
      label: words(
        'I know that items which the validator refuses may break the display of a mailbox or the synchronisation of phones',
        'È noto che gli elementi rifiutati dal validatore possono disturbare la visualizzazione di una casella o la sincronizzazione dei telefoni',
      ),
    },
  ],
  fields: [
    {
      id: 'validatorOff',
      label: words(
        'Bring invalid items with the validator off',
        'Riportare gli elementi non validi con il validatore spento',
      ),
      help: words('No: they are exported as files instead.', 'No: vengono invece esportati come file.'),
      kind: 'yes-no',
      required: false,
      advanced: false,
      standard: () => true,
    },
    {
      id: 'exportFolder',
      label: words(
        'Folder on this computer for exported items',
        'Cartella su questo computer per gli elementi esportati',
      ),
      help: words(
        'What cannot be restored is written there as verified files, to be imported by hand.',
        'Ciò che non si può ripristinare viene scritto lì come file verificati, da importare a mano.',
      ),
      kind: 'path',
      required: true,
      advanced: false,
      standard: ({ caseId }) => join(homedir(), 'Lifeboat', caseId, 'unrestored'),
    },
    {
      id: 'timer',
      label: words(
        'Minutes until the server puts the validator back by itself',
        'Minuti finché il server rimette da sé il validatore',
      ),
      help: words(
        'A timer is left on the server for the case that this computer is lost meanwhile. Longer than the restore of these accounts takes.',
        'Un timer resta sul server nel caso questo computer non sia più disponibile. Più lungo del ripristino di questi account.',
      ),
      kind: 'number',
      required: false,
      advanced: true,
      standard: () => 240,
    },
  ],
  async run(context) {
    await settleValidator(context)
    const known = reportedRuns(context).length > 0
    if (!known && listed(context).length === 0) {
      throw new ExpectedError('NOT_FOUND', 'No report of a restore is known', {
        why: 'The notification of the end was neither found on the server nor pasted.',
        next: 'Paste it in the step “Reconcile”.',
      })
    }
    const path =
      restoreRun(context, MAIN_RUN)?.input.sourcePath ?? String((await formOf(context))['sourcePath'] ?? '')
    if (listed(context).length === 0 && workItems(context).length === 0) return resultOf(context, [])
    const catalog = await context.catalog()
    await listWork(context, catalog, path)
    const refused = await cureReadErrors(context, catalog, path)
    if (context.fields['validatorOff'] !== false) await cureInvalid(context)
    // what only lacks an owner comes with a copy or an overlay: it stays on the list for that
    const waits = (row: WorkItem): boolean => refused !== null && row.cause === 'read-error'
    const left = openItems(context).filter((row) => row.exportable && !waits(row))
    const folder = String(context.fields['exportFolder'])
    const failed = catalog === null ? [] : await exportAll(context, catalog, left, folder)
    if (refused !== null) throw refused
    return resultOf(context, failed)
  },
  proofs: [validatorBack, listEmpty],
}
