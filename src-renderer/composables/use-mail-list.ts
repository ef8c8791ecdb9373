import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef } from 'vue'
import type { ItemRow, View } from '../../src-main/contract/mail.ts'
import { client } from '../client.ts'
import { isAbort, toShownError } from '../format/shown-error.ts'
import { PageCache } from '../list/page-cache.ts'
import * as selecting from '../list/selection.ts'
import { useBackup } from '../stores/backup.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useView } from '../stores/view.ts'
import { whenGrown } from '../stores/when-grown.ts'

const PAGE = 200
/** Pages kept: 40 × 200 rows are a few megabytes. */
const KEEP = 40
/** While the catalog grows the visible rows are asked for again at most this often, ms. */
const REFRESH_EVERY_MS = 1500

/**
 * The rows of a view, page by page, with selection. `view` null = nothing to show yet. Rows are read through
 * `row(index)`, which is reactive; `want` tells which ones are on the screen.
 */
export function useMailList(view: ComputedRef<View | null>) {
  const order = useView()
  const backup = useBackup()
  const dialogs = useDialogs()

  const tick = ref(0)
  /** The order in which the rows came. */
  const sorted = ref(order.sort)
  const selection = shallowRef<selecting.Selection>(selecting.EMPTY_SELECTION)
  /** A range or "all but one" is being loaded. */
  const choosing = ref(false)

  const cache = new PageCache<ItemRow>({
    pageSize: PAGE,
    keep: KEEP,
    load: (offset, limit, signal) => {
      if (!view.value) return Promise.reject(new DOMException('no view', 'AbortError'))
      const sort = { sort: order.sort, descending: order.descending }
      return client.mail.list({ ...view.value, ...sort, offset, limit }, { signal }).then((answer) => {
        sorted.value = answer.sort
        return answer
      })
    },
    changed: () => {
      tick.value++
    },
  })
  onScopeDispose(() => {
    cache.dispose()
  })
  /** Makes what reads the cache run again when it changes. */
  const depend = (): number => tick.value

  const signature = computed(() => JSON.stringify([view.value, order.sort, order.descending]))
  const viewSignature = computed(() => JSON.stringify(view.value))
  watch(viewSignature, () => {
    selection.value = selecting.EMPTY_SELECTION
  })
  watch(signature, () => {
    if (view.value) cache.reset()
  })

  whenGrown(REFRESH_EVERY_MS, () => {
    if (backup.revision !== cache.revision) cache.invalidate()
  })

  const state = computed(() => {
    depend()
    return {
      total: cache.total,
      exact: cache.totalExact,
      complete: cache.complete,
      known: cache.known,
      /** A large catalog that is still filling can list by date only. */
      onlyByDate: sorted.value !== order.sort && cache.known,
      error: cache.error === null || isAbort(cache.error) ? null : toShownError(cache.error),
    }
  })

  function row(index: number): ItemRow | undefined {
    depend()
    return cache.row(index)
  }

  /** The cursor's row, as long as its page is kept. */
  const current = computed<ItemRow | undefined>(() => {
    const { cursor, cursorKey } = selection.value
    const found = cursor < 0 ? undefined : row(cursor)
    return found?.key === cursorKey ? found : undefined
  })
  const chosen = computed(() => selecting.chosenCount(selection.value, state.value.total))

  const keyAt = (index: number): string | null => cache.row(index)?.key ?? null

  /** Moves the cursor; with `range` everything from the anchor is marked. */
  async function moveTo(index: number, range: boolean): Promise<void> {
    if (state.value.total === 0) return
    const to = Math.max(0, Math.min(state.value.total - 1, index))
    if (range) return markRange(to)
    const marked = selection.value.all || selection.value.keys.size > 0
    selection.value = marked
      ? selecting.moveKeeping(selection.value, to, keyAt(to))
      : selecting.moveTo(to, keyAt(to))
    if (keyAt(to) === null) await settle(to)
  }

  /** A jump landed on a row that was not loaded: its key follows. */
  async function settle(index: number): Promise<void> {
    const [found] = await cache.range(index, index, new AbortController().signal).catch(() => [])
    if (found && selection.value.cursor === index)
      selection.value = { ...selection.value, cursorKey: found.key }
  }

  async function click(index: number, event: { ctrl: boolean; shift: boolean }): Promise<void> {
    const key = keyAt(index)
    if (key === null) return
    if (event.shift) return markRange(index)
    if (event.ctrl) return toggle(index)
    selection.value = selecting.moveTo(index, key)
  }

  async function toggle(index: number, alone = false): Promise<void> {
    const key = keyAt(index)
    if (key === null) return
    if (selection.value.all) return unmarkOne(index, key)
    selection.value = (alone ? selecting.mark : selecting.toggle)(selection.value, index, key)
  }

  /** Loads the keys of rows `first`–`last`, unless they are more than an export can name. */
  async function keysOf(first: number, last: number): Promise<string[] | null> {
    if (last - first + 1 > selecting.MAX_KEYS) {
      dialogs.note = 'mail.tooManyMarked'
      return null
    }
    choosing.value = true
    const before = signature.value
    try {
      const rows = await cache.range(first, last, new AbortController().signal)
      return signature.value === before ? rows.map((found) => found.key) : null
    } catch (error) {
      dialogs.fail(error)
      return null
    } finally {
      choosing.value = false
    }
  }

  async function markRange(index: number): Promise<void> {
    const [first, last] = selecting.rangeTo(selection.value, index)
    const keys = await keysOf(first, last)
    if (keys) selection.value = selecting.withRange(selection.value, index, keyAt(index), keys)
  }

  async function unmarkOne(index: number, key: string): Promise<void> {
    const keys = await keysOf(0, state.value.total - 1)
    if (keys) selection.value = selecting.allBut(selection.value, keys, index, key)
  }

  return {
    state,
    selection,
    current,
    chosen,
    choosing,
    row,
    want: (first: number, last: number) => cache.want(first, last),
    retry: () => cache.retry(),
    moveTo,
    click,
    toggle,
    selectAll: () => {
      if (state.value.total > 0) selection.value = selecting.selectAll(selection.value)
    },
    clear: () => {
      selection.value = selecting.clearMarks(selection.value)
    },
    isMarked: (key: string) => selecting.isMarked(selection.value, key),
    /** Keys for an export; null = the whole view. */
    chosenKeys: () => selecting.chosenKeys(selection.value),
  }
}

export type MailList = ReturnType<typeof useMailList>
