import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CopyState } from '../../../../../src-main/contract/copy.ts'
import { openAppDatabase, type AppDatabase } from '../../../../../src-main/engine/app-database.ts'
import { TaskManager } from '../../../../../src-main/engine/tasks.ts'
import { Copies } from '../../../../../src-main/remote/transfer/copy-task.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { differences, makeTree } from './support/tree.ts'

const folder = temporaryFolder('copy-task')
const source = join(folder, 'source')
let db: AppDatabase
let tasks: TaskManager
let copies: Copies

beforeAll(() => {
  makeTree(source, { blobs: 60, bytes: 20_000 })
  db = openAppDatabase(folder)
  tasks = new TaskManager(db)
  const servers = { session: () => expect.unreachable() }
  copies = new Copies(tasks, servers, () => 1)
})

afterAll(async () => {
  await tasks.close()
  db.close()
})

const until = async (met: () => boolean): Promise<void> => {
  for (let n = 0; n < 1000 && !met(); n++) await new Promise((done) => setTimeout(done, 20))
  expect(met()).toBe(true)
}

test('a copy as a task: watched, limited, stopped, gone on with, its result kept', async () => {
  const target = join(folder, 'target')
  const ends = { source: { kind: 'local', path: source }, target: { kind: 'local', path: target } } as const
  const id = copies.start({ ...ends, limit: 300_000 })
  const states: CopyState[] = []
  const watching = (async () => {
    for await (const state of copies.watch(id)) states.push(state)
  })()
  await until(() => tasks.get(id).done > 0)
  await tasks.pause(id)
  expect(tasks.get(id).state).toBe('paused')
  await tasks.resume(id)
  await tasks.stop(id)
  expect(tasks.get(id)).toMatchObject({ state: 'stopped', canResume: true })
  await watching
  expect(states.at(-1)?.over).toBe(true)
  expect(states[0]?.progress.mode).toBe('local')
  expect(() => copies.setLimit(id, null)).toThrow(/not running/)
  await tasks.resume(id)
  await until(() => tasks.get(id).state === 'running')
  copies.setLimit(id, null)
  await until(() => tasks.get(id).state === 'done')
  const result = copies.result(id)
  expect(result).toMatchObject({ mode: 'local', missing: [], missingTotal: 0, damaged: [], planned: null })
  expect(result?.alreadyThere).toBeGreaterThan(0)
  expect(differences(source, target)).toEqual([])
  expect(copies.list()).toMatchObject([{ taskId: id, request: { target: { path: target } } }])
})

test('what cannot be copied is a failed task that says why', async () => {
  const id = copies.start({
    source: { kind: 'local', path: join(folder, 'absent') },
    target: { kind: 'local', path: join(folder, 'never') },
  })
  await until(() => tasks.get(id).state === 'failed')
  expect(tasks.get(id).error?.next).not.toBe('')
})

test('a look before a copy: what it would bring and what stands in its way, without a task', async () => {
  const target = join(folder, 'looked at')
  const before = copies.list().length
  const found = await copies.preflight({
    source: { kind: 'local', path: source },
    target: { kind: 'local', path: target },
  })
  expect(found.planned.files).toBeGreaterThan(60)
  expect(found.findings.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      'apart',
      'source-volume',
      'writable',
      'space',
      'inodes',
      'case',
      'zextras',
      'others',
    ]),
  )
  expect(copies.list()).toHaveLength(before)
  const inside = { kind: 'local' as const, path: join(source, 'inside') }
  await expect(copies.preflight({ source: { kind: 'local', path: source }, target: inside })).rejects.toThrow(
    /inside/,
  )
})
