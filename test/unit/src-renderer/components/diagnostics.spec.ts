import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Task } from '../../../../src-main/contract/tasks.ts'

const diagnostics = vi.fn()
vi.mock('../../../../src-renderer/client.ts', () => ({
  client: { log: { diagnostics } },
  subscribe: () => undefined,
  isDesktop: false,
}))

const { mountInApp } = await import('./support.ts')
const { default: FailedState } = await import('../../../../src-renderer/components/failed-state.vue')
const { default: TaskError } = await import('../../../../src-renderer/components/tasks/task-error.vue')
const { useApp } = await import('../../../../src-renderer/stores/app.ts')

const written: string[] = []
beforeEach(() => {
  written.length = 0
  diagnostics.mockReset()
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void written.push(text))
})
afterEach(() => {
  document.body.innerHTML = ''
  vi.restoreAllMocks()
})

const error = {
  what: 'The folder /mnt/x cannot be listed',
  why: 'This is a file.',
  next: 'Choose another folder.',
  code: 'UNREADABLE',
  details: 'd',
  at: 1_700_000_000_000,
}
const task: Task = {
  id: 'task-7',
  kind: 'export',
  title: 'Exporting 1,204 items to /mnt/out',
  state: 'failed',
  startedAt: 1,
  endedAt: 2_000,
  done: 1,
  total: 2,
  unit: 'messages',
  bytes: null,
  rate: null,
  byteRate: null,
  secondsLeft: null,
  problems: 0,
  error: { message: 'The disk is full (/mnt/out)', why: 'A file.', next: 'Choose another folder.' },
  dismissed: false,
  canStop: false,
  canPause: false,
  canResume: true,
}

describe('Copy diagnostics', () => {
  it('asks the engine with the error and the moment it was seen, and copies its answer', async () => {
    diagnostics.mockResolvedValue({ text: 'all of it' })
    const wrapper = mountInApp(FailedState, { error })
    const button = wrapper.findAll('button')[1]!
    expect(button.text()).toBe('Copy diagnostics')
    await button.trigger('click')
    await flushPromises()
    expect(diagnostics.mock.calls[0]![0]).toMatchObject({
      at: error.at,
      error: { code: 'UNREADABLE', what: error.what },
      taskId: null,
    })
    expect(written).toEqual(['all of it'])
    expect(button.text()).toBe('Copied')
  })

  it('copies what is on the screen when the engine does not answer', async () => {
    diagnostics.mockRejectedValue(new Error('gone'))
    const wrapper = mountInApp(FailedState, { error })
    await wrapper.findAll('button')[1]!.trigger('click')
    await flushPromises()
    expect(written[0]).toContain('Error UNREADABLE: The folder /mnt/x cannot be listed')
    expect(written[0]).toContain('The engine did not answer')
  })

  it('does not claim to have copied what the clipboard refused', async () => {
    diagnostics.mockResolvedValue({ text: 'all of it' })
    vi.mocked(navigator.clipboard.writeText).mockRejectedValue(new Error('not focused'))
    const wrapper = mountInApp(FailedState, { error })
    const button = wrapper.findAll('button')[1]!
    await button.trigger('click')
    await flushPromises()
    expect(button.text()).toBe('Copy diagnostics')
  })

  it('names the task that failed and the moment it ended', async () => {
    diagnostics.mockResolvedValue({ text: 'all of it' })
    const wrapper = mountInApp(TaskError, { task })
    await wrapper.find('button').trigger('click')
    await flushPromises()
    expect(diagnostics.mock.calls[0]![0]).toMatchObject({ at: 2_000, error: null, taskId: 'task-7' })
  })
})

describe('what the engine says', () => {
  it('is Italian on an Italian screen, and English where there is no translation', async () => {
    const wrapper = mountInApp(TaskError, { task })
    expect(wrapper.text()).toContain('The disk is full (/mnt/out)')
    const app = useApp()
    app.settings = { ...app.settings, language: 'it' }
    await vi.waitFor(() => expect(wrapper.text()).toContain('Il disco è pieno (/mnt/out)'))
    expect(wrapper.text()).toContain('Scegliere un’altra cartella.')
    expect(wrapper.text()).toContain('A file.')
  })
})
