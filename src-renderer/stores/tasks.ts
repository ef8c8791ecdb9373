import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ExportResult, Task } from '../../src-main/contract/tasks.ts'
import { client, subscribe } from '../client.ts'

export function isActive(task: Task): boolean {
  return task.state === 'running' || task.state === 'paused'
}

/** Newest first, but what runs is always on top. */
export function inOrder(tasks: readonly Task[]): Task[] {
  return [...tasks].sort(
    (a, b) =>
      Number(isActive(b)) - Number(isActive(a)) || b.startedAt - a.startedAt || a.id.localeCompare(b.id),
  )
}

/**
 * What the strip at the bottom shows: everything under way, then results nobody has dismissed yet, failures before
 * successes. The catalog's own successful runs are no news and stay out.
 */
export function forStrip(tasks: readonly Task[]): Task[] {
  const weight = (task: Task): number => (isActive(task) ? 0 : task.state === 'done' ? 2 : 1)
  return inOrder(tasks)
    .filter((task) => isActive(task) || (!task.dismissed && !isQuiet(task)))
    .sort((a, b) => weight(a) - weight(b))
}

/** Successful readings of a path: no news. */
export function isQuiet(task: Task): boolean {
  return task.state === 'done' && (task.kind === 'index' || task.kind === 'sample')
}

/** Everything long that runs or ran. */
export const useTasks = defineStore('tasks', () => {
  const tasks = shallowRef<Task[]>([])
  const known = ref(false)
  /** Results of exports by task id, loaded once the task has ended. */
  const results = shallowRef<ReadonlyMap<string, ExportResult>>(new Map())
  const asked = new Set<string>()

  const ordered = computed(() => inOrder(tasks.value))
  const strip = computed(() => forStrip(tasks.value))
  const active = computed(() => tasks.value.filter(isActive))
  const unread = computed(() => strip.value.filter((task) => !isActive(task) && task.state !== 'done').length)

  async function loadResult(id: string): Promise<void> {
    const result = await client.export.result({ id })
    if (result) results.value = new Map(results.value).set(id, result)
  }

  function onTasks(list: Task[]): void {
    tasks.value = list
    known.value = true
    for (const task of list) {
      if (task.kind !== 'export') continue
      // a resumed task ends a second time, with another result
      const once = `${task.id} ${task.endedAt ?? ''}`
      if (isActive(task) || asked.has(once)) continue
      asked.add(once)
      loadResult(task.id).catch(() => asked.delete(once))
    }
  }

  function watch(signal: AbortSignal): void {
    subscribe((inner) => client.tasks.watch(undefined, { signal: inner }), onTasks, { signal })
  }

  const stop = (id: string): Promise<void> => client.tasks.stop({ id })
  const pause = (id: string): Promise<void> => client.tasks.pause({ id })
  const resume = (id: string): Promise<void> => client.tasks.resume({ id })
  const dismiss = (id: string): Promise<void> => client.tasks.dismiss({ id })

  return {
    tasks,
    known,
    results,
    ordered,
    strip,
    active,
    unread,
    watch,
    onTasks,
    stop,
    pause,
    resume,
    dismiss,
  }
})
