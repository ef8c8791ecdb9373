import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { FieldValue } from '../../../../../src-main/contract/recovery.ts'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { words } from '../../../../../src-main/recovery/cases/words.ts'
import { bringBackStep } from '../../../../../src-main/recovery/procedures/same-server/bring-back.ts'
import { bringings } from '../../../../../src-main/recovery/procedures/same-server/bring-back-work.ts'
import {
  pathBack,
  pathToCopy,
  schedulesBack,
  schedulesOff,
} from '../../../../../src-main/recovery/procedures/same-server/path.ts'
import {
  changeSetting,
  DEST_PATH,
  putBackSetting,
  SCANNER,
} from '../../../../../src-main/recovery/procedures/same-server/switches.ts'
import { theCopy } from '../../../../../src-main/recovery/procedures/same-server/the-copy.ts'
import type { Step } from '../../../../../src-main/recovery/types.ts'
import { login, openDrill } from '../../drill/support.ts'
import { fakeContext, verdicts, type DrillContext, type Ran } from '../support/drill-context.ts'

const WHAT = words('changed', 'cambiato')

interface ServerState {
  config: Record<string, string>
  services: Record<string, boolean>
}

describe('data back onto the same server', () => {
  let drill: Drill
  let copy: string
  const state = (): ServerState =>
    JSON.parse(readFileSync(join(drill.folder, 'old/state/server.json'), 'utf8')) as ServerState

  beforeAll(async () => {
    drill = await openDrill(['offsite'], { items: 120 })
    copy = join(drill.old.root, 'mnt/offsite/zextras')
  }, 60_000)

  async function open(before?: (ran: Ran) => void): Promise<DrillContext> {
    const shell = await login(drill, drill.old, { user: 'admin', privilege: 'sudo' })
    const context = fakeContext({
      shells: { new: shell },
      addresses: { new: drill.old },
      procedure: 'same-server',
      ...(before ? { before } : {}),
    })
    Object.defineProperty(context, 'fieldsOf', { value: () => ({ path: copy }) })
    return context
  }
  const at = (context: DrillContext, step: Step, fields: Record<string, FieldValue> = {}): DrillContext => {
    Object.defineProperty(context, 'step', { value: step.id, configurable: true })
    context.set(fields)
    return context
  }

  it('refuses External Restore with the reason, and a copy that is the Backup Path itself', async () => {
    const context = await open()
    const { evidence, verdict } = await theCopy.checks[0]!.run(at(context, theCopy, { path: copy }))
    expect(verdict).toBe('ok')
    expect(evidence.en).toMatch(/4 of 5 accounts .* same id/)
    expect(await verdicts(theCopy, context)).toMatchObject({
      'another-path': 'ok',
      readable: 'ok',
      'not-the-only': 'ok',
    })
    expect(await verdicts(theCopy, at(context, theCopy, { path: drill.old.backup }))).toMatchObject({
      'another-path': 'red',
    })
    expect((await verdicts(theCopy, at(context, theCopy, { path: '/mnt/nothing' })))['same-ids']).toBe(
      'unknown',
    )
    Object.defineProperty(context, 'sources', {
      value: [{ onlyCopy: true, place: { kind: 'server', serverId: 'new', path: copy } }],
    })
    expect(await verdicts(theCopy, at(context, theCopy, { path: copy }))).toMatchObject({
      'not-the-only': 'red',
    })
  })

  it('a change is pending before the command goes out, and the red line stays when it is cut off', async () => {
    const context = await open()
    const broken = Object.assign(context, {
      carbonio: () => {
        expect(context.pendingDrafts.get('scanner')).toMatchObject({ undoAs: 'zextras' })
        return Promise.reject(new Error('the lid was closed'))
      },
    })
    await expect(
      changeSetting(broken, 'new', { id: 'scanner', attribute: SCANNER, value: 'FALSE', what: WHAT }),
    ).rejects.toThrow('lid')
    expect(state().config[SCANNER]).toBe('TRUE')
    const draft = context.pendingDrafts.get('scanner')!
    expect(draft.undo).toBe(`carbonio config set server ${drill.old.hostname} ${SCANNER} TRUE`)
    // What the app would run at the next start, and its proof.
    const shell = context.shell('new')
    expect((await shell.run(draft.undoArgv, { as: 'zextras' })).code).toBe(0)
    const { stdout } = await shell.run(draft.check!.argv, { as: 'zextras' })
    expect(stdout).toContain(draft.check!.contains)
  })

  it('after a crash the value of before is the one that was before Lifeboat came, not its own', async () => {
    const context = await open()
    const change = { id: 'scanner', attribute: SCANNER, value: 'FALSE', what: WHAT }
    await changeSetting(context, 'new', change)
    expect(await changeSetting(context, 'new', change)).toBe('TRUE')
    expect(context.pendingDrafts.get('scanner')?.undo).toMatch(/TRUE$/)
    await putBackSetting(context, 'new', { id: 'scanner', attribute: SCANNER })
    expect(state().config[SCANNER]).toBe('TRUE')
    expect(context.pendingDrafts.size).toBe(0)
    await expect(putBackSetting(await open(), 'new', { id: 'x', attribute: SCANNER })).rejects.toMatchObject({
      code: 'REFUSED',
    })
  })

  it('the path is not set while a schedule runs; the purge cannot be started while it is the copy', async () => {
    const context = await open()
    await sleep(3500) // the SmartScan that switching on started
    expect(await verdicts(pathToCopy, context)).toEqual({ 'queue-empty': 'ok', 'schedules-off': 'red' })
    await schedulesOff.run!(at(context, schedulesOff))
    expect(await verdicts(pathToCopy, context)).toEqual({ 'queue-empty': 'ok', 'schedules-off': 'ok' })
    await pathToCopy.run!(at(context, pathToCopy))
    expect(state().config[DEST_PATH]).toBe(copy)
    const purge = context.pendingDrafts.get('schedule.purge-scheduler')!
    const early = await context.shell('new').run(purge.undoArgv, { as: 'zextras' })
    expect(early).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('a purge would delete from the copy') as unknown,
    })
    expect(state().services['purge-scheduler']).toBe(false)
    expect(await verdicts(schedulesBack, context)).toEqual({ 'path-own': 'red' })

    const [gone] = drill.facts.accounts
    const fields = { accounts: [gone!.name], way: 'deleted-account' }
    expect(await verdicts(bringBackStep, at(context, bringBackStep, fields))).toMatchObject({
      'addresses-free': 'ok',
      'path-is-copy': 'ok',
    })
    const other = { accounts: [drill.facts.accounts[1]!.name], way: 'deleted-account' }
    expect(await verdicts(bringBackStep, at(context, bringBackStep, other))).toMatchObject({
      'addresses-free': 'red',
    })
    await bringBackStep.run!(at(context, bringBackStep, fields))
    expect(bringings(context)).toMatchObject([{ name: gone!.name, state: 'ended', ending: 'ended' }])
    // Done again after a crash that lost nothing but the screen: no second restore.
    const again = bringings(context).map((one) => ({ ...one, state: 'starting' }))
    context.setFact('same-server.bringing', again)
    await bringBackStep.run!(at(context, bringBackStep, fields)).catch(() => undefined)
    const { operations } = JSON.parse(readFileSync(join(drill.folder, 'old/state/server.json'), 'utf8')) as {
      operations: { name: string }[]
    }
    expect(operations.filter(({ name }) => name === 'Restore on New Account')).toHaveLength(1)

    await pathBack.run!(at(context, pathBack))
    await schedulesBack.run!(at(context, schedulesBack))
    expect(state()).toMatchObject({
      config: { [DEST_PATH]: drill.old.backup },
      services: { 'purge-scheduler': true, 'smart-scan-scheduler': true },
    })
    expect(context.pendingDrafts.size).toBe(0)
    expect(existsSync(join(copy, 'accounts', gone!.id))).toBe(true)
  }, 90_000)
})
