import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UnrestoredItem } from '../../contract/unrestored.ts'
import { Case } from '../../recovery/cases/case.ts'
import { settleByHand } from '../../recovery/unrestored/acts.ts'
import { unrestoredList } from '../../recovery/unrestored-list.ts'
import { loadState } from '../server/state.ts'
import { serverPaths } from '../paths.ts'
import type { Lost, Recovered, Run, RunSpec } from './driver.ts'
import { proveMailbox } from './mailbox-proof.ts'
import type { Habits } from './technician.ts'

const STEP = 'unrestored'
const PENDING = 'lmtp-validator'
const KEY = 'zimbra_lmtp_validate_messages'

/**
 * A restore left twelve items of three causes behind. The laptop is killed while the LMTP validator is off for those
 * that it refuses: the case shows it in red, the server has a timer of its own, and the step puts it back.
 */
export const unrestoredRun: RunSpec = {
  name: 'unrestored',
  faults: ['unrestored=12'],
  items: 300,
  speed: 100,
  async perform(run) {
    const { drill } = run
    for (const { account, item, cause } of drill.planted)
      run.plant(idOf(account, item), `item ${String(item)} of ${account}: ${cause}`)
    run.plant('validator-left-off', 'the laptop is killed (SIGKILL) while the LMTP validator is off')

    const caseId = run.openCase('Drill of unrestored items')
    const { recovery } = run.laptop
    const place = { kind: 'local', path: drill.old.backup } as const
    recovery.addSource(caseId, { kind: 'backup-path', place, onlyCopy: false })
    await recovery.lookAtSources(caseId)
    recovery.chooseProcedure(caseId, 'data-recovery')
    await run.perform({ ...HABITS, until: ({ present }) => present === STEP })

    const before = validatorOf(run)
    await killWhileOff(run, caseId)
    await run.perform({ ...HABITS, until: ({ present }) => present !== STEP })
    caughtValidator(run, before)
    const { items } = unrestoredList(run.laptop.recovery.runner(caseId).case)
    caughtItems(run, items)
    return proved(run, items)
  },
}

/** What a technician does beside the primary action: names a folder for exports, and gives up what has no whole state. */
const HABITS: Habits = {
  arrive: (step, runner) => {
    if (step.id !== STEP) return
    runner.setField(runner.step(STEP), 'exportFolder', join(runner.case.folder, '../../../exported'))
  },
  failed: async (step, runner) => {
    if (step.id !== STEP) return step.runs < 3
    const hopeless = unrestoredList(runner.case).items.filter(
      ({ outcome, exportable }) => outcome === null && !exportable,
    )
    await runner.beside(STEP, (context) => {
      for (const row of hopeless)
        settleByHand(context, [row], 'given-up', `No state of it is whole: ${row.evidence.en}`)
      return Promise.resolve()
    })
    return hopeless.length > 0
  },
}

const idOf = (account: string, item: number): string => `unrestored ${account.toLowerCase()} ${String(item)}`

/** The setting as it lies on the simulated server's disk, without asking the server. */
function validatorOf(run: Run): string {
  return loadState(serverPaths(run.drill.folder, 'new'))?.localconfig[KEY] ?? ''
}

const timersOf = (run: Run): string[] =>
  (loadState(serverPaths(run.drill.folder, 'new'))?.timers ?? []).map(({ unit }) => unit)

/** The laptop cures in a process of its own, which is killed as soon as the validator is off. */
async function killWhileOff(run: Run, caseId: string): Promise<void> {
  const killed = await run.killLaptopWhen(() => validatorOf(run) === 'false')
  if (!killed) return run.problem('The step was over before the laptop could be killed.')
  const eye = new Case(join(run.laptop.dataFolder, 'cases', caseId))
  const pending = eye.state.pendings.get(PENDING)
  run.say(`After the crash: validator ${validatorOf(run)}, timers ${timersOf(run).join(', ') || 'none'}`)
  if (pending === undefined) run.problem('The case does not know after the crash that the validator is off.')
  if (pending?.timerAt == null || timersOf(run).length === 0)
    run.problem('No timer was left on the server that would put the validator back.')
}

function caughtValidator(run: Run, before: string): void {
  const { pendings } = run.view()
  const now = validatorOf(run)
  const left = timersOf(run)
  if (now === before && pendings.length === 0 && left.length === 0)
    run.catch(
      'validator-left-off',
      `shown as pending after the crash, put back to ${now}, its timer taken away`,
    )
  else run.problem(`The validator is ${now}, ${String(pendings.length)} pending, timers: ${left.join(', ')}`)
}

/** Each planted item was on the list with its very cause, its subject and folder, and left it as it should. */
function caughtItems(run: Run, items: readonly UnrestoredItem[]): void {
  for (const { account, item, cause, olderState, subject } of run.drill.planted) {
    const row = items.find(({ id, account: of }) => idOf(of, id) === idOf(account, item))
    const named = `Item ${String(item)} of ${account}`
    if (row?.cause !== cause.replace(' ', '-')) {
      run.problem(`${named} was planted as ${cause}; the worklist says ${row?.cause ?? 'nothing of it'}.`)
      continue
    }
    if (cause !== 'broken' && row.subject !== subject) {
      run.problem(`${named} is called “${row.subject}” instead of “${subject ?? ''}”.`)
      continue
    }
    const wanted = cause !== 'broken' ? 'restored' : olderState ? 'exported' : 'given-up'
    if (row.outcome?.how === wanted) run.catch(idOf(account, item), `${row.evidence.en}: ${wanted}`)
    else run.problem(`${named} should be ${wanted}, and is ${row.outcome?.how ?? 'still on the list'}.`)
  }
  if (items.length !== run.drill.planted.length)
    run.problem(
      `${String(items.length)} items are on the list, ${String(run.drill.planted.length)} were planted.`,
    )
}

/** Looks at the mailboxes and the exported files themselves, byte by byte. */
function proved(run: Run, items: readonly UnrestoredItem[]): { recovered: Recovered; lost: Lost[] } {
  const { drill } = run
  const proofs = drill.facts.accounts.map(({ id, name }) =>
    proveMailbox(drill.old.backup, id, drill.new, name),
  )
  const missing = new Set(
    proofs.flatMap((proof) => proof.missing.map(({ account, item }) => idOf(account, item ?? -1))),
  )
  const lost: Lost[] = []
  let restored = 0
  let exported = 0
  for (const { account, id, subject, evidence, outcome } of items) {
    const named = `Item ${String(id)} of ${account}`
    if (outcome?.how === 'restored') {
      if (missing.delete(idOf(account, id))) run.problem(`${named} is said to be restored and is not there.`)
      else restored++
    } else if (outcome?.how === 'exported') {
      missing.delete(idOf(account, id))
      if (isProved(outcome)) exported++
      else run.problem(`${named} is said to be exported; its file does not prove it.`)
    } else if (outcome?.how === 'given-up') {
      missing.delete(idOf(account, id))
      lost.push({ account, item: id, what: subject, why: evidence.en })
    }
  }
  for (const left of missing) run.problem(`${left} is missing, and nothing says so.`)
  return {
    recovered: {
      restored,
      exported,
      items: proofs.reduce((sum, { there }) => sum + there, 0),
      ofItems: proofs.reduce((sum, { wanted }) => sum + wanted, 0),
    },
    lost,
  }
}

function isProved({ file, sha256 }: NonNullable<UnrestoredItem['outcome']>): boolean {
  if (file === null || !existsSync(file)) return false
  return createHash('sha256').update(readFileSync(file)).digest('hex') === sha256
}
