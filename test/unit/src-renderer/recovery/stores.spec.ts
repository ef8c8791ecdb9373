import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { CaseView, JournalEntry, Pending } from '../../../../src-main/contract/recovery.ts'

interface Stream {
  name: string
  signal: AbortSignal
  onEvent: (event: unknown) => void
  onError?: (error: unknown) => void
}
const { recovery, streams } = vi.hoisted(() => ({
  recovery: {
    list: vi.fn(),
    procedures: vi.fn(),
    create: vi.fn(),
    close: vi.fn(),
    putBack: vi.fn(),
    journal: vi.fn(),
    act: vi.fn(),
    confirm: vi.fn(),
    watch: vi.fn(),
    pendings: vi.fn(),
  },
  streams: [] as Stream[],
}))
vi.mock('../../../../src-renderer/client.ts', () => ({
  client: { recovery },
  subscribe: (
    _open: unknown,
    onEvent: Stream['onEvent'],
    options: { signal: AbortSignal; onError?: Stream['onError'] },
  ) => streams.push({ name: '', onEvent, ...options }),
}))

const { useCases } = await import('../../../../src-renderer/stores/cases.ts')
const { useRecovery } = await import('../../../../src-renderer/stores/recovery.ts')

const pending = (id: string): Pending => ({
  id,
  caseId: 'c',
  what: { en: 'x', it: 'x' },
  host: 'h',
  undo: 'u',
  since: 1,
  timerAt: null,
})
const entry = (n: number): JournalEntry => ({ n }) as JournalEntry
function view(over: Partial<CaseView> = {}): CaseView {
  const plan = ['a', 'b', 'c'].map((id) => ({ id, state: 'to-do' }))
  return { id: 'c', plan, present: 'a', entries: 0, ...over } as unknown as CaseView
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

beforeEach(() => {
  setActivePinia(createPinia())
  vi.resetAllMocks()
  streams.length = 0
  sessionStorage.clear()
})

describe('the cases', () => {
  it('stand by their last change, closed ones apart', async () => {
    recovery.procedures.mockResolvedValue([])
    recovery.list.mockResolvedValue([
      { id: '1', changedAt: 1, closed: false },
      { id: '2', changedAt: 3, closed: true },
      { id: '3', changedAt: 2, closed: false },
    ])
    const cases = useCases()
    await cases.load()
    expect(cases.open.map(({ id }) => id)).toEqual(['3', '1'])
    expect(cases.closed.map(({ id }) => id)).toEqual(['2'])
  })

  it('keep the list that was there when it cannot be read again, and say why', async () => {
    recovery.procedures.mockResolvedValue([])
    recovery.list.mockResolvedValueOnce([{ id: '1' }]).mockRejectedValueOnce(new Error('no'))
    const cases = useCases()
    await cases.load()
    await cases.load()
    expect(cases.list).toHaveLength(1)
    expect(cases.error?.what).toBe('no')
  })

  it('ask once to put something back, however often it is pressed', async () => {
    let done: () => void = () => undefined
    recovery.putBack.mockReturnValue(new Promise<void>((resolve) => (done = resolve)))
    const cases = useCases()
    const first = cases.putBack(pending('p'))
    await cases.putBack(pending('p'))
    expect(recovery.putBack).toHaveBeenCalledTimes(1)
    expect(cases.puttingBack.has('p')).toBe(true)
    done()
    await first
    expect(cases.puttingBack.has('p')).toBe(false)
  })

  it('keep why something could not be put back until it is gone', async () => {
    const cases = useCases()
    cases.watch(new AbortController().signal)
    recovery.putBack.mockRejectedValue(new Error('no answer'))
    await cases.putBack(pending('p'))
    streams[0]?.onEvent([pending('p')])
    expect(cases.notPutBack.get('p')?.what).toBe('no answer')
    streams[0]?.onEvent([])
    expect(cases.notPutBack.size).toBe(0)
    expect(cases.pendings).toEqual([])
  })
})

describe('the open case', () => {
  function opened(first = view()) {
    const store = useRecovery()
    store.open('c')
    streams.at(-1)?.onEvent(first)
    return store
  }

  it('follows the present step, and stays at a chosen one', () => {
    const store = opened()
    expect(store.step?.id).toBe('a')
    store.onView(view({ present: 'b' }))
    expect(store.step?.id).toBe('b')
    store.chosenStep = 'a'
    store.onView(view({ present: 'c' }))
    expect(store.step?.id).toBe('a')
    store.onView(view({ present: null }))
    store.chosenStep = null
    expect(store.step?.id).toBe('c')
  })

  it('goes on by itself from a chosen step that was the present one', () => {
    const store = opened()
    store.chosenStep = 'a'
    store.onView(view({ present: 'b' }))
    expect(store.chosenStep).toBeNull()
    expect(store.step?.id).toBe('b')
  })

  it('reads the end of a long journal first, then what is added, then earlier pages', async () => {
    const all = Array.from({ length: 1000 }, (_, at) => entry(at + 1))
    recovery.journal.mockImplementation(({ after, limit }: { after: number; limit: number }) =>
      Promise.resolve(all.slice(after, after + limit)),
    )
    const store = opened(view({ entries: 900 }))
    await settle()
    expect(store.journal[0]?.n).toBe(701)
    expect(store.hasEarlier).toBe(true)
    store.onView(view({ entries: 1000 }))
    await settle()
    expect(store.journal.map(({ n }) => n)).toEqual(all.slice(700).map(({ n }) => n))
    for (let page = 0; page < 4; page++) await store.readEarlier()
    expect(store.journal.map(({ n }) => n)).toEqual(all.map(({ n }) => n))
    expect(store.hasEarlier).toBe(false)
  })

  it('does not ask for ever when the journal has less than the view says', async () => {
    recovery.journal.mockResolvedValue([])
    opened(view({ entries: 5 }))
    await settle()
    expect(recovery.journal).toHaveBeenCalledTimes(1)
  })

  it('says why the journal cannot be read, and nothing of another case', async () => {
    recovery.journal.mockRejectedValueOnce(new Error('gone'))
    const store = opened(view({ entries: 5 }))
    await settle()
    expect(store.journalError?.what).toBe('gone')
    store.open('d')
    expect(store.journalError).toBeNull()
    expect(store.journal).toEqual([])
  })

  it('makes an action once while it is under way, and lets go of it when it fails', async () => {
    let fail: (error: Error) => void = () => undefined
    recovery.act.mockReturnValue(new Promise((_, reject) => (fail = reject)))
    const store = opened()
    const first = store.act('a', 'Start')
    await store.act('a', 'Start')
    expect(recovery.act).toHaveBeenCalledTimes(1)
    expect(recovery.act).toHaveBeenCalledWith({ caseId: 'c', step: 'a', seen: 'Start' })
    fail(new Error('refused'))
    await expect(first).rejects.toThrow('refused')
    expect(store.busy.size).toBe(0)
  })

  it('sends pictures of a confirmation by their paths', async () => {
    const store = opened()
    await store.confirm('a', 'seen', 'note', ['/x.png'])
    expect(recovery.confirm).toHaveBeenCalledWith({
      caseId: 'c',
      step: 'a',
      id: 'seen',
      note: 'note',
      files: [{ path: '/x.png' }],
    })
  })

  it('comes back after a reload, and not after it was left', () => {
    opened()
    setActivePinia(createPinia())
    const after = useRecovery()
    after.resume()
    expect(after.caseId).toBe('c')
    after.leave()
    expect(streams.at(-1)?.signal.aborted).toBe(true)
    setActivePinia(createPinia())
    const later = useRecovery()
    later.resume()
    expect(later.caseId).toBeNull()
  })

  it('says why a case cannot be shown, and asks again', () => {
    const store = opened()
    streams.at(-1)?.onError?.(new Error('no such case'))
    expect(store.error?.what).toBe('no such case')
    const before = streams.length
    store.retry()
    expect(streams).toHaveLength(before + 1)
    expect(store.error).toBeNull()
  })
})
