import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { AccountRow } from '../../src-main/contract/mail.ts'
import { client } from '../client.ts'
import type { MonthCount } from '../components/charts/spark.ts'
import { sortByLabel } from '../format/account.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'
import { useBackup } from './backup.ts'
import { whenGrown } from './when-grown.ts'

/** While the catalog grows the accounts are asked for again at most this often, ms. */
const EVERY_MS = 1000

/** The accounts of the open Backup Path, kept fresh while its catalog grows. */
export const useAccounts = defineStore('accounts', () => {
  const backup = useBackup()
  const rows = shallowRef<AccountRow[] | null>(null)
  const error = shallowRef<ShownError | null>(null)
  /** Mail per month by account id, asked for when a row is shown. */
  const months = shallowRef<ReadonlyMap<string, readonly MonthCount[]>>(new Map())
  const asked = new Set<string>()
  const queue: string[] = []
  let working = false

  async function load(): Promise<void> {
    const catalogId = backup.catalogId
    if (!catalogId) return
    try {
      const found = await client.mail.accounts({ catalogId })
      if (catalogId !== backup.catalogId) return
      rows.value = sortByLabel(found)
      error.value = null
    } catch (thrown) {
      if (catalogId === backup.catalogId) error.value = toShownError(thrown)
    }
  }

  watch(
    () => backup.catalogId,
    () => {
      rows.value = null
      error.value = null
      months.value = new Map()
      asked.clear()
      void load()
    },
    { immediate: true },
  )
  whenGrown(EVERY_MS, () => {
    void load()
    void refreshMonths()
  })

  /** Asks for the chart of an account, one account after the other: charts must not hold up lists. */
  function wantMonths(account: string): void {
    if (asked.has(account)) return
    asked.add(account)
    queue.push(account)
    void work()
  }

  async function work(): Promise<void> {
    if (working) return
    working = true
    for (let account = queue.shift(); account !== undefined; account = queue.shift()) {
      const catalogId = backup.catalogId
      if (!catalogId) continue
      const view = {
        catalogId,
        scope: { kind: 'account' as const, account },
        at: null,
        deleted: 'show' as const,
      }
      const found = await client.mail.months(view).catch(() => null)
      if (found && catalogId === backup.catalogId) months.value = new Map(months.value).set(account, found)
    }
    working = false
  }

  async function refreshMonths(): Promise<void> {
    queue.splice(0, queue.length, ...asked)
    await work()
  }

  return { rows, error, months, load, wantMonths }
})
