import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'

// the test's page has none, and a dialog listens to it
vi.stubGlobal('visualViewport', new EventTarget())

const forgetSecrets = vi.fn(async () => undefined)
let remembered: { hop: string; kind: string; keyFile: null; place: string }[] = []
vi.mock('../../../../src-renderer/client.ts', () => ({
  client: {
    servers: {
      list: async () => [],
      secretStorage: async () => ({}),
      remembered: async () => remembered,
      forgetSecrets,
    },
  },
  subscribe: () => undefined,
  isDesktop: false,
}))

const { mountInApp } = await import('../components/support.ts')
const { default: LimitSetting } = await import('../../../../src-renderer/pages/settings/limit-setting.vue')
const { default: SecretsSetting } =
  await import('../../../../src-renderer/pages/settings/secrets-setting.vue')

afterEach(() => {
  document.body.innerHTML = ''
})

describe('the bandwidth of copies', () => {
  it('is shown in megabytes, saved in bytes when the field is left, and not saved while it is no number', async () => {
    const wrapper = mountInApp(LimitSetting, { modelValue: 12_500_000 })
    const input = wrapper.find('input')
    expect(input.element.value).toBe('12.5')
    await input.setValue('much')
    await input.trigger('blur')
    expect(wrapper.emitted('update:modelValue')).toBeUndefined()
    await input.setValue('3,5')
    await input.trigger('keydown', { key: 'Enter' })
    expect(wrapper.emitted('update:modelValue')).toEqual([[3_500_000]])
    await wrapper.setProps({ modelValue: 3_500_000 })
    await input.setValue('')
    await input.trigger('blur')
    expect(wrapper.emitted('update:modelValue')?.at(-1)).toEqual([null])
  })
})

describe('forgetting secrets', () => {
  it('is offered while there are any, asks first, then forgets those of all servers', async () => {
    remembered = [{ hop: 'root@old:22', kind: 'password', keyFile: null, place: 'session' }]
    const wrapper = mountInApp(SecretsSetting)
    await flushPromises()
    expect(wrapper.text()).toContain('1 secret is remembered')
    await wrapper.find('button').trigger('click')
    await flushPromises()
    expect(forgetSecrets).not.toHaveBeenCalled()
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('[role="alertdialog"] button')]
    remembered = []
    buttons.find((button) => button.textContent.includes('Forget all'))?.click()
    await flushPromises()
    expect(forgetSecrets).toHaveBeenCalledWith({})
    expect(wrapper.text()).toContain('The secrets are forgotten.')
    expect(wrapper.text()).toContain('Nothing is remembered')
    expect(wrapper.find('button').attributes('disabled')).toBeDefined()
  })
})
