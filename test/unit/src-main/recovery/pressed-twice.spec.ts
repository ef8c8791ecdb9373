import { describe, expect, it } from 'vitest'
import type { StepView } from '../../../../src-main/contract/recovery.ts'
import type { CaseRunner } from '../../../../src-main/recovery/steps/runner.ts'
import { caseView } from '../../../../src-main/recovery/steps/view.ts'
import { roomWith, stepOf } from './support/room.ts'

const word = (text: string) => ({ en: text, it: text })
const RESULT = { summary: word('well'), figures: [], tables: [] }

function shown(runner: CaseRunner, id: string): StepView {
  return caseView(runner).plan.find((step) => step.id === id)!
}

describe('the one button of a step', () => {
  it('pressed twice does what was on the button, once: nothing is confirmed, run or repeated unseen', async () => {
    let runs = 0
    let end: () => void = () => undefined
    const ending = new Promise<void>((resolve) => (end = resolve))
    const { runner } = roomWith([
      stepOf({
        id: 'one',
        repeatable: true,
        confirmations: ['A', 'B'].map((id) => ({ id, label: word(id) })),
        run: async () => {
          runs++
          await ending
          return RESULT
        },
      }),
      stepOf({ id: 'two', run: () => Promise.resolve(RESULT) }),
    ])
    const twice = async (id: string): Promise<void> => {
      const { primary } = shown(runner, id)
      for (let n = 0; n < 2; n++) await (await runner.act(runner.step(id), primary.en)).ended
    }
    const confirmed = (): boolean[] => shown(runner, 'one').confirmations.map((one) => one.confirmed !== null)
    await twice('one')
    expect(confirmed()).toEqual([true, false])
    await twice('one')
    expect([...confirmed(), shown(runner, 'one').primary.en, runs]).toEqual([true, true, 'Do one', 0])
    const first = await runner.act(runner.step('one'), 'Do one')
    const second = await runner.act(runner.step('one'), 'Do one')
    expect(shown(runner, 'one').state).toBe('doing')
    end()
    await Promise.all([first.ended, second.ended])
    await (
      await runner.act(runner.step('one'), 'Do one')
    ).ended
    expect(runs).toBe(1)
    await twice('two')
    expect(shown(runner, 'two')).toMatchObject({ state: 'done', runs: 1 })
    // seen as done, it is repeated
    await (
      await runner.act(runner.step('one'), 'Do it again: one')
    ).ended
    expect(shown(runner, 'one')).toMatchObject({ state: 'waiting', confirmations: [{}, {}] })
  })
})
