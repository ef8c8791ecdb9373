import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { openItems, outcomeOf, workItems } from '../../../../../src-main/recovery/unrestored/rows.ts'
import { unrestoredSteps } from '../../../../../src-main/recovery/unrestored/index.ts'
import { searchTexts } from '../../../../../src-main/recovery/unrestored/search-text.ts'
import { isLeftOff, withValidatorOff } from '../../../../../src-main/recovery/unrestored/validator.ts'
import type { Step } from '../../../../../src-main/recovery/types.ts'
import type { Bench } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { login } from '../../drill/support.ts'
import { run, scene } from '../restore/support.ts'

const [unrestored] = unrestoredSteps as readonly [Step]
const proof = async (made: Bench, id: string) => {
  const found = unrestored.proofs?.find((one) => one.id === id)
  return found?.run(made.context(unrestored))
}
const validator = async (drill: Drill): Promise<string> => {
  const shell = await login(drill, drill.new)
  return (await shell.run(['zmlocalconfig', 'zimbra_lmtp_validate_messages'])).stdout.trim()
}
const timers = async (drill: Drill): Promise<string> => {
  const shell = await login(drill, drill.new)
  return (await shell.run(['systemctl', 'list-timers'])).stdout
}

describe('a restore that leaves twelve items of three causes', () => {
  let drill: Drill
  let made: Bench
  beforeAll(async () => {
    ;({ drill, made } = await scene(['unrestored=12'], { items: 300 }))
    await run(made, 'items-follow')
    made.fields['unrestored'] = { exportFolder: temporaryFolder('exported'), validatorOff: true, timer: 240 }
  }, 60_000)

  it('knows every item by name with its cause, cures each by its cause, and says what is left', async () => {
    const context = made.context(unrestored)
    await unrestored.run?.(context)
    const rows = workItems(context)
    expect(rows).toHaveLength(12)
    const causes = { 'read error': 'read-error', broken: 'broken', invalid: 'invalid' } as const
    for (const planted of drill.planted) {
      const row = rows.find(
        ({ account, id }) => id === planted.item && account === planted.account.toLowerCase(),
      )
      if (!row) throw new Error(`${planted.account} ${String(planted.item)} is not on the list`)
      expect([planted.cause, row.cause]).toEqual([planted.cause, causes[planted.cause]])
      const outcome = outcomeOf(context, row)
      if (planted.cause !== 'broken') {
        expect(row.subject).toBe(planted.subject)
        expect(row.folder).not.toBe('')
        expect(outcome?.how).toBe('restored')
      } else if (planted.olderState) {
        expect(outcome?.how).toBe('exported')
        const digest = createHash('sha256')
          .update(readFileSync(outcome?.file ?? ''))
          .digest('base64')
        expect(digest.replaceAll('/', ',')).toBe(row.good)
      } else expect(outcome).toBeNull()
    }
    const none = drill.planted.filter(({ cause, olderState }) => cause === 'broken' && !olderState).length
    expect(openItems(context)).toHaveLength(none)
    expect((await proof(made, 'list-empty'))?.verdict).toBe('red')
  }, 60_000)

  it('leaves the validator as it was found, with no timer and nothing pending', async () => {
    expect(await validator(drill)).toBe('zimbra_lmtp_validate_messages = true')
    expect(await timers(drill)).toBe('')
    expect(made.context(unrestored).pendings).toEqual([])
    expect((await proof(made, 'validator-back'))?.verdict).toBe('ok')
  }, 20_000)

  it('does nothing twice when it is done again', async () => {
    const context = made.context(unrestored)
    const before = workItems(context).map((row) => outcomeOf(context, row)?.how ?? null)
    await unrestored.run?.(context)
    expect(workItems(context).map((row) => outcomeOf(context, row)?.how ?? null)).toEqual(before)
  }, 60_000)

  it('gives the search text of the Admin UI for each account', () => {
    const texts = searchTexts(workItems(made.context(unrestored)), 'mail-old.example.com')
    for (const { text, account, tab, server } of texts) {
      expect(text).toMatch(/^item: \d+(,\d+)*$/)
      expect(tab.en).toBe('Mail')
      expect(server).toBe('mail-old.example.com')
      const wanted = drill.planted
        .filter((one) => one.account.toLowerCase() === account)
        .map(({ item }) => item)
      expect(text.slice(6).split(',').map(Number)).toEqual(wanted.sort((a, b) => a - b))
    }
  })
})

describe('the validator', () => {
  it('is pending with a timer before it is changed, and goes back by the timer when the laptop never returns', async () => {
    const { drill, made } = await scene([], { items: 60 }, { catalog: null })
    const context = made.context(unrestored)
    let seen = ''
    const work = withValidatorOff(context, 240, async () => {
      seen = await validator(drill)
      expect(context.pendings).toMatchObject([
        { id: 'lmtp-validator', timerAt: expect.any(Number) as number },
      ])
      expect(await timers(drill)).toContain('lifeboat-validator-')
      throw new Error('the restore failed')
    })
    await expect(work).rejects.toThrow('the restore failed')
    expect(seen).toBe('zimbra_lmtp_validate_messages = false')
    expect(await validator(drill)).toBe('zimbra_lmtp_validate_messages = true')
    expect(context.pendings).toEqual([])
    // the timer's own command, run by the server
    const shell = await login(drill, drill.new, { user: 'admin', privilege: 'sudo' })
    await shell.run(['zmlocalconfig', '-e', 'zimbra_lmtp_validate_messages=false'], { as: 'zextras' })
    const back = "su - zextras -c 'zmlocalconfig -e zimbra_lmtp_validate_messages=true'"
    await shell.run(['systemd-run', '--on-active=1s', '--unit=x', '/bin/sh', '-c', back], { as: 'root' })
    for (let tries = 0; tries < 40 && (await validator(drill)).endsWith('false'); tries++)
      await new Promise((done) => setTimeout(done, 100))
    expect(await validator(drill)).toBe('zimbra_lmtp_validate_messages = true')
  }, 60_000)

  it('left off by a crash is put back first when the step is done again', async () => {
    const { drill, made } = await scene(['unrestored=6'], { items: 120 })
    await run(made, 'items-follow')
    made.fields['unrestored'] = { exportFolder: temporaryFolder('exported'), validatorOff: false, timer: 240 }
    // the laptop is killed while the validator is off: nothing of the step comes to an end
    const gone = new Promise<never>(() => undefined)
    void withValidatorOff(made.context(unrestored), 240, () => gone)
    while (!(await validator(drill)).endsWith('false')) await new Promise((done) => setTimeout(done, 50))
    const later = made.crash()
    expect(isLeftOff(later.context(unrestored))).toBe(true)
    expect((await proof(later, 'validator-back'))?.verdict).toBe('red')
    await unrestored.run?.(later.context(unrestored))
    expect(await validator(drill)).toBe('zimbra_lmtp_validate_messages = true')
    expect(later.context(unrestored).pendings).toEqual([])
    // without the validator off invalid items are exported, none is dropped
    const context = later.context(unrestored)
    for (const row of workItems(context).filter(({ cause }) => cause === 'invalid'))
      expect(outcomeOf(context, row)?.how).toBe('exported')
  }, 60_000)
})
