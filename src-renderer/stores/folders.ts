import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { FolderNode } from '../../src-main/contract/mail.ts'
import { client } from '../client.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'
import { useBackup } from './backup.ts'
import { useView } from './view.ts'
import { whenGrown } from './when-grown.ts'

export interface AccountFolders {
  nodes: readonly FolderNode[] | null
  error: ShownError | null
}

/** While the catalog grows the open accounts' folders are asked for again at most this often, ms. */
const EVERY_MS = 2000

/** Folders of the accounts that are open in the tree, as of the shown time. */
export const useFolders = defineStore('folders', () => {
  const backup = useBackup()
  const view = useView()
  const byAccount = shallowRef<ReadonlyMap<string, AccountFolders>>(new Map())

  /** Paths seen so far by `account/folder`: a folder keeps its name where the shown time has nothing in it. */
  const paths = new Map<string, string>()

  function put(account: string, folders: AccountFolders): void {
    for (const node of folders.nodes ?? []) paths.set(`${account}/${String(node.id)}`, node.path)
    byAccount.value = new Map(byAccount.value).set(account, folders)
  }

  function pathOf(account: string, folder: number): string | null {
    const node = byAccount.value.get(account)?.nodes?.find(({ id }) => id === folder)
    return node?.path ?? paths.get(`${account}/${String(folder)}`) ?? null
  }

  async function load(account: string): Promise<void> {
    const catalogId = backup.catalogId
    if (!catalogId) return
    const asked = { catalogId, account, at: view.at, deleted: view.deleted }
    const stillMeant = (): boolean =>
      catalogId === backup.catalogId && asked.at === view.at && asked.deleted === view.deleted
    try {
      const nodes = await client.mail.folders(asked)
      if (stillMeant()) put(account, { nodes, error: null })
    } catch (error) {
      if (stillMeant()) put(account, { nodes: null, error: toShownError(error) })
    }
  }

  /** Makes sure the folders of an account are there or on their way. */
  function want(account: string): void {
    if (byAccount.value.has(account)) return
    put(account, { nodes: null, error: null })
    void load(account)
  }

  async function reload(): Promise<void> {
    await Promise.all([...byAccount.value.keys()].map(load))
  }

  watch(
    () => backup.catalogId,
    () => {
      paths.clear()
      byAccount.value = new Map()
    },
  )
  watch(() => [view.at, view.deleted], reload)
  whenGrown(EVERY_MS, () => void reload())

  return { byAccount, pathOf, want, load }
})
