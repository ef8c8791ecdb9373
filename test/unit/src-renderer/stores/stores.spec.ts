import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { IndexProgress } from '../../../../src-main/contract/backup.ts'
import type { Task } from '../../../../src-main/contract/tasks.ts'

const engine = {
  app: { info: vi.fn(), settings: vi.fn(), saveSettings: vi.fn() },
  backup: {
    open: vi.fn(),
    close: vi.fn(),
    summary: vi.fn(),
    recent: vi.fn(),
    forget: vi.fn(),
    createSample: vi.fn(),
    watch: vi.fn(),
  },
  export: { result: vi.fn() },
  tasks: { dismiss: vi.fn(), watch: vi.fn() },
}
/** Streams the stores have asked for, newest last. */
const streams: { send: (event: unknown) => void; signal: AbortSignal }[] = []
vi.mock('../../../../src-renderer/client.ts', () => ({
  client: engine,
  subscribe: (_open: unknown, send: (event: unknown) => void, { signal }: { signal: AbortSignal }) => {
    streams.push({ send, signal })
  },
  isDesktop: false,
}))

const { useApp, chooseLanguage } = await import('../../../../src-renderer/stores/app.ts')
const { useBackup } = await import('../../../../src-renderer/stores/backup.ts')
const { useTasks, forStrip, inOrder } = await import('../../../../src-renderer/stores/tasks.ts')
const { useView } = await import('../../../../src-renderer/stores/view.ts')

const settings = {
  theme: 'system',
  density: 'comfortable',
  displayZone: null,
  exportFormat: 'eml',
  language: 'system',
  jobs: null,
}

function progress(over: Partial<IndexProgress>): IndexProgress {
  return {
    catalogId: 'c1',
    phase: 'items',
    complete: false,
    done: 0,
    total: null,
    unit: 'items',
    rate: null,
    secondsLeft: null,
    accounts: 0,
    items: 0,
    messages: 0,
    blobs: 0,
    unclaimed: 0,
    problems: 0,
    revision: 1,
    error: null,
    ...over,
  }
}
const summary = (path: string, catalogId = 'c1') => ({
  catalogId,
  path,
  problems: { 'blob-missing': 2, 'blob-orphan': 7 },
  progress: progress({ catalogId }),
})

function task(id: string, over: Partial<Task>): Task {
  return {
    id,
    kind: 'export',
    title: id,
    state: 'done',
    startedAt: 1,
    endedAt: 2,
    done: 1,
    total: 1,
    unit: 'messages',
    bytes: null,
    rate: null,
    byteRate: null,
    secondsLeft: null,
    problems: 0,
    error: null,
    dismissed: false,
    canStop: false,
    canPause: false,
    canResume: false,
    ...over,
  }
}

beforeEach(() => {
  setActivePinia(createPinia())
  streams.length = 0
  sessionStorage.clear()
  vi.resetAllMocks()
  engine.backup.recent.mockResolvedValue([])
  engine.backup.summary.mockImplementation(({ catalogId }: { catalogId: string }) =>
    Promise.resolve(summary('/mnt/a', catalogId)),
  )
})

describe('the app', () => {
  it('speaks the first language of the person that it knows', () => {
    expect(chooseLanguage(['de-DE', 'it-IT', 'en'])).toBe('it')
    expect(chooseLanguage(['ja'])).toBe('en')
    expect(chooseLanguage([])).toBe('en')
  })

  it('takes a change back when it could not be saved', async () => {
    const app = useApp()
    engine.app.saveSettings.mockRejectedValueOnce(new Error('disk full'))
    const saving = app.save({ theme: 'dark' })
    expect(app.settings.theme).toBe('dark')
    await expect(saving).rejects.toThrow('disk full')
    expect(app.settings.theme).toBe('system')
  })

  it('lets the zone of the settings go before that of the laptop', async () => {
    const app = useApp()
    engine.app.info.mockResolvedValue({ zone: 'Europe/Rome', host: 'browser' })
    engine.app.settings.mockResolvedValue(settings)
    await app.load()
    expect(app.zone).toBe('Europe/Rome')
    app.settings = { ...app.settings, displayZone: 'Asia/Tokyo' }
    expect(app.zone).toBe('Asia/Tokyo')
  })
})

describe('the open backup path', () => {
  it('follows the catalog and counts errors, not notices', async () => {
    const backup = useBackup()
    engine.backup.open.mockResolvedValue(summary('/mnt/a'))
    expect(await backup.open('/mnt/a')).toBe(true)
    expect(backup.indexing).toBe(true)
    expect(backup.errors).toBe(2)
    streams[0]!.send(progress({ phase: 'done', complete: true, revision: 9 }))
    expect(backup.complete).toBe(true)
    expect(backup.indexing).toBe(false)
    expect(backup.revision).toBe(9)
  })

  it('keeps what went wrong with its path, and what was open stays open', async () => {
    const backup = useBackup()
    engine.backup.open.mockResolvedValueOnce(summary('/mnt/a'))
    await backup.open('/mnt/a')
    const refusal = Object.assign(new Error('not one'), {
      code: 'NOT_A_BACKUP_PATH',
      data: { why: 'w', next: 'n' },
    })
    engine.backup.open.mockRejectedValueOnce(refusal)
    expect(await backup.open('/tmp')).toBe(false)
    expect(backup.openError).toMatchObject({ path: '/tmp', why: 'w', next: 'n' })
    expect(backup.summary?.path).toBe('/mnt/a')
    expect(backup.opening).toBeNull()
  })

  it('stops listening to the path it leaves', async () => {
    const backup = useBackup()
    engine.backup.open
      .mockResolvedValueOnce(summary('/mnt/a', 'c1'))
      .mockResolvedValueOnce(summary('/mnt/b', 'c2'))
    await backup.open('/mnt/a')
    await backup.open('/mnt/b')
    expect(streams[0]!.signal.aborted).toBe(true)
    expect(streams[1]!.signal.aborted).toBe(false)
    await backup.close()
    expect(streams[1]!.signal.aborted).toBe(true)
    expect(engine.backup.close).toHaveBeenCalledWith({ catalogId: 'c2' })
    expect(backup.catalogId).toBeNull()
  })

  it('opens again what was open when the page is loaded anew', async () => {
    engine.backup.open.mockResolvedValue(summary('/mnt/a'))
    await useBackup().open('/mnt/a')
    setActivePinia(createPinia())
    await useBackup().resume()
    expect(useBackup().summary?.path).toBe('/mnt/a')
  })

  it('closes the path whose catalog is removed before removing it', async () => {
    const backup = useBackup()
    engine.backup.open.mockResolvedValue(summary('/mnt/a'))
    engine.backup.forget.mockResolvedValue({ bytes: 42 })
    await backup.open('/mnt/a')
    expect(await backup.forgetCatalog('/mnt/a')).toBe(42)
    expect(engine.backup.close.mock.invocationCallOrder[0]).toBeLessThan(
      engine.backup.forget.mock.invocationCallOrder[0]!,
    )
    expect(backup.summary).toBeNull()
  })
})

describe('tasks', () => {
  it('are ordered: what runs first, then the newest', () => {
    const list = [
      task('old', { startedAt: 1 }),
      task('new', { startedAt: 3 }),
      task('run', { startedAt: 2, state: 'running' }),
    ]
    expect(inOrder(list).map(({ id }) => id)).toEqual(['run', 'new', 'old'])
  })

  it('leave the strip only when dismissed; failures come before successes; readings that went well are no news', () => {
    const list = [
      task('ok', { startedAt: 9 }),
      task('failed', { state: 'failed', startedAt: 1 }),
      task('partial', { state: 'partial', startedAt: 2 }),
      task('read', { state: 'done', dismissed: true }),
      task('index', { kind: 'index' }),
      task('index-failed', { kind: 'index', state: 'failed', startedAt: 0 }),
      task('run', { state: 'running' }),
    ]
    expect(forStrip(list).map(({ id }) => id)).toEqual(['run', 'partial', 'failed', 'index-failed', 'ok'])
  })

  it('load the result of an export once it has ended, and again after it was resumed', async () => {
    const tasks = useTasks()
    engine.export.result.mockResolvedValue({ exported: 3 })
    tasks.onTasks([task('a', { state: 'running', endedAt: null })])
    expect(engine.export.result).not.toHaveBeenCalled()
    tasks.onTasks([task('a', { state: 'partial', endedAt: 5 })])
    tasks.onTasks([task('a', { state: 'partial', endedAt: 5 })])
    await nextTick()
    expect(engine.export.result).toHaveBeenCalledTimes(1)
    expect(tasks.results.get('a')).toEqual({ exported: 3 })
    tasks.onTasks([task('a', { state: 'running', endedAt: null })])
    tasks.onTasks([task('a', { state: 'done', endedAt: 8 })])
    expect(engine.export.result).toHaveBeenCalledTimes(2)
  })
})

describe('the view', () => {
  it('turns the order round at the second click and begins dates with the newest', () => {
    const view = useView()
    view.sortBy('from')
    expect([view.sort, view.descending]).toEqual(['from', false])
    view.sortBy('from')
    expect(view.descending).toBe(true)
    view.sortBy('date')
    expect([view.sort, view.descending]).toEqual(['date', true])
  })

  it('does not carry a point in time over to another backup', async () => {
    const backup = useBackup()
    const view = useView()
    engine.backup.open
      .mockResolvedValueOnce(summary('/mnt/a', 'c1'))
      .mockResolvedValueOnce(summary('/mnt/b', 'c2'))
    await backup.open('/mnt/a')
    await nextTick()
    view.at = 1000
    view.deleted = 'only'
    await backup.open('/mnt/b')
    await nextTick()
    expect(view.at).toBeNull()
    expect(view.deleted).toBe('show')
  })
})
