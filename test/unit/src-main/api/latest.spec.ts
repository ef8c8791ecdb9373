import { describe, expect, it } from 'vitest'
import { Latest } from '../../../../src-main/api/latest.ts'

describe('a value that is followed', () => {
  it('gives the present value at once and only the latest after that, at most four times a second', async () => {
    const latest = new Latest(0)
    const writer = setInterval(() => latest.set(latest.value + 1), 10)
    const seen: { at: number; value: number }[] = []
    const began = performance.now()
    for await (const value of latest.watch()) {
      seen.push({ at: performance.now() - began, value })
      if (seen.length === 4) break
    }
    clearInterval(writer)
    expect(seen[0]).toMatchObject({ value: 0 })
    expect(seen[0]!.at).toBeLessThan(50)
    for (let index = 1; index < seen.length; index++) {
      expect(seen[index]!.at - seen[index - 1]!.at).toBeGreaterThan(240)
      expect(seen[index]!.value).toBeGreaterThan(seen[index - 1]!.value)
    }
  })

  it('is silent while nothing changes, and loses no last change', async () => {
    const latest = new Latest('a')
    const watcher = latest.watch()
    expect((await watcher.next()).value).toBe('a')
    const next = watcher.next()
    const early = await Promise.race([next.then(() => 'changed'), wait(400).then(() => 'silent')])
    expect(early).toBe('silent')
    latest.set('b')
    expect((await next).value).toBe('b')
    // set while the watcher is paused after giving `b`
    const last = watcher.next()
    latest.set('c')
    expect((await last).value).toBe('c')
    await watcher.return()
  })

  it.each(['signal', 'end'])('stops by %s, also while it waits', async (how) => {
    const latest = new Latest(1)
    const abort = new AbortController()
    const watcher = latest.watch(abort.signal)
    await watcher.next()
    const next = watcher.next()
    await wait(300)
    if (how === 'signal') abort.abort()
    else latest.end()
    expect(await next).toEqual({ done: true, value: undefined })
  })
})

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
