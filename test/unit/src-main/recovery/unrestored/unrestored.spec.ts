import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import {
  exportByHand,
  reopen,
  settleByHand,
  statesOf,
} from '../../../../../src-main/recovery/unrestored/acts.ts'
import { openItems, outcomeOf, workItems } from '../../../../../src-main/recovery/unrestored/rows.ts'
import { searchTexts } from '../../../../../src-main/recovery/unrestored/search-text.ts'
import type { Bench } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { run, scene } from '../restore/support.ts'
import { proof, timers, unrestored, validator } from './support.ts'

describe('a restore that leaves twelve items of three causes', () => {
  let drill: Drill
  let made: Bench
  beforeAll(async () => {
    ;({ drill, made } = await scene(['unrestored=12'], { items: 300 }))
    await run(made, 'items-follow')
    made.fields['unrestored'] = { exportFolder: temporaryFolder('exported'), validatorOff: true, timer: 240 }
  }, 120_000)

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
  }, 120_000)

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
  }, 120_000)

  it('shows all states of an item side by side, and exports the one a person chose', async () => {
    const context = made.context(unrestored)
    const one = drill.planted.find(({ cause, olderState }) => cause === 'broken' && olderState)
    if (!one) throw new Error('Nothing with an older state was planted.')
    const item = { account: one.account, id: one.item }
    const { states, good, serverSilent } = await statesOf(context, item)
    expect(serverSilent).toBeNull()
    expect(states.length).toBeGreaterThan(1)
    expect(states[0]).toMatchObject({ digest: one.digest, verdict: 'damaged' })
    for (const { digest, serverBlob } of states) expect(serverBlob?.endsWith(`/${digest ?? ''}`)).toBe(true)
    expect(states.find(({ digest }) => digest === good)?.verdict).toBe('good')
    const folder = temporaryFolder('chosen')
    expect(await exportByHand(context, [item], folder, good)).toEqual({ done: 1, failed: [] })
    const damaged = await exportByHand(context, [item], folder, one.digest)
    expect(damaged).toMatchObject({ done: 0, failed: [item] })
  }, 30_000)

  it('is empty only when a person gave up the rest with a reason; what is put back is on it again', async () => {
    const context = made.context(unrestored)
    const left = openItems(context)
    expect(left.length).toBeGreaterThan(0)
    settleByHand(context, left, 'given-up', 'No copy of the backup has it whole.')
    expect((await proof(made, 'list-empty'))?.verdict).toBe('ok')
    expect(openItems(made.crash().context(unrestored))).toEqual([])
    reopen(context, left)
    expect(openItems(context)).toEqual(left)
    expect(() => settleByHand(context, [{ account: 'nobody@x.org', id: 1 }], 'given-up', 'why')).toThrow()
  }, 30_000)

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
