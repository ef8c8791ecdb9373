import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StepView } from '../../../../src-main/contract/recovery.ts'
import type { CaseRunner } from '../../../../src-main/recovery/steps/runner.ts'
import { caseView } from '../../../../src-main/recovery/steps/view.ts'
import type { Check, CheckResult } from '../../../../src-main/recovery/types.ts'
import { press, roomWith, stepOf } from './support/room.ts'

const NODE = join(import.meta.dirname, '../../../../node_modules/.bin/node')
const word = (text: string) => ({ en: text, it: text })
const RESULT = { summary: word('well'), figures: [], tables: [] }

function shown(runner: CaseRunner, id: string): StepView {
  return caseView(runner).plan.find((step) => step.id === id)!
}

/** A check that says what `state.verdict` holds. */
function checkOf(id: string, guard: boolean, state: { verdict: CheckResult['verdict'] }): Check {
  return {
    id,
    label: word(id),
    guard,
    run: () => Promise.resolve({ verdict: state.verdict, evidence: word(`${id} is ${state.verdict}`) }),
  }
}

describe('the primary action of a step', () => {
  it('looks, confirms one after the other, runs, and comes to the next step', async () => {
    const ran: string[] = []
    const { runner } = roomWith([
      stepOf({
        id: 'first',
        checks: [checkOf('sees', true, { verdict: 'ok' })],
        confirmations: [
          { id: 'a', label: word('A') },
          { id: 'b', label: word('B') },
        ],
        run: () => {
          ran.push('first')
          return Promise.resolve(RESULT)
        },
      }),
      stepOf({ id: 'second', confirmations: [{ id: 'c', label: word('C') }] }),
    ])
    const states: string[] = []
    while (runner.present() !== null) {
      const { id } = runner.present()!
      await press(runner, id)
      states.push(`${id} ${shown(runner, id).state}`)
    }
    expect(states).toEqual(['first waiting', 'first waiting', 'first to-do', 'first done', 'second done'])
    expect(ran).toEqual(['first'])
    expect(shown(runner, 'first').confirmations.map(({ confirmed }) => confirmed?.by.includes('@'))).toEqual([
      true,
      true,
    ])
  })

  it('of a later step is refused until the ones before are done or skipped', async () => {
    const { runner } = roomWith([
      stepOf({ id: 'one', confirmations: [{ id: 'x', label: word('X') }] }),
      stepOf({ id: 'two' }),
    ])
    expect(shown(runner, 'two')).toMatchObject({ canRun: false, blockedBy: [{ en: 'First: one' }] })
    await expect(press(runner, 'two')).rejects.toMatchObject({ code: 'REFUSED' })
    runner.skip(runner.step('one'), 'It was done by hand yesterday.')
    await press(runner, 'two')
    expect(shown(runner, 'one')).toMatchObject({
      state: 'skipped',
      reason: { it: 'It was done by hand yesterday.' },
    })
    expect(shown(runner, 'two').state).toBe('done')
  })

  it.each(['red', 'unknown'] as const)(
    'stops at a guard that is %s, until it is overridden with a reason',
    async (verdict) => {
      const state = { verdict: verdict as CheckResult['verdict'] }
      let ran = 0
      const { runner, case: one } = roomWith([
        stepOf({
          id: 'risky',
          checks: [checkOf('isolated', true, state), checkOf('nice', false, { verdict: 'red' })],
          run: () => Promise.resolve((ran++, RESULT)),
        }),
      ])
      await press(runner, 'risky')
      expect(shown(runner, 'risky')).toMatchObject({
        state: 'waiting',
        canRun: false,
        blockedBy: [{ en: `isolated: isolated is ${verdict}` }],
      })
      await expect(press(runner, 'risky')).rejects.toMatchObject({ code: 'REFUSED' })
      expect(ran).toBe(0)
      expect(() => runner.override(runner.step('risky'), 'nice', 'because I want to')).toThrow(
        /does not stop/,
      )
      runner.override(runner.step('risky'), 'isolated', 'The network cable is out; I hold it in my hand.')
      await press(runner, 'risky')
      expect(ran).toBe(1)
      const entries = one.journal.read(0, one.journal.count)
      expect(entries.find(({ kind }) => kind === 'overridden')?.text).toContain('I hold it in my hand')
      expect(shown(runner, 'risky').checks[0]?.overridden).toContain('I hold it')
    },
  )

  it('looks again before it runs when what was seen is old, and stops when a guard became red', async () => {
    const state: { verdict: CheckResult['verdict'] } = { verdict: 'ok' }
    let ran = 0
    const { runner, case: one } = roomWith([
      stepOf({
        id: 'late',
        checks: [checkOf('space', true, state)],
        run: () => Promise.resolve((ran++, RESULT)),
      }),
    ])
    await press(runner, 'late')
    const record = one.state.steps.get('data-recovery/late')!
    record.checks.set('space', { ...record.checks.get('space')!, at: Date.now() - 120_000 })
    state.verdict = 'red'
    await press(runner, 'late')
    expect(ran).toBe(0)
    expect(shown(runner, 'late')).toMatchObject({ state: 'waiting', canRun: false })
    state.verdict = 'ok'
    await runner.look(runner.step('late'))
    await press(runner, 'late')
    expect(ran).toBe(1)
  })

  it('wants what must be filled in, takes standards, and forgets what was seen with another value', async () => {
    const seen: unknown[] = []
    const { runner } = roomWith([
      stepOf({
        id: 'form',
        checks: [checkOf('space', true, { verdict: 'ok' })],
        fields: [
          { id: 'path', label: word('Path'), help: word(''), kind: 'path', required: true, advanced: false },
          {
            id: 'speed',
            label: word('Speed'),
            help: word(''),
            kind: 'number',
            required: true,
            advanced: true,
            standard: () => Promise.resolve(5),
          },
        ],
        run: ({ fields }) => Promise.resolve((seen.push({ ...fields }), RESULT)),
      }),
    ])
    await runner.refresh(runner.step('form'))
    expect(shown(runner, 'form')).toMatchObject({ canRun: false, blockedBy: [{ en: 'Fill in: Path' }] })
    runner.setField(runner.step('form'), 'path', '/mnt/a')
    await press(runner, 'form')
    expect(shown(runner, 'form').checks[0]?.verdict).toBe('ok')
    runner.setField(runner.step('form'), 'path', '/mnt/b')
    expect(shown(runner, 'form').checks[0]?.verdict).toBeNull()
    await press(runner, 'form')
    await press(runner, 'form')
    expect(seen).toEqual([{ path: '/mnt/b', speed: 5 }])
  })
})

describe('a step that does not go well', () => {
  it('is failed with what, why and what next, and goes on from there', async () => {
    let tries = 0
    const { runner } = roomWith([
      stepOf({
        id: 'fails',
        checks: [checkOf('queue', true, { verdict: 'ok' })],
        run: () => {
          if (++tries === 1)
            throw Object.assign(new Error('The copy broke off'), {
              why: 'The disk is full.',
              next: 'Make space.',
            })
          return Promise.resolve(RESULT)
        },
      }),
    ])
    await press(runner, 'fails')
    await press(runner, 'fails')
    expect(shown(runner, 'fails')).toMatchObject({
      state: 'failed',
      reason: { en: 'The copy broke off. The disk is full. Make space.' },
      canRun: true,
      primary: { en: 'Try again' },
    })
    await press(runner, 'fails')
    expect(shown(runner, 'fails')).toMatchObject({ state: 'done', runs: 1 })
  })

  it('is failed when its proof is red, with the result it came to', async () => {
    const state: { verdict: CheckResult['verdict'] } = { verdict: 'red' }
    const { runner } = roomWith([
      stepOf({ id: 'claims', run: () => Promise.resolve(RESULT), proofs: [checkOf('counted', true, state)] }),
    ])
    await press(runner, 'claims')
    expect(shown(runner, 'claims')).toMatchObject({
      state: 'failed',
      reason: { en: 'counted is red' },
      result: RESULT,
    })
    expect(shown(runner, 'claims').checks).toMatchObject([{ id: 'counted', verdict: 'red' }])
    state.verdict = 'ok'
    await press(runner, 'claims')
    expect(shown(runner, 'claims').state).toBe('done')
  })

  it('has a check that throws: it could not be told, and a guard stops', async () => {
    const broken: Check = {
      id: 'broken',
      label: word('Broken'),
      guard: true,
      run: () => Promise.reject(new Error('zmprov printed nonsense')),
    }
    const { runner } = roomWith([stepOf({ id: 'checks', checks: [broken] })])
    await press(runner, 'checks')
    expect(shown(runner, 'checks').checks[0]).toMatchObject({ verdict: 'unknown' })
    expect(shown(runner, 'checks').checks[0]?.evidence?.en).toContain('zmprov printed nonsense')
    expect(shown(runner, 'checks').canRun).toBe(false)
  })

  it('is stopped by a person, waits, and goes on', async () => {
    let calls = 0
    const { runner } = roomWith([
      stepOf({
        id: 'long',
        run: ({ signal }) =>
          ++calls === 1
            ? new Promise((_, reject) =>
                signal.addEventListener('abort', () => reject(signal.reason as Error)),
              )
            : Promise.resolve(RESULT),
      }),
    ])
    const { ended } = await runner.act(runner.step('long'))
    expect(shown(runner, 'long')).toMatchObject({ state: 'doing', canRun: false })
    await expect(runner.act(runner.step('long'))).rejects.toMatchObject({ code: 'REFUSED' })
    await runner.stop(runner.step('long'))
    await ended
    expect(shown(runner, 'long')).toMatchObject({
      state: 'waiting',
      reason: { en: 'Stopped by a person.', it: 'Fermato da una persona.' },
      primary: { en: 'Go on' },
    })
    await press(runner, 'long')
    expect(shown(runner, 'long').state).toBe('done')
  })

  it('of which the process is killed shows as interrupted, keeps facts and pendings, and is run again', async () => {
    const found: unknown[] = []
    const room = roomWith([
      stepOf({
        id: 'long',
        run: (context) => Promise.resolve((found.push(context.fact('operation')), RESULT)),
      }),
    ])
    const script = join(import.meta.dirname, 'support/run-step.ts')
    const child = spawn(NODE, [script, room.case.folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    // While it lives nobody else does the same step.
    room.case.refresh()
    expect(shown(room.runner, 'long')).toMatchObject({ state: 'doing', canRun: false })
    child.kill('SIGKILL')
    await once(child, 'close')

    const runner = room.again()
    expect(shown(runner, 'long')).toMatchObject({ state: 'waiting', canRun: true, primary: { en: 'Go on' } })
    expect(shown(runner, 'long').reason?.en).toContain('ended in the middle')
    expect(caseView(runner).pendings).toMatchObject([
      { id: 'validator', what: { en: 'The validator is off' } },
    ])
    await press(runner, 'long')
    expect(found).toEqual(['abc-1'])
    expect(shown(runner, 'long').state).toBe('done')
  }, 30_000)
})
