import { readFileSync } from 'node:fs'
import { createRouterClient } from '@orpc/server'
import { afterEach, expect, test } from 'vitest'
import { createEngine, type Engine } from '../../../../src-main/api/engine.ts'
import { router } from '../../../../src-main/api/router.ts'
import type { LogPage } from '../../../../src-main/contract/log.ts'
import { ExpectedError } from '../../../../src-main/engine/errors.ts'
import { cleanUp, temporaryFolder } from '../../../support/small-backup.ts'

const engines: Engine[] = []
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close()
  cleanUp()
})

function start(showLogs?: (file: string) => void) {
  const engine = createEngine({ dataFolder: temporaryFolder(), host: 'browser', showLogs })
  engines.push(engine)
  return { engine, api: createRouterClient(router, { context: { engine } }) }
}

test('the log is followed: what there is, then what comes', async () => {
  const { engine, api } = start()
  const leave = new AbortController()
  const pages = await api.log.watch({ level: 'info', limit: 5 }, { signal: leave.signal })
  const first = (await pages.next()).value as LogPage
  expect(first.lines.map(({ event }) => event)).toContain('engine starts')
  expect(first.file).toBe(engine.log.file)
  engine.log.warn('a new line')
  const second = (await pages.next()).value as LogPage
  expect(second.lines.at(-1)).toMatchObject({ level: 'warn', event: 'a new line' })
  leave.abort()
})

test('its folder is shown by a host that can, and only the one of the log', async () => {
  await expect(start().api.log.showFolder()).rejects.toMatchObject({ code: 'REFUSED' })
  const shown: string[] = []
  const { engine, api } = start((file) => void shown.push(file))
  await api.log.showFolder()
  expect(shown).toEqual([engine.log.file])
})

test('a task that fails is in the log, with its reason, without its title', async () => {
  const { engine } = start()
  const failing = engine.tasks.start(
    { kind: 'export', title: 'Secret subject', unit: 'messages' },
    async () => {
      await new Promise((done) => setTimeout(done, 400))
      throw new ExpectedError('REFUSED', 'The disk is full', { why: 'w', next: 'n' })
    },
  )
  await failing.finished
  await expect.poll(() => readFileSync(engine.log.file, 'utf8')).toContain('task failed')
  const text = readFileSync(engine.log.file, 'utf8')
  expect(text).toContain('The disk is full')
  expect(text).not.toContain('Secret subject')
})

test('an error is told with program, task and log of its time, and without secrets', async () => {
  const { engine, api } = start()
  const { id, finished } = engine.tasks.start(
    { kind: 'check', title: 'Checking', unit: 'blobs' },
    async () => {
      throw new ExpectedError('UNREADABLE', 'The disk is gone', { why: 'Unplugged.', next: 'Plug it in.' })
    },
  )
  await finished
  engine.log.warn('just before', { password: 'hunter2' })
  const { text } = await api.log.diagnostics({
    screen: 'tasks',
    at: Date.now(),
    error: {
      code: 'UNREADABLE',
      what: 'The disk is gone',
      why: 'ssh://root:hunter2@old did not answer',
      next: null,
      details: '',
    },
    taskId: id,
  })
  expect(text).toMatch(/^Lifeboat \d+\.\d+\.\d+ · browser · Node \d+/)
  expect(text).toContain(process.platform)
  expect(text).toContain('Screen tasks')
  expect(text).toContain('Error UNREADABLE: The disk is gone')
  expect(text).toContain('Task check · failed')
  expect(text).toContain('Next: Plug it in.')
  expect(text).toMatch(/warn just before/)
  expect(text).toContain('root:***@old')
  expect(text).not.toContain('hunter2')
})

test('a moment far away has no lines and does no harm', async () => {
  const { api } = start()
  const { text } = await api.log.diagnostics({
    screen: 'home',
    at: Number.MAX_SAFE_INTEGER,
    error: null,
    taskId: 'x',
  })
  expect(text).toContain('(nothing was written)')
})
