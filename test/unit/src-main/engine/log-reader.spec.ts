import { appendFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openLog } from '../../../../src-main/engine/log.ts'
import { logStamp, readLog } from '../../../../src-main/engine/log-reader.ts'
import { cleanUp, temporaryFolder } from '../../../support/small-backup.ts'

afterEach(cleanUp)

const ALL = { level: 'debug', limit: 1000 } as const

test('a folder without a log has no lines, and links are not followed', async () => {
  const folder = temporaryFolder()
  expect(await readLog(folder, ALL)).toEqual({ lines: [], more: false })
  mkdirSync(join(folder, 'logs'))
  writeFileSync(join(folder, 'elsewhere'), '{"event":"not ours","level":"info"}\n')
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'logs', 'lifeboat.log'))
  expect((await readLog(folder, ALL)).lines).toEqual([])
})

test('reads across turned files in the order of time and tells when there is more', async () => {
  const folder = temporaryFolder()
  const log = openLog(folder, { maxBytes: 2000, keep: 3 })
  for (let index = 0; index < 60; index++) log.info(`line ${index}`, { text: 'x'.repeat(50) })
  const { lines, more } = await readLog(folder, ALL)
  const numbers = lines.map(({ event }) => Number(event.slice(5)))
  expect(numbers.at(-1)).toBe(59)
  expect(numbers.length).toBeGreaterThan(20)
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
  expect(more).toBe(false)
  const few = await readLog(folder, { ...ALL, limit: 15 })
  expect(few.lines.map(({ event }) => event)).toEqual(lines.slice(-15).map(({ event }) => event))
  expect(few.more).toBe(true)
})

test('filters by level, text and time', async () => {
  const folder = temporaryFolder()
  const log = openLog(folder, { level: 'debug' })
  log.debug('small')
  log.info('opened', { path: '/mnt/Anna' })
  log.warn('slow')
  log.error('gone')
  const events = async (filter: object): Promise<string[]> =>
    (await readLog(folder, { ...ALL, ...filter })).lines.map(({ event }) => event)
  expect(await events({ level: 'warn' })).toEqual(['slow', 'gone'])
  expect(await events({ text: ' mnt/aNNa ' })).toEqual(['opened'])
  expect(await events({ text: 'nothing like it' })).toEqual([])
  expect(await events({ since: Date.now() + 60_000 })).toEqual([])
  expect(await events({ until: Date.now() - 60_000 })).toEqual([])
  expect(await events({ since: Date.now() - 60_000, until: Date.now() + 60_000 })).toHaveLength(4)
})

test('hostile and torn lines are shown for what they are', async () => {
  const folder = temporaryFolder()
  const log = openLog(folder)
  log.info('first', { name: 'evil\u202egnp.exe\u001b[31m' })
  appendFileSync(
    log.file,
    [
      '{"time":"2026-01-01T00:00:00.000Z","level":"toString","event":"<img src=x onerror=alert(1)>","__proto__":{"a":1}}',
      '{"time":{},"level":7,"event":["no"]}',
      'password=hunter2 and {"torn',
      `{"event":"long","level":"warn","text":"${'y'.repeat(100_000)}"}`,
      '',
    ].join('\n'),
  )
  const { lines } = await readLog(folder, ALL)
  expect(lines).toHaveLength(5)
  expect(lines[0]!.detail).toContain('evil\\u202egnp.exe\\u001b[31m')
  expect(lines[1]).toMatchObject({ level: 'info', event: '<img src=x onerror=alert(1)>' })
  expect(lines[2]).toMatchObject({ time: null, level: 'info' })
  expect(lines[3]).toMatchObject({ time: null, event: 'password=*** and {"torn' })
  expect(lines[4]!.detail.length).toBeLessThan(25_000)
  expect(({} as Record<string, unknown>)['a']).toBeUndefined()
})

test('what an older program wrote without a rule is redacted while it is read', async () => {
  const folder = temporaryFolder()
  const log = openLog(folder)
  log.info('first')
  appendFileSync(
    log.file,
    '{"time":"2026-01-01T00:00:00.000Z","level":"info","event":"login","password":"hunter2","url":"ssh://root:hunter2@old"}\n',
  )
  const page = await readLog(folder, ALL)
  expect(page.lines[1]).toMatchObject({ event: 'login', time: Date.UTC(2026, 0, 1) })
  const text = JSON.stringify(page)
  expect(text).toContain('ssh://root:***@old')
  expect(text).not.toContain('hunter2')
})

test('the stamp changes with every line and with a turned file', async () => {
  const folder = temporaryFolder()
  expect(await logStamp(folder)).toBe('')
  const log = openLog(folder)
  log.info('one')
  const one = await logStamp(folder)
  log.info('two')
  const two = await logStamp(folder)
  expect(new Set(['', one, two]).size).toBe(3)
  renameSync(log.file, join(folder, 'logs', 'lifeboat.1.log'))
  log.info('one')
  expect(await logStamp(folder)).not.toBe(one)
})
