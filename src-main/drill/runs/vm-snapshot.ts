import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StepView } from '../../contract/recovery.ts'
import type { CaseRunner } from '../../recovery/steps/runner.ts'
import { parseFault } from '../faults.ts'
import type { Lost, Run, RunSpec } from './driver.ts'
import { proveMailbox } from './mailbox-proof.ts'

const FAULT = 'snapshot-with-backup=300'

interface CloneState {
  operations: { name: string; state: string; restored: number }[]
  delivered?: string[]
  firewall?: Record<string, unknown>
  services: Record<string, boolean>
}

/** A running restore has brought this much when the laptop is killed. */
const KILLED_AFTER = 15

/**
 * The server is gone; a clone from a snapshot of three hundred days ago is filled up with what came after. The disk at hand was
 * part of the snapshot, the clone is in the network of the users, and the laptop is killed in the middle of the restore.
 */
export const vmSnapshotRun: RunSpec = {
  name: 'vm-snapshot',
  faults: [FAULT],
  items: 420,
  speed: 5,
  async perform(run) {
    const { drill } = run
    const taken = drill.facts.snapshot
    if (taken === null) throw new Error('The drill has no snapshot.')
    const state = (): CloneState =>
      JSON.parse(readFileSync(join(drill.folder, 'new/state/server.json'), 'utf8')) as CloneState
    const before = itemsOf(drill.new.store)
    run.plant('rolled-back', 'the Backup Path that is chosen first was part of the snapshot')
    run.plant('wrong-disk', 'the disk that is attached first is the rolled back one')
    run.plant(
      'not-isolated',
      'the clone is in the network of the users: its ports answer, its MTA would send the old queue',
    )
    run.plant('killed', 'the laptop is killed in the middle of the restore')
    run.plant('old-answers', 'the old server still answers its users when the clone is ready')

    const caseId = run.openCase('A clone from a snapshot')
    const { recovery } = run.laptop
    recovery.chooseProcedure(caseId, 'vm-snapshot')
    const serverId = run.view().servers.find(({ role }) => role === 'new')?.serverId ?? ''
    const rolledBack = recovery.addSource(caseId, {
      kind: 'backup-path',
      place: { kind: 'server', serverId, path: drill.facts.mountedBackup ?? '' },
      onlyCopy: false,
    })
    const external = recovery.addSource(caseId, {
      kind: 'copy',
      place: { kind: 'local', path: drill.old.backup },
      onlyCopy: false,
    })
    await recovery.lookAtSources(caseId, run.signal)
    recovery.chooseSource(caseId, rolledBack.id, 'It is the one that is mounted on the clone.')

    const arrive = async (step: StepView, runner: CaseRunner): Promise<void> => {
      const set = (field: string, value: string): void => runner.setField(runner.step(step.id), field, value)
      switch (step.id) {
        case 'backup-not-in-snapshot':
          return set('taken', new Date(taken).toISOString())
        case 'vm-switched-off':
          return set('state', 'running')
        case 'isolate':
          // Whoever built the clone left its network card where that of the old server was.
          drill.setFaults([FAULT, 'not-isolated'].flatMap(parseFault))
          return sleep(400)
        case 'mount-path':
          set('device', '/dev/vdd1')
          return set('below', 'zextras')
        default:
      }
    }
    const blocked = async (step: StepView, runner: CaseRunner): Promise<boolean> => {
      const why = step.blockedBy.map(({ en }) => en).join(' ')
      if (step.id !== 'backup-not-in-snapshot' || !why.includes('ends with the snapshot')) return false
      run.catch('rolled-back', why)
      recovery.chooseSource(caseId, external.id, 'The external copy is newer than the snapshot.')
      await runner.look(runner.step(step.id))
      return true
    }
    const failed = (step: StepView, runner: CaseRunner): boolean => {
      if (step.id !== 'mount-path' || step.reason?.en.includes('ends with the snapshot') !== true)
        return false
      run.catch('wrong-disk', step.reason.en)
      runner.setField(runner.step(step.id), 'device', '/dev/vde1')
      runner.setField(runner.step(step.id), 'mountPoint', '/mnt/lifeboat-untouched')
      return true
    }
    const onAction = (step: StepView): void => {
      if (step.id === 'isolate') seeIsolation(run, step)
      if (step.id === 'fence-old') {
        const now = step.checks.find(({ id }) => id === 'old-now')
        if (now?.verdict === 'red') run.catch('old-answers', now.evidence?.en ?? '')
      }
    }
    await run.perform({ arrive, blocked, failed, onAction, until: ({ present }) => present === 'restore' })

    const isUnderWay = (): boolean =>
      state().operations.some(
        ({ name, state: was, restored }) =>
          name === 'External Restore' && was === 'Started' && restored >= KILLED_AFTER,
      )
    if (!(await run.killLaptopWhen(isUnderWay, 'another-round')))
      run.problem('The laptop was not killed in time.')
    await run.perform({ arrive, blocked, failed, onAction })
    const restores = state().operations.filter(({ name }) => name === 'External Restore')
    if (run.journal().some(({ text }) => text.startsWith('Attached to the restore')) && restores.length === 2)
      run.catch('killed', 'the case attached to the restore that ran on; it was not started twice')

    const after = state()
    if (after.delivered !== undefined && after.delivered.length > 0)
      run.problem(`The clone sent ${String(after.delivered.length)} mails of its old queue.`)
    if (Object.keys(after.firewall ?? {}).length > 0)
      run.problem('Rules of the isolation are still on the clone.')
    if (after.services['realtime-scanner'] !== true) run.problem('The RealTime Scanner is still off.')
    if (run.view().pendings.length > 0) run.problem('Something is still to be put back.')
    return figures(run, before)
  },
}

/** The clone was seen to be open before, and to be closed after. */
function seeIsolation(run: Run, step: StepView): void {
  const open = step.checks.filter(({ id, verdict }) => id.startsWith('now-') && verdict === 'red')
  if (open.length > 0)
    run.catch(
      'not-isolated',
      open.map(({ label, evidence }) => `${label.en}: ${evidence?.en ?? ''}`).join(' '),
    )
}

/** Lines of all mailboxes of a simulated server. */
function itemsOf(store: string): number {
  return readdirSync(store).reduce((sum, account) => {
    const text = readFileSync(join(store, account, 'index.ndjson'), 'utf8')
    return sum + text.split('\n').filter(Boolean).length
  }, 0)
}

function figures(run: Run, before: number): { recovered: Record<string, number>; lost: Lost[] } {
  const { drill } = run
  const proofs = drill.facts.accounts.map(({ id, name }) =>
    proveMailbox(drill.old.backup, id, drill.new, name),
  )
  const sum = (of: (proof: (typeof proofs)[number]) => number): number =>
    proofs.reduce((total, one) => total + of(one), 0)
  const lost: Lost[] = []
  for (const one of proofs.flatMap(({ missing }) => missing)) {
    if (one.why.includes('differ')) {
      // The clone has the item as it was at the snapshot, and a restore skips what is there.
      lost.push({
        ...one,
        why: 'changed after the snapshot: the clone keeps the older state, the newer one is in the backup',
      })
    } else {
      lost.push(one)
      run.problem(`${one.account} ${String(one.item)} is not in the mailbox.`)
    }
  }
  return {
    recovered: {
      accounts: drill.facts.accounts.length,
      items: sum(({ there }) => there),
      ofItems: sum(({ wanted }) => wanted),
      sinceTheSnapshot: itemsOf(drill.new.store) - before,
    },
    lost,
  }
}
