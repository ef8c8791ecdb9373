import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Task } from '../../src-main/contract/tasks.ts'
import type { CheckSummary, HealOutcome, VerifyTask } from '../../src-main/contract/verify.ts'
import { client } from '../client.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'
import { useBackup } from './backup.ts'
import { isActive, useTasks } from './tasks.ts'

/** A task with what was asked of it. */
export type VerifyRun = VerifyTask & { task: Task }

/** Checks and heals of the open Backup Path: what runs, what is kept, which result is looked at. */
export const useCheck = defineStore('check', () => {
  const backup = useBackup()
  const tasks = useTasks()

  /** Newest first; null until they are known. */
  const results = shallowRef<CheckSummary[] | null>(null)
  const error = shallowRef<ShownError | null>(null)
  const known = shallowRef<VerifyTask[]>([])
  /** The result a person chose; null = the newest. */
  const chosenId = ref<string | null>(null)
  const outcomes = shallowRef<ReadonlyMap<string, HealOutcome>>(new Map())

  const runs = computed<VerifyRun[]>(() =>
    known.value.flatMap((one) => {
      const task = tasks.tasks.find(({ id }) => id === one.taskId)
      return task ? [{ ...one, task }] : []
    }),
  )
  const checks = computed(() => runs.value.filter(({ task }) => task.kind === 'check'))
  /** Checks under way or broken off: without a result so far, and not dismissed. */
  const unfinished = computed(() =>
    checks.value.filter(
      ({ task }) =>
        isActive(task) || (['stopped', 'interrupted', 'failed'].includes(task.state) && !task.dismissed),
    ),
  )
  const running = computed(() => checks.value.some(({ task }) => isActive(task)))
  /** Heals under way, and ended ones until they are dismissed. */
  const heals = computed(() =>
    runs.value.filter(({ task }) => task.kind === 'heal' && (isActive(task) || !task.dismissed)),
  )
  const chosen = computed(
    () => results.value?.find(({ id }) => id === chosenId.value) ?? results.value?.[0] ?? null,
  )

  async function load(): Promise<void> {
    const catalogId = backup.catalogId
    if (!catalogId) return
    try {
      const [kept, found] = await Promise.all([
        client.verify.results({ catalogId }),
        client.verify.tasks({ catalogId }),
      ])
      if (catalogId !== backup.catalogId) return
      results.value = kept
      known.value = found
      error.value = null
      await loadOutcomes()
    } catch (thrown) {
      if (catalogId === backup.catalogId) error.value = toShownError(thrown)
    }
  }

  async function loadOutcomes(): Promise<void> {
    const ended = heals.value.filter(({ task }) => !isActive(task))
    const found = await Promise.all(
      ended.map(async ({ taskId }) => [taskId, await client.verify.healResult({ taskId })] as const),
    )
    outcomes.value = new Map(
      found.flatMap(([id, outcome]): [string, HealOutcome][] => (outcome ? [[id, outcome]] : [])),
    )
  }

  // another path: nothing of the last one stays on the screen
  watch(
    () => backup.catalogId,
    () => {
      results.value = null
      known.value = []
      outcomes.value = new Map()
      chosenId.value = null
      error.value = null
      void load()
    },
    { immediate: true },
  )
  // a check or heal began, ended or was dismissed
  watch(
    () =>
      tasks.tasks
        .filter(({ kind }) => kind === 'check' || kind === 'heal')
        .map(({ id, state, dismissed }) => `${id} ${state} ${String(dismissed)}`)
        .join('\n'),
    () => void load(),
  )

  /** Checks all, or a sample of random blobs. The new result is shown once it is there. */
  async function start(sample: number | null): Promise<void> {
    const catalogId = backup.catalogId
    if (!catalogId) return
    await client.verify.check({ catalogId, ...(sample === null ? {} : { sample }) })
    chosenId.value = null
    await load()
  }

  async function heal(from: string[], out: string): Promise<void> {
    const catalogId = backup.catalogId
    if (!catalogId) return
    await client.verify.heal({ catalogId, from, out })
    await load()
  }

  async function remove(id: string): Promise<void> {
    const catalogId = backup.catalogId
    if (!catalogId) return
    await client.verify.removeResult({ catalogId, id })
    if (chosenId.value === id) chosenId.value = null
    await load()
  }

  return {
    results,
    error,
    chosenId,
    chosen,
    unfinished,
    running,
    heals,
    outcomes,
    load,
    start,
    heal,
    remove,
  }
})
