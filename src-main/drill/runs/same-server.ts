import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeError } from '../../engine/errors.ts'
import { listOperations, stopOperation } from '../../recovery/settings/queue.ts'
import type { RunSpec, Run } from './driver.ts'
import { introduce } from './laptop.ts'
import { proveMailbox } from './mailbox-proof.ts'

const COPY = '/mnt/offsite/zextras'

interface ServerState {
  config: Record<string, string>
  services: Record<string, boolean>
}

/**
 * An account was deleted, purged from the server's own backup too, and another one is damaged; an offsite copy has both. On the
 * way a scan is in the queue, and the laptop is killed while the Backup Path is the copy and the schedules are off.
 */
export const sameServerRun: RunSpec = {
  name: 'same-server',
  faults: ['offsite', 'old:busy=600'],
  items: 400,
  speed: 120,
  async perform(run) {
    const { drill } = run
    const copy = join(drill.old.root, COPY)
    const accounts = drill.facts.accounts.slice(0, 2)
    const [deleted, damaged] = accounts
    if (!deleted || !damaged) throw new Error('The drill has too few accounts.')
    const state = (): ServerState =>
      JSON.parse(readFileSync(join(drill.folder, 'old/state/server.json'), 'utf8')) as ServerState
    const before = state()
    run.plant('busy-queue', 'a SmartScan is in the queue: it would go on with the copy as its Backup Path')
    run.plant('purge', 'the purge by the clock deletes the lost account from whatever the Backup Path is')
    run.plant('killed', 'the laptop is killed while the Backup Path is the copy and the schedules are off')
    run.plant('external-restore', 'an External Restore onto the same server: same accounts, same ids')

    const caseId = openCase(run)
    const target = { servers: run.laptop.servers, id: '' }
    target.id = run.view().servers.find(({ role }) => role === 'new')?.serverId ?? ''
    await run.perform({
      until: ({ present }) => present === 'scanner-off',
      arrive: (step, runner) => {
        if (step.id === 'the-copy') runner.setField(runner.step('the-copy'), 'path', copy)
      },
      blocked: async (step, runner) => {
        if (step.id !== 'queue-empty') return false
        run.catch('busy-queue', step.blockedBy.map(({ en }) => en).join(' '))
        const { shell } = target.servers.session(target.id)
        for (const { id, name } of await listOperations(shell)) await stopOperation(shell, { id, name })
        await runner.look(runner.step(step.id))
        return true
      },
    })
    const same = run
      .view()
      .plan.find(({ id }) => id === 'the-copy')
      ?.checks.find(({ id }) => id === 'same-ids')
    if (same?.verdict === 'ok' && same.evidence?.en.includes('External Restore') === true)
      run.catch('external-restore', same.evidence.en)

    // The lid is shut for good as soon as the Backup Path is the copy.
    const isCopy = (): boolean => state().config['ZxBackup_DestPath'] === copy
    if (!(await run.killLaptopWhen(isCopy, 'bring-back'))) run.problem('The laptop was not killed in time.')
    const left = run.view().pendings.map(({ id }) => id)
    run.say(`After the crash still pending: ${left.join(', ')}`)
    const expected = ['scanner', 'backup-path', 'schedule.purge-scheduler', 'schedule.smart-scan-scheduler']
    if (expected.every((id) => left.includes(id)))
      run.catch(
        'killed',
        `in red at the next start, with the command that puts each back: ${left.join(', ')}`,
      )
    // Who would put the schedules back first is refused by the server-side guard.
    const refused = await run.laptop.recovery
      .runner(caseId)
      .putBack('schedule.purge-scheduler')
      .then(
        () => null,
        (error: unknown) => JSON.stringify(describeError(error)),
      )
    if (refused?.includes('still') !== true)
      run.problem('The purge could be started while the Backup Path was the copy.')

    let round = 0
    await run.perform({
      arrive: (step, runner) => {
        if (step.id !== 'bring-back') return
        round++
        runner.setField(runner.step('bring-back'), 'accounts', [deleted.name])
        runner.setField(runner.step('bring-back'), 'way', 'deleted-account')
      },
      until: ({ present }) => present === 'path-back',
    })
    const again = run.laptop.recovery.runner(caseId)
    again.reopen(again.step('bring-back'), 'The second account, into a new one beside the present.')
    await run.perform({
      until: ({ present }) => present === 'path-back',
      arrive: (step, runner) => {
        if (step.id !== 'bring-back') return
        runner.setField(runner.step('bring-back'), 'accounts', [damaged.name])
        runner.setField(runner.step('bring-back'), 'way', 'new-account')
      },
    })
    await run.perform()
    run.say(`Rounds: ${String(round + 1)}`)

    const after = state()
    if (existsSync(join(copy, 'accounts', deleted.id)))
      run.catch(
        'purge',
        'the schedules were off while the Backup Path was the copy: the lost account is still in the copy',
      )
    for (const key of ['ZxBackup_DestPath', 'ZxBackup_RealTimeScanner'])
      if (after.config[key] !== before.config[key])
        run.problem(`${key} is ${after.config[key] ?? ''}, it was ${before.config[key] ?? ''}.`)
    for (const [name, on] of Object.entries(before.services))
      if (after.services[name] !== on) run.problem(`The service ${name} is not as it was.`)
    if (run.view().pendings.length > 0) run.problem('Something is still to be put back.')

    const [local = '', domain = ''] = damaged.name.split('@')
    const proofs = [
      proveMailbox(copy, deleted.id, drill.old, deleted.name),
      proveMailbox(copy, damaged.id, drill.old, `${local}_restored@${domain}`),
    ]
    const sum = (of: (proof: (typeof proofs)[number]) => number): number =>
      proofs.reduce((total, proof) => total + of(proof), 0)
    const lost = proofs.flatMap(({ missing }) => missing)
    if (lost.length > 0) run.problem(`${String(lost.length)} items of the copy are not in the mailboxes.`)
    return {
      recovered: {
        accounts: accounts.length,
        items: sum(({ there }) => there),
        ofItems: sum(({ wanted }) => wanted),
      },
      lost,
    }
  },
}

/** A case about the server that lives: it is the one that things are brought back to. */
function openCase(run: Run): string {
  const { recovery } = run.laptop
  const { old } = introduce(run.laptop, run.drill)
  const { id } = recovery.create('Mail back onto the same server', 'same-server')
  recovery.setServer(id, 'new', old)
  run.caseId = id
  return id
}
