import { globSync, readFileSync } from 'node:fs'
import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { FieldView } from '../../../../src-main/contract/recovery.ts'

vi.mock('../../../../src-renderer/client.ts', () => ({
  client: {},
  subscribe: () => undefined,
  isDesktop: false,
}))

const { mountInApp } = await import('./support.ts')
const { default: MomentSelect } = await import('../../../../src-renderer/components/moment-select.vue')
const { default: AsOfPicker } = await import('../../../../src-renderer/components/mail/as-of-picker.vue')
const { default: FieldControl } = await import('../../../../src-renderer/pages/case/field-control.vue')
const { useBackup } = await import('../../../../src-renderer/stores/backup.ts')

// what an open list asks of a browser, also after its test
vi.stubGlobal('visualViewport', new EventTarget())
afterEach(() => {
  document.body.innerHTML = ''
})

const first = Date.parse('2026-10-12T07:14:03Z')
const second = Date.parse('2026-10-11T22:30:00Z')
const titles = (): string[] =>
  [...document.querySelectorAll('[title]')].map((one) => one.getAttribute('title') ?? '')

describe('a moment that is chosen or typed has UTC behind it', () => {
  it('in a list, open and closed', async () => {
    const items = [
      { value: 'a', title: 'Monday', at: first },
      { value: 'b', title: 'Sunday', at: second },
    ]
    const wrapper = mountInApp(MomentSelect, { modelValue: 'a', items })
    const chosen = wrapper.find('.v-select__selection-text')
    expect(chosen.text()).toBe('Monday')
    expect(chosen.attributes('title')).toContain('2026-10-12 07:14:03 UTC')
    await wrapper.setProps({ menu: true })
    await flushPromises()
    const rows = [...document.querySelectorAll('[role=option]')]
    expect(rows.map((row) => row.textContent)).toEqual(['Monday', 'Sunday'])
    expect(rows[1]?.querySelector('[title]')?.getAttribute('title')).toContain('2026-10-11 22:30:00 UTC')
  })

  it('in a field of a step, and at the way back to its standard', () => {
    const field: FieldView = {
      id: 'when',
      kind: 'date',
      label: { en: 'When', it: 'Quando' },
      help: { en: 'Help.', it: 'Aiuto.' },
      value: first,
      standard: second,
      options: [],
      required: true,
      advanced: false,
    }
    const wrapper = mountInApp(FieldControl, { field, disabled: false })
    // a field of this kind knows minutes only
    expect(wrapper.find('input').attributes('title')).toContain('2026-10-12 07:14:00 UTC')
    expect(wrapper.find('button.link').attributes('title')).toContain('2026-10-11 22:30:00 UTC')
  })

  it('in the choice of the day the mailbox is shown at', async () => {
    const wrapper = mountInApp(AsOfPicker)
    useBackup().summary = { lastChange: first } as ReturnType<typeof useBackup>['summary']
    await nextTick()
    await wrapper.find('button').trigger('click')
    await flushPromises()
    expect(titles().filter((text) => text.includes('2026-10-11 07:14:03 UTC'))).toHaveLength(1)
    expect(titles().filter((text) => text.includes('2026-10-12 07:14:00 UTC'))).toHaveLength(1)
  })
})

describe('every screen', () => {
  it('that writes a moment itself also gives its UTC form', () => {
    const bare = globSync('src-renderer/**/*.vue').filter((file) => {
      const code = readFileSync(file, 'utf8')
      const writes = /\btime(?:\.value)?\.(?:dateTime|date|seconds|relative)\(/.test(code)
      return writes && !/\.(?:utc|hover)\(|toISOString\(|<MomentSelect/.test(code)
    })
    expect(bare).toEqual([])
  })
})
