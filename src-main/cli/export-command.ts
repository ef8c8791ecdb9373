import { catalogIdFor } from '../catalog/catalog.ts'
import { listAccounts } from '../catalog/queries/accounts.ts'
import { findItem } from '../catalog/queries/item.ts'
import { listUnclaimedOwners } from '../catalog/queries/unclaimed.ts'
import { countView } from '../catalog/queries/walk.ts'
import type { DeletedMode } from '../contract/common.ts'
import type { Scope } from '../contract/mail.ts'
import type { ExportFormat } from '../contract/tasks.ts'
import { ExpectedError } from '../engine/errors.ts'
import { assertApart } from '../engine/paths.ts'
import { TaskManager } from '../engine/tasks.ts'
import { detectLayout } from '../backup/layout.ts'
import { exportSpool, startExportTask } from '../export/export-task.ts'
import type { ExportFailure, ExportOutcome, ExportPart } from '../export/request.ts'
import { accountNamed, checkQuery, momentOf } from './choices.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT, StoppedError, UsageError } from './exit.ts'
import { openPath, type OpenPath } from './open-path.ts'
import { count, counted, plain, size } from './text.ts'
import { localZone } from './zone.ts'

export interface ExportCommandOptions {
  out: string
  account?: string[]
  item?: string[]
  query?: string
  at?: string
  deleted: DeletedMode
  unclaimed?: boolean
  format: ExportFormat
}

/** `lifeboat export PATH --out DIR …` */
export async function exportCommand(
  context: CommandContext,
  path: string,
  options: ExportCommandOptions,
): Promise<number> {
  const at = momentOf(options.at)
  const out = asMeant(options.out)
  const ids = (options.item ?? []).map(itemId)
  checkQuery(options.query ?? '')
  // Said before anything is read: a wrong target must not cost an hour of indexing.
  assertApart(out, detectLayout(asMeant(path)).root, 'export folder')
  const opened = await openPath(context, path)
  try {
    const parts = partsOf(opened, options, ids, at)
    const outcome = await run(context, opened, parts, out, options.format)
    if (outcome.stopped) throw new StoppedError()
    print(context, outcome)
    return outcome.failed.length > 0 ? EXIT.failures : EXIT.done
  } finally {
    opened.close()
  }
}

function itemId(text: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new UsageError(
      `${text} is not the number of an item`,
      'Items are named by numbers such as 2057.',
      'See `lifeboat search PATH QUERY` for the numbers of its items.',
    )
  }
  return Number(text)
}

/** What the options choose: accounts, items and a query narrow each other; unclaimed mail is added. */
function partsOf(
  { db, root }: OpenPath,
  options: ExportCommandOptions,
  ids: readonly number[],
  at: number | null,
): ExportPart[] {
  const part = (scope: Scope, keys?: string[]): ExportPart => {
    const view = { catalogId: catalogIdFor(root), scope, at, deleted: options.deleted }
    return keys === undefined ? { view } : { view, keys }
  }
  const named = options.account?.map((name) => accountNamed(db, name).id)
  const accounts = named && [...new Set(named)]
  const parts: ExportPart[] = []
  if (ids.length > 0) {
    parts.push(part({ kind: 'all' }, itemKeys(db, accounts, ids)))
    if (options.query !== undefined) {
      throw new UsageError(
        '--item and --query cannot be combined',
        'An item is named by its number, a query finds items by what they hold.',
        'Use one of them.',
      )
    }
  } else if (options.query !== undefined) {
    const query = options.query
    if (query.trim() === '')
      throw new UsageError('the query is empty', 'Nothing was asked for.', 'Give at least one word.')
    if (!accounts) return [part({ kind: 'search', query })]
    parts.push(...accounts.map((account) => part({ kind: 'search', query, account })))
  } else if (accounts) parts.push(...accounts.map((account) => part({ kind: 'account', account })))
  else parts.push(part({ kind: 'all' }))
  if (options.unclaimed) parts.push(...unclaimedScopes(db, accounts).map((scope) => part(scope)))
  return parts
}

/** All unclaimed mail, or only that whose likely owner is one of the accounts. */
function unclaimedScopes(db: OpenPath['db'], accounts: readonly string[] | undefined): Scope[] {
  if (!accounts) return [{ kind: 'unclaimed' }]
  return listUnclaimedOwners(db)
    .filter(({ account }) => account !== null && accounts.includes(account))
    .map(({ owner }) => ({ kind: 'unclaimed', owner }))
}

function itemKeys(db: OpenPath['db'], accounts: string[] | undefined, ids: readonly number[]): string[] {
  const keys: string[] = []
  for (const id of ids) {
    const found = (accounts ?? listAccounts(db).map((account) => account.id))
      .map((account) => findItem(db, account, id))
      .filter((ref) => ref !== null)
    if (found.length === 0) {
      throw new ExpectedError('NOT_FOUND', `There is no item ${id}`, {
        why: accounts
          ? 'The named accounts have no item of that number.'
          : 'No account has an item of that number.',
        next: 'See `lifeboat search PATH QUERY` for the numbers of items.',
      })
    }
    keys.push(...found.map((ref) => `i${ref}`))
  }
  return keys
}

async function run(
  { terminal, signal }: CommandContext,
  opened: OpenPath,
  parts: ExportPart[],
  out: string,
  format: ExportFormat,
): Promise<ExportOutcome> {
  const { root, catalogFile, appDb, dataFolder, db } = opened
  const zone = localZone()
  const rows = parts.reduce((sum, { view, keys }) => sum + countView(db, view, keys, zone).items, 0)
  // A row like any other task: a killed export shows as interrupted in the app and can go on there.
  const tasks = new TaskManager(appDb)
  const line = terminal.progress('Exporting')
  const request = {
    backupPath: root,
    catalogFile,
    parts,
    out,
    format,
    zone,
    spool: exportSpool(dataFolder, catalogIdFor(root)),
  }
  const { id, outcome } = startExportTask(tasks, request, rows, ({ done, total }) =>
    line.update({ done, total, unit: 'items' }),
  )
  const stop = (): void => void tasks.stop(id).catch(() => undefined)
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    const result = await outcome
    // Its result is on this terminal; only what is unfinished stays on the app's list.
    if (!result.stopped) tasks.dismissWhenOver(id)
    return result
  } finally {
    signal.removeEventListener('abort', stop)
    line.end()
    await tasks.close()
  }
}

function print({ terminal }: CommandContext, outcome: ExportOutcome): void {
  const { exported, bytes, already, failed, manifest, unverified, out } = outcome
  if (terminal.json) {
    const list = failed.map(({ account, id, digest, reason, salvaged }) => ({
      account,
      id,
      digest,
      reason,
      salvaged,
    }))
    return printJson(terminal, { exported, bytes, already, failed: list, unverified, manifest, out })
  }
  const lines = [
    `${counted(exported, 'file')} exported and verified (${size(bytes)}), ${count(already)} already there, ${count(failed.length)} failed`,
  ]
  if (unverified > 0) {
    lines.push(
      `${counted(unverified, 'file')} could be verified by the gzip check sum only: the digest rule of this backup path is unknown`,
    )
  }
  lines.push(...failureLines(failed), `Listed in ${manifest}`)
  terminal.out(`${lines.join('\n')}\n`)
}

const SHOWN_FAILURES = 20

function failureLines(failed: readonly ExportFailure[]): string[] {
  const lines = failed.slice(0, SHOWN_FAILURES).map(({ account, id, digest, reason, salvaged }) => {
    const what = id === null ? (digest ?? 'unclaimed mail') : `${account ?? ''} ${id}`
    return `  ! ${plain(what)}: ${plain(reason)}${salvaged === null ? '' : ` (saved as ${plain(salvaged)})`}`
  })
  if (failed.length > SHOWN_FAILURES)
    lines.push(`  … and ${count(failed.length - SHOWN_FAILURES)} more, see failures.csv`)
  return lines
}
