import { ExpectedError } from '../../engine/errors.ts'
import type { RestoreReport } from '../../remote/carbonio/parse-restore-report.ts'
import { words } from '../cases/words.ts'
import { isOnlyCopy } from '../restore/checks-path.ts'
import { formOf, restoreInput } from '../restore/form.ts'
import { restoreRun, underWay, type RestoreRun } from '../restore/operation.ts'
import { unreadableAmong } from '../restore/readable.ts'
import { keptReport } from '../restore/reports.ts'
import { meansAgain, taken } from '../restore/steps/planned.ts'
import { watchRun } from '../restore/watch.ts'
import type { CatalogAccess, StepContext } from '../types.ts'
import { settle, type WorkItem } from './rows.ts'

/**
 * Gives the path to zextras, who then can read what is listed.
 * @throws ExpectedError REFUSED on an only copy, or when it did not help
 */
export async function giveToZextras(
  context: StepContext,
  path: string,
  files: readonly string[],
): Promise<void> {
  if (isOnlyCopy(context, path)) {
    throw new ExpectedError('REFUSED', 'Owner and mode are not changed on an only copy', {
      why: `${path} is the only copy of this mail that is left.`,
      next: 'Copy it or lay an overlay over it (mount -t overlay), and restore from that.',
    })
  }
  for (const argv of [
    ['chown', '-R', 'zextras:zextras', path],
    ['chmod', '-R', 'u+rwX', path],
  ]) {
    const { code, stderr } = await context.command('new', argv, { as: 'root', timeout: 3_600_000 })
    if (code === 0) continue
    throw new ExpectedError('REFUSED', `${argv[0] ?? ''} did not succeed on ${path}`, {
      why: stderr.trim().slice(0, 300) || `It ended with code ${String(code)}.`,
      next: 'A network share takes no owners: copy the Backup Path to a local volume by rsync.',
    })
  }
  const left = await unreadableAmong(context, files)
  if (left.length === 0) return
  throw new ExpectedError('REFUSED', `zextras still cannot read ${String(left.length)} files`, {
    why: left
      .slice(0, 3)
      .map(({ path: file, owner, mode }) => `${file} (${owner}, ${mode})`)
      .join(', '),
    next: 'Look for ACLs, SELinux and the options of the mount.',
  })
}

/** Restores these accounts again and waits for the end. @returns how it ended, with its report */
export async function restoreAgain(
  context: StepContext,
  run: string,
  accounts: readonly string[],
): Promise<{ run: RestoreRun; report: RestoreReport | null }> {
  const form = await formOf(context)
  const input = restoreInput({ ...form, domains: [] }, { accounts: [...accounts] })
  const known = await underWay(context, run, input, meansAgain(restoreRun(context, run)))
  const { run: over } = await watchRun(context, run, known, { expected: null })
  taken(context, run, over)
  const report = keptReport(context, run)?.report ?? null
  return { run: over, report }
}

/** Settles what a new run brought: what its report of the same accounts no longer lists is there. */
export function settleRestored(
  context: StepContext,
  rows: readonly WorkItem[],
  accounts: readonly string[],
  { run, report }: Awaited<ReturnType<typeof restoreAgain>>,
): WorkItem[] {
  // without a whole report nothing is taken for restored
  if (run.ending !== 'ended' || !report?.complete) return []
  const still = new Set(
    report.accounts.flatMap(({ account, items }) =>
      items.map((id) => `${account.toLowerCase()}/${String(id)}`),
    ),
  )
  const names = new Set(accounts.map((name) => name.toLowerCase()))
  const restored = rows.filter(
    ({ account, id }) =>
      names.has(account.toLowerCase()) && !still.has(`${account.toLowerCase()}/${String(id)}`),
  )
  for (const row of restored) {
    settle(context, row, {
      how: 'restored',
      note: `Restored again; the report of operation ${run.id ?? '?'} no longer lists it`,
    })
  }
  return restored
}

/** Writes the newest whole state of each as a file and proves it. @returns what could not be exported, with the reason */
export async function exportAll(
  context: StepContext,
  catalog: CatalogAccess,
  rows: readonly WorkItem[],
  folder: string,
): Promise<{ row: WorkItem; why: string }[]> {
  const failed: { row: WorkItem; why: string }[] = []
  for (const [index, row] of rows.entries()) {
    context.signal.throwIfAborted()
    context.progress({
      phase: words(`Exporting to ${folder}`, `Esportazione in ${folder}`),
      done: index,
      total: rows.length,
      unit: 'items',
      rate: null,
      secondsLeft: null,
      detail: null,
    })
    try {
      const { file, sha256 } = await catalog.exportItem(row.account, row.id, folder, row.good ?? undefined)
      const older = row.cause === 'broken' ? 'its latest whole state' : 'it'
      settle(context, row, { how: 'exported', note: `The file holds ${older}, verified`, file, sha256 })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      failed.push({ row, why: (error as Error & { why?: string }).why ?? error.message })
    }
  }
  return failed
}
