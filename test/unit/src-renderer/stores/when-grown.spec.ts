import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'

vi.mock('../../../../src-renderer/client.ts', () => ({ client: {}, subscribe: () => undefined }))

const { useBackup } = await import('../../../../src-renderer/stores/backup.ts')
const { whenGrown } = await import('../../../../src-renderer/stores/when-grown.ts')

const work = vi.fn()
let scope: EffectScope

function grow(revision: number, complete = false): Promise<void> {
  const backup = useBackup()
  backup.progress = { ...backup.progress, revision, complete } as typeof backup.progress
  return nextTick()
}

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  work.mockClear()
  scope = effectScope()
  scope.run(() => {
    whenGrown(1000, work)
  })
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

describe('what follows a growing catalog', () => {
  it('is done once in a while, however often the catalog grows', async () => {
    for (let revision = 1; revision <= 20; revision++) {
      await grow(revision)
      vi.advanceTimersByTime(100)
    }
    expect(work).toHaveBeenCalledTimes(2)
  })

  it('is done at once when everything was read, and then not again', async () => {
    await grow(1)
    await grow(2, true)
    expect(work).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(5000)
    expect(work).toHaveBeenCalledTimes(1)
  })

  it('is not done any more when nobody is there', async () => {
    await grow(1)
    scope.stop()
    vi.advanceTimersByTime(5000)
    expect(work).not.toHaveBeenCalled()
  })
})
