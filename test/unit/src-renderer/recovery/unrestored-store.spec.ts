import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { UnrestoredItem } from '../../../../src-main/contract/unrestored.ts'

const { recovery, unrestored } = vi.hoisted(() => ({
  recovery: { unrestored: vi.fn() },
  unrestored: { act: vi.fn(), states: vi.fn() },
}))
vi.mock('../../../../src-renderer/client.ts', () => ({ client: { recovery, unrestored } }))
const { keyOf, useUnrestored } = await import('../../../../src-renderer/stores/unrestored.ts')

const item = (id: number, account = 'anna@example.com'): UnrestoredItem =>
  ({ account, id, outcome: null }) as UnrestoredItem
const list = (...ids: number[]) => ({ items: ids.map((id) => item(id)), searches: [] })
/** Answers that come when the test lets them. */
function held<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let [resolve, reject]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined]
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]))
  return { promise, resolve, reject }
}

beforeEach(() => {
  setActivePinia(createPinia())
  vi.resetAllMocks()
})

describe('the worklist that cannot be read', () => {
  it('says why, keeps the list that was there, and is well again with the next answer', async () => {
    recovery.unrestored.mockResolvedValueOnce(list(1)).mockRejectedValueOnce(new Error('The journal is cut'))
    const work = useUnrestored()
    await work.load('a')
    await work.load('a')
    expect([work.error?.what, work.rows.length]).toEqual(['The journal is cut', 1])
    recovery.unrestored.mockResolvedValueOnce(list(1, 2))
    await work.load('a')
    expect([work.error, work.rows.length]).toEqual([null, 2])
  })

  it('of a case that is no longer shown leaves no error, and the one that is shown is asked for', async () => {
    const first = held<never>()
    recovery.unrestored.mockReturnValueOnce(first.promise).mockResolvedValueOnce(list(7))
    const work = useUnrestored()
    const loading = work.load('a')
    void work.load('b')
    first.reject(new Error('gone'))
    await loading
    expect(recovery.unrestored.mock.calls).toEqual([[{ caseId: 'a' }], [{ caseId: 'b' }]])
    expect([work.error, work.rows.map(({ id }) => id)]).toEqual([null, [7]])
  })

  it('does not show the rows of another case, however late they come', async () => {
    const late = held<ReturnType<typeof list>>()
    recovery.unrestored.mockReturnValueOnce(late.promise).mockResolvedValueOnce(list(7))
    const work = useUnrestored()
    const loading = work.load('a')
    void work.load('b')
    expect(work.list).toBeNull()
    late.resolve(list(1, 2, 3))
    await loading
    expect(work.rows.map(({ id }) => id)).toEqual([7])
  })

  it('asked for again while it is read is read once more, not in between', async () => {
    const first = held<ReturnType<typeof list>>()
    recovery.unrestored.mockReturnValueOnce(first.promise).mockResolvedValueOnce(list(1, 2))
    const work = useUnrestored()
    const loading = work.load('a')
    await work.load('a')
    await work.load('a')
    first.resolve(list(1))
    await loading
    expect(recovery.unrestored).toHaveBeenCalledTimes(2)
    expect(work.rows).toHaveLength(2)
  })
})

describe('acting on rows', () => {
  it('that fails as a whole throws, changes nothing, and can be tried again', async () => {
    recovery.unrestored.mockResolvedValue(list(1, 2))
    unrestored.act.mockRejectedValueOnce(new Error('The folder is full')).mockResolvedValueOnce({
      done: 1,
      failed: [],
    })
    const work = useUnrestored()
    await work.load('a')
    work.marked = new Set([keyOf(item(1))])
    await expect(work.act([item(1)], { kind: 'reopen' })).rejects.toThrow('The folder is full')
    expect([work.acting, [...work.marked]]).toEqual([false, [keyOf(item(1))]])
    expect(await work.act([item(1)], { kind: 'reopen' })).toBe(1)
  })

  it('keeps those marked that failed, with the reason, and those it was not about', async () => {
    recovery.unrestored.mockResolvedValue(list(1, 2, 3))
    const failure = { account: 'anna@example.com', id: 2, why: 'No state of it is whole' }
    unrestored.act.mockResolvedValue({ done: 1, failed: [failure] })
    const work = useUnrestored()
    await work.load('a')
    work.marked = new Set([1, 2, 3].map((id) => keyOf(item(id))))
    expect(await work.act([item(1), item(2)], { kind: 'export', folder: '/x', digest: null })).toBe(1)
    expect([...work.marked].sort()).toEqual([keyOf(item(2)), keyOf(item(3))])
    expect(work.failed.get(keyOf(item(2)))).toBe('No state of it is whole')
  })

  it('is done once, however often it is pressed, and not without a case or rows', async () => {
    const answer = held<{ done: number; failed: never[] }>()
    recovery.unrestored.mockResolvedValue(list(1))
    unrestored.act.mockReturnValue(answer.promise)
    const work = useUnrestored()
    expect(await work.act([item(1)], { kind: 'reopen' })).toBe(0)
    await work.load('a')
    expect(await work.act([], { kind: 'reopen' })).toBe(0)
    const first = work.act([item(1)], { kind: 'reopen' })
    expect(await work.act([item(1)], { kind: 'reopen' })).toBe(0)
    answer.resolve({ done: 1, failed: [] })
    await first
    expect(unrestored.act).toHaveBeenCalledTimes(1)
    expect(unrestored.act.mock.calls[0]?.[0]).toEqual({
      caseId: 'a',
      items: [{ account: 'anna@example.com', id: 1 }],
      act: { kind: 'reopen' },
    })
  })

  it('that ends when another case is shown does not lead back to the first', async () => {
    const answer = held<{ done: number; failed: { account: string; id: number; why: string }[] }>()
    recovery.unrestored.mockResolvedValueOnce(list(1)).mockResolvedValueOnce(list(9))
    unrestored.act.mockReturnValue(answer.promise)
    const work = useUnrestored()
    await work.load('a')
    const acting = work.act([item(1)], { kind: 'reopen' })
    await work.load('b')
    answer.resolve({ done: 0, failed: [{ account: 'anna@example.com', id: 1, why: 'no' }] })
    await acting
    expect([work.caseId, work.rows.map(({ id }) => id), work.failed.size, work.marked.size]).toEqual([
      'b',
      [9],
      0,
      0,
    ])
  })
})

describe('marks', () => {
  it('fall away with their rows, and all of them with the case', async () => {
    recovery.unrestored.mockResolvedValueOnce(list(1, 2)).mockResolvedValueOnce(list(2))
    const work = useUnrestored()
    await work.load('a')
    work.marked = new Set([1, 2].map((id) => keyOf(item(id))))
    await work.load('a')
    expect(work.markedRows.map(({ id }) => id)).toEqual([2])
    recovery.unrestored.mockResolvedValueOnce(list(2))
    await work.load('b')
    expect(work.marked.size).toBe(0)
  })

  it('tell the same id of two accounts apart', () => {
    expect(keyOf(item(1, 'a@x.org'))).not.toBe(keyOf(item(1, 'b@x.org')))
  })
})
