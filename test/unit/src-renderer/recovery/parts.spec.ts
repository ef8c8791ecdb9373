import { describe, expect, it, vi } from 'vitest'
import type { CheckView, FieldView, StepView } from '../../../../src-main/contract/recovery.ts'
import { localClock, utcClock } from '../../../../src-renderer/format/clock.ts'
import { isChanged, matching, numberOf, valueOf } from '../../../../src-renderer/pages/case/field-value.ts'
import { fileNameOf } from '../../../../src-renderer/pages/case/file-name.ts'
import { mountInApp } from '../components/support.ts'

vi.mock('../../../../src-renderer/client.ts', () => ({
  client: { recovery: {} },
  subscribe: () => undefined,
  connection: { state: 'open' },
  isDesktop: false,
  pathOfDropped: () => null,
}))
const { default: FieldControl } = await import('../../../../src-renderer/pages/case/field-control.vue')
const { default: StepCheck } = await import('../../../../src-renderer/pages/case/step-check.vue')
const { default: StepFoot } = await import('../../../../src-renderer/pages/case/step-foot.vue')
const { useRecovery } = await import('../../../../src-renderer/stores/recovery.ts')
const { default: StepProgress } = await import('../../../../src-renderer/pages/case/step-progress.vue')

const w = (text: string) => ({ en: text, it: text })
const field = (over: Partial<FieldView>): FieldView => ({
  id: 'f',
  label: w('Label'),
  help: w('Help'),
  kind: 'text',
  options: [],
  required: false,
  standard: null,
  value: null,
  advanced: false,
  ...over,
})
const check = (over: Partial<CheckView>): CheckView => ({
  id: 'k',
  label: w('Readable'),
  guard: true,
  verdict: 'red',
  evidence: w('mode 700'),
  next: null,
  at: 0,
  overridden: null,
  ...over,
})
const step = (over: Partial<StepView>): StepView => ({
  id: 's',
  title: w('Step'),
  why: w('Why'),
  risk: w('None'),
  state: 'to-do',
  reason: null,
  repeatable: false,
  runs: 0,
  checks: [],
  confirmations: [],
  fields: [],
  commands: [],
  primary: w('Start'),
  canRun: true,
  blockedBy: [],
  expectedSeconds: null,
  expectedUnknown: null,
  startedAt: null,
  endedAt: null,
  progress: null,
  restoring: false,
  result: null,
  page: null,
  ...over,
})

describe('values of fields', () => {
  it('are what was set, else the standard; the same as the standard is no change', () => {
    expect(valueOf(field({ standard: 5 }))).toBe(5)
    expect(valueOf(field({ standard: true, value: false }))).toBe(false)
    expect(isChanged(field({ standard: ['a'], value: ['a'] }))).toBe(false)
    expect(isChanged(field({ standard: false, value: false }))).toBe(false)
    expect(isChanged(field({ standard: 5, value: 6 }))).toBe(true)
  })

  it('read a number with either sign, and call a word no number', () => {
    expect(['5', ' 0,5 ', '', 'x', '1e400'].map(numberOf)).toEqual([5, 0.5, null, undefined, undefined])
  })

  it('are found by every word of the search', () => {
    const options = [
      { value: 'anna@a.org', words: 'Anna Rossi' },
      { value: 'bob@a.org', words: 'Bob' },
    ]
    expect(matching(options, 'ROSSI a.org').map(({ value }) => value)).toEqual(['anna@a.org'])
    expect(matching(options, '')).toHaveLength(2)
    expect(matching(options, 'nobody')).toEqual([])
  })

  it('make a file name of any case name', () => {
    expect(fileNameOf('mail.example.com outage')).toBe('mail.example.com-outage')
    expect(fileNameOf('../../etc/passwd')).toBe('etc-passwd')
    expect(fileNameOf('///')).toBe('case')
    expect(fileNameOf('x'.repeat(300))).toHaveLength(80)
  })
})

describe('clocks of the journal', () => {
  it('show the time where the entry was made, and UTC', () => {
    const at = Date.UTC(2026, 9, 12, 22, 30, 5)
    expect(localClock(at, 120)).toBe('00:30:05')
    expect(localClock(at, 120, true)).toBe('2026-10-13 00:30:05 UTC+02:00')
    expect(localClock(at, -210, true)).toBe('2026-10-12 19:00:05 UTC-03:30')
    expect(utcClock(at)).toBe('2026-10-12 22:30:05 UTC')
  })
})

describe('a field of a step', () => {
  it('is kept when it is left, once, and only when it was changed', async () => {
    const wrapper = mountInApp(FieldControl, { field: field({ value: 'a' }), disabled: false })
    const input = wrapper.find('input')
    await input.trigger('blur')
    expect(wrapper.emitted('change')).toBeUndefined()
    await input.setValue(' b ')
    await input.trigger('blur')
    expect(wrapper.emitted('change')).toEqual([['b']])
  })

  it('keeps no number that is none, and says so', async () => {
    const wrapper = mountInApp(FieldControl, {
      field: field({ kind: 'number', standard: 5 }),
      disabled: false,
    })
    await wrapper.find('input').setValue('many')
    await wrapper.find('input').trigger('blur')
    expect(wrapper.emitted('change')).toBeUndefined()
    expect(wrapper.text()).toContain('This is not a number.')
  })

  it('leads back to its standard', async () => {
    const wrapper = mountInApp(FieldControl, {
      field: field({ kind: 'number', standard: 5, value: 9 }),
      disabled: false,
    })
    const back = wrapper.findAll('button').find((one) => one.text().includes('standard'))
    expect(back?.text()).toContain('5')
    await back?.trigger('click')
    expect(wrapper.emitted('change')).toEqual([[5]])
  })
})

describe('a check', () => {
  const shown = (over: Partial<CheckView>, locked = false) =>
    mountInApp(StepCheck, { check: check(over), step: 's', locked }).text()

  it('that is a guard stops when it is red or could not be told, until it is overridden', () => {
    expect(shown({})).toContain('Stops the procedure')
    expect(shown({ verdict: 'unknown' })).toContain('Override')
    expect(shown({ guard: false })).not.toContain('Override')
    expect(shown({ verdict: 'ok' })).not.toContain('Stops')
    const overridden = shown({ overridden: 'owner was set by hand' })
    expect(overridden).toContain('owner was set by hand')
    expect(overridden).not.toContain('Stops the procedure')
    expect(shown({}, true)).not.toContain('Override')
  })
})

describe('the foot of a step', () => {
  const foot = (over: Partial<StepView>) => mountInApp(StepFoot, { step: step(over) })
  const buttons = (over: Partial<StepView>) =>
    foot(over)
      .findAll('button')
      .map((one) => `${one.text()}${one.attributes('disabled') === undefined ? '' : ' (off)'}`)

  it('has one primary action, off while something stands in its way, with what it is', () => {
    expect(buttons({})).toEqual(['Skip …', 'Start'])
    const blocked = foot({ canRun: false, blockedBy: [w('Space is missing')] })
    expect(blocked.text()).toContain('Space is missing')
    expect(buttons({ canRun: false })).toEqual(['Skip …', 'Start (off)'])
  })

  it('tells the time expected, or why there is none; nothing once it runs', () => {
    expect(foot({ expectedSeconds: 90 }).text()).toMatch(/About \S*\d/)
    const unknown = { expectedUnknown: w('Time not known yet') }
    expect(foot(unknown).text()).toContain('Time not known yet')
    expect(foot({ ...unknown, state: 'doing' }).text()).not.toContain('Time not known yet')
    // a sentence may break, a figure may not
    expect(
      foot({ ...unknown })
        .find('p.num')
        .exists(),
    ).toBe(false)
    expect(foot({ expectedSeconds: 90 }).find('p.num').exists()).toBe(true)
    expect(foot({}).find('.facts p').exists()).toBe(false)
  })

  it('does not take a press that was meant for the step before it', async () => {
    const shown = foot({})
    const act = vi.spyOn(useRecovery(), 'act').mockResolvedValue()
    const press = () => shown.find('.primary').trigger('click')
    await press()
    await shown.setProps({ step: step({ id: 'next' }) })
    expect(shown.find('.primary').attributes('aria-disabled')).toBe('true')
    await press()
    expect(act.mock.calls).toEqual([['s', 'Start']])
    await new Promise((resolve) => setTimeout(resolve, 450))
    expect(shown.find('.primary').attributes('aria-disabled')).toBeUndefined()
    await press()
    expect(act.mock.calls).toEqual([
      ['s', 'Start'],
      ['next', 'Start'],
    ])
  })

  it('offers to stop what runs, and nothing else', () => {
    expect(buttons({ state: 'doing', canRun: false })).toEqual(['Stop'])
  })

  it('offers a step that is over only what it can do', () => {
    expect(buttons({ state: 'done' })).toEqual(['Open again …'])
    expect(buttons({ state: 'done', repeatable: true, primary: w('Again') })).toEqual([
      'Open again …',
      'Again',
    ])
  })
})

describe('progress of a step', () => {
  const shown = (over: object) =>
    mountInApp(StepProgress, {
      progress: {
        phase: w('Phase'),
        done: 5,
        total: 10,
        unit: 'items',
        rate: 2,
        secondsLeft: 60,
        detail: null,
        ...over,
      },
    })
      .text()
      .replaceAll('\u00a0', ' ')

  it('says what was done in its unit, bytes as sizes', () => {
    expect(shown({})).toContain('5 of 10 items')
    expect(shown({ unit: 'bytes', done: 1e9, total: 2e9, rate: 7e7 })).toContain('1.0 GB of 2.0 GB')
    expect(shown({ unit: 'bytes', done: 1e9, total: 2e9, rate: 7e7 })).toContain('70 MB/s')
    expect(shown({ total: null, done: 0, rate: null, secondsLeft: null })).toBe('Phase')
  })
})
