import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, effectScope, ref, type EffectScope } from 'vue'
import type { View } from '../../../../src-main/contract/mail.ts'

const TOTAL = 1_000_000
const list = vi.fn(({ offset, limit }: { offset: number; limit: number }) => {
  const rows = Array.from({ length: Math.max(0, Math.min(limit, TOTAL - offset)) }, (_, at) => ({
    key: `i${String(offset + at)}`,
  }))
  return Promise.resolve({ rows, total: TOTAL, totalExact: true, complete: true, revision: 0 })
})
vi.mock('../../../../src-renderer/client.ts', () => ({
  client: { mail: { list } },
  subscribe: () => undefined,
}))

const { useMailList } = await import('../../../../src-renderer/composables/use-mail-list.ts')
const { useDialogs } = await import('../../../../src-renderer/stores/dialogs.ts')

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
const view = ref<View>({ catalogId: 'c', scope: { kind: 'all' }, at: null, deleted: 'show' })
let scope: EffectScope

function start() {
  scope = effectScope()
  const made = scope.run(() => useMailList(computed(() => view.value)))
  if (!made) throw new Error('no scope')
  return made
}

beforeEach(() => {
  setActivePinia(createPinia())
  list.mockClear()
  view.value = { catalogId: 'c', scope: { kind: 'all' }, at: null, deleted: 'show' }
})

describe('a list of a million rows', () => {
  it('asks for pages of 200 and holds no more than it shows', async () => {
    const mail = start()
    mail.want(0, 20)
    await settle()
    expect(mail.state.value.total).toBe(TOTAL)
    expect(mail.row(5)?.key).toBe('i5')
    mail.want(999_980, 999_999)
    await settle()
    expect(mail.row(999_999)?.key).toBe('i999999')
    expect(list.mock.calls.every(([input]) => input.limit === 200)).toBe(true)
    expect(list.mock.calls.length).toBeLessThan(5)
    scope.stop()
  })

  it('jumps to a row that is not loaded: its key follows', async () => {
    const mail = start()
    mail.want(0, 20)
    await settle()
    await mail.moveTo(500_000, false)
    expect(mail.selection.value.cursor).toBe(500_000)
    expect(mail.selection.value.cursorKey).toBe('i500000')
    expect(mail.chosenKeys()).toEqual(['i500000'])
    scope.stop()
  })

  it('marks a range over rows that were never on the screen', async () => {
    const mail = start()
    mail.want(0, 20)
    await settle()
    await mail.click(10, { ctrl: false, shift: false })
    await mail.moveTo(1009, true)
    expect(mail.chosen.value).toBe(1000)
    expect(mail.isMarked('i700')).toBe(true)
    expect(mail.isMarked('i9')).toBe(false)
    scope.stop()
  })

  it('names no more rows than an export can, and says so instead of marking half of them', async () => {
    const mail = start()
    mail.want(0, 20)
    await settle()
    await mail.click(0, { ctrl: false, shift: false })
    await mail.moveTo(TOTAL - 1, true)
    expect(mail.chosen.value).toBe(1)
    expect(useDialogs().note).toBe('mail.tooManyMarked')
    scope.stop()
  })

  it('marks all without asking for a single row', async () => {
    const mail = start()
    mail.want(0, 20)
    await settle()
    const before = list.mock.calls.length
    mail.selectAll()
    expect(mail.chosen.value).toBe(TOTAL)
    expect(mail.chosenKeys()).toBeNull()
    expect(list.mock.calls.length).toBe(before)
    mail.clear()
    expect(mail.chosen.value).toBe(0)
    scope.stop()
  })

  it('forgets marks and rows when the view changes, so that nothing else is exported than what is seen', async () => {
    const mail = start()
    mail.want(0, 20)
    await settle()
    await mail.click(3, { ctrl: false, shift: false })
    await mail.toggle(5)
    expect(mail.chosenKeys()).toEqual(['i3', 'i5'])
    view.value = { ...view.value, deleted: 'only' }
    await settle()
    expect(mail.chosenKeys()).toEqual([])
    expect(list.mock.lastCall?.[0]).toMatchObject({ deleted: 'only', offset: 0 })
    scope.stop()
  })
})
