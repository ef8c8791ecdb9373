import type { UnrestoredState } from '../../contract/unrestored-acts.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { CarbonioError } from '../../remote/carbonio/errors.ts'
import { getItem } from '../../remote/carbonio/get-item.ts'
import { ConnectionError } from '../../remote/connection-errors.ts'
import { MAIN_RUN } from '../restore/facts.ts'
import { formOf } from '../restore/form.ts'
import { restoreRun } from '../restore/operation.ts'
import type { StepContext } from '../types.ts'
import { exportAll } from './cures.ts'
import { outcomeFact, settle, workItems, type WorkItem } from './rows.ts'

type Named = Pick<WorkItem, 'account' | 'id'>

/** @throws ExpectedError NOT_FOUND for an item that is not on the list */
function rowsNamed(context: Pick<StepContext, 'fact'>, items: readonly Named[]): WorkItem[] {
  const all = new Map(workItems(context).map((row) => [outcomeFact(row.account, row.id), row]))
  return items.map(({ account, id }) => {
    const row = all.get(outcomeFact(account, id))
    if (row !== undefined) return row
    throw new ExpectedError('NOT_FOUND', `Item ${String(id)} of ${account} is not on the list`, {
      why: 'The list was made anew, or the item belongs to another case.',
      next: 'Look at the list again.',
    })
  })
}

/** A person settles items without Lifeboat: they are there, or they are given up. */
export function settleByHand(
  context: Pick<StepContext, 'fact' | 'setFact'>,
  items: readonly Named[],
  how: 'restored' | 'given-up',
  note: string,
): number {
  const rows = rowsNamed(context, items)
  for (const row of rows) settle(context, row, { how, note })
  return rows.length
}

/** Puts items back on the list. */
export function reopen(context: Pick<StepContext, 'fact' | 'setFact'>, items: readonly Named[]): number {
  const rows = rowsNamed(context, items)
  for (const { account, id } of rows) context.setFact(outcomeFact(account, id), null)
  return rows.length
}

/** Exports items, one of them in the state a person chose. */
export async function exportByHand(
  context: StepContext,
  items: readonly Named[],
  folder: string,
  digest: string | null,
): Promise<{ done: number; failed: { account: string; id: number; why: string }[] }> {
  const catalog = await context.catalog()
  if (catalog === null) {
    throw new ExpectedError('NOT_FOUND', 'There is no catalog of the Backup Path on this computer', {
      why: 'Items are exported from it.',
      next: 'Add a copy of the Backup Path on this computer to the sources of the case.',
    })
  }
  const rows = rowsNamed(context, items).map((row) => (digest === null ? row : { ...row, good: digest }))
  const failed = await exportAll(context, catalog, rows, folder)
  return {
    done: rows.length - failed.length,
    failed: failed.map(({ row: { account, id }, why }) => ({ account, id, why })),
  }
}

/** All states of an item: what the catalog knows of them, and what the server says with `getItem … date all`. */
export async function statesOf(
  context: StepContext,
  { account, id }: Named,
): Promise<{ states: UnrestoredState[]; good: string | null; serverSilent: string | null }> {
  const item = (await context.catalog())?.item(account, id) ?? null
  const states: UnrestoredState[] =
    item?.states.map(({ at, digest, deleted, verdict }) => ({
      at,
      digest,
      deleted,
      verdict,
      serverBlob: null,
    })) ?? []
  let serverSilent: string | null = null
  try {
    for (const told of await askServer(context, { account, id })) {
      const digest = told.blobPath?.split('/').at(-1) ?? null
      // a blob's name is its digest: that ties both sides together, whatever their clocks say
      const same = states.find(
        (state) => state.serverBlob === null && state.digest === digest && digest !== null,
      )
      if (same) same.serverBlob = told.blobPath
      else if (digest !== null && !states.some((state) => state.digest === digest))
        states.push({
          at: told.start?.at ?? null,
          digest,
          deleted: told.deleted ?? false,
          verdict: null,
          serverBlob: told.blobPath,
        })
    }
  } catch (error) {
    if (
      !(error instanceof CarbonioError) &&
      !(error instanceof ConnectionError) &&
      !(error instanceof ExpectedError)
    )
      throw error
    serverSilent = error.message
  }
  const good = item?.states.find(({ verdict, deleted }) => verdict === 'good' && !deleted)?.digest ?? null
  return { states, good, serverSilent }
}

async function askServer(context: StepContext, { account, id }: Named) {
  const path =
    restoreRun(context, MAIN_RUN)?.input.sourcePath ?? String((await formOf(context))['sourcePath'] ?? '')
  const answer = await context.carbonio('new', getItem, {
    account,
    item: String(id),
    date: 'all',
    ...(path === '' ? {} : { backupPath: path }),
  })
  if (answer.understood) return answer.value.states
  throw new ExpectedError('REFUSED', answer.why, {
    why: answer.why,
    next: 'Look at its output in the journal.',
  })
}
