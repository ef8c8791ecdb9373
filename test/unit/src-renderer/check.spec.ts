import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BackupSummary } from '../../../src-main/contract/backup.ts'
import type { Task } from '../../../src-main/contract/tasks.ts'
import type { CheckProblem, CheckSummary, StoreCell } from '../../../src-main/contract/verify.ts'

const verify = {
  results: vi.fn(),
  tasks: vi.fn(),
  check: vi.fn(),
  heal: vi.fn(),
  healResult: vi.fn(),
  removeResult: vi.fn(),
  problems: vi.fn(),
}
vi.mock('../../../src-renderer/client.ts', () => ({
  client: { verify, tasks: { stop: vi.fn(), pause: vi.fn() } },
  subscribe: () => undefined,
  isDesktop: false,
}))

const { useBackup } = await import('../../../src-renderer/stores/backup.ts')
const { useCheck } = await import('../../../src-renderer/stores/check.ts')
const { useTasks } = await import('../../../src-renderer/stores/tasks.ts')
const { COLUMNS, moved, nameAt, stateOf, storeGrid, worstFolders } =
  await import('../../../src-renderer/pages/check/store-grid.ts')
const { orderedKinds } = await import('../../../src-renderer/pages/check/problem-order.ts')
const CheckProblems = (await import('../../../src-renderer/pages/check/check-problems.vue')).default
const RunCard = (await import('../../../src-renderer/pages/check/run-card.vue')).default
const { mountInApp } = await import('./components/support.ts')

const cell = (folder: string, over: Partial<StoreCell> = {}): StoreCell => ({
  folder,
  files: 1,
  bytes: 10,
  errors: 0,
  notices: 0,
  ...over,
})

function task(over: Partial<Task>): Task {
  return {
    id: 't1',
    kind: 'check',
    title: 'Checking /b',
    state: 'running',
    startedAt: 0,
    endedAt: null,
    done: 0,
    total: null,
    unit: 'folders',
    bytes: 0,
    rate: null,
    byteRate: null,
    secondsLeft: null,
    problems: 0,
    error: null,
    dismissed: false,
    canStop: true,
    canPause: true,
    canResume: false,
    ...over,
  }
}

function summary(over: Partial<CheckSummary> = {}): CheckSummary {
  return {
    id: 'r1',
    catalogId: 'c1',
    backupPath: '/b',
    startedAt: 0,
    seconds: 3,
    sample: null,
    complete: true,
    blobs: { total: 10, ok: 10, bytes: 100 },
    metadata: { total: 10, ok: 10 },
    kinds: {},
    errors: 0,
    notices: 0,
    ...over,
  }
}

const asked = (taskId: string, out: string | null = null) => ({
  taskId,
  resultId: out ? null : 'r1',
  sample: null,
  from: [],
  out,
})

beforeEach(() => {
  vi.resetAllMocks()
  verify.results.mockResolvedValue([])
  verify.tasks.mockResolvedValue([])
})

describe('the picture of the store', () => {
  it('gives every folder its place by its name', () => {
    const grid = storeGrid([cell('items/AB'), cell('items/,,'), cell('items/BA')])
    expect(grid.rows).toBe(64)
    expect(grid.cells[1]?.folder).toBe('items/AB')
    expect(grid.cells[COLUMNS]?.folder).toBe('items/BA')
    expect(grid.cells.at(-1)?.folder).toBe('items/,,')
    expect([nameAt(1), nameAt(COLUMNS), nameAt(64 * 64)]).toEqual(['AB', 'BA', null])
  })

  it('leaves no folder out, whatever its name', () => {
    const odd = ['items/AB', 'items/AB', 'items/abc', 'items/é!', 'items/a', 'items/']
    const grid = storeGrid(odd.map((folder) => cell(folder)))
    expect(grid.cells.filter((one) => one !== null)).toHaveLength(odd.length)
    expect(grid.rows).toBe(65)
    expect(grid.cells).toHaveLength(65 * COLUMNS)
  })

  it('counts states, errors before notices', () => {
    expect(stateOf(cell('x', { errors: 1, notices: 3 }))).toBe('errors')
    expect(stateOf(cell('x', { notices: 1 }))).toBe('notices')
    expect(stateOf(cell('x'))).toBe('sound')
    expect(stateOf(cell('x', { files: 0 }))).toBe('empty')
    const { counts } = storeGrid([cell('items/AA', { errors: 1 }), cell('items/AB')])
    expect(counts).toEqual({ sound: 1, notices: 0, errors: 1, empty: 4094 })
  })

  it('lists the worst folders first and no sound ones', () => {
    const cells = [cell('a', { notices: 9 }), cell('b', { errors: 1 }), cell('c'), cell('d', { errors: 2 })]
    expect(worstFolders(cells, 10).map(({ folder }) => folder)).toEqual(['d', 'b', 'a'])
    expect(worstFolders(cells, 1)).toHaveLength(1)
  })

  it('moves by the arrow keys and stays inside', () => {
    expect(moved(0, 'ArrowLeft', 64)).toBe(0)
    expect(moved(0, 'ArrowUp', 64)).toBe(0)
    expect(moved(0, 'ArrowDown', 64)).toBe(64)
    expect(moved(70, 'Home', 64)).toBe(64)
    expect(moved(70, 'End', 64)).toBe(127)
    expect(moved(64 * 64 - 1, 'ArrowRight', 64)).toBe(64 * 64 - 1)
    expect(moved(0, 'Tab', 64)).toBeNull()
  })
})

describe('kinds of a result', () => {
  it('come errors first, then by number', () => {
    const kinds = orderedKinds({ link: 9, 'blob-missing': 1, 'blob-corrupt': 4, 'blob-empty': 0 })
    expect(kinds.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['blob-corrupt', 'error'],
      ['blob-missing', 'error'],
      ['link', 'notice'],
    ])
  })
})

describe('the store of checks', () => {
  async function opened() {
    setActivePinia(createPinia())
    const backup = useBackup()
    const check = useCheck()
    backup.summary = { catalogId: 'c1', path: '/b' } as BackupSummary
    await flushPromises()
    return { backup, check, tasks: useTasks() }
  }

  it('shows the newest result until another is chosen', async () => {
    verify.results.mockResolvedValue([summary({ id: 'new' }), summary({ id: 'old' })])
    const { check } = await opened()
    expect(check.chosen?.id).toBe('new')
    check.chosenId = 'old'
    expect(check.chosen?.id).toBe('old')
    verify.results.mockResolvedValue([summary({ id: 'new' })])
    await check.remove('old')
    expect(verify.removeResult).toHaveBeenCalledWith({ catalogId: 'c1', id: 'old' })
    expect(check.chosen?.id).toBe('new')
  })

  it('keeps a broken-off check until it is dismissed, and no check of another path', async () => {
    verify.tasks.mockResolvedValue([asked('t1')])
    const { check, tasks } = await opened()
    tasks.onTasks([task({ state: 'interrupted' }), task({ id: 'foreign' })])
    await flushPromises()
    expect(check.unfinished.map(({ taskId }) => taskId)).toEqual(['t1'])
    expect(check.running).toBe(false)
    tasks.onTasks([task({ state: 'running' })])
    expect(check.running).toBe(true)
    tasks.onTasks([task({ state: 'interrupted', dismissed: true })])
    expect(check.unfinished).toEqual([])
  })

  it('asks for results again when a check has ended, and for the outcome of a heal', async () => {
    verify.tasks.mockResolvedValue([asked('t1'), asked('h1', '/out')])
    const { check, tasks } = await opened()
    tasks.onTasks([task({})])
    await flushPromises()
    const before = verify.results.mock.calls.length
    tasks.onTasks([task({ done: 5 })])
    await flushPromises()
    expect(verify.results.mock.calls.length).toBe(before)
    verify.healResult.mockResolvedValue({ complete: true, healed: 2 })
    verify.results.mockResolvedValue([summary()])
    tasks.onTasks([task({ state: 'partial' }), task({ id: 'h1', kind: 'heal', state: 'done' })])
    await flushPromises()
    expect(check.chosen?.id).toBe('r1')
    expect(check.outcomes.get('h1')?.healed).toBe(2)
  })

  it('forgets everything when another path is opened, and drops late answers', async () => {
    verify.results.mockResolvedValue([summary()])
    const { backup, check } = await opened()
    let late: (results: CheckSummary[]) => void = () => undefined
    verify.results.mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    const loading = check.load()
    verify.results.mockResolvedValue([])
    backup.summary = { catalogId: 'c2', path: '/c' } as BackupSummary
    await flushPromises()
    late([summary({ id: 'late' })])
    await loading
    expect(check.results).toEqual([])
  })

  it('says when results cannot be read', async () => {
    verify.results.mockRejectedValue(new Error('no'))
    const { check } = await opened()
    expect(check.error?.what).toBe('no')
    expect(check.results).toBeNull()
  })
})

describe('the card of a check under way', () => {
  const shown = (over: Partial<Task>, sample: number | null = null): string =>
    mountInApp(RunCard, { run: { ...asked('t1'), sample, task: task(over) } })
      .text()
      .replaceAll('\u00a0', ' ')

  it('tells step, figures and problems so far', () => {
    const text = shown({
      phase: 'blobs',
      done: 50,
      total: 200,
      rate: 12,
      byteRate: 84e6,
      bytes: 5e6,
      secondsLeft: 90,
      problems: 2,
    })
    for (const part of [
      'Step 2 of 3',
      '25%',
      '50 of 200 folders',
      '12 folders/s',
      '84 MB/s',
      '2 problems so far',
    ])
      expect(text).toContain(part)
    expect(text).toMatch(/left/)
  })

  it('counts messages in a sample and shows no figures of a step before', () => {
    expect(shown({ phase: 'blobs', done: 5, total: 50 }, 50)).toContain('5 of 50 messages')
    expect(shown({ phase: 'naming', done: 50, total: 50 })).not.toContain('50 of 50')
  })

  it('offers to go on with a stopped one and shows why one failed', () => {
    const ended = { canStop: false, canPause: false, canResume: true } as const
    expect(shown({ ...ended, state: 'stopped' })).toMatch(/Go on.*did not come to its end/s)
    const error = { message: 'Disk gone', why: 'It was unplugged.', next: 'Plug it in.' }
    const failed = shown({ ...ended, state: 'failed', error })
    for (const part of Object.values(error)) expect(failed).toContain(part)
  })
})

describe('the list of problems', () => {
  const problem = (n: number): CheckProblem => ({
    kind: 'blob-corrupt',
    severity: 'error',
    path: `items/AA/${String(n)}`,
    digest: null,
    affected: [],
    detail: 'the CRC does not fit',
    recoverable: n === 0,
  })

  it('shows 100 a page and filters by kind', async () => {
    verify.problems.mockImplementation(({ offset, kind }: { offset: number; kind?: string }) =>
      Promise.resolve({
        rows: Array.from({ length: Math.min(100, 250 - offset) }, (_, at) => problem(offset + at)),
        total: kind === 'link' ? 3 : 250,
      }),
    )
    const result = summary({ errors: 247, notices: 3, kinds: { 'blob-corrupt': 247, link: 3 } })
    const screen = mountInApp(CheckProblems, { result })
    await flushPromises()
    expect(screen.findAll('.problem')).toHaveLength(100)
    expect(screen.text()).toContain('1–100 of 250')
    expect(screen.findAll('.problem')[0]?.text()).toContain('Nothing lost')
    expect(screen.findAll('.problem')[1]?.text()).toContain('Lost here')
    for (const _ of [1, 2]) {
      await screen.get('[aria-label="Next page"]').trigger('click')
      await flushPromises()
    }
    expect(screen.text()).toContain('201–250 of 250')
    expect(screen.get('[aria-label="Next page"]').attributes('disabled')).toBeDefined()
    await screen.findAll('.kinds button')[2]?.trigger('click')
    await flushPromises()
    expect(verify.problems.mock.lastCall?.[0]).toMatchObject({ kind: 'link', offset: 0, limit: 100 })
  })
})
