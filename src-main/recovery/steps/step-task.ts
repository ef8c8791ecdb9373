import { availableParallelism } from 'node:os'
import { detectLayout } from '../../backup/layout.ts'
import { catalogIdFor } from '../../catalog/catalog.ts'
import type { CopyEnd } from '../../contract/copy.ts'
import type { Task } from '../../contract/tasks.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { READ_TIMEOUT_MS } from '../../verify/check-types.ts'
import { startCheckTask } from '../../verify/verify-task.ts'
import { translated } from '../cases/words.ts'
import type { StepContext, StepTask } from '../types.ts'
import type { RecoveryDeps } from './deps.ts'

const LOOK_MS = 250

/**
 * Runs a task of the engine as part of a step. Its id is a fact of the case: after a crash the same task goes on.
 * @returns the task's result @throws ExpectedError of the task, or what the signal aborts with
 */
export async function runStepTask(
  deps: RecoveryDeps,
  context: Pick<StepContext, 'signal' | 'fact' | 'setFact' | 'progress' | 'record' | 'address' | 'step'>,
  request: StepTask,
): Promise<unknown> {
  if (request.kind === 'index') {
    await deps.catalog(request.path, context.signal)
    return null
  }
  const name = `task.${context.step}.${JSON.stringify(request)}`
  const before = context.fact(name)
  const id = (await goneOn(deps, before)) ?? start(deps, context, request)
  if (id !== before) context.setFact(name, id)
  const task = await followed(deps, context, id)
  // Ended: the next run of the step is a new one.
  if (task.state === 'done' || task.state === 'partial') context.setFact(name, null)
  if (task.state === 'done' || task.state === 'partial') return deps.tasks.result(id)
  context.signal.throwIfAborted()
  const { message, why, next } = task.error ?? {
    message: `${task.title}: ${task.state}`,
    why: task.state === 'stopped' ? 'A person stopped it.' : 'It did not come to its end.',
    next: 'Go on with this step: it continues where it was.',
  }
  throw new ExpectedError('REFUSED', message, { why, next })
}

/** The task of an earlier run, running again; null when there is none that could go on. */
async function goneOn(deps: RecoveryDeps, id: unknown): Promise<string | null> {
  if (typeof id !== 'string') return null
  try {
    const task = deps.tasks.get(id)
    if (task.state === 'running' || task.state === 'paused') return task.canStop ? id : null
    if (!task.canResume) return null
    await deps.tasks.resume(id)
    return id
  } catch {
    // The task list was cleared, or the case came from another computer.
    return null
  }
}

function start(
  deps: RecoveryDeps,
  context: Pick<StepContext, 'address'>,
  request: Exclude<StepTask, { kind: 'index' }>,
): string {
  if (request.kind === 'check') {
    const { root } = detectLayout(request.path)
    return startCheckTask(
      deps.tasks,
      { dataFolder: deps.dataFolder, catalogId: catalogIdFor(root) },
      {
        path: root,
        zone: deps.zone(),
        jobs: deps.jobs() ?? availableParallelism(),
        sample: null,
        timeoutMs: READ_TIMEOUT_MS,
      },
    ).id
  }
  const end = (place: typeof request.from): CopyEnd =>
    'role' in place
      ? { kind: 'server', serverId: context.address(place.role).serverId, path: place.path }
      : { kind: 'local', path: place.path }
  return deps.copies.start({
    source: end(request.from),
    target: end(request.to),
    ...(request.first ? { first: [...request.first] } : {}),
  })
}

async function followed(
  deps: RecoveryDeps,
  { signal, progress }: Pick<StepContext, 'signal' | 'progress'>,
  id: string,
): Promise<Task> {
  const stop = (): void => void deps.tasks.stop(id).catch(() => undefined)
  signal.addEventListener('abort', stop)
  try {
    if (signal.aborted) stop()
    for (;;) {
      const task = deps.tasks.get(id)
      const { state, title, phase, done, total, unit, rate, secondsLeft } = task
      if (state !== 'running' && state !== 'paused') return task
      progress({
        phase: translated(title),
        done,
        total,
        unit,
        rate,
        secondsLeft,
        detail: phase === undefined ? null : translated(phase),
      })
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
