import { describe, expect, it, vi } from 'vitest'
import { PageCache, type Page } from '../../../../src-renderer/list/page-cache.ts'

/** An engine whose answers the test gives when it wants to. */
function engine(total: number) {
  const asked: {
    offset: number
    limit: number
    signal: AbortSignal
    answer: (page?: Partial<Page<string>>) => void
    fail: (error: Error) => void
  }[] = []
  const load = (offset: number, limit: number, signal: AbortSignal): Promise<Page<string>> =>
    new Promise((resolve, reject) => {
      asked.push({
        offset,
        limit,
        signal,
        answer: (page = {}) => {
          const count = Math.max(0, Math.min(limit, total - offset))
          const rows = Array.from({ length: count }, (_, at) => `row ${String(offset + at)}`)
          resolve({ rows, total, totalExact: true, complete: true, revision: 1, ...page })
        },
        fail: reject,
      })
      signal.addEventListener('abort', () => reject(new DOMException('given up', 'AbortError')))
    })
  return { asked, load }
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

function make(total: number, keep = 10, pageSize = 10) {
  const { asked, load } = engine(total)
  const changed = vi.fn()
  return { asked, changed, cache: new PageCache<string>({ pageSize, keep, load, changed }) }
}

describe('PageCache', () => {
  it('knows nothing before the first answer, and the total after it', async () => {
    const { asked, cache } = make(25)
    expect(cache.known).toBe(false)
    cache.want(0, 5)
    expect(asked.map((a) => [a.offset, a.limit])).toEqual([[0, 10]])
    expect(cache.row(0)).toBeUndefined()
    asked[0]!.answer()
    await settle()
    expect(cache.known).toBe(true)
    expect(cache.total).toBe(25)
    expect(cache.row(3)).toBe('row 3')
    expect(cache.row(10)).toBeUndefined()
  })

  it('asks for the visible page first, then for the neighbour the screen is nearer to', async () => {
    const { asked, cache } = make(1000)
    cache.want(0, 5)
    asked[0]!.answer()
    await settle()
    cache.want(501, 504)
    // nearer to the beginning of page 50: page 49 is the neighbour
    expect(asked.slice(1).map((a) => a.offset)).toEqual([500, 490])
    asked[1]!.answer()
    asked[2]!.answer()
    await settle()
    cache.want(505, 508)
    expect(asked.slice(3).map((a) => a.offset)).toEqual([510])
  })

  it('gives up requests for rows nobody looks at any more and never shows their answer', async () => {
    const { asked, cache } = make(1000)
    cache.want(0, 5)
    asked[0]!.answer()
    await settle()
    cache.want(505, 508)
    const late = asked.find((a) => a.offset === 500)!
    cache.want(901, 904)
    expect(late.signal.aborted).toBe(true)
    late.answer()
    await settle()
    expect(cache.row(505)).toBeUndefined()
    expect(cache.error).toBeNull()
  })

  it('keeps at most two requests under way', () => {
    const { asked, cache } = make(1000)
    cache.want(0, 59)
    expect(asked).toHaveLength(2)
  })

  it('does not ask twice for the same page', async () => {
    const { asked, cache } = make(100)
    cache.want(0, 3)
    cache.want(0, 4)
    cache.want(1, 4)
    expect(asked).toHaveLength(1)
    asked[0]!.answer()
    await settle()
    cache.want(0, 4)
    expect(asked).toHaveLength(1)
  })

  it('shows old rows until the new ones are there after an invalidation', async () => {
    const { asked, cache } = make(30)
    cache.want(0, 3)
    asked[0]!.answer()
    await settle()
    cache.invalidate()
    expect(cache.row(2)).toBe('row 2')
    asked[1]!.answer({ rows: ['new 0', 'new 1', 'new 2'], total: 3, revision: 2 })
    await settle()
    expect(cache.row(2)).toBe('new 2')
    expect(cache.row(3)).toBeUndefined()
    expect(cache.total).toBe(3)
  })

  it('asks again for kept pages once an answer tells another revision', async () => {
    const { asked, cache } = make(30)
    cache.want(0, 3)
    asked[0]!.answer({ revision: 1 })
    await settle()
    cache.want(12, 13)
    expect(asked.slice(1).map((a) => a.offset)).toEqual([10])
    asked[1]!.answer({ revision: 2 })
    await settle()
    // page 0 is wanted as the neighbour and stale now
    expect(asked.slice(2).map((a) => a.offset)).toEqual([0])
    asked[2]!.answer({ revision: 2 })
    await settle()
    cache.want(0, 3)
    expect(asked).toHaveLength(3)
  })

  it('forgets everything at a reset; answers to the old list do not arrive in the new one', async () => {
    const { asked, cache } = make(30)
    cache.want(0, 3)
    cache.reset()
    expect(asked[0]!.signal.aborted).toBe(true)
    asked[0]!.answer()
    asked[1]!.answer({ rows: ['other'], total: 1 })
    await settle()
    expect(cache.total).toBe(1)
    expect(cache.row(0)).toBe('other')
  })

  it('stops after a failure until asked to try again', async () => {
    const { asked, cache } = make(30)
    cache.want(0, 3)
    asked[0]!.fail(new Error('disk gone'))
    await settle()
    expect(cache.error).toEqual(new Error('disk gone'))
    cache.want(0, 4)
    expect(asked).toHaveLength(1)
    cache.retry()
    asked[1]!.answer()
    await settle()
    expect(cache.error).toBeNull()
    expect(cache.row(0)).toBe('row 0')
  })

  it('drops the pages looked at longest ago, never the visible ones', async () => {
    const { asked, cache } = make(1000, 3)
    for (const first of [0, 100, 200, 300, 400]) {
      cache.want(first + 2, first + 3)
      while (asked.some((a) => !a.signal.aborted && cache.row(a.offset) === undefined)) {
        for (const a of asked) a.answer()
        await settle()
        if (cache.row(first + 2) !== undefined) break
      }
    }
    expect(cache.row(402)).toBe('row 402')
    expect(cache.row(2)).toBeUndefined()
  })

  it('gives a range over several pages, loading what is missing, and ends at the end of the list', async () => {
    const { asked, cache } = make(25)
    cache.want(0, 3)
    asked[0]!.answer()
    await settle()
    const range = cache.range(8, 40, new AbortController().signal)
    await settle()
    asked.at(-1)!.answer()
    await settle()
    asked.at(-1)!.answer()
    expect(await range).toEqual(Array.from({ length: 17 }, (_, at) => `row ${String(at + 8)}`))
  })

  it('never asks past the end once the total is known', async () => {
    const { asked, cache } = make(12)
    cache.want(0, 3)
    asked[0]!.answer()
    await settle()
    cache.want(40, 60)
    expect(asked.slice(1).every((a) => a.offset <= 10)).toBe(true)
  })
})
