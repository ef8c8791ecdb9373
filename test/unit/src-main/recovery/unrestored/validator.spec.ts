import { describe, expect, it } from 'vitest'
import { outcomeOf, workItems } from '../../../../../src-main/recovery/unrestored/rows.ts'
import { isLeftOff, withValidatorOff } from '../../../../../src-main/recovery/unrestored/validator.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { login } from '../../drill/support.ts'
import { run, scene } from '../restore/support.ts'
import { proof, timers, unrestored, validator } from './support.ts'

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
  }, 120_000)

  it('left off by a crash is put back first when the step is done again', async () => {
    const { drill, made } = await scene(['unrestored=6'], { items: 120 })
    await run(made, 'items-follow')
    made.fields['unrestored'] = { exportFolder: temporaryFolder('exported'), validatorOff: false, timer: 240 }
    // the laptop is killed while the validator is off: nothing of the step comes to an end
    const gone = new Promise<never>(() => undefined)
    await new Promise<void>((begun) => {
      void withValidatorOff(made.context(unrestored), 240, () => {
        begun()
        return gone
      })
    })
    expect(await validator(drill)).toBe('zimbra_lmtp_validate_messages = false')
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
  }, 120_000)
})
