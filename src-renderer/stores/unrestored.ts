import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { UnrestoredState } from '../../src-main/contract/unrestored-acts.ts'
import type { UnrestoredItem, UnrestoredSearch } from '../../src-main/contract/unrestored.ts'
import { client } from '../client.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'

export type Act = Parameters<typeof client.unrestored.act>[0]['act']
type Item = Pick<UnrestoredItem, 'account' | 'id'>
export interface States {
  states: UnrestoredState[]
  good: string | null
  /** Why the server told nothing; null when it did. */
  serverSilent: string | null
}
interface Worklist {
  items: UnrestoredItem[]
  searches: UnrestoredSearch[]
}

/** Names a row in lists and sets. */
export const keyOf = ({ account, id }: Item): string => `${account} ${String(id)}`

/** The worklist of a case: items that a restore did not bring. */
export const useUnrestored = defineStore('unrestored', () => {
  const caseId = ref<string | null>(null)
  const list = shallowRef<Worklist | null>(null)
  const error = shallowRef<ShownError | null>(null)
  /** Keys of the marked rows. */
  const marked = ref<ReadonlySet<string>>(new Set())
  const acting = ref(false)
  /** Why something could not be done, by the key of its row, after the last action. */
  const failed = shallowRef<ReadonlyMap<string, string>>(new Map())

  const rows = computed(() => list.value?.items ?? [])
  const markedRows = computed(() => rows.value.filter((row) => marked.value.has(keyOf(row))))
  let loading = false
  let again = false

  /** Loads the list of a case; asked for again meanwhile, it is loaded once more at the end. */
  async function load(id: string): Promise<void> {
    if (caseId.value !== id) {
      caseId.value = id
      list.value = null
      error.value = null
      marked.value = new Set()
      failed.value = new Map()
    }
    if (loading) {
      again = true
      return
    }
    loading = true
    try {
      do {
        again = false
        await once(wanted())
      } while (isAskedAgain())
    } finally {
      loading = false
    }
  }
  /** One question; what comes for a case that is no longer shown is dropped, and the one that is is asked for. */
  async function once(asked: string): Promise<void> {
    try {
      const found = await client.recovery.unrestored({ caseId: asked })
      if (caseId.value === asked) {
        list.value = found
        error.value = null
        const known = new Set(found.items.map(keyOf))
        marked.value = new Set([...marked.value].filter((key) => known.has(key)))
      }
    } catch (thrown) {
      if (caseId.value === asked) error.value = toShownError(thrown)
    }
    if (caseId.value !== asked) again = true
  }
  const isAskedAgain = (): boolean => again
  const wanted = (): string => caseId.value ?? ''

  const states = (item: Item, signal: AbortSignal): Promise<States> =>
    client.unrestored.states({ caseId: caseId.value ?? '', account: item.account, id: item.id }, { signal })

  /** Does the same with several rows. Those that failed stay marked, with the reason; others keep their mark. */
  async function act(items: readonly Item[], what: Act): Promise<number> {
    const id = caseId.value
    if (id === null || items.length === 0 || acting.value) return 0
    acting.value = true
    try {
      const done = await client.unrestored.act({
        caseId: id,
        items: items.map(({ account, id: item }) => ({ account, id: item })),
        act: what,
      })
      // meanwhile another case may be shown: this one is not its matter
      if (caseId.value === id) {
        failed.value = new Map(done.failed.map((one) => [keyOf(one), one.why]))
        const over = new Set(items.map(keyOf))
        marked.value = new Set([...[...marked.value].filter((key) => !over.has(key)), ...failed.value.keys()])
        await load(id)
      }
      return done.done
    } finally {
      acting.value = false
    }
  }

  return { caseId, list, error, marked, acting, failed, rows, markedRows, load, states, act }
})
