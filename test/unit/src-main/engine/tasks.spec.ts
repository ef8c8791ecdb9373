import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Task } from '../../../../src-main/contract/tasks.ts'
import { taskSchema } from '../../../../src-main/contract/tasks.ts'
import { openAppDatabase, type AppDatabase } from '../../../../src-main/engine/app-database.ts'
import { ExpectedError } from '../../../../src-main/engine/errors.ts'
import { TaskManager, type TaskContext, type TaskOutcome } from '../../../../src-main/engine/tasks.ts'
import { isAlive, ownIdentity } from '../../../../src-main/engine/process-identity.ts'
import { cleanUp, temporaryFolder } from '../../../support/small-backup.ts'

let folder: string
let db: AppDatabase
let tasks: TaskManager
beforeEach(() => {
  folder = temporaryFolder()
  db = openAppDatabase(folder)
  tasks = new TaskManager(db)
})
afterEach(() => {
  db.close()
  cleanUp()
})

const spec = { kind: 'export', title: 'Exporting', unit: 'items', total: 10 } as const

/** Runs until it is told to go on. */
function held(): {
  runner: (context: TaskContext) => Promise<TaskOutcome>
  finish: (outcome: TaskOutcome) => void
  context: () => TaskContext
} {
  let context: TaskContext | null = null
  let finish: (outcome: TaskOutcome) => void = () => undefined
  return {
    runner: (given) => {
      context = given
      return new Promise((done) => {
        finish = done
        given.signal.addEventListener('abort', () => done({ state: 'stopped' }))
      })
    },
    finish: (outcome) => finish(outcome),
    context: () => context as unknown as TaskContext,
  }
}
const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 5))

describe('a task', () => {
  test('is a row before it starts', async () => {
    let seen: unknown = null
    const { id, finished } = tasks.start(spec, () => {
      seen = db.prepare('SELECT state FROM tasks').pluck().get()
      return Promise.resolve({ state: 'done', result: { exported: 3 } })
    })
    expect(db.prepare('SELECT id FROM tasks').pluck().get()).toBe(id)
    expect(await finished).toMatchObject({ state: 'done', canStop: false, canResume: false })
    expect(seen).toBe('running')
    expect(tasks.result(id)).toEqual({ exported: 3 })
    expect(taskSchema.parse(tasks.get(id))).toEqual(tasks.get(id))
  })

  test('that throws has failed, with what, why and next', async () => {
    const { finished } = tasks.start(spec, () =>
      Promise.reject(new ExpectedError('REFUSED', 'No', { why: 'because', next: 'do' })),
    )
    expect(await finished).toMatchObject({
      state: 'failed',
      error: { message: 'No', why: 'because', next: 'do' },
    })
    const other = tasks.start(spec, () => Promise.reject(new Error('boom')))
    expect((await other.finished).error?.message).toBe('boom')
  })

  test('stops, pauses and goes on by its hooks', async () => {
    const { runner, context } = held()
    const calls: string[] = []
    const { id, finished } = tasks.start(spec, runner)
    await soon()
    expect(tasks.get(id)).toMatchObject({ canPause: false, canStop: true })
    context().onPause(
      () => void calls.push('pause'),
      () => void calls.push('resume'),
    )
    expect(tasks.get(id).canPause).toBe(true)
    await tasks.pause(id)
    expect(tasks.get(id)).toMatchObject({ state: 'paused', canResume: true, canPause: false, rate: null })
    await tasks.resume(id)
    expect(tasks.get(id).state).toBe('running')
    await tasks.pause(id)
    await tasks.stop(id)
    expect(calls).toEqual(['pause', 'resume', 'pause', 'resume'])
    expect((await finished).state).toBe('stopped')
    await expect(tasks.stop(id)).rejects.toMatchObject({ code: 'REFUSED' })
    await expect(tasks.stop('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is resumed from its params in the same row', async () => {
    const seen: unknown[] = []
    tasks.registerResumer('export', (params) => () => {
      seen.push(params)
      return Promise.resolve({ state: 'done', result: 'again' })
    })
    const { id, finished } = tasks.start({ ...spec, params: { out: '/x' } }, () =>
      Promise.resolve({ state: 'partial', result: 'first' }),
    )
    expect(await finished).toMatchObject({ state: 'partial', canResume: true })
    tasks.dismiss(id)
    await tasks.resume(id)
    while (tasks.get(id).state === 'running') await soon()
    expect(tasks.get(id)).toMatchObject({ state: 'done', dismissed: false, canResume: false })
    expect(seen).toEqual([{ out: '/x' }])
    expect(tasks.result(id)).toBe('again')
    expect(tasks.list()).toHaveLength(1)
    await expect(tasks.resume(id)).rejects.toMatchObject({ code: 'REFUSED' })
  })

  test('a kind that ends with findings offers nothing to go on with', async () => {
    tasks.registerResumer('check', () => () => Promise.resolve({ state: 'done' }), true)
    const begin = (state: 'partial' | 'stopped') =>
      tasks.start({ ...spec, kind: 'check', params: {} }, () => Promise.resolve({ state })).finished
    expect(await begin('partial')).toMatchObject({ state: 'partial', canResume: false })
    expect(await begin('stopped')).toMatchObject({ state: 'stopped', canResume: true })
  })

  test('that runs cannot be dismissed; a finished one stays dismissed', async () => {
    const { runner, finish } = held()
    const { id, finished } = tasks.start(spec, runner)
    await soon()
    tasks.dismiss(id)
    expect(tasks.get(id).dismissed).toBe(false)
    finish({ state: 'done' })
    await finished
    tasks.dismiss(id)
    expect(tasks.get(id).dismissed).toBe(true)
  })
})

describe('after a crash', () => {
  test('rows of a dead process are interrupted and can be resumed, rows of a living one are left alone', async () => {
    const script = `
      import { openAppDatabase } from ${JSON.stringify(join(import.meta.dirname, '../../../../src-main/engine/app-database.ts'))}
      import { TaskManager } from ${JSON.stringify(join(import.meta.dirname, '../../../../src-main/engine/tasks.ts'))}
      const tasks = new TaskManager(openAppDatabase(${JSON.stringify(folder)}))
      tasks.start({ kind: 'export', title: 'x', unit: 'items', total: 10, params: { n: 1 } }, async ({ update }) => {
        update({ done: 4 })
        setTimeout(() => update({ done: 5 }), 1100)
        setTimeout(() => console.log('running'), 1200)
        await new Promise(() => setInterval(() => {}, 1000))
      })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((done) => child.stdout.once('data', done))
    const [running] = new TaskManager(db).list()
    expect(running).toMatchObject({ state: 'running', done: 5, canStop: false, canResume: false })
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await ended
    const later = new TaskManager(db)
    expect(later.list()[0]).toMatchObject({ state: 'interrupted', done: 5, canResume: false })
    later.registerResumer('export', () => () => Promise.resolve({ state: 'done' }))
    expect(later.list()[0]?.canResume).toBe(true)
    await later.resume(running?.id ?? '')
    await soon()
    expect(later.list()[0]?.state).toBe('done')
  })

  test('the same number of a later process does not count as alive', () => {
    const own = ownIdentity()
    expect(isAlive(own)).toBe(true)
    expect(isAlive({ ...own, started: 'other-boot:1' })).toBe(false)
    expect(isAlive({ pid: 1, started: 'other-boot:1' })).toBe(false)
    expect(isAlive({ pid: 2 ** 22 + 5, started: own.started })).toBe(false)
  })

  test('closing leaves running tasks interrupted', async () => {
    const { runner } = held()
    const { id } = tasks.start({ ...spec, params: {} }, runner)
    await soon()
    await tasks.close()
    expect(new TaskManager(db).get(id).state).toBe('interrupted')
    expect(() => tasks.start(spec, runner)).toThrow(expect.objectContaining({ code: 'REFUSED' }))
  })
})

describe('progress', () => {
  test('watchers hear the list at once and changes at most four times a second', async () => {
    const { runner, context, finish } = held()
    const stop = new AbortController()
    const heard: { at: number; tasks: Task[] }[] = []
    const watching = (async () => {
      for await (const list of tasks.watch(stop.signal)) heard.push({ at: Date.now(), tasks: list })
    })()
    await soon()
    expect(heard).toHaveLength(1)
    const { finished } = tasks.start(spec, runner)
    await soon()
    for (let done = 0; done < 400; done++) {
      context().update({ done })
      await new Promise((next) => setTimeout(next, 2))
    }
    finish({ state: 'done' })
    await finished
    await new Promise((next) => setTimeout(next, 600))
    stop.abort()
    await watching
    expect(heard.length).toBeGreaterThan(3)
    for (const [index, { at }] of heard.entries()) {
      if (index > 0) expect(at - (heard[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(240)
    }
    expect(heard.at(-1)?.tasks[0]).toMatchObject({ state: 'done', done: 399 })
  })
})
