import { describe, expect, it } from 'vitest'
import { backOffMs, subscribeWith } from '../../../src-renderer/connection.ts'

/** A stream that gives some events, then ends or breaks. */
async function* stream(events: number[], then?: Error): AsyncGenerator<number> {
  for (const event of events) yield await Promise.resolve(event)
  if (then) throw then
}

/** An error as the engine answers it, in contrast to a connection that broke. */
function answer(code: string): Error {
  return Object.assign(new Error('refused'), { code, defined: true })
}

describe('waiting before the next attempt', () => {
  it('doubles from a quarter of a second to five seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(backOffMs)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000])
  })
})

describe('a subscription', () => {
  it('asks again after the connection broke, once it is back', async () => {
    const streams = [stream([1, 2], new Error('closed')), stream([3])]
    const seen: number[] = []
    let readied = 0
    await subscribeWith({
      signal: new AbortController().signal,
      open: () => Promise.resolve(streams.shift()!),
      ready: () => Promise.resolve(readied++),
      onEvent: (event) => seen.push(event),
    })
    expect(seen).toEqual([1, 2, 3])
    expect(readied).toBe(2)
  })

  it('ends when the engine refuses, and says so', async () => {
    const errors: unknown[] = []
    await subscribeWith({
      signal: new AbortController().signal,
      open: () => Promise.reject(answer('NOT_FOUND')),
      ready: () => Promise.resolve(),
      onEvent: () => undefined,
      onError: (error) => errors.push(error),
    })
    expect(errors).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })])
  })

  it('hears nothing after it was given up', async () => {
    const abort = new AbortController()
    const seen: number[] = []
    await subscribeWith({
      signal: abort.signal,
      open: () => Promise.resolve(stream([1, 2, 3])),
      ready: () => Promise.resolve(),
      onEvent: (event) => {
        seen.push(event)
        abort.abort()
      },
    })
    expect(seen).toEqual([1])
  })
})
