import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openLog } from '../../../../src-main/engine/log.ts'
import { cleanUp, temporaryFolder } from '../../../support/small-backup.ts'

afterEach(cleanUp)

test('lines are JSON, private and without secrets', () => {
  const log = openLog(temporaryFolder())
  log.info('connected', { host: 'mail.example.com', password: 'hunter2' })
  log.debug('not shown')
  log.error('failed', { error: new Error('token=hunter2') })
  const text = readFileSync(log.file, 'utf8')
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map((line) => line['event'])).toEqual(['connected', 'failed'])
  expect(lines[0]).toMatchObject({ level: 'info', host: 'mail.example.com', password: '***' })
  expect(text).not.toContain('hunter2')
  expect(statSync(log.file).mode & 0o777).toBe(0o600)
})

test('is turned when full, keeps a few, never grows without end', () => {
  const log = openLog(temporaryFolder(), { maxBytes: 2000, keep: 2 })
  for (let index = 0; index < 200; index++) log.info('line', { index, text: 'x'.repeat(50) })
  const folder = join(log.file, '..')
  expect(readdirSync(folder).sort()).toEqual(['lifeboat.1.log', 'lifeboat.2.log', 'lifeboat.log'])
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThan(2400)
  expect(readFileSync(log.file, 'utf8')).toContain('"index":199')
})

test('an endless line is cut, and a log that cannot be written does not throw', () => {
  const folder = temporaryFolder()
  const log = openLog(folder)
  log.info('long', { text: 'x'.repeat(1_000_000) })
  expect(statSync(log.file).size).toBeLessThan(40_000)
  expect(() => JSON.parse(readFileSync(log.file, 'utf8')) as unknown).not.toThrow()
  rmSync(join(folder, 'logs'), { recursive: true })
  writeFileSync(join(folder, 'logs'), 'a file in the way')
  expect(() => log.info('nobody hears')).not.toThrow()
  rmSync(join(folder, 'logs'))
  mkdirSync(join(folder, 'logs'))
  log.info('heard again')
  expect(readFileSync(log.file, 'utf8')).toContain('heard again')
})
