import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Task } from '../../../src-main/contract/tasks.ts'

const copy = { tasks: vi.fn(), result: vi.fn(), start: vi.fn(), setLimit: vi.fn(), watch: vi.fn() }
const dismiss = vi.fn()
vi.mock('../../../src-renderer/client.ts', () => ({
  client: { copy, tasks: { dismiss }, servers: { list: vi.fn().mockResolvedValue([]) }, log: {} },
  subscribe: () => undefined,
  isDesktop: false,
}))
// draws on a canvas, which this DOM has not
vi.mock('../../../src-renderer/components/charts/rate-chart.vue', () => ({ default: { render: () => null } }))

const { useCopy } = await import('../../../src-renderer/stores/copy.ts')
const { useTasks } = await import('../../../src-renderer/stores/tasks.ts')
const CopyPage = (await import('../../../src-renderer/pages/copy/copy-page.vue')).default
const { mountInApp } = await import('./components/support.ts')

const failure = {
  message: '/mnt/old cannot be read',
  why: 'It is not there.',
  next: 'Check the spelling, and that its disk is mounted.',
}
const failed = (over: Partial<Task> = {}): Task => ({
  id: 't1',
  kind: 'copy',
  title: 'Copying /mnt/old to /data/copy',
  state: 'failed',
  startedAt: 0,
  endedAt: 1,
  done: 0,
  total: null,
  unit: 'files',
  bytes: 0,
  rate: null,
  byteRate: null,
  secondsLeft: null,
  problems: 0,
  error: failure,
  dismissed: false,
  canStop: false,
  canPause: false,
  canResume: true,
  ...over,
})

/** Engine that knows these tasks from now on. */
async function engineTells(...tasks: Task[]): Promise<void> {
  useTasks().onTasks(tasks)
  await flushPromises()
}

/** The page with both ends typed, and a start that was pressed. */
async function startedPage() {
  const wrapper = mountInApp(CopyPage)
  const store = useCopy()
  store.draft.source = { kind: 'local', localPath: '/mnt/old', serverId: null, serverPath: '' }
  store.draft.target = { ...store.draft.source, localPath: '/data/copy' }
  await flushPromises()
  await start(wrapper)
  return wrapper
}
async function start(wrapper: ReturnType<typeof mountInApp>): Promise<void> {
  await wrapper
    .findAll('button')
    .find((one) => one.text() === 'Start copying at once')
    ?.trigger('click')
  await flushPromises()
}

beforeEach(() => {
  vi.resetAllMocks()
  dismiss.mockResolvedValue(undefined)
  copy.result.mockResolvedValue(null)
  copy.start.mockResolvedValueOnce({ taskId: 't1' }).mockResolvedValueOnce({ taskId: 't2' })
  const request = {
    source: { kind: 'local', path: '/mnt/old' },
    target: { kind: 'local', path: '/data/copy' },
  }
  copy.tasks.mockResolvedValue(['t1', 't2'].map((taskId) => ({ taskId, request })))
})
afterEach(() => {
  document.body.innerHTML = ''
})

describe('a copy that fails at once', () => {
  it('says what failed, why and what to do in its form, beside what was typed', async () => {
    const wrapper = await startedPage()
    await engineTells(failed())
    const form = wrapper.get('section.form')
    for (const words of Object.values(failure)) expect(form.get('[role=alert]').text()).toContain(words)
    expect(form.text()).toContain('It failed before anything was copied')
    expect(form.text()).toContain('What you typed is unchanged')
    expect(form.findAll('input').map(({ element }) => element.value)).toEqual(
      expect.arrayContaining(['/mnt/old', '/data/copy']),
    )
    // once, and where the eyes are
    expect(wrapper.findAll('[role=alert]')).toHaveLength(1)
    expect(document.activeElement?.textContent).toContain(failure.next)
  })

  it('is read when it is started again: its error goes, the new one comes', async () => {
    const wrapper = await startedPage()
    await engineTells(failed())
    await start(wrapper)
    expect(dismiss).toHaveBeenCalledWith({ id: 't1' })
    const again = { ...failure, message: 'Still not there' }
    await engineTells(failed({ dismissed: true }), failed({ id: 't2', error: again }))
    expect(wrapper.findAll('[role=alert]').map((one) => one.text())).toEqual([
      expect.stringContaining('Still not there'),
    ])
  })

  it('that was begun elsewhere is told above, and claims nothing that is not so', async () => {
    const wrapper = mountInApp(CopyPage)
    await engineTells(failed())
    expect(wrapper.get('section.task').text()).toContain(failure.next)
    expect(wrapper.get('section.task').text()).toContain('It failed before anything was copied')
    expect(wrapper.text()).not.toContain('it can go on from there')
  })
})

describe('a copy that breaks off later', () => {
  it('is told above, where it goes on; the form says so', async () => {
    const wrapper = await startedPage()
    await engineTells(failed({ done: 3, bytes: 90 }))
    expect(wrapper.find('section.form [role=alert]').exists()).toBe(false)
    expect(wrapper.get('section.task').text()).toContain('it can go on from there')
    expect(wrapper.get('section.form').text()).toContain('A copy to this target broke off')
  })

  it('is not one that came to its end with a damaged file', async () => {
    const wrapper = await startedPage()
    await engineTells(failed({ state: 'partial', done: 3, bytes: 90, error: null, canResume: true }))
    expect(wrapper.get('section.form').text()).not.toContain('broke off')
  })
})
