import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import type { DeletedMode } from '../../src-main/contract/common.ts'
import { useBackup } from './backup.ts'

export type SortKey = 'date' | 'from' | 'subject' | 'size'

/** How mail is looked at, on every screen that lists it: the point in time, deleted items, order. */
export const useView = defineStore('view', () => {
  /** ms UTC; null = now, the last state of every item. */
  const at = ref<number | null>(null)
  const deleted = ref<DeletedMode>('show')
  const sort = ref<SortKey>('date')
  const descending = ref(true)

  /** A second click on the same column turns the order round; dates and sizes begin with the largest. */
  function sortBy(key: SortKey): void {
    if (sort.value === key) descending.value = !descending.value
    else {
      sort.value = key
      descending.value = key === 'date' || key === 'size'
    }
  }

  // another backup is another time: what was looked at before must not turn it back silently
  const backup = useBackup()
  watch(
    () => backup.catalogId,
    () => {
      at.value = null
      deleted.value = 'show'
    },
  )

  return { at, deleted, sort, descending, sortBy }
})
