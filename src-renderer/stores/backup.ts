import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { BackupSummary, IndexProgress, RecentPath } from '../../src-main/contract/backup.ts'
import { client, subscribe } from '../client.ts'
import { countErrors } from '../format/problem-weight.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'
import { forget, recall, remember } from './memory.ts'

/** The summary is asked for again at most this often while the catalog grows, ms. */
const SUMMARY_EVERY_MS = 1000

/** The open Backup Path, how far its catalog is, and the paths opened before. */
export const useBackup = defineStore('backup', () => {
  const summary = shallowRef<BackupSummary | null>(null)
  const progress = shallowRef<IndexProgress | null>(null)
  const recent = shallowRef<RecentPath[] | null>(null)
  /** Path that is being opened, `sample` while the sample is written, else null. */
  const opening = ref<string | null>(null)
  const openError = shallowRef<(ShownError & { path: string | null }) | null>(null)

  const catalogId = computed(() => summary.value?.catalogId ?? null)
  const complete = computed(() => progress.value?.complete ?? false)
  const indexing = computed(
    () => progress.value !== null && !['done', 'stopped', 'failed'].includes(progress.value.phase),
  )
  /** Rises whenever the catalog has more to show. */
  const revision = computed(() => progress.value?.revision ?? 0)
  /** How many problems are errors; notices do not count. */
  const errors = computed(() => countErrors(summary.value?.problems ?? {}))

  let watching: AbortController | null = null
  let summaryTimer: ReturnType<typeof setTimeout> | undefined
  let summaryRevision = -1

  async function refreshSummary(): Promise<void> {
    const id = catalogId.value
    if (!id) return
    const fresh = await client.backup.summary({ catalogId: id }).catch(() => null)
    if (fresh?.catalogId === catalogId.value) summary.value = fresh
  }

  function onProgress(next: IndexProgress): void {
    const finished = next.complete && !progress.value?.complete
    progress.value = next
    if (next.revision === summaryRevision && !finished) return
    summaryRevision = next.revision
    if (finished) void refreshSummary()
    summaryTimer ??= setTimeout(() => {
      summaryTimer = undefined
      void refreshSummary()
    }, SUMMARY_EVERY_MS)
  }

  function show(opened: BackupSummary): void {
    watching?.abort()
    watching = new AbortController()
    summary.value = opened
    progress.value = opened.progress
    summaryRevision = opened.progress.revision
    remember('path', opened.path)
    const catalog = opened.catalogId
    subscribe((signal) => client.backup.watch({ catalogId: catalog }, { signal }), onProgress, {
      signal: watching.signal,
    })
  }

  async function open(path: string, zone?: string): Promise<boolean> {
    opening.value = path
    openError.value = null
    try {
      show(await client.backup.open({ path, ...(zone ? { zone } : {}) }))
      return true
    } catch (error) {
      openError.value = { ...toShownError(error), path }
      return false
    } finally {
      opening.value = null
      void loadRecent()
    }
  }

  /** Writes the sample (or finds the one written before) and opens it. */
  async function openSample(): Promise<boolean> {
    opening.value = 'sample'
    openError.value = null
    try {
      const { path } = await client.backup.createSample()
      return await open(path)
    } catch (error) {
      openError.value = { ...toShownError(error), path: null }
      return false
    } finally {
      opening.value = null
    }
  }

  /** After a reload of the page: what was open before is opened again. */
  async function resume(): Promise<void> {
    const path = recall('path')
    if (path && !summary.value && !(await open(path))) forget('path')
  }

  function leave(): void {
    watching?.abort()
    watching = null
    clearTimeout(summaryTimer)
    summaryTimer = undefined
    summary.value = null
    progress.value = null
    forget('path')
  }

  async function close(): Promise<void> {
    const id = catalogId.value
    leave()
    if (id) await client.backup.close({ catalogId: id })
    await loadRecent()
  }

  async function loadRecent(): Promise<void> {
    recent.value = await client.backup.recent().catch(() => recent.value ?? [])
  }

  /** Removes the catalog of a path; the one shown is closed first. Returns the bytes that became free. */
  async function forgetCatalog(path: string): Promise<number> {
    if (summary.value?.path === path) await close()
    const { bytes } = await client.backup.forget({ path })
    await loadRecent()
    return bytes
  }

  async function setZone(zone: string): Promise<void> {
    const id = catalogId.value
    if (!id) return
    await client.backup.setZone({ catalogId: id, zone })
    await refreshSummary()
  }

  async function refresh(): Promise<void> {
    if (catalogId.value) await client.backup.refresh({ catalogId: catalogId.value })
  }

  return {
    summary,
    progress,
    recent,
    opening,
    openError,
    catalogId,
    complete,
    indexing,
    revision,
    errors,
    open,
    openSample,
    resume,
    close,
    loadRecent,
    forgetCatalog,
    setZone,
    refresh,
  }
})
