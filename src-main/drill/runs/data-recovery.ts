import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalEntry, StepView } from '../../contract/recovery.ts'
import { Case } from '../../recovery/cases/case.ts'
import { unrestoredList } from '../../recovery/unrestored-list.ts'
import { settleByHand } from '../../recovery/unrestored/acts.ts'
import type { Lost, Recovered, Run, RunSpec } from './driver.ts'
import { proveMailbox } from './mailbox-proof.ts'
import type { Habits } from './technician.ts'

/** The step in which the mailboxes are being filled. */
const WATCHED = 'items-follow'

/**
 * The server is gone and its disk hangs on the laptop; a new server is filled. On the way the connection is lost in the
 * middle of the copy and again in the middle of the restore, the laptop is killed while the restore runs, and twelve
 * items of three causes cannot be restored.
 */
export const dataRecoveryRun: RunSpec = {
  name: 'data-recovery',
  faults: ['unrestored=12'],
  items: 600,
  speed: 25,
  async perform(run) {
    const { drill } = run
    run.plant('lost-connection-copy', 'the connection is cut in the middle of the copy')
    run.plant('killed', 'the laptop is killed (SIGKILL) in the middle of the restore')
    run.plant('lost-connection-restore', 'the connection is cut while the restore is watched')
    for (const { account, item, cause } of drill.planted)
      run.plant(unrestoredId(account, item), `item ${String(item)} of ${account}: ${cause}`)

    const caseId = run.openCase('Data recovery drill')
    const place = { kind: 'local', path: drill.old.backup } as const
    run.laptop.recovery.addSource(caseId, { kind: 'backup-path', place, onlyCopy: false })
    await run.perform({ until: ({ present }) => present === 'bring' })
    // Looked for on the disk: a quick machine is through before progress is told.
    const arriving = join(drill.new.root, 'opt/zextras/backup/import/items')
    await cutWhile(run, 'bring', () => existsSync(arriving), 'lost-connection-copy')
    await run.perform({ until: ({ present }) => present === WATCHED })

    const killed = await killWhileWatching(run, caseId)
    const before = run.journal().length
    await cutWhile(run, WATCHED, ({ progress }) => progress !== null, 'lost-connection-restore')
    const since = run.journal().slice(before)
    const attached = since.some(({ kind, text }) => kind === 'record' && text.startsWith('Attached'))
    if (killed && attached && restoresIn(since) === 0 && stepOf(run, WATCHED).state === 'done')
      run.catch('killed', 'the step showed as interrupted, attached to the restore that still ran, and ended')

    await run.perform(STUBBORN)
    catchUnrestored(run)
    return proved(run)
  },
}

/** What a person does when a step failed: gives up what nothing can bring back, and presses the primary action again. */
const STUBBORN: Habits = {
  arrive: (step, runner) => {
    if (step.id !== 'unrestored') return
    runner.setField(runner.step(step.id), 'exportFolder', join(runner.case.folder, '../../../exported'))
  },
  failed: async (step, runner) => {
    if (step.id !== 'unrestored') return true
    const open = unrestoredList(runner.case).items.filter(({ outcome }) => outcome === null)
    const hopeless = open.filter(({ exportable }) => !exportable)
    await runner.beside(step.id, async (context) =>
      settleByHand(context, hopeless, 'given-up', 'No state of it is whole, in no copy of the backup.'),
    )
    return true
  },
}

const unrestoredId = (account: string, item: number): string => `unrestored ${account} ${String(item)}`

const stepOf = (run: Run, id: string): StepView => run.view().plan.find((step) => step.id === id)!

const restoresIn = (entries: readonly JournalEntry[]): number =>
  entries.filter(({ kind, command }) => kind === 'command' && command?.includes('doExternalRestore') === true)
    .length

/** Performs a step, and cuts the connection to the new server in the middle of it. */
async function cutWhile(
  run: Run,
  id: string,
  when: (step: StepView) => boolean,
  planted: string,
): Promise<void> {
  const done = { cut: false }
  const watch = setInterval(() => {
    const step = stepOf(run, id)
    if (step.state !== 'doing' || !when(step)) return
    clearInterval(watch)
    run.say(`Cut the connection during “${step.title.en}”`)
    run.drill.cut('new')
    done.cut = true
  }, 5)
  try {
    await run.perform({ ...STUBBORN, until: ({ present }) => present !== id })
  } finally {
    clearInterval(watch)
  }
  const { state, result, title } = stepOf(run, id)
  if (!done.cut) run.problem(`“${title.en}” was over before the connection could be cut.`)
  else if (state === 'done' && result?.figures.every(({ tone }) => tone !== 'failed') === true)
    run.catch(planted, `“${title.en}” went on over a new connection: ${result.summary.en}`)
}

/** The laptop watches the restore in a process of its own, which is killed. True: it shows as interrupted. */
async function killWhileWatching(run: Run, caseId: string): Promise<boolean> {
  const eye = new Case(join(run.laptop.dataFolder, 'cases', caseId))
  const from = eye.journal.count
  const watching = (): boolean => {
    eye.refresh()
    return eye.journal
      .read(from, eye.journal.count)
      .some(({ kind, step, text }) => kind === 'record' && step === WATCHED && text.startsWith('Attached'))
  }
  if (!(await run.killLaptopWhen(watching))) {
    run.problem('The restore was over before the laptop could be killed.')
    return false
  }
  const { state, reason, canRun } = stepOf(run, WATCHED)
  run.say(`After the crash: ${state}. ${reason?.en ?? ''}`)
  return state === 'waiting' && canRun
}

/** Each planted item was on the worklist with its account and its very cause, and left it by one of the three ways. */
function catchUnrestored(run: Run): void {
  const { items } = unrestoredList(run.laptop.recovery.runner(run.view().id).case)
  for (const { account, item, cause, olderState } of run.drill.planted) {
    const row = items.find((one) => one.id === item && one.account === account)
    const found = `item ${String(item)} of ${account}`
    if (row?.cause !== cause.replace(' ', '-')) {
      run.problem(`${found} was planted as ${cause}, the worklist says ${row?.cause ?? 'nothing of it'}.`)
      continue
    }
    const how = row.outcome?.how ?? 'still on the list'
    run.catch(unrestoredId(account, item), `${row.subject} (${row.folder}): ${row.evidence.en}; ${how}`)
    const wanted = cause === 'broken' ? (olderState ? 'exported' : null) : 'restored'
    if (wanted !== null && how !== wanted) run.problem(`${found} could be ${wanted}, and is ${how}.`)
  }
}

/** Compares the mailboxes of the new server with the backup, message by message, by SHA-256. */
function proved(run: Run): { recovered: Recovered; lost: Lost[] } {
  const { drill } = run
  const proofs = drill.facts.accounts.map(({ id, name }) =>
    proveMailbox(drill.old.backup, id, drill.new, name),
  )
  const sum = (of: (proof: (typeof proofs)[number]) => number): number =>
    proofs.reduce((total, proof) => total + of(proof), 0)
  const missing = proofs.flatMap((proof) => proof.missing)
  const broken = new Set(
    drill.planted
      .filter(({ cause }) => cause === 'broken')
      .map(({ account, item }) => unrestoredId(account, item)),
  )
  const { items } = unrestoredList(run.laptop.recovery.runner(run.view().id).case)
  const exported = items.filter(({ outcome }) => outcome?.how === 'exported')
  for (const { account, item, what, why } of missing) {
    if (!broken.has(unrestoredId(account, item ?? -1)))
      run.problem(`Item ${String(item)} of ${account} (${what}) is not in its mailbox: ${why}`)
  }
  for (const { account, id, outcome } of exported) {
    const bytes = outcome?.file && existsSync(outcome.file) ? readFileSync(outcome.file) : null
    const sha256 = bytes === null ? null : createHash('sha256').update(bytes).digest('hex')
    if (sha256 === null || sha256 !== outcome?.sha256)
      run.problem(`Item ${String(id)} of ${account} is said to be exported; its file does not prove it.`)
  }
  const lost = items.flatMap(({ account, id, subject, outcome, evidence }): Lost[] =>
    outcome?.how === 'given-up' ? [{ account, item: id, what: subject, why: evidence.en }] : [],
  )
  return {
    recovered: {
      accounts: proofs.length,
      items: sum(({ there }) => there),
      ofItems: sum(({ wanted }) => wanted),
    },
    lost,
  }
}
